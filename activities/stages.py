"""The stages of a turn, as Temporal knows them."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import activity

from activities.converse import Converse
from activities.speak import Speak
from activities.transcribe import Transcribe
from interview.contracts.turns import (
    ConverseInput,
    ConverseResult,
    PrepareSpeechInput,
    SpeakInput,
    SpeakResult,
    TranscribeInput,
    TranscribeResult,
    TurnActivities,
)

__all__ = ["TurnStages"]


@dataclass(frozen=True)
class TurnStages(TurnActivities):
    transcribing: Transcribe
    conversing: Converse
    speaking: Speak

    @activity.defn(name="turn.transcribe")
    async def transcribe(self, request: TranscribeInput) -> TranscribeResult:
        return await self.transcribing.run(request, activity.info().attempt)

    @activity.defn(name="turn.converse")
    async def converse(self, request: ConverseInput) -> ConverseResult:
        return await self.conversing.run(request, activity.info().attempt)

    @activity.defn(name="turn.speak")
    async def speak(self, request: SpeakInput) -> SpeakResult:
        return await self.speaking.run(request, activity.info().attempt)

    @activity.defn(name="speech.prepare")
    async def prepare_speech(self, request: PrepareSpeechInput) -> None:
        await self.speaking.prepare(request)
