"""What models are asked to answer with, held to the rules of plans and rubrics.

A broken rule is a `ValueError`, which pydantic tells the model's adapter in words that it may
repeat to the model: they quote nothing of the job description or the résumé.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from interview.domain.plan import Question
from interview.domain.planning.draft import invalid_plan
from interview.domain.planning.tailoring import MAX_PROBES, Probe
from interview.domain.roles.frame import scored, warmup
from interview.domain.rubric import Competency

__all__ = [
    "CompetenciesAnswer",
    "CompetencyAnswer",
    "ProbeAnswer",
    "QuestionAnswer",
    "QuestionsAnswer",
    "TailoringAnswer",
    "WarmupAnswer",
]

MAX_COMPETENCIES = 8
MAX_QUESTIONS = 15
_MOST_WORDS = 60
_NO_WORDS = re.compile(r"https?:|www\.|[<>{}]")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CompetencyAnswer(_Answer):
    name: str
    definition: str
    evidence: list[str]
    anchors: list[str]
    """For the scores 1 to 5."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        self.competency("checked")
        return self

    def competency(self, competency_id: str) -> Competency:
        try:
            return Competency(
                competency_id=competency_id,
                name=self.name.strip(),
                definition=self.definition.strip(),
                evidence=tuple(line.strip() for line in self.evidence),
                anchors=tuple(line.strip() for line in self.anchors),
            )
        except ValidationError as error:
            raise ValueError(invalid_plan(error).message) from None


class CompetenciesAnswer(_Answer):
    competencies: list[CompetencyAnswer]

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if len(self.competencies) > MAX_COMPETENCIES:
            raise ValueError(f"at most {MAX_COMPETENCIES} competencies")
        return self

    def known_as(self) -> tuple[Competency, ...]:
        """Each under an id made from its name. Two of one name are one."""
        by_name: dict[str, CompetencyAnswer] = {}
        for answer in self.competencies:
            by_name.setdefault(" ".join(answer.name.casefold().split()), answer)
        ids = _unique(map(_slug, by_name))
        return tuple(
            answer.competency(competency_id)
            for competency_id, answer in zip(ids, by_name.values(), strict=True)
        )


class QuestionAnswer(_Answer):
    label: str
    text: str
    competencies: list[str]
    probes: list[str]
    max_follow_ups: int

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        _require_speakable(self.text, *self.probes)
        if not 0 <= self.max_follow_ups <= 3:
            raise ValueError("between 0 and 3 follow-ups")
        if not self.competencies:
            raise ValueError("each question names a competency")
        return self

    def question(self, question_id: str) -> Question:
        probes = tuple(probe.strip() for probe in self.probes)[:5]
        return scored(
            question_id,
            self.text.strip(),
            competencies=tuple(dict.fromkeys(self.competencies)),
            probes=probes,
            max_follow_ups=min(self.max_follow_ups, len(probes)),
        )


class QuestionsAnswer(_Answer):
    opening: str
    questions: list[QuestionAnswer]

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not 1 <= len(self.questions) <= MAX_QUESTIONS:
            raise ValueError(f"between 1 and {MAX_QUESTIONS} questions")
        if "?" in self.opening:
            raise ValueError("the opening asks nothing")
        _require_speakable(self.opening)
        return self

    def known_as(self) -> tuple[Question, ...]:
        """Each under an id made from its label."""
        ids = _unique(_slug(answer.label) for answer in self.questions)
        return tuple(
            answer.question(question_id)
            for question_id, answer in zip(ids, self.questions, strict=True)
        )


class WarmupAnswer(_Answer):
    label: str
    text: str
    probe: str

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        _require_speakable(self.text, self.probe)
        return self

    def known_as(self) -> Question:
        return warmup(f"warmup-{_slug(self.label)}"[:64], self.text.strip(), self.probe.strip())


class ProbeAnswer(_Answer):
    after: str
    text: str
    because: str


class TailoringAnswer(_Answer):
    probes: list[ProbeAnswer]

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if len(self.probes) > MAX_PROBES:
            raise ValueError(f"at most {MAX_PROBES} probes")
        _require_speakable(*(probe.text for probe in self.probes))
        try:
            self.known_as()
        except ValidationError as error:
            raise ValueError(invalid_plan(error).message) from None
        return self

    def known_as(self) -> tuple[Probe, ...]:
        return tuple(
            Probe(after=probe.after, text=probe.text.strip(), because=probe.because.strip()[:300])
            for probe in self.probes
        )


def _require_speakable(*texts: str) -> None:
    """Raises `ValueError`."""
    for text in texts:
        if not text.strip():
            raise ValueError("no text is empty")
        if len(text.split()) > _MOST_WORDS:
            raise ValueError(f"what is said has at most {_MOST_WORDS} words")
        if text.count("?") > 1:
            raise ValueError("one question at a time: at most one question mark")
        if _NO_WORDS.search(text):
            raise ValueError("only words that can be said aloud: no address, no markup, no braces")


def _slug(text: str) -> str:
    """Of letters that have no like in ASCII nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_SLUG.sub("-", plain.lower()).strip("-")[:40].strip("-") or "item"


def _unique(ids: Iterable[str]) -> list[str]:
    found: list[str] = []
    for one in ids:
        number, free = 2, one
        while free in found:
            free, number = f"{one}-{number}", number + 1
        found.append(free)
    return found
