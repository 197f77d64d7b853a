"""The stages of a turn, as Temporal knows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

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
from interview.telemetry.metrics import ANSWERS

__all__ = ["LINGER_S", "TurnStages", "until_replied"]

LINGER_S = 3.0
"""What became of an answer is reported together with its reply, unless that takes longer: the
workflow then decides once instead of thrice, and a turn has a fifth fewer events. Room, database
and the other stages know it all by then."""


@dataclass(frozen=True)
class TurnStages(TurnActivities):
    transcribing: Transcribe
    conversing: Converse
    speaking: Speak
    _voices: dict[tuple[str, str], asyncio.Event] = field(
        default_factory=dict[tuple[str, str], asyncio.Event]
    )
    """Of the replies that are being spoken by this process: set when all is said and stored."""

    @activity.defn(name="turn.transcribe")
    async def transcribe(self, request: TranscribeInput) -> TranscribeResult:
        result = await self.transcribing.run(request, activity.info().attempt)
        ANSWERS.labels(request.turn.kind, result.outcome).inc()
        if result.outcome == "committed":
            async with _lingering():
                await until_replied(self.transcribing.log, request.turn)
                await self._until_spoken(request.turn)
        return result

    @activity.defn(name="turn.converse")
    async def converse(self, request: ConverseInput) -> ConverseResult:
        result = await self.conversing.run(request, activity.info().attempt)
        async with _lingering():
            await self._until_spoken(request.turn)
        return result

    @activity.defn(name="turn.speak")
    async def speak(self, request: SpeakInput) -> SpeakResult:
        with self._speaking(request.turn):
            return await self.speaking.run(request, activity.info().attempt)

    async def _until_spoken(self, turn: TurnRef) -> None:
        """Not at all where another worker speaks."""
        if (voice := self._voices.get(_key(turn))) is not None:
            await voice.wait()

    @contextmanager
    def _speaking(self, turn: TurnRef) -> Generator[None]:
        key, done = _key(turn), asyncio.Event()
        self._voices[key] = done
        try:
            yield
        finally:
            done.set()
            if self._voices.get(key) is done:
                del self._voices[key]

    @activity.defn(name="speech.prepare")
    async def prepare_speech(self, request: PrepareSpeechInput) -> None:
        await self.speaking.prepare(request)


async def until_replied(log: StreamLog, turn: TurnRef) -> None:
    """Until the reply's last sentence has been written, or it cannot be told."""
    with suppress(StreamError):
        async for frame in SentenceReader(log, turn).frames():
            if isinstance(frame, EndFrame):
                return


@asynccontextmanager
async def _lingering() -> AsyncGenerator[None]:
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            yield


def _key(turn: TurnRef) -> tuple[str, str]:
    return turn.interview_id, turn.stream_id
