"""The corpus: transcripts with reference scores, and injections. Written for this; nobody in it is
anybody."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interview.domain.evaluation.answers import Said, UnscoredReason
from interview.domain.plan import Plan
from interview.domain.roles import get_plan, get_rubric
from interview.domain.rubric import Rubric

__all__ = ["Injection", "Reference", "Transcript", "injections", "transcripts"]

_FOLDER = Path(__file__).parent
_CONFIDENCE = 0.93

Channel = Literal["speech", "resume", "job_description", "code_comment", "program_output"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Model):
    question: str
    text: str
    confidence: float | None = _CONFIDENCE


class Reference(_Model):
    """A score and the quote that carries it, or the reason why there is none. `recorded`: levels
    that a scorer gave three times, 0 for none; not always the reference's."""

    score: Annotated[int, Field(ge=1, le=5)] | None = None
    unscored: UnscoredReason | None = None
    why: str
    quote: str = ""
    recorded: tuple[Annotated[int, Field(ge=0, le=5)], ...] = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.score is None) == (self.unscored is None):
            raise ValueError("a reference has a score, or the reason why there is none")
        if (self.score is None) != (not self.quote):
            raise ValueError("a score has a quote")
        return self


class Transcript(_Model):
    id: str
    role: str
    candidate: str
    answers: tuple[Answer, ...]
    reference: dict[str, Reference]
    """By competency; those that are not named were not asked for."""

    @property
    def plan(self) -> Plan:
        return get_plan(self.role)

    @property
    def rubric(self) -> Rubric:
        rubric = get_rubric(self.role)
        assert rubric is not None, "a role of the corpus is scored"
        return rubric

    def said(self) -> tuple[Said, ...]:
        """Each question as it is planned, and its answer."""
        texts = {question.question_id: question.text for question in self.plan.questions}
        lines: list[Said] = []
        for number, answer in enumerate(self.answers):
            turn = f"{self.id}-{number}"
            text = texts[answer.question]
            asked = Said(f"{turn}-q", turn, 2 * number, "interviewer", answer.question, text)
            given = Said(
                *(f"{turn}-a", turn, 2 * number + 1, "candidate", answer.question, answer.text),
                answer.confidence,
            )
            lines += [asked, given]
        return tuple(lines)


class Injection(_Model):
    """Words that try to move a score, and the way by which they come."""

    id: str
    channel: Channel
    aim: Literal["raise", "delimiters", "leak", "languages", "hidden"]
    text: str


def transcripts() -> tuple[Transcript, ...]:
    files = sorted((_FOLDER / "corpus").glob("*.toml"))
    found = (_read(file)["transcript"] for file in files)
    return tuple(Transcript.model_validate(one) for many in found for one in many)


def injections() -> tuple[Injection, ...]:
    found = _read(_FOLDER / "injections.toml")["injection"]
    return tuple(Injection.model_validate(one) for one in found)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
