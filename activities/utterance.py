"""One utterance on its way out: sentences in, sound and captions on the outbound stream."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from activities.voice import Synthesis, Voice
from activities.watchdog import each_in_time, is_final, stall_s
from interview.contracts.ids import utterance_id
from interview.contracts.turns import SpeakInput
from interview.domain.conversation import SpokenSentence
from interview.domain.directives import Directive, Standing
from interview.errors import ProviderError, StreamError
from interview.ports import TTS_SAMPLE_RATE_HZ
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    ErrorMessage,
    PhaseChanged,
    Sentence,
    Status,
    Transcript,
    UtteranceEnd,
    UtteranceStart,
    phase_changed,
)
from interview.streams.outbound import OutboundWriter
from interview.streams.sentences import SentenceFrame, SentenceKind
from interview.telemetry import tracing
from interview.telemetry.metrics import PROVIDER_GIVEN_UP, STAGE_FIRST_S

__all__ = ["Utterance"]

log = structlog.stdlib.get_logger(__name__)

FIRST_FRAME_BYTES = TTS_SAMPLE_RATE_HZ // 10 * 2
"""100 ms of PCM16: whoever waits hears the first sooner."""
FRAME_BYTES = 4 * FIRST_FRAME_BYTES
"""Each frame is handled six times on its way, whatever its length."""
FRAMES_A_TRIP = 5
AHEAD = 2
"""Sentences in synthesis at once: the next one is begun while one is being sent."""
READING_MS_PER_WORD = 350
"""Stands for the playout of a sentence that could only be shown."""


@dataclass(slots=True)
class Utterance:
    """One utterance on its way out. `sent` holds what an earlier run has sent of it.

    What was said of it may be lost with the stream, and is said again then: until the utterance
    is on record, nothing else tells who comes in what is being asked.
    """

    request: SpeakInput
    out: OutboundWriter
    voice: Voice
    sent: dict[int, bytes]
    attempt: int
    fence: bytes
    """Of this run, on the outbound stream."""
    standing: Standing = field(init=False)
    directive: Directive | None = field(init=False, default=None)
    is_abandoned: bool = field(init=False, default=False)
    """There was no answer, which was known only behind the opener: it counts as not said."""
    provider: str = field(init=False, default="")
    """Who made the last of the sound, in this run."""
    pcm16: bytearray = field(init=False, default_factory=bytearray)
    timings: list[SpokenSentence] = field(init=False, default_factory=list[SpokenSentence])
    _first_added_at: float = field(init=False, default=0.0)
    _shown_ms: int = field(init=False, default=0)
    _is_heard: bool = field(init=False, default=False)
    _started: bool = field(init=False, default=False)
    _is_placed: bool = field(init=False, default=False)
    """The room has been told where it stands with this utterance."""
    _is_opened: bool = field(init=False, default=False)
    """What was said last is the opener: what is to be said may have taken its time since."""
    _closed: bool = field(init=False, default=False)
    _ahead: deque[tuple[SentenceFrame, Synthesis | None]] = field(
        init=False, default_factory=deque[tuple[SentenceFrame, Synthesis | None]]
    )
    _added: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _slots: asyncio.Semaphore = field(init=False, default_factory=lambda: asyncio.Semaphore(AHEAD))
    _prepared: deque[tuple[SentenceFrame, Synthesis]] = field(
        init=False, default_factory=deque[tuple[SentenceFrame, Synthesis]]
    )

    def __post_init__(self) -> None:
        self.standing = self.request.standing
        self.directive = self.request.directive

    @property
    def utterance_id(self) -> str:
        turn = self.request.turn
        return utterance_id(turn.interview_id, turn.turn_id, "interviewer")

    @property
    def duration_ms(self) -> int:
        return len(self.pcm16) * 1000 // (2 * TTS_SAMPLE_RATE_HZ) + self._shown_ms

    @property
    def text(self) -> str:
        return " ".join(t.text for t in self.timings)

    def prepare(self, frame: SentenceFrame) -> None:
        """It may be said: the sound of the first sentence after an opener is made and kept, the
        others can wait."""
        if frame.index == 0:
            self.forget()
        if all(earlier.kind == "opener" for earlier, _ in self._prepared):
            self._prepared.append((frame, self._begin(frame)))

    def forget(self) -> None:
        """What was prepared will not be said."""
        while self._prepared:
            self._prepared.popleft()[1].cancel()

    async def add(self, frame: SentenceFrame) -> None:
        """Waits while enough sentences are in synthesis."""
        if frame.kind != "opener":
            self._first_added_at = self._first_added_at or time.monotonic()
        await self._slots.acquire()
        synthesis = self._made_ahead(frame)
        if frame.index >= max(self.sent, default=-1):
            synthesis = synthesis or self._begin(frame)
        elif synthesis is not None:
            synthesis.cancel()  # all of it has been sent
            synthesis = None
        if frame.kind != "opener":
            self.forget()
        self._ahead.append((frame, synthesis))
        self._added.set()

    def close(self) -> None:
        """No more sentences come."""
        self._closed = True
        self._added.set()

    async def send(self) -> None:
        """Sends what is added until it is closed: each sentence while it is made, and the one
        after it is made meanwhile."""
        while self._ahead or not self._closed:
            if not self._ahead:
                self._added.clear()
                await self._added.wait()
                continue
            await self._send_next()
            self._slots.release()
            if self._is_opened and not self._ahead and not self._closed:
                await self.out.send(Status(state="generating"))

    async def finish(self) -> None:
        """Says that it was all."""
        if not self.timings or self.is_abandoned:
            return
        turn = self.request.turn
        await self.out.send(
            *await self._opening("own"),
            UtteranceEnd(
                utterance_id=self.utterance_id,
                duration_ms=self.duration_ms,
                sentences=len(self.timings),
            ),
            Transcript(
                role="interviewer",
                text=self.text,
                sequence=turn.reply_sequence,
                turn_id=turn.turn_id,
                utterance_id=self.utterance_id,
            ),
        )

    async def stored(self) -> None:
        """It is on record. Who came in before that, after the stream was lost, was shown the
        question before; whoever comes in now is not."""
        with suppress(StreamError):
            if not await self.out.still_has(self.fence):
                await self.out.say(self._phase())

    def cancel(self) -> None:
        self.forget()
        for _, synthesis in self._ahead:
            if synthesis is not None:
                synthesis.cancel()

    def _made_ahead(self, frame: SentenceFrame) -> Synthesis | None:
        if not self._prepared or self._prepared[0][0] != frame:
            return None
        synthesis = self._prepared.popleft()[1]
        # What failed unheard is tried for good now.
        return synthesis if synthesis.error is None else None

    def _begin(self, frame: SentenceFrame) -> Synthesis:
        return self.voice.begin(
            frame.text,
            self.request.language,
            interview_id=self.request.turn.interview_id,
            fixed=frame.kind != "own",
        )

    async def _send_next(self) -> None:
        frame, synthesis = self._ahead.popleft()
        start_ms = self.duration_ms
        prelude = [*await self._opening(frame.kind), self._caption(frame, start_ms)]
        sent = self.sent.get(frame.index, b"")
        self.pcm16 += sent
        if synthesis is not None:
            try:
                await self._send_sound(frame, synthesis, prelude, skip_bytes=len(sent))
            except ProviderError as error:
                if not is_final(error, self.attempt, self.request.provider_attempts):
                    raise
                await self._show_only(frame, prelude, error)
            finally:
                synthesis.cancel()
                self.provider = synthesis.provider or self.provider
        self._is_opened = frame.kind == "opener"
        self.timings.append(
            SpokenSentence(text=frame.text, start_ms=start_ms, end_ms=self.duration_ms)
        )

    async def _send_sound(
        self,
        frame: SentenceFrame,
        synthesis: Synthesis,
        prelude: list[BaseModel],
        *,
        skip_bytes: int,
    ) -> None:
        offset = skip_bytes
        async for made in each_in_time(aiter(synthesis), stall_s(self.voice.timeout_s), "tts"):
            chunk = made[min(skip_bytes, len(made)) :]
            skip_bytes -= len(made) - len(chunk)
            if not chunk:
                continue
            self.pcm16 += chunk
            at = 0
            while at < len(chunk):
                # Captions leave with the first sound, in one round trip; that sound goes alone.
                size, frames = (FIRST_FRAME_BYTES, 1) if prelude else (FRAME_BYTES, FRAMES_A_TRIP)
                batch: list[AudioFrame] = []
                while at < len(chunk) and len(batch) < frames:
                    piece = chunk[at : at + size]
                    batch.append(self._frame(frame, offset, piece))
                    offset += len(piece)
                    at += len(piece)
                await self.out.send(*prelude, *batch)
                prelude.clear()
                self._count_first_sound(frame)
        if prelude:
            await self.out.send(*prelude)
            prelude.clear()

    def _count_first_sound(self, frame: SentenceFrame) -> None:
        """An opener tells nothing of how long voices take."""
        if self._is_heard or frame.kind == "opener":
            return
        self._is_heard = True
        tracing.event("first_sound")
        STAGE_FIRST_S.labels("speak").observe(time.monotonic() - self._first_added_at)

    async def _show_only(
        self, frame: SentenceFrame, prelude: list[BaseModel], error: ProviderError
    ) -> None:
        log.error("tts.gave_up", code=error.code, provider=error.provider)
        PROVIDER_GIVEN_UP.labels("tts").inc()
        problem = ErrorMessage(
            code="tts.unavailable",
            message="The interviewer's voice is unavailable; please read along.",
            recoverable=True,
        )
        await self.out.send(*prelude, problem)
        self._shown_ms += READING_MS_PER_WORD * len(frame.text.split())

    async def _opening(self, kind: SentenceKind) -> list[BaseModel]:
        """Before the first sentence, and again where it was lost. After an opener that came before
        the directive the room is told only then where it stands."""
        if self._started and not await self.out.still_has(self.fence):
            self.fence = await self.out.open()
            self._started = self._is_placed = False
        turn, news = self.request.turn, list[BaseModel]()
        if not self._started or self._is_opened:
            news.append(Status(state="speaking"))
        if not self._is_placed and (kind != "opener" or self.directive is not None):
            self._is_placed = True
            news.append(self._phase())
        if not self._started:
            self._started = True
            start = UtteranceStart(
                utterance_id=self.utterance_id,
                turn_id=turn.turn_id,
                sequence=turn.reply_sequence,
            )
            news.append(start)
        return news

    def _phase(self) -> PhaseChanged:
        return phase_changed(self.standing, self.request.endpointing)

    def _caption(self, frame: SentenceFrame, start_ms: int) -> Sentence:
        return Sentence(
            utterance_id=self.utterance_id, index=frame.index, text=frame.text, start_ms=start_ms
        )

    def _frame(self, frame: SentenceFrame, offset_bytes: int, pcm16: bytes) -> AudioFrame:
        return AudioFrame(
            sequence=self.request.turn.reply_sequence,
            sentence=frame.index,
            offset_samples=offset_bytes // 2,
            pcm16=pcm16,
        )
