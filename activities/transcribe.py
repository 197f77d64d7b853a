"""Stage one of a turn: the answer's audio, or typed text, becomes a committed transcript row."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Literal

import structlog

from activities.judging import Judge
from activities.listening import EarFactory, Heard, Listener
from activities.recognizing import Recognizer
from activities.recordings import named_by_a_row, recording_key
from activities.told import Told
from activities.watchdog import is_final
from interview.audio.wav import wav_file
from interview.contracts.ids import utterance_id
from interview.contracts.turns import TranscribeInput, TranscribeResult, TurnRef
from interview.domain.endpointing import Endpointing
from interview.errors import ProviderError
from interview.persistence.records import Records
from interview.persistence.rows import AnswerRecord, RecordingRecord, UnheardTurnRecord
from interview.ports import BlobStore, SpeechToText
from interview.protocol.server import (
    ErrorMessage,
    Transcript,
    TurnCommitted,
    TurnDiscarded,
)
from interview.streams.audio import AudioStream
from interview.streams.fence import epoch_of
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter
from interview.streams.text import TextWriter
from interview.telemetry import tracing
from interview.telemetry.metrics import PROVIDER_GIVEN_UP, STAGE_FIRST_S

__all__ = ["Transcribe"]

log = structlog.stdlib.get_logger(__name__)

COUGH_MS = 1_500
"""Sound without words, silence around it included, that asks for no reply."""

REPLY_FIRST_S = 0.005
"""The answer goes on record behind the beginning of a quick reply, whose stages have the same event
loop: a hundred times less than a candidate's client waits for it."""
MARK_TRIES = 20
MARK_AGAIN_S = 0.1
"""Nobody waits for it: the reply is on its way."""

