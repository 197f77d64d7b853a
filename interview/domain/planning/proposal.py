"""Putting a proposal into the frame that every interview has, around what a person has locked."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.planning.draft import Draft, invalid_plan
from interview.domain.roles.frame import SCORED_S, framed, main_questions_in
from interview.domain.rubric import Competency, Rubric

__all__ = ["Kept", "Proposed", "assembled", "kept_of", "room_for", "with_competencies"]

_MOST_COMPETENCIES = 20


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a proposal may decide: the middle of the interview. Everything else is the frame's."""

    warmup: Question
    opening: str
    questions: tuple[Question, ...]
    competencies: tuple[Competency, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a proposal goes round: questions by phase, each with its place in it, and the
    competencies that they name."""

    questions: tuple[tuple[Phase, int, Question], ...] = ()
    competencies: tuple[Competency, ...] = ()
    locked: frozenset[str] = frozenset()

    def of(self, phase: Phase) -> list[tuple[int, Question]]:
        return [(place, question) for p, place, question in self.questions if p is phase]


def kept_of(draft: Draft | None) -> Kept:
    """The locked questions. Where one names a competency that no locked one is scored for, the
    first that is stays too: a plan has no competency without a scored question."""
    if draft is None:
        return Kept()
    placed = [
        (phase.phase, place, question)
        for phase in draft.plan.phases
        for place, question in enumerate(phase.questions)
    ]
    stays = {q.question_id for _, _, q in placed if q.question_id in draft.locked}
    named = {c for _, _, q in placed if q.question_id in stays for c in q.competencies}
    while named:
        covered = {
            c for _, _, q in placed if q.question_id in stays and q.scored for c in q.competencies
        }
        missing = sorted(named - covered)
        if not missing:
            break
        first = draft.plan.scored_for(missing[0])[0]
        stays.add(first.question_id)
        named |= set(first.competencies)
    competencies = draft.rubric.competencies if draft.rubric else ()
    return Kept(
        questions=tuple(entry for entry in placed if entry[2].question_id in stays),
        competencies=tuple(c for c in competencies if c.competency_id in named),
        locked=draft.locked,
    )


def with_competencies(kept: Kept, proposed: tuple[Competency, ...]) -> tuple[Competency, ...]:
    """Those that are kept, to the word, and then the others."""
    known = {c.competency_id for c in kept.competencies}
    others = tuple(c for c in proposed if c.competency_id not in known)
    return (*kept.competencies, *others)[:_MOST_COMPETENCIES]


def room_for(minutes: int, kept: Kept) -> int:
    """How many main questions are to be proposed, at least one."""
    return max(1, main_questions_in(minutes) - len(kept.of(Phase.MAIN_QUESTIONS)))


def assembled(role_id: str, title: str, proposed: Proposed, kept: Kept) -> Draft:
    """A whole plan. Raises `InvalidInputError` (`plan.invalid`) where it does not hold together."""
    taken = {question.question_id for _, _, question in kept.questions}
    questions = tuple(_renamed(question, taken) for question in proposed.questions)
    try:
        rubric = Rubric(competencies=with_competencies(kept, proposed.competencies))
        frame = framed(
            role_id,
            title,
            "",
            first=_renamed(proposed.warmup, taken),
            opening=proposed.opening,
            questions=_around(kept.of(Phase.MAIN_QUESTIONS), questions),
            competencies=rubric.competencies,
        ).plan
        phases = tuple(_with_kept(phase, kept) for phase in frame.phases)
        whole = {**dict(frame), "phases": phases, "rubric": rubric.reference()}
        plan = Plan.model_validate(whole)
    except ValidationError as error:
        raise invalid_plan(error) from None
    return Draft(plan, rubric, kept.locked)


def _with_kept(phase: PhasePlan, kept: Kept) -> PhasePlan:
    """The main questions have theirs already."""
    mine = kept.of(phase.phase)
    if not mine or phase.phase is Phase.MAIN_QUESTIONS:
        return phase
    ids = {question.question_id for _, question in mine}
    own = tuple(q for q in phase.questions if q.question_id not in ids)
    # One question is enough to warm up.
    if phase.phase is Phase.WARMUP:
        own = ()
    extra_s = SCORED_S * sum(question.scored for _, question in mine)
    return PhasePlan(
        phase=phase.phase,
        budget_s=phase.budget_s + extra_s,
        opening=phase.opening,
        questions=_around(mine, own),
    )


def _around(kept: list[tuple[int, Question]], others: tuple[Question, ...]) -> tuple[Question, ...]:
    """Each kept one in its place, as far as there are others to go before it."""
    questions = list(others)
    for place, question in kept:
        questions.insert(place, question)
    return tuple(questions)


def _renamed(question: Question, taken: set[str]) -> Question:
    """Under an id that is free, which is taken from now on."""
    question_id, number = question.question_id, 2
    while question_id in taken:
        suffix = f"-{number}"
        question_id = f"{question.question_id[: 64 - len(suffix)]}{suffix}"
        number += 1
    taken.add(question_id)
    return question.model_copy(update={"question_id": question_id})
