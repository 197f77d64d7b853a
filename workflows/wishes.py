"""What clients want of an interview, until its loop has taken it up."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from interview.contracts.interview import AnswerTextInput, BeginTurnInput
    from interview.contracts.records import Outcome

__all__ = ["Wishes"]


@dataclass
class Wishes:
    """Set by update handlers. `turn` is an answer that waits for its turn; an `end` stays."""

    turn: BeginTurnInput | AnswerTextInput | None = None
    pause: bool = False
    resume: bool = False
    repeat: bool = False
    end: Outcome | None = None

    @property
    def is_any(self) -> bool:
        return (
            self.turn is not None
            or self.pause
            or self.resume
            or self.repeat
            or self.end is not None
        )
