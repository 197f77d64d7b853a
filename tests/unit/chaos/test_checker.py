"""Each invariant is broken by a doctored record, and found; a faithful record passes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from chaos.checker import Violation, check
from chaos.record import Arrived, Heard, Record, Said, Stored, StoredLine
from interview.domain.phases import Phase
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    PhaseChanged,
    Sentence,
    ServerMessage,
    SessionEnded,
    SessionStarted,
    Transcript,
    TurnCommitted,
    UtteranceEnd,
    UtteranceStart,
)
from tests.unit.chaos.rooms import entered

FIRST, SECOND = ("one", "Is the sound good?"), ("two", "What broke?")
BYE = "Goodbye."


def _line(
    sequence: int, turn_id: str, text: str, question_id: str | None, directive: str | None = None
) -> StoredLine:
    speaker = "candidate" if sequence % 2 == 0 else "interviewer"
    return StoredLine(sequence, speaker, turn_id, text, question_id, directive)


LINES = (
    _line(1, "say-1", FIRST[1], "one"),
    _line(2, "turn-a", "Yes.", "one"),
    _line(3, "turn-a", f"Good. {SECOND[1]}", "two", "next_question"),
    _line(4, "turn-b", "A database.", "two"),
    _line(5, "turn-b", BYE, None, "close"),
)
STORED = Stored(
    "interview", "completed", "completed", Phase.COMPLETED, 2, LINES, (FIRST, SECOND)
)  # fmt: skip
ENDED = SessionEnded(session_id="interview", total_turns=2)


def _snapshot(lines: tuple[StoredLine, ...], question_id: str | None) -> SessionStarted:
    transcript = [
        Transcript(role=x.speaker, text=x.text, sequence=x.sequence, turn_id=x.turn_id)
        for x in lines
    ]
    return entered("interview", transcript, question_id)


def _phase(question_id: str | None, left_s: float) -> PhaseChanged:
    return PhaseChanged(
        phase=Phase.WARMUP,
        question_id=question_id,
        question_text="",
        question_number=1,
        question_count=2,
        budget_left_s=left_s,
        endpointing_ms=700,
    )


def _spoken(line: StoredLine, *sentences: str) -> list[ServerMessage]:
    utterance_id = f"utterance-{line.sequence}"
    captions = [
        Sentence(utterance_id=utterance_id, index=n, text=text, start_ms=0)
        for n, text in enumerate(sentences)
    ]
    start = UtteranceStart(utterance_id=utterance_id, turn_id=line.turn_id, sequence=line.sequence)
    end = UtteranceEnd(utterance_id=utterance_id, duration_ms=500, sentences=len(sentences))
    words = Transcript(
        role="interviewer", text=line.text, sequence=line.sequence, turn_id=line.turn_id
    )
    return [start, *captions, end, words]


def _said(line: StoredLine) -> list[ServerMessage]:
    words = Transcript(
        role="candidate", text=line.text, sequence=line.sequence, turn_id=line.turn_id
    )
    return [TurnCommitted(turn_id=line.turn_id, sequence=line.sequence), words]


def faithful() -> Record:
    """Two typed answers, a reconnect between them, and the end."""
    record = Record("interview")
    messages: list[ServerMessage] = [
        _snapshot((), "one"),
        _phase("one", 300.0),
        *_spoken(LINES[0], FIRST[1]),
        *_said(LINES[1]),
        _phase("two", 290.0),
        *_spoken(LINES[2], "Good.", SECOND[1]),
        _snapshot(LINES[:3], "two"),
        *_said(LINES[3]),
        _phase(None, 0.0).model_copy(update={"phase": Phase.COMPLETED}),
        *_spoken(LINES[4], BYE),
        ENDED,
    ]
    for number, message in enumerate(messages, start=1):
        record.arrived.append(Arrived(float(number), 1, 1000 + number, message))
    record.said = [
        Said("turn-a", "typed", "Yes.", 6.5, "one", 15.0, "committed"),
        Said("turn-b", "typed", "A database.", 15.5, "two", 16.0, "committed"),
    ]
    for sequence, sentence in ((1, 0), (3, 0), (3, 1), (5, 0)):
        record.heard.append(Heard(1.0, sequence, sentence, 0, 2400))
        record.heard.append(Heard(1.0, sequence, sentence, 2400, 4800))
    return record


def found(record: Record, stored: Stored = STORED) -> set[str]:
    return {violation.kind for violation in check([record], stored)}


def _insert(record: Record, message: ServerMessage, at: int = -1) -> None:
    before = record.arrived[at]
    record.arrived.insert(
        at if at >= 0 else len(record.arrived),
        Arrived(before.at, 1, (before.seq or 0) + 1, message),
    )


def _stored(**changes: object) -> Stored:
    return dataclasses.replace(STORED, **changes)  # pyright: ignore[reportArgumentType] any field


def test_a_faithful_record_passes() -> None:
    assert check([faithful()], STORED) == []


def test_a_violation_names_the_interview() -> None:
    (violation,) = check([faithful()], _stored(evaluations=2))
    assert violation == Violation("ending", "interview", "2 evaluations")


DOCTORED_STORES: dict[str, tuple[str, Stored]] = {
    "an acknowledged answer is missing": ("lost", _stored(lines=(*LINES[:3], LINES[4]))),
    "an answer is stored in other words": (
        "lost",
        _stored(lines=(LINES[0], dataclasses.replace(LINES[1], text="No."), *LINES[2:])),
    ),
    "an answer is stored twice": (
        "duplicated",
        _stored(lines=(*LINES, dataclasses.replace(LINES[3], sequence=6))),
    ),
    "an answer nobody gave": (
        "duplicated",
        _stored(lines=(*LINES, _line(6, "turn-x", "Hm.", None))),
    ),
    "answers changed places": (
        "order",
        _stored(
            lines=(
                LINES[0],
                dataclasses.replace(LINES[3], sequence=2),
                LINES[2],
                dataclasses.replace(LINES[1], sequence=4),
                LINES[4],
            )
        ),
    ),
    "a hole": (
        "gap",
        _stored(lines=(*LINES[:3], *(dataclasses.replace(x, sequence=x.sequence + 2)
                                     for x in LINES[3:]))),
    ),
    "an answer without a reply": ("gap", _stored(lines=LINES[:4])),
    "REST tells another story": ("gap", _stored(rest_differs=True)),
    "a question asked twice": (
        "asked_twice",
        _stored(lines=(*LINES[:4], dataclasses.replace(LINES[4], text=SECOND[1]))),
    ),
    "a question left out": (
        "order",
        _stored(lines=(*LINES[:2], dataclasses.replace(LINES[2], text="Good."), *LINES[3:])),
    ),
    "answers miscounted": ("ending", _stored(total_turns=3)),
    "closed twice": (
        "ending",
        _stored(lines=(*LINES[:2], dataclasses.replace(LINES[2], directive="close"), *LINES[3:])),
    ),
    "two evaluations": ("ending", _stored(evaluations=2)),
    "told an end that is not stored": ("ending", _stored(outcome=None, status="active")),
    "not ended": ("unfinished", _stored(outcome=None, status="active")),
    "heard and not stored": ("lost", _stored(lines=LINES[:4])),
    "the answer belongs to another question": (
        "fold",
        _stored(lines=(*LINES[:3], dataclasses.replace(LINES[3], question_id="one"), LINES[4])),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCTORED_STORES)
def test_what_is_wrong_in_the_store_is_found(name: str) -> None:
    kind, stored = DOCTORED_STORES[name]
    assert kind in found(faithful(), stored)


def _heard_again(record: Record) -> None:
    record.heard.append(Heard(2.0, 3, 1, 2400, 4800))


def _sound_changed(record: Record) -> None:
    record.hear(1.0, AudioFrame(9, 0, 0, b"\1\0" * 10))
    record.hear(1.0, AudioFrame(9, 0, 0, b"\2\0" * 10))


def _two_utterances(record: Record) -> None:
    _insert(record, UtteranceStart(utterance_id="other", turn_id="turn-a", sequence=3), 5)


def _question_spoken_again(record: Record) -> None:
    _insert(record, Sentence(utterance_id="utterance-5", index=1, text=SECOND[1], start_ms=0), 21)


def _caption_changed(record: Record) -> None:
    _insert(record, Sentence(utterance_id="utterance-5", index=0, text="Bye!", start_ms=0), 21)


def _acknowledged_elsewhere(record: Record) -> None:
    _insert(record, TurnCommitted(turn_id="turn-a", sequence=4), 9)


def _two_ends(record: Record) -> None:
    _insert(record, ENDED.model_copy(update={"outcome": "expired"}))


def _after_the_end(record: Record) -> None:
    _insert(record, UtteranceStart(utterance_id="utterance-5", turn_id="turn-b", sequence=5))


def _clock_shortened(record: Record) -> None:
    """290 s left becomes 200 in the six seconds from one message to the next."""
    at = next(
        n for n, a in enumerate(record.arrived) if getattr(a.message, "budget_left_s", 0) == 290.0
    )
    record.arrived[at] = dataclasses.replace(record.arrived[at], message=_phase("two", 200.0))


def _snapshot_forgot(record: Record) -> None:
    _insert(record, _snapshot(LINES[:1], "two"), 14)


def _snapshot_rewrote(record: Record) -> None:
    other = dataclasses.replace(LINES[0], text="Something else.")
    _insert(record, _snapshot((other, *LINES[1:3]), "two"), 14)


def _shown_other_words(record: Record) -> None:
    words = Transcript(role="candidate", text="Else.", sequence=4, turn_id="turn-b")
    _insert(record, words, 20)


def _shown_what_is_not_there(record: Record) -> None:
    _insert(record, Transcript(role="candidate", text="Else.", sequence=8, turn_id="turn-z"), 20)


def _never_shown(record: Record) -> None:
    record.arrived = [
        a for a in record.arrived if getattr(a.message, "sequence", 0) != 5
        or not isinstance(a.message, Transcript)
    ]  # fmt: skip


def _gave_up(record: Record) -> None:
    record.gave_up = "a reply"


DOCTORED_RECORDS: dict[str, tuple[str, Callable[[Record], None]]] = {
    "sound twice": ("heard_twice", _heard_again),
    "sound changed": ("heard_twice", _sound_changed),
    "two utterances at one place": ("heard_twice", _two_utterances),
    "a question spoken again": ("asked_twice", _question_spoken_again),
    "a sentence said in two ways": ("asked_twice", _caption_changed),
    "acknowledged in another place": ("order", _acknowledged_elsewhere),
    "two ends": ("ending", _two_ends),
    "something after the end": ("ending", _after_the_end),
    "clock shortened": ("clock", _clock_shortened),
    "a snapshot that forgot an answer": ("fold", _snapshot_forgot),
    "a snapshot with other words": ("fold", _snapshot_rewrote),
    "other words on the screen": ("fold", _shown_other_words),
    "a line that is not there": ("fold", _shown_what_is_not_there),
    "a line never shown": ("fold", _never_shown),
    "waited in vain": ("unfinished", _gave_up),
}


@pytest.mark.parametrize("name", DOCTORED_RECORDS)
def test_what_is_wrong_in_the_record_is_found(name: str) -> None:
    kind, doctor = DOCTORED_RECORDS[name]
    record = faithful()
    doctor(record)
    assert kind in found(record)


@pytest.mark.parametrize("directive", ["close", "reprompt"])
def test_what_the_candidate_asked_to_hear_again_is_not_asked_twice(directive: str) -> None:
    """The scripted interviewer repeats the plan's own words."""
    said_again = dataclasses.replace(LINES[4], text=SECOND[1], directive=directive)
    record, stored = faithful(), dataclasses.replace(STORED, lines=(*LINES[:4], said_again))
    again = Sentence(utterance_id="utterance-5", index=1, text=SECOND[1], start_ms=0)
    _insert(record, again, 21)
    kinds = {violation.kind for violation in check([record], stored)}
    assert ("asked_twice" in kinds) == (directive == "close")
