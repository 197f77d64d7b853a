"""The room as a client draws it: a fold over what arrived, by the page's own rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from interview.domain.phases import Phase
from interview.protocol.server import (
    PhaseChanged,
    ServerMessage,
    SessionEnded,
    SessionStarted,
    Snapshot,
    Transcript,
    TurnCommitted,
    UtteranceStart,
)

__all__ = ["RoomState"]


@dataclass(slots=True)
class RoomState:
    """`take` folds one message in."""

    phase: Phase | None = None
    question_id: str | None = None
    transcript: dict[int, Transcript] = field(default_factory=dict[int, Transcript])
    committed: set[str] = field(default_factory=set[str])
    ended: SessionEnded | None = None
    over: bool = False
    _announced: int = 0
    """The newest utterance that has begun."""

    def take(self, message: ServerMessage) -> None:
        match message:
            case SessionStarted(snapshot=Snapshot() as snapshot):
                self._enter(snapshot, afresh=message.resumed_from_seq is None)
            case PhaseChanged():
                self.phase, self.question_id = message.phase, message.question_id
            case UtteranceStart():
                self._announced = max(self._announced, message.sequence)
            case Transcript():
                self.transcript[message.sequence] = message
            case TurnCommitted():
                self.committed.add(message.turn_id)
            case SessionEnded():
                self.ended, self.over = message, True
            case _:
                pass

    def _enter(self, snapshot: Snapshot, *, afresh: bool) -> None:
        spoken = [x.sequence for x in snapshot.transcript if x.role == "interviewer"]
        if afresh and self._announced <= max(spoken, default=0):
            # Otherwise more has been told: a question is stored once it has been spoken.
            self.phase, self.question_id = snapshot.phase, snapshot.question_id
        self.transcript.update({line.sequence: line for line in snapshot.transcript})
        self.committed.update(snapshot.committed_turns)
        self.over = self.over or snapshot.status in ("completed", "abandoned")
