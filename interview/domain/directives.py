"""What the interviewer may do after an answer, and the brief that tells the model so."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.phases import Phase
from interview.domain.plan import Question

__all__ = ["STAYING", "Brief", "Destination", "Directive", "Standing"]


class Directive(StrEnum):
    """The interviewer's decision. Exactly one of the last three is open at any time."""

    REPROMPT = "reprompt"
    """Stay: the answer was not heard, or the candidate asked to repeat or rephrase."""
    CONFIRM = "confirm"
    """Stay: the answer was recognized poorly; say what was understood, and ask. Once a question."""
    RETURN = "return"
    """Stay: back to the question after something else than an answer. Once a question."""
    FOLLOW_UP = "follow_up"
    """Stay: ask one probe about this answer."""
    CONTINUE = "continue"
    """Stay: the candidate goes on with their code."""
    NEXT_QUESTION = "next_question"
    ADVANCE_PHASE = "advance_phase"
    CLOSE = "close"


STAYING = frozenset(
    {
        Directive.REPROMPT,
        Directive.CONFIRM,
        Directive.RETURN,
        Directive.FOLLOW_UP,
        Directive.CONTINUE,
    }
)
"""Those that lead to no other question."""


class Standing(BaseModel):
    """Where the interview stands, as the room shows it."""

    model_config = ConfigDict(frozen=True)

    phase: Phase
    question_id: str | None = None
    """None once the interview closes."""
    question_text: str = ""
    question_number: int = 0
    """Of `question_count`, from 1, over the whole interview; 0 when it is over."""
    question_count: int = 0
    budget_left_s: float = 0.0


class Destination(BaseModel):
    """Where moving on leads, and the planned words that are said on the way."""

    model_config = ConfigDict(frozen=True)

    directive: Directive
    standing: Standing
    lines: tuple[str, ...]
    """Said verbatim after the model's acknowledgement: phase opening, next question, closing."""


class Brief(BaseModel):
    """All the interviewer needs to know for one reply. Built by the workflow."""

    model_config = ConfigDict(frozen=True)

    role_title: str
    candidate_name: str
    language: str
    standing: Standing
    question: Question
    """The question that the candidate is answering."""
    onward: Destination
    """What happens when the interviewer moves on."""
    allowed: tuple[Directive, ...]
    """Directives open now; `onward.directive` is always among them."""
    follow_ups_used: int = Field(ge=0)
    follow_ups_left: int = Field(ge=0)
    job: str = Field(default="", repr=False)
    """The beginning of the role's job description; filled in where the reply is made."""

    @property
    def is_coding(self) -> bool:
        return self.question.coding is not None
