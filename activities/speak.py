"""Stage three of a turn: sentences become sound on the outbound stream, and a stored utterance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog

from activities.openers import Openers
from activities.recordings import named_by_a_row, recording_key
from activities.utterance import Utterance
from activities.voice import Voice
from activities.watchdog import MAX_TIMEOUTS, stall_s
from interview.audio.flac import encode_flac
from interview.contracts.turns import PrepareSpeechInput, SpeakInput, SpeakResult
from interview.domain.phrases import phrases
from interview.errors import ProviderError
from interview.persistence.records import Records
from interview.persistence.rows import RecordingRecord, SpeechRecord
from interview.ports import BlobStore
from interview.streams.fence import FIRST_RUN, epoch_of
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter
from interview.streams.sentences import (
    Ahead,
    DirectiveFrame,
    Dropped,
    EndFrame,
    SentenceFrame,
    SentenceKind,
    SentenceReader,
)

__all__ = ["Speak"]

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Speak:
    log: StreamLog
    records: Records
    blobs: BlobStore
    voice: Voice
    openers: Openers | None = None

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
        sent = {} if epoch == FIRST_RUN else await out.published_audio(turn.reply_sequence, fence)
        utterance = Utterance(request, out, self.voice, sent, attempt, fence)
        reading = asyncio.create_task(self._read(request, utterance))
        try:
            await utterance.send()
            await reading
            await utterance.finish()
        finally:
            reading.cancel()
            utterance.cancel()
        if not utterance.timings or utterance.is_abandoned:
            return SpeakResult(outcome="skipped")
        await self._store(request, utterance)
        return SpeakResult(
            outcome="spoken" if utterance.pcm16 else "silent",
            utterance_id=utterance.utterance_id,
            duration_ms=utterance.duration_ms,
            provider=utterance.provider or self.voice.tts.name,
        )

    async def prepare(self, request: PrepareSpeechInput) -> None:
        """Fills the cache. Lines a provider refuses are made when they are said."""
        openers = self.openers.lines(request.language) if self.openers is not None else ()
        wanted = [(line, "") for line in request.lines]
        wanted += [(line, request.interview_id) for line in request.own_lines]
        # Beside the others, of which there are many: the first answer may come before the last.
        await asyncio.gather(
            self._prepare([(line, "") for line in openers], request.language),
            self._prepare(wanted, request.language),
        )

    async def _prepare(self, wanted: Sequence[tuple[str, str]], language: str) -> None:
        for line, interview_id in wanted:
            try:
                await self.voice.whole(line, language, interview_id=interview_id)
            except ProviderError as error:
                log.warning("speech.not_prepared", code=error.code)

    async def _read(self, request: SpeakInput, utterance: Utterance) -> None:
        try:
            async for frame in self._frames(request):
                match frame:
                    case Ahead():
                        utterance.prepare(frame.sentence)
                    case Dropped():
                        utterance.forget()
                    case DirectiveFrame():
                        utterance.standing = frame.standing
                        utterance.directive = frame.directive
                    case SentenceFrame():
                        await utterance.add(frame)
                    case EndFrame(sentences):
                        utterance.is_abandoned = not sentences
        finally:
            utterance.close()

    async def _frames(
        self, request: SpeakInput
    ) -> AsyncIterator[DirectiveFrame | SentenceFrame | EndFrame | Ahead | Dropped]:
        if request.lines is None:
            # A backstop behind that of the stage before, which may try again before it tells.
            quiet_s = MAX_TIMEOUTS * stall_s(self.voice.timeout_s) + 5.0
            async for frame in SentenceReader(self.log, request.turn, quiet_s=quiet_s).frames():
                yield frame
            return
        if request.directive is not None:
            yield DirectiveFrame(request.directive, request.standing)
        for index, line in enumerate(request.lines):
            yield SentenceFrame(index, line, _kind(request, index, line))

    async def _store(self, request: SpeakInput, utterance: Utterance) -> None:
        turn = request.turn
        recording: RecordingRecord | None = None
        if utterance.pcm16:
            flac = await asyncio.to_thread(encode_flac, bytes(utterance.pcm16))
            key = recording_key(turn, flac, "reply.flac")
            blob = await self.blobs.put(key, flac, content_type="audio/flac")
            recording = RecordingRecord.of(
                blob, content_type="audio/flac", duration_ms=utterance.duration_ms
            )
        row = SpeechRecord(
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
            provider=utterance.provider or self.voice.tts.name,
            recording=recording,
        )
        async with named_by_a_row(self.blobs, recording):
            await self.records.save_speech(row)
        await utterance.stored()


def _kind(request: SpeakInput, index: int, line: str) -> SentenceKind:
    """Of a line that is given: a reply that was made, or words of the plan."""
    if request.turn.kind == "proactive":
        return "planned"
    return "opener" if not index and line in phrases(request.language).openers else "own"
