"""The stages of a turn, as Temporal knows them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
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
    TurnRef,
)
from interview.errors import StreamError
from interview.streams.log import StreamLog
from interview.streams.sentences import EndFrame, SentenceReader

__all__ = ["LINGER_S", "TurnStages", "until_replied"]

LINGER_S = 3.0
"""A committed answer is reported together with its reply, unless that takes longer: the workflow
then decides once instead of twice, which is an eighth of a turn's events and a fifth of what
Temporal computes for it. Room, database and the other stages have the answer by then."""


@dataclass(frozen=True)
class TurnStages(TurnActivities):
    transcribing: Transcribe
    conversing: Converse
    speaking: Speak

    @activity.defn(name="turn.transcribe")
    async def transcribe(self, request: TranscribeInput) -> TranscribeResult:
        result = await self.transcribing.run(request, activity.info().attempt)
        if result.outcome == "committed":
            await until_replied(self.transcribing.log, request.turn)
        return result

    @activity.defn(name="turn.converse")
    async def converse(self, request: ConverseInput) -> ConverseResult:
        return await self.conversing.run(request, activity.info().attempt)

    @activity.defn(name="turn.speak")
    async def speak(self, request: SpeakInput) -> SpeakResult:
        return await self.speaking.run(request, activity.info().attempt)

    @activity.defn(name="speech.prepare")
    async def prepare_speech(self, request: PrepareSpeechInput) -> None:
        await self.speaking.prepare(request)


async def until_replied(log: StreamLog, turn: TurnRef, at_most_s: float = LINGER_S) -> None:
    """Until the reply's last sentence has been written, or it cannot be told."""
    with suppress(TimeoutError, StreamError):
        async with asyncio.timeout(at_most_s):
            async for frame in SentenceReader(log, turn).frames():
                if isinstance(frame, EndFrame):
                    return
