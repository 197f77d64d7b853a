"""Which question a client shows, whatever of it was lost on the server's side."""

from __future__ import annotations

import pytest

from chaos.fold import RoomState
from interview.domain.phases import Phase
from interview.protocol.server import (
    PhaseChanged,
    SessionStarted,
    Transcript,
    UtteranceStart,
)
from tests.unit.chaos.rooms import entered


def _entered(question_id: str, spoken: int, resumed_from_seq: int | None = None) -> SessionStarted:
    lines = [
        Transcript(role="interviewer", text="And?", sequence=sequence, turn_id="turn")
        for sequence in range(1, spoken + 1, 2)
    ]
    return entered("room", lines, question_id, resumed_from_seq=resumed_from_seq)


@pytest.mark.parametrize(
    ("again", "shown"),
    [
        (_entered("first", 1), "second"),
        (_entered("first", 1, resumed_from_seq=7), "second"),
        (_entered("third", 3), "third"),
    ],
    ids=["not on record yet", "the stream goes on", "on record"],
)
def test_what_was_announced_is_shown_until_more_is_on_record(
    again: SessionStarted, shown: str
) -> None:
    room = RoomState()
    room.take(_entered("first", 1))
    assert room.question_id == "first"
    asked = PhaseChanged(
        phase=Phase.WARMUP,
        question_id="second",
        question_text="",
        question_number=2,
        question_count=2,
        budget_left_s=60,
        endpointing_ms=700,
    )
    room.take(asked)
    room.take(UtteranceStart(utterance_id="u-3", turn_id="turn", sequence=3))
    room.take(again)
    assert room.question_id == shown
