"""A plan as it is edited: whole, and valid at every moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interview.domain.content import Identifier, Words
from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan
from interview.domain.rubric import Competency, Rubric
from interview.errors import InvalidInputError

__all__ = [
    "PROBE_PREFIX",
    "Draft",
    "EditedPlan",
    "SpokenPhase",
    "invalid_plan",
    "locked",
    "reordered",
]

SpokenPhase = Literal["introduction", "warmup", "main_questions", "wrap_up"]

PROBE_PREFIX = "tailored-"
"""Of the ids of questions for one candidate: no plan has any."""


class EditedPlan(BaseModel):
    """All of a plan and its rubric, as a person writes it. Which role it is of, and the rubric's
    hash, follow from where it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[Words, Field(min_length=1, max_length=120)]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    greeting: Annotated[Words, Field(min_length=1, max_length=1200)]
    closing: Annotated[Words, Field(min_length=1, max_length=1200)]
    phases: Annotated[tuple[PhasePlan, ...], Field(min_length=4, max_length=4)]
    competencies: Annotated[tuple[Competency, ...], Field(max_length=20)] = ()
    """None at all: nobody is scored by it."""
    locked: Annotated[tuple[Identifier, ...], Field(max_length=200)] = ()
    """Ids of questions that no proposal changes."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`locked` are ids of questions of the plan."""

    plan: Plan
    rubric: Rubric | None
    locked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, role_id: str, edited: EditedPlan) -> Draft:
        """Raises `InvalidInputError` (`plan.invalid`)."""
        try:
            rubric = Rubric(competencies=edited.competencies) if edited.competencies else None
            plan = Plan(
                role=role_id,
                title=edited.title,
                language=edited.language,
                greeting=edited.greeting,
                closing=edited.closing,
                phases=edited.phases,
                rubric=rubric.reference() if rubric else None,
            )
        except ValidationError as error:
            raise invalid_plan(error) from None
        if rubric is None and any(question.competencies for question in plan.questions):
            raise InvalidInputError(
                "plan.invalid", "a question names a competency that is not there"
            )
        if any(question.question_id.startswith(PROBE_PREFIX) for question in plan.questions):
            raise InvalidInputError("plan.invalid", f"ids with {PROBE_PREFIX} are for candidates")
        return locked(cls(plan, rubric), edited.locked)

    def of_role(self, role_id: str, title: str) -> Draft:
        """The same for another role."""
        plan = self.plan.model_copy(update={"role": role_id, "title": title})
        return replace(self, plan=plan)


def locked(draft: Draft, question_ids: Sequence[str]) -> Draft:
    """These, and no others. Raises `InvalidInputError` (`plan.invalid`)."""
    known = {question.question_id for question in draft.plan.questions}
    if not known.issuperset(question_ids):
        raise InvalidInputError("plan.invalid", "a question is locked that is not in the plan")
    return replace(draft, locked=frozenset(question_ids))


def reordered(draft: Draft, order: Mapping[SpokenPhase, Sequence[str]]) -> Draft:
    """`order`: all the questions of a phase, by id. Raises `InvalidInputError`
    (`plan.invalid`)."""
    phases = tuple(_in_order(phase, order.get(_name(phase.phase))) for phase in draft.plan.phases)
    return replace(draft, plan=draft.plan.model_copy(update={"phases": phases}))


def invalid_plan(error: ValidationError) -> InvalidInputError:
    """What the rules of a plan say, and nothing of what was written."""
    problems = [
        str(problem["msg"]).removeprefix("Value error, ")
        for problem in error.errors(include_input=False, include_url=False)
    ]
    return InvalidInputError("plan.invalid", "; ".join(problems[:5]))


def _in_order(phase: PhasePlan, order: Sequence[str] | None) -> PhasePlan:
    if order is None:
        return phase
    by_id = {question.question_id: question for question in phase.questions}
    if sorted(by_id) != sorted(order):
        raise InvalidInputError("plan.invalid", "an order names each question of its phase once")
    try:
        return PhasePlan(
            phase=phase.phase,
            budget_s=phase.budget_s,
            opening=phase.opening,
            questions=tuple(by_id[question_id] for question_id in order),
        )
    except ValidationError as error:
        raise invalid_plan(error) from None


def _name(phase: Phase) -> SpokenPhase:
    assert phase is not Phase.COMPLETED, "nothing is asked any more"
    return phase.value