_CONTENT_TYPES = {
    "webm": "audio/webm",
    "ogg": "audio/ogg",
    "mp4": "audio/mp4",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "pcm16": "audio/wav",
}


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Hands the text on first, then stores recording and row, then says `turn_committed`."""

    log: StreamLog
    records: Records
    blobs: BlobStore
    stt: SpeechToText
    new_ear: EarFactory
    timeout_s: float
    judge: Judge | None = None
    """None: hands-free answers end by silence alone."""

    async def run(self, request: TranscribeInput, attempt: int) -> TranscribeResult:
        turn = request.turn
        epoch = epoch_of(turn.reschedule, attempt)
        text = TextWriter(self.log, turn, epoch)
        out = OutboundWriter(
            self.log, turn.interview_id, turn_id=turn.stream_id, stage="transcribe", epoch=epoch
        )
        published = await text.open()
        committed = await self.records.find_answer(turn.interview_id, turn.turn_id)
        if committed is not None:
            # An earlier run got this far: say so again, for whoever missed it.
            result = published or TranscribeResult(
                outcome="committed",
                text=committed.text,
                confidence=committed.confidence,
                duration_ms=committed.duration_ms,
                # Nearly: where the streams were lost an opener is said again, or again not.
                spoken_ms=committed.duration_ms,
            )
            await self._hand_over(text, result)
            await self._tell_committed(out, turn, committed.text, committed.sequence)
            await self._mark_heard(request)
            return result
        if request.typed_text is not None:
            result = TranscribeResult(outcome="committed", text=request.typed_text)
            await self._hand_over(text, result)
            await self._commit(request, out, result, None, "typed")
            return result
        return await self._from_audio(request, attempt, text, out, published)

    async def _from_audio(
        self,
        request: TranscribeInput,
        attempt: int,
        text: TextWriter,
        out: OutboundWriter,
        published: TranscribeResult | None,
    ) -> TranscribeResult:
        turn = request.turn
        if published is not None:
            # Its text has been used already: the same text must be committed.
            await self._hand_over(text, published)
        listener = self._listener(request, text, out, transcribe=published is None)
        warming = asyncio.create_task(self.stt.warm())
        try:
            heard = await listener.listen()
        except ProviderError as error:
            if not is_final(error, attempt, request.provider_attempts):
                raise
            log.error("stt.gave_up", code=error.code)
            PROVIDER_GIVEN_UP.labels("stt").inc()
            return await self._give_up(turn, text, out)
        finally:
            warming.cancel()
        if published is not None:
            if published.outcome == "committed":
                await self._commit(request, out, published, heard, "audio")
                await listener.audio.settled()
            return published
        provider = heard.provider or self.stt.name
        result = _result(heard, provider, hands_free=request.mode == "hands_free")
        await self._hand_over(text, result)
        tracing.event("text_handed_over")
        if result.outcome == "committed":
            STAGE_FIRST_S.labels("transcribe").observe(time.monotonic() - heard.ended_at)
        if result.outcome == "committed":
            await self._commit(request, out, result, heard, "audio")
        else:
            await self._discard(request, out, result, heard)
        if result.outcome != "stalled":
            await listener.audio.settled()
        return result

    def _listener(
        self, request: TranscribeInput, text: TextWriter, out: OutboundWriter, *, transcribe: bool
    ) -> Listener:
        turn = request.turn
        endpointing = request.endpointing or Endpointing()
        told = Told(self.log, text, out, turn.turn_id, self.stt.name, turn.phase, endpointing)
        is_judged = request.mode == "hands_free" and request.endpointing is not None
        return Listener(
            audio=AudioStream(self.log, turn.interview_id, turn.turn_id),
            new_ear=self.new_ear,
            recognizer=Recognizer(self.stt, request.language, self.timeout_s, told.partial),
            max_answer_s=request.max_answer_s,
            stall_after_s=request.stall_after_s,
            reports=told,
            transcribe=transcribe,
            judge=self.judge if is_judged else None,
        )

    async def _hand_over(self, text: TextWriter, result: TranscribeResult) -> None:
        """On the way to the first sound: nothing else goes with it, whose reader would be woken
        beside that of the text."""
        await self.log.append(text.key, text.final(result))

    async def _commit(
        self,
        request: TranscribeInput,
        out: OutboundWriter,
        result: TranscribeResult,
        heard: Heard | None,
        modality: Literal["audio", "typed"],
    ) -> None:
        turn = request.turn
        await asyncio.sleep(REPLY_FIRST_S)
        recording = None if heard is None else await self._store(turn, heard)
        row = AnswerRecord(
            interview_id=turn.interview_id,
            turn_id=turn.turn_id,
            turn_number=turn.turn_number,
            sequence=turn.answer_sequence,
            utterance_id=utterance_id(turn.interview_id, turn.turn_id, "candidate"),
            text=result.text,
            confidence=result.confidence,
            duration_ms=result.duration_ms,
            modality=modality,
            phase=turn.phase,
            question_id=turn.question_id,
            provider=result.provider,
            recording=recording,
            interrupted=request.interruption,
        )
        async with named_by_a_row(self.blobs, recording):
            answer = await self.records.commit_answer(row)
        await self._tell_committed(out, turn, answer.text, answer.sequence)
        tracing.event("committed")
        if heard is not None:
            # Only now: whoever is told that something is amiss may let go of their own copy.
            await self._tell_problem(turn, out, heard)
        await self._mark_heard(request)

    async def _mark_heard(self, request: TranscribeInput) -> None:
        """Done with the commit as a rule. What was interrupted while it was still being made
        comes on record after that."""
        cut = request.interruption
        if cut is None:
            return
        for _ in range(MARK_TRIES):
            interview_id = request.turn.interview_id
            if await self.records.mark_heard(interview_id, cut.utterance_id, cut.heard_ms):
                return
            await asyncio.sleep(MARK_AGAIN_S)
        log.warning("interruption.unknown_utterance")

    async def _tell_committed(
        self, out: OutboundWriter, turn: TurnRef, text: str, sequence: int
    ) -> None:
        await out.send(
            TurnCommitted(turn_id=turn.turn_id, sequence=sequence),
            Transcript(
                role="candidate",
                text=text,
                sequence=sequence,
                turn_id=turn.turn_id,
                utterance_id=utterance_id(turn.interview_id, turn.turn_id, "candidate"),
            ),
        )

    async def _discard(
        self, request: TranscribeInput, out: OutboundWriter, result: TranscribeResult, heard: Heard
    ) -> None:
        turn = request.turn
        await self._tell_problem(turn, out, heard)
        match result.outcome:
            case "cancelled" if heard.problem is None:
                # What was interrupted has been sent in full: it is played on.
                resume = request.interruption
                await out.send(
                    TurnDiscarded(turn_id=turn.turn_id, reason="cancelled", resume=resume)
                )
            case "cancelled":
                await out.send(TurnDiscarded(turn_id=turn.turn_id, reason="failed"))
            case "no_speech":
                await self._record_unheard(turn, "no_speech", heard)
                await out.send(TurnDiscarded(turn_id=turn.turn_id, reason="no_speech"))
            case _:
                pass  # stalled: the client keeps its copy and sends it again

    async def _tell_problem(self, turn: TurnRef, out: OutboundWriter, heard: Heard) -> None:
        if (problem := heard.problem) is not None:
            await out.send(
                ErrorMessage(
                    code=problem.code,
                    message=problem.message,
                    recoverable=True,
                    turn_id=turn.turn_id,
                )
            )

    async def _give_up(
        self, turn: TurnRef, text: TextWriter, out: OutboundWriter
    ) -> TranscribeResult:
        """The recording is kept; the room falls back to typing."""
        audio = AudioStream(self.log, turn.interview_id, turn.turn_id)
        data, start = await audio.collect()
        heard = Heard("no_speech", start.format, start.sample_rate_hz, data) if start else None
        await self._record_unheard(turn, "failed", heard)
        result = TranscribeResult(outcome="failed", provider=self.stt.name)
        await self._hand_over(text, result)
        await out.send(TurnDiscarded(turn_id=turn.turn_id, reason="failed"))
        return result

    async def _record_unheard(
        self, turn: TurnRef, status: Literal["no_speech", "failed"], heard: Heard | None
    ) -> None:
        recording = await self._store(turn, heard) if heard is not None else None
        row = UnheardTurnRecord(
            interview_id=turn.interview_id,
            turn_id=turn.turn_id,
            turn_number=turn.turn_number,
            status="empty" if status == "no_speech" else "failed",
            phase=turn.phase,
            question_id=turn.question_id,
            recording=recording,
        )
        async with named_by_a_row(self.blobs, recording):
            await self.records.record_unheard_turn(row)

    async def _store(self, turn: TurnRef, heard: Heard) -> RecordingRecord | None:
        if not heard.data:
            return None
        data, extension = heard.data, heard.format
        if heard.format == "pcm16":
            data, extension = wav_file(heard.data, heard.sample_rate_hz), "wav"
        content_type = _CONTENT_TYPES[heard.format]
        key = recording_key(turn, data, f"answer.{extension}")
        blob = await self.blobs.put(key, data, content_type=content_type)
        return RecordingRecord.of(blob, content_type=content_type, duration_ms=heard.duration_ms)


def _result(heard: Heard, provider: str, *, hands_free: bool) -> TranscribeResult:
    match heard.outcome:
        case "answer":
            outcome = "committed"
        case "no_speech" if heard.problem is not None:
            outcome = "cancelled"  # the error says why; asking "did you speak?" would not help
        case "no_speech" if hands_free and heard.speech_ms < COUGH_MS:
            outcome = "cancelled"  # nobody pressed a button: it was a noise
        case "no_speech" | "cancelled" | "stalled":
            outcome = heard.outcome
    return TranscribeResult(
        outcome=outcome,
        text=heard.text,
        confidence=heard.confidence,
        duration_ms=heard.duration_ms,
        provider=provider,
        spoken_ms=heard.spoken_ms,
    )
