"""The interview workflow's input, state and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from interview.contracts.records import Outcome
from interview.domain.endpointing import Endpointing
from interview.domain.plan import Plan
from interview.domain.progress import Position
from interview.protocol.client import Interruption, TurnMode

__all__ = [
    "Accommodation",
    "AnswerTextInput",
    "BeginTurnInput",
    "EndInput",
    "InterviewInput",
    "InterviewSnapshot",
    "InterviewState",
    "Limits",
    "RecoverTurnInput",
    "Request",
    "TurnAck",
    "TurnOutcome",
]

TurnOutcome = Literal["running", "committed", "no_speech", "cancelled", "stalled", "failed"]


class Limits(BaseModel):
    """Durations and bounds of one interview. A workflow reads no settings."""

    model_config = ConfigDict(frozen=True)

    max_answer_s: float = 300.0
    endpointing: Endpointing = Endpointing()
    nudge_after_s: float = 20.0
    """Of silence after the interviewer's last word, then again after twice as long."""
    pause_after_s: float = 150.0
    """Of silence: the interview pauses by itself."""
    pause_expiry_s: float = 7 * 24 * 3600.0
    """A pause longer than this ends the interview as `expired`."""
    stall_after_s: float = 60.0
    """Without a frame of an answer that has not ended: the turn is put back."""
    end_grace_s: float = 10.0
    """An answer in progress gets so long to be committed when the interview is ended."""
    recap_after_s: float = 60.0
    """A pause longer than this is followed by a recap."""
    provider_attempts: int = 5
    budget_grace_s: float = 30.0
    """Silence that must pass before a spent phase budget moves the interview on."""
    heartbeat_s: float = 60.0
    """Temporal's own view of a stage's worker; deaths are noticed by its pulse long before."""
    max_turns: int = 400
    """From this turn on every answer moves the interview on."""
    continue_as_new_turns: int = 40
    """Turns a run, unless the server suggests an end earlier: whoever takes over from a dead
    worker replays the run, in about 3 ms a turn."""


class InterviewState(BaseModel):
    """All that a run carries into the next one. Owned by the workflow."""

    position: Position
    status: Literal["active", "paused", "closing", "ended"] = "active"
    outcome: Outcome | None = None
    greeted: bool = False
    turn_number: int = 0
    """Of the last turn begun."""
    next_sequence: int = 1
    turns: dict[str, TurnOutcome] = Field(default_factory=dict[str, TurnOutcome])
    """What became of each turn a client began, newest last."""
    answers_committed: int = 0
    phase_time_used_s: float = 0.0
    """Active time: waiting for an answer, answering, and being spoken to."""
    question_began_s: float = 0.0
    """`phase_time_used_s` when the question had been asked."""
    silence_since: datetime | None = None
    """End of the interviewer's last playout, by estimate."""
    asked: str = ""
    """The probe that the candidate was asked last; empty where it was the plan's question."""
    nudges: int = 0
    pushed_on: bool = False
    """A spent budget moved the interview on, and the candidate has not been heard since."""
    paused_at: datetime | None = None
    extra_time_factor: float = 1.0


class InterviewInput(BaseModel):
    model_config = ConfigDict(frozen=True)

    interview_id: str
    plan: Plan
    candidate_name: str = ""
    limits: Limits = Limits()
    extra_time_factor: float = 1.0
    """Granted before it began."""
    state: InterviewState | None = None
    """Set on continue-as-new only."""


class BeginTurnInput(BaseModel):
    model_config = ConfigDict(frozen=True)

    turn_id: str
    interruption: Interruption | None = None
    mode: TurnMode = "hold"


class AnswerTextInput(BaseModel):
    model_config = ConfigDict(frozen=True)

    turn_id: str
    text: str
    interruption: Interruption | None = None


class TurnAck(BaseModel):
    """`outcome` is `running` for a turn just begun, and what became of it for one repeated."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    outcome: TurnOutcome
    behind: str | None = None
    """The spoken answer it waits for: one that is still being listened to."""


class Request(BaseModel):
    """An update without content of its own."""

    model_config = ConfigDict(frozen=True)

    reason: str = ""


class EndInput(BaseModel):
    model_config = ConfigDict(frozen=True)

    outcome: Outcome = "ended_by_candidate"


class RecoverTurnInput(BaseModel):
    """Run the unfinished stages of this turn again, under a new epoch."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    """Empty: of the turn that is running."""
    reason: str


class Accommodation(BaseModel):
    """`extra_time_factor` stretches phase budgets, silence limits and the answer's length."""

    model_config = ConfigDict(frozen=True)

    extra_time_factor: float = Field(ge=1.0, le=4.0)


class InterviewSnapshot(BaseModel):
    """Answer of the `snapshot` query."""

    model_config = ConfigDict(frozen=True)

    interview_id: str
    state: InterviewState
    question_id: str | None
    question_text: str
    running_turn_id: str | None
