"""One interview that speaks version 2 from memory: what survives a killed server."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel

from interview.domain.endpointing import Endpointing, Sound
from interview.domain.phases import Phase
from interview.protocol.client import Interruption, TurnStart
from interview.protocol.frames import AudioFrame, with_seq
from interview.protocol.server import (
    EndpointingChanged,
    PartialTranscript,
    Paused,
    PendingTurn,
    PhaseChanged,
    Resumed,
    Sentence,
    SessionEnded,
    Snapshot,
    Status,
    Transcript,
    TurnAccepted,
    TurnCommitted,
    TurnDiscarded,
    TurnResend,
    UtteranceEnd,
    UtteranceStart,
)

__all__ = [
    "CLOSING",
    "GREETING",
    "HEARD_WORDS",
    "QUESTIONS",
    "SENTENCE_MS",
    "FakeInterview",
    "FakeTurn",
]

SAMPLE_RATE = 24_000
SENTENCE_MS = 300
"""Unless the interview is told otherwise."""
GREETING = ("Hello Sam, I am an AI interviewer.", "Is the sound good?")
QUESTIONS = (
    (Phase.INTRODUCTION, "Is the sound good?"),
    (Phase.WARMUP, "What have you been working on lately?"),
    (Phase.MAIN_QUESTIONS, "Tell me about a service you own, and a time it broke."),
    (Phase.WRAP_UP, "What would you like to know from us?"),
)
CLOSING = "Thank you, that was all. Goodbye."
HEARD_WORDS = "I moved the billing service to a queue"
"""What every spoken answer is recognized as."""


@dataclass
class FakeTurn:
    """`chunks` by index; `starts` counts how often the turn was begun."""

    turn_id: str
    chunks: dict[int, bytes] = field(default_factory=dict[int, bytes])
    starts: int = 0
    ended: bool = False
    text: str | None = None
    format: str = ""
    interrupted: Interruption | None = None
    mode: str = ""
    silences: list[int] = field(default_factory=list[int])
    """After so many chunks."""

    @property
    def next_chunk(self) -> int:
        return next(i for i in range(len(self.chunks) + 1) if i not in self.chunks)

    @property
    def audio(self) -> bytes:
        return b"".join(self.chunks[i] for i in range(self.next_chunk))


class FakeInterview:
    """The stream of what it said, `(seq, text or audio)`, and the turns it knows."""

    def __init__(self, interview_id: str, candidate_name: str, sentence_ms: int) -> None:
        self.interview_id = interview_id
        self.candidate_name = candidate_name
        self.sentence_ms = sentence_ms
        self.language = "en"
        self.log: list[tuple[int, str | bytes]] = []
        self.turns: dict[str, FakeTurn] = {}
        self.running: str | None = None
        self.committed: list[str] = []
        self.transcript: list[Transcript] = []
        self.played: list[str] = []
        self.pauses = 0
        self.repeats = 0
        self.status = "created"
        self._position = 0
        self.deaf = False
        """What comes next is only a cough."""
        self.sounds: Sound | None = None
        """How every answer sounds at its pauses."""
        self._seq = 1_000
        self._utterances_at: list[int] = []

    # What the candidate does

    def enter(self) -> None:
        if self.status == "created":
            self.status = "active"
            self._speak(GREETING, "")

    def start(self, message: TurnStart) -> None:
        turn = self._turn(message.turn_id, message.interrupted)
        turn.format, turn.mode = message.format, message.mode
        turn.starts += 1
        self.running = message.turn_id

    def chunk(self, index: int, data: bytes) -> None:
        assert self.running is not None, "audio outside a turn"
        turn = self.turns[self.running]
        turn.chunks.setdefault(index, data)
        words = HEARD_WORDS.split()
        if index % 5 == 4:
            self.say(PartialTranscript(turn_id=turn.turn_id, text=" ".join(words[: index // 5])))

    def end(self, turn_id: str, chunks: int) -> None:
        turn = self.turns[turn_id]
        turn.ended = turn.next_chunk >= chunks
        if turn.ended and self.deaf:
            self._hear_nothing(turn)
        elif turn.ended:
            self._commit(turn, HEARD_WORDS)
        else:
            self.say(TurnResend(turn_id=turn_id, from_chunk=turn.next_chunk))

    def pause_in_answer(self, turn_id: str, chunks: int) -> None:
        self.turns[turn_id].silences.append(chunks)
        if self.sounds is not None:
            endpointing = Endpointing()
            told = EndpointingChanged(
                turn_id=turn_id,
                chunks=chunks,
                sounds=self.sounds,
                wait_ms=endpointing.wait_ms(Phase.WARMUP, self.sounds),
                usual_ms=endpointing.wait_ms(Phase.WARMUP),
            )
            self.say(told)

    def cancel(self, turn_id: str) -> None:
        self.turns.pop(turn_id, None)
        self.running = None
        self.say(TurnDiscarded(turn_id=turn_id, reason="cancelled"))

    def _hear_nothing(self, turn: FakeTurn) -> None:
        """What it interrupted goes on."""
        self.running, self.deaf = None, False
        resume = turn.interrupted
        self.say(TurnDiscarded(turn_id=turn.turn_id, reason="no_speech", resume=resume))

    def answer(self, turn_id: str, text: str, interrupted: Interruption | None) -> None:
        turn = self._turn(turn_id, interrupted)
        turn.text, turn.ended = text, True
        self._commit(turn, text)

    def pause(self) -> None:
        self.pauses += 1
        self.status = "paused"
        self.say(Paused())

    def resume(self) -> None:
        self.status = "active"
        self.say(Resumed())

    def finish(self, outcome: str = "ended_by_candidate") -> None:
        if self.status == "completed":
            return
        self.status = "completed"
        ended = SessionEnded(session_id=self.interview_id, total_turns=len(self.committed))
        self.say(ended.model_copy(update={"outcome": outcome}))

    # What a connection reads

    def snapshot(self) -> Snapshot:
        phase, question = self._standing()
        pending = None
        if self.running is not None:
            turn = self.turns[self.running]
            pending = PendingTurn(
                turn_id=turn.turn_id, next_chunk=turn.next_chunk, ended=turn.ended
            )
        return Snapshot.model_validate(
            {
                "status": self.status,
                "role": "engineer",
                "title": "Software engineer",
                "candidate_name": self.candidate_name,
                "phase": phase,
                "question_id": None,
                "question_text": question,
                "question_number": self._number(),
                "question_count": len(QUESTIONS),
                "transcript": self.transcript,
                "pending_turn": pending,
                "committed_turns": self.committed,
                "language": self.language,
                "endpointing_ms": 700,
            }
        )

    def replay_from(self, last_seq: int | None) -> int:
        """The seq after which a new connection reads."""
        if last_seq is not None:
            return last_seq
        return self._utterances_at[-1] - 1 if self._utterances_at else self._seq

    def after(self, seq: int) -> list[tuple[int, str | bytes]]:
        return [entry for entry in self.log if entry[0] > seq]

    def say(self, message: BaseModel) -> None:
        self._seq += 1
        body = message.model_dump_json()
        self.log.append((self._seq, f'{body[:-1]},"seq":{self._seq}}}'))

    @property
    def last_seq(self) -> int:
        return self._seq

    # Inside

    def _turn(self, turn_id: str, interrupted: Interruption | None) -> FakeTurn:
        turn = self.turns.setdefault(turn_id, FakeTurn(turn_id))
        turn.interrupted = turn.interrupted or interrupted
        self.say(TurnAccepted(turn_id=turn_id))
        return turn

    def _commit(self, turn: FakeTurn, text: str) -> None:
        if turn.turn_id in self.committed:
            return
        self.running = None
        self.committed.append(turn.turn_id)
        self._record("candidate", text, turn_id=turn.turn_id)
        self.say(TurnCommitted(turn_id=turn.turn_id, sequence=len(self.transcript)))
        self.say(Status(state="generating"))
        self._position += 1
        phase, question = self._standing()
        self.say(
            PhaseChanged(
                phase=phase,
                question_id=None,
                question_text=question,
                question_number=self._number(),
                question_count=len(QUESTIONS),
                budget_left_s=60,
                endpointing_ms=700,
            )
        )
        if self._position < len(QUESTIONS):
            self._speak((f"Thank you for answer {len(self.committed)}.", question), turn.turn_id)
        else:
            self._speak((CLOSING,), turn.turn_id)
            self.finish("completed")

    def _standing(self) -> tuple[Phase, str]:
        if self._position < len(QUESTIONS):
            return QUESTIONS[self._position]
        return Phase.COMPLETED, ""

    def _number(self) -> int:
        return self._position + 1 if self._position < len(QUESTIONS) else 0

    def _record(self, role: str, text: str, *, turn_id: str = "", utterance_id: str = "") -> None:
        line = Transcript.model_validate(
            {
                "role": role,
                "text": text,
                "sequence": len(self.transcript) + 1,
                "turn_id": turn_id,
                "utterance_id": utterance_id,
            }
        )
        self.transcript.append(line)
        self.say(line)

    def _speak(self, sentences: tuple[str, ...], turn_id: str) -> None:
        sequence = len(self.transcript) + 1
        utterance_id = f"utterance-{sequence}"
        self.say(Status(state="speaking"))
        self.say(UtteranceStart(utterance_id=utterance_id, turn_id=turn_id, sequence=sequence))
        self._utterances_at.append(self._seq)
        for index, text in enumerate(sentences):
            start_ms = index * self.sentence_ms
            self.say(Sentence(utterance_id=utterance_id, index=index, text=text, start_ms=start_ms))
            for offset, pcm16 in _tone(220 * (index + 1), self.sentence_ms):
                self._seq += 1
                frame = AudioFrame(sequence, index, offset, pcm16).pack()
                self.log.append((self._seq, with_seq(frame, self._seq)))
        self.say(
            UtteranceEnd(
                utterance_id=utterance_id,
                duration_ms=len(sentences) * self.sentence_ms,
                sentences=len(sentences),
            )
        )
        self._record("interviewer", " ".join(sentences), utterance_id=utterance_id)
        self.say(Status(state="ready"))


def _tone(hz: int, length_ms: int) -> Iterator[tuple[int, bytes]]:
    """A sentence of sound in pieces of 100 ms, with the offset of each."""
    piece = SAMPLE_RATE // 10
    for offset in range(0, SAMPLE_RATE * length_ms // 1000, piece):
        samples = (
            int(8_000 * math.sin(2 * math.pi * hz * i / SAMPLE_RATE))
            for i in range(offset, offset + piece)
        )
        yield offset, struct.pack(f"<{piece}h", *samples)
