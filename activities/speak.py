"""Stage three of a turn: sentences become sound on the outbound stream, and a stored utterance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from activities.recordings import recording_key
from activities.voice import Synthesis, Voice
from interview.audio.mp3 import encode_mp3
from interview.contracts.ids import utterance_id
from interview.contracts.turns import PrepareSpeechInput, SpeakInput, SpeakResult
from interview.domain.conversation import SpokenSentence
from interview.domain.directives import Directive, Standing
from interview.errors import ProviderError
from interview.persistence.records import Records
from interview.persistence.rows import RecordingRecord, SpeechRecord
from interview.ports import TTS_SAMPLE_RATE_HZ, BlobStore
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    ErrorMessage,
    Sentence,
    Status,
    Transcript,
    UtteranceEnd,
    UtteranceStart,
    phase_changed,
)
from interview.streams.fence import epoch_of
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter
from interview.streams.sentences import DirectiveFrame, EndFrame, SentenceFrame, SentenceReader

__all__ = ["Speak"]

log = structlog.stdlib.get_logger(__name__)

FRAME_BYTES = TTS_SAMPLE_RATE_HZ // 10 * 2
"""100 ms of PCM16 a frame."""
FRAMES_A_TRIP = 20
AHEAD = 2
"""Sentences in synthesis at once: the next one is begun while one is being sent."""
READING_MS_PER_WORD = 350
"""Stands for the playout of a sentence that could only be shown."""


@dataclass(frozen=True, slots=True)
class Speak:
    log: StreamLog
    records: Records
    blobs: BlobStore
    voice: Voice

    async def run(self, request: SpeakInput, attempt: int) -> SpeakResult:
        turn = request.turn
        spoken = await self.records.find_speech(turn.interview_id, turn.turn_id)
        if spoken is not None:
            return SpeakResult(
                outcome="spoken", utterance_id=spoken.utterance_id, duration_ms=spoken.duration_ms
            )
        epoch = epoch_of(turn.reschedule, attempt)
        out = OutboundWriter(
            self.log, turn.interview_id, turn_id=turn.stream_id, stage="speak", epoch=epoch
        )
        fence = await out.open()
        first_run = attempt == 1 and turn.reschedule == 0
        sent = {} if first_run else await out.published_audio(turn.reply_sequence, fence)
        utterance = _Utterance(request, out, self.voice, sent, attempt)
        try:
            async for frame in self._frames(request):
                match frame:
                    case DirectiveFrame():
                        utterance.standing = frame.standing
                        utterance.directive = frame.directive
                    case SentenceFrame():
                        await utterance.add(frame)
                    case EndFrame():
                        pass
            await utterance.finish()
        finally:
            utterance.cancel()
        if not utterance.timings:
            return SpeakResult(outcome="skipped")
        await self._store(request, utterance)
        return SpeakResult(
            outcome="spoken" if utterance.pcm16 else "silent",
            utterance_id=utterance.utterance_id,
            duration_ms=utterance.duration_ms,
            provider=self.voice.tts.name,
        )

    async def prepare(self, request: PrepareSpeechInput) -> None:
        """Fills the cache. Lines a provider refuses are made when they are said."""
        for line in request.lines:
            try:
                await self.voice.whole(line, request.language)
            except ProviderError as error:
                log.warning("speech.not_prepared", code=error.code)

    async def _frames(
        self, request: SpeakInput
    ) -> AsyncIterator[DirectiveFrame | SentenceFrame | EndFrame]:
        if request.lines is None:
            async for frame in SentenceReader(self.log, request.turn).frames():
                yield frame
            return
        if request.directive is not None:
            yield DirectiveFrame(request.directive, request.standing)
        for index, line in enumerate(request.lines):
            yield SentenceFrame(index, line, fixed=request.turn.kind == "proactive")

    async def _store(self, request: SpeakInput, utterance: _Utterance) -> None:
        turn = request.turn
        recording: RecordingRecord | None = None
        if utterance.pcm16:
            mp3 = await asyncio.to_thread(encode_mp3, bytes(utterance.pcm16))
            key = recording_key(turn, mp3, "reply.mp3")
            blob = await self.blobs.put(key, mp3, content_type="audio/mpeg")
            recording = RecordingRecord.of(
                blob, content_type="audio/mpeg", duration_ms=utterance.duration_ms
            )
        await self.records.save_speech(
            SpeechRecord(
                interview_id=turn.interview_id,
                turn_id=turn.turn_id,
                turn_number=turn.turn_number,
                kind=turn.kind,
                sequence=turn.reply_sequence,
                utterance_id=utterance.utterance_id,
                text=utterance.text,
                sentences=tuple(utterance.timings),
                duration_ms=utterance.duration_ms,
                phase=utterance.standing.phase,
                question_id=utterance.standing.question_id,
                directive=utterance.directive,
                modality="audio" if utterance.pcm16 else "shown",
                provider=self.voice.tts.name,
                recording=recording,
            )
        )


@dataclass(slots=True)
class _Utterance:
    """One utterance on its way out. `sent` holds what an earlier run has sent of it."""

    request: SpeakInput
    out: OutboundWriter
    voice: Voice
    sent: dict[int, bytes]
    attempt: int
    standing: Standing = field(init=False)
    directive: Directive | None = field(init=False, default=None)
    pcm16: bytearray = field(init=False, default_factory=bytearray)
    timings: list[SpokenSentence] = field(init=False, default_factory=list[SpokenSentence])
    _shown_ms: int = field(init=False, default=0)
    _started: bool = field(init=False, default=False)
    _ahead: list[tuple[SentenceFrame, Synthesis | None]] = field(
        init=False, default_factory=list[tuple[SentenceFrame, Synthesis | None]]
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

    async def add(self, frame: SentenceFrame) -> None:
        complete = frame.index < max(self.sent, default=-1)
        synthesis = (
            None
            if complete
            else self.voice.begin(frame.text, self.request.language, fixed=frame.fixed)
        )
        self._ahead.append((frame, synthesis))
        # The first sentence is sent while it is made; the one after it is made meanwhile.
        while len(self._ahead) >= AHEAD or not self._started:
            await self._send_next()

    async def finish(self) -> None:
        while self._ahead:
            await self._send_next()
        if not self.timings:
            return
        turn = self.request.turn
        await self.out.send(
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

    def cancel(self) -> None:
        for _, synthesis in self._ahead:
            if synthesis is not None:
                synthesis.cancel()

    async def _send_next(self) -> None:
        frame, synthesis = self._ahead.pop(0)
        start_ms = self.duration_ms
        prelude = [*self._opening(), self._caption(frame, start_ms)]
        sent = self.sent.get(frame.index, b"")
        self.pcm16 += sent
        if synthesis is not None:
            try:
                await self._send_sound(frame, synthesis, prelude, skip_bytes=len(sent))
            except ProviderError as error:
                final = not error.retryable or self.attempt >= self.request.provider_attempts
                if not final:
                    raise
                await self._show_only(frame, prelude, error)
            finally:
                synthesis.cancel()
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
        async for made in synthesis:
            chunk = made[min(skip_bytes, len(made)) :]
            skip_bytes -= len(made) - len(chunk)
            if not chunk:
                continue
            self.pcm16 += chunk
            frames: list[AudioFrame] = []
            for at in range(0, len(chunk), FRAME_BYTES):
                piece = chunk[at : at + FRAME_BYTES]
                frames.append(self._frame(frame, offset, piece))
                offset += len(piece)
            while frames:
                # Captions leave with the first sound, in one round trip; that sound goes alone.
                batch = frames[: 1 if prelude else FRAMES_A_TRIP]
                del frames[: len(batch)]
                await self.out.send(*prelude, *batch)
                prelude.clear()
        if prelude:
            await self.out.send(*prelude)
            prelude.clear()

    async def _show_only(
        self, frame: SentenceFrame, prelude: list[BaseModel], error: ProviderError
    ) -> None:
        log.error("tts.gave_up", code=error.code, provider=error.provider)
        problem = ErrorMessage(
            code="tts.unavailable",
            message="The interviewer's voice is unavailable; please read along.",
            recoverable=True,
        )
        await self.out.send(*prelude, problem)
        self._shown_ms += READING_MS_PER_WORD * len(frame.text.split())

    def _opening(self) -> list[BaseModel]:
        if self._started:
            return []
        self._started = True
        turn, here = self.request.turn, self.standing
        return [
            Status(state="speaking"),
            phase_changed(here, self.request.endpointing),
            UtteranceStart(
                utterance_id=self.utterance_id,
                turn_id=turn.turn_id,
                sequence=turn.reply_sequence,
            ),
        ]

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
