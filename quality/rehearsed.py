"""What was said and done in a rehearsed dialogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interview.domain.directives import Directive
from interview.domain.plan import Question
from quality.dialogue import Dialogue, Step

__all__ = ["Rehearsed", "Sentence", "StepRun", "Utterance"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """`planned`: from the plan, or one of the interviewer's fixed lines; no model wrote it."""

    text: str
    planned: bool


@dataclass(frozen=True, slots=True)
class Utterance:
    """`directive` is None for what the interviewer says by itself. `question` is the one being
    answered before it."""

    sentences: tuple[Sentence, ...]
    directive: Directive | None = None
    onward: Directive | None = None
    """What would have led on."""
    question: Question | None = None
    provider: str = ""

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def own(self) -> str:
        """A model's words in it."""
        return " ".join(sentence.text for sentence in self.sentences if not sentence.planned)


@dataclass(slots=True)
class StepRun:
    """`step` is None for the greeting."""

    step: Step | None
    said: tuple[Utterance, ...] = ()
    asked_before: str = ""
    """The question or probe that stood before."""
    question_after: str = ""
    """Id; `end` once it is over."""
    status_after: Literal["active", "paused", "closing", "ended"] = "active"


@dataclass(slots=True)
class Rehearsed:
    dialogue: Dialogue
    runs: list[StepRun] = field(default_factory=list[StepRun])
    outcome: str = ""
    """Empty where it was left before its end."""
    mended: int = 0
    last_resorts: int = 0
    """Replies that no model made."""
    seconds: float = 0.0
    """That the model took."""

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        return tuple(utterance for run in self.runs for utterance in run.said)
