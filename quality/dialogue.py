"""Scripted dialogues: what a candidate says and does, and what a good interviewer does then.

Each file of `quality/dialogues/` holds those of one behaviour. `recorded` is what a model answered
once, played back where no model is asked; `expect` is judged in either case.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interview.domain.directives import Directive
from interview.domain.phases import Phase
from interview.domain.plan import Plan
from interview.domain.progress import Position
from interview.domain.roles import get_plan

__all__ = ["Dialogue", "Expected", "RecordedReply", "Step", "dialogues"]

_FOLDER = Path(__file__).parent / "dialogues"
_WORDS_A_SECOND = 2.5

Act = Literal["pause", "resume", "repeat", "end", "outage"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordedReply(_Model):
    """`onward` is whatever leads on at that point. `else_onward`: so does a directive that is not
    open, as with a provider that holds to the schema it is given."""

    directive: Directive | Literal["onward"] = "onward"
    reply: str = "Thanks, I have that down."
    else_onward: bool = False


class Expected(_Model):
    """Of all that the interviewer said in a step. Patterns are searched for, in any case."""

    directive: tuple[Directive | Literal["onward"], ...] = ()
    """One of these was chosen."""
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()
    asks_again: bool = False
    """The question that stands, or the probe, word for word."""
    silent: bool = False
    at: str = ""
    """The question that stands afterwards; `end` where it is over."""
    status: Literal["", "active", "paused", "ended"] = ""


class Step(_Model):
    """One of `say`, `unheard`, `silence_s` and `act`. `until_end`: what is said is said to every
    question from here on."""

    say: str = ""
    typed: bool = False
    seconds: Annotated[float, Field(gt=0)] | None = None
    """An answer takes so long; by default as long as it is."""
    confidence: float = 0.93
    unheard: bool = False
    """They spoke, and nothing was recognized."""
    silence_s: float = 0.0
    act: Act | None = None
    for_s: float = 0.0
    """A pause lasts so long."""
    until_end: bool = False
    recorded: RecordedReply = RecordedReply()
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum((bool(self.say), self.unheard, self.silence_s > 0, self.act is not None)) != 1:
            raise ValueError("a step is something said, silence, or an act")
        return self

    @property
    def duration_ms(self) -> int:
        seconds = self.seconds or 1 + len(self.say.split()) / _WORDS_A_SECOND
        return round(seconds * 1000)


class Dialogue(_Model):
    id: str
    behaviour: str
    """A line of what a good interviewer does."""
    role: str = "software-engineer"
    plan: Plan | None = None
    """In place of the role's."""
    job: str = ""
    """The job description."""
    candidate: str = "Ada"
    at: str = ""
    """Begins with the answer to this question; empty: with the greeting."""
    follow_ups_used: int = 0
    mended: bool = False
    """A model that misbehaves is on record: what it wants is not what is said. Not for a live one,
    which is what it is."""
    greeting: Expected = Expected()
    step: tuple[Step, ...]

    @property
    def held_by(self) -> Plan:
        return self.plan or get_plan(self.role)

    @property
    def position(self) -> Position | None:
        """None: it begins at the beginning."""
        if not self.at:
            return None
        return _position(self.held_by, self.at, self.follow_ups_used)

    @property
    def has_outage(self) -> bool:
        return any(step.act == "outage" for step in self.step)


class _File(_Model):
    dialogue: tuple[Dialogue, ...]


@cache
def dialogues() -> tuple[Dialogue, ...]:
    """All, by file. Those with an outage come last."""
    files = [
        _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(_FOLDER.glob("*.toml"))
    ]
    found = [one for file in files for one in file.dialogue]
    return tuple(sorted(found, key=lambda one: one.has_outage))


def _position(plan: Plan, question_id: str, follow_ups_used: int) -> Position:
    for phase in plan.phases:
        for index, question in enumerate(phase.questions):
            if question.question_id == question_id:
                return Position(
                    phase=Phase(phase.phase),
                    question_index=index,
                    follow_ups_used=follow_ups_used,
                )
    raise ValueError(f"{plan.role} has no question {question_id}")
