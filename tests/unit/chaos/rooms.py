"""What a room is told when it is entered."""

from __future__ import annotations

from collections.abc import Sequence

from interview.domain.phases import Phase
from interview.protocol.server import SessionStarted, Snapshot, Transcript


def entered(
    session_id: str,
    lines: Sequence[Transcript],
    question_id: str | None,
    *,
    resumed_from_seq: int | None = None,
) -> SessionStarted:
    snapshot = Snapshot(
        status="active",
        role="demo",
        title="",
        candidate_name="",
        phase=Phase.WARMUP,
        question_id=question_id,
        question_text="",
        question_number=1,
        question_count=2,
        transcript=list(lines),
        pending_turn=None,
        committed_turns=[line.turn_id for line in lines if line.role == "candidate"],
        endpointing_ms=700,
    )
    return SessionStarted(
        session_id=session_id, version=2, snapshot=snapshot, resumed_from_seq=resumed_from_seq
    )
