"""What a timeline consists of. Nothing that anybody said is in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from interview.contracts.turns import TurnRef
from interview.domain.phases import Phase
from interview.persistence.vocabulary import TurnKind, TurnStatus

__all__ = [
    "Ending",
    "Stage",
    "StageRun",
    "Step",
    "StepKind",
    "Timeline",
    "TurnTrack",
    "ms",
]

Stage = Literal["transcribe", "converse", "speak"]

Ending = Literal["completed", "failed", "timed_out", "cancelled", "running"]

StepKind = Literal[
    "began",
    "continued",
    "asked",
    "timer",
    "task",
    "child",
    "recovery",
    "worker_lost",
    "decision_failed",
    "ended",
]
"""`continued`: a new run of the workflow took over all of its state. `asked`: an update, such as
`pause`. `task`: an activity that belongs to no turn. `recovery`: stages were to be run again, since
whoever ran them was gone. `worker_lost`: what was to be decided went to another worker."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Step(_Model):
    """`name` is the update's, the timer's, the activity's or the child's; for `ended` how. `about`
    is the id of the run that began, what the update asked for, or what the activity was to do.
    `took_ms` is None where it takes no time, or is not over."""

    at: datetime
    kind: StepKind
    name: str = ""
    about: str = ""
    took_ms: int | None = None
    attempts: int = 1
    ending: Ending = "completed"
    error: str = ""


class StageRun(_Model):
    """One run of a stage: a bar of the waterfall. `after_ms` counts from the turn's beginning.
    `waited_ms` is until a worker took its last attempt, those before included; None where none has
    it yet, or what waits is not told before it is over. `error` is of the last attempt that failed,
    the one that ended it or one before. `provider` holds the model as well, where it has a name;
    `prompt_version` is what it was told."""

    stage: Stage
    rerun: int
    """0: the first run. Others were begun because the one before was lost."""
    after_ms: int
    waited_ms: int | None = None
    ran_ms: int | None = None
    attempts: int = 1
    ending: Ending = "running"
    outcome: str = ""
    directive: str = ""
    error: str = ""
    provider: str = ""
    prompt_version: str = ""
    worker: str = ""


class TurnTrack(_Model):
    """One turn. `committed_after_ms` is when its answer was safe. `status` is None where no row
    tells of it."""

    turn_id: str
    turn_number: int
    kind: TurnKind
    phase: Phase
    question_id: str | None
    status: TurnStatus | None
    began_at: datetime
    took_ms: int | None
    committed_after_ms: int | None
    retries: int
    recoveries: int
    stages: tuple[StageRun, ...]

    @classmethod
    def of(
        cls,
        ref: TurnRef,
        began_at: datetime,
        stages: tuple[StageRun, ...],
        status: TurnStatus | None,
        committed_at: datetime | None,
    ) -> TurnTrack:
        ends = [_end(run) for run in stages]
        return cls(
            turn_id=ref.turn_id,
            turn_number=ref.turn_number,
            kind=ref.kind,
            phase=ref.phase,
            question_id=ref.question_id,
            status=status,
            began_at=began_at,
            took_ms=None if None in ends else max(end or 0 for end in ends),
            committed_after_ms=None if committed_at is None else ms(committed_at - began_at),
            retries=sum(run.attempts - 1 for run in stages),
            recoveries=len({run.rerun for run in stages} - {0}),
            stages=stages,
        )


class Timeline(_Model):
    """Steps and turns in their order. `complete` is False where the history is longer than what is
    read of one, or is not kept any more, as a whole or from its beginning."""

    interview_id: str
    complete: bool
    runs: int
    """Of the workflow; more than one where it was continued as new."""
    steps: tuple[Step, ...]
    turns: tuple[TurnTrack, ...]

    @property
    def status(self) -> str:
        """`running`, or how the workflow ended."""
        last = self.steps[-1] if self.steps else None
        return last.name if last is not None and last.kind == "ended" else "running"


def ms(span: timedelta) -> int:
    """Clocks of two machines may differ, and nothing is before its beginning."""
    return max(0, round(span / timedelta(milliseconds=1)))


def _end(run: StageRun) -> int | None:
    if run.ending == "running":
        return None
    return run.after_ms + (run.waited_ms or 0) + (run.ran_ms or 0)
