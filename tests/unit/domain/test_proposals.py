"""Proposals: framed, around what is locked, and without a model from the nearest role."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.phases import Phase
from interview.domain.plan import Question
from interview.domain.planning.draft import Draft
from interview.domain.planning.nearest import nearest_role, proposed_from
from interview.domain.planning.proposal import (
    Kept,
    Proposed,
    assembled,
    kept_of,
    room_for,
    with_competencies,
)
from interview.domain.roles import get_plan, get_rubric, list_roles
from interview.domain.roles.frame import scored, warmup
from interview.errors import InvalidInputError
from tests.fakes.contents import a_competency

ROLE = "0b0e3a4c-7f7e-4a53-9a53-6f5a3a5e1c11"
ROLES = [summary.role for summary in list_roles()]
SALES = Draft(get_plan("sales"), get_rubric("sales"))
MAIN = [question.question_id for question in SALES.plan.phase(Phase.MAIN_QUESTIONS).questions]


def proposed(*competencies: str) -> Proposed:
    """A question for each."""
    return Proposed(
        warmup=warmup("warmup-lately", "What did you do lately?", "And before?"),
        opening="Now to the work itself.",
        questions=tuple(
            scored(f"about-{c}", f"How about {c}?", competencies=(c,), probes=("What else?",))
            for c in competencies
        ),
        competencies=tuple(a_competency(c) for c in competencies),
    )


def test_a_proposal_stands_in_the_frame_of_every_interview() -> None:
    draft = assembled(ROLE, "Keeper", proposed("care", "order"), Kept())
    assert (draft.plan.role, draft.plan.title) == (ROLE, "Keeper")
    built_in = get_plan("sales")
    for phase in (Phase.INTRODUCTION, Phase.WRAP_UP):
        assert draft.plan.phase(phase).questions == built_in.phase(phase).questions
    assert "AI interviewer" in draft.plan.greeting
    assert [q.question_id for q in draft.plan.phase(Phase.MAIN_QUESTIONS).questions] == [
        "about-care",
        "about-order",
    ]
    assert draft.rubric is not None
    assert draft.rubric.measures(draft.plan)


def test_a_proposal_that_leaves_a_competency_without_a_question_is_refused() -> None:
    one = proposed("care", "order")
    with pytest.raises(InvalidInputError) as error:
        assembled(ROLE, "Keeper", replace(one, questions=one.questions[:1]), Kept())
    assert error.value.code == "plan.invalid"


@given(st.sets(st.sampled_from([q.question_id for q in SALES.plan.questions])))
def test_whatever_is_locked_is_kept_to_the_word(ids: set[str]) -> None:
    before = replace(SALES, locked=frozenset(ids))
    kept = kept_of(before)
    draft = assembled(ROLE, "Keeper", proposed("care", "order"), kept)
    by_id = {q.question_id: q for q in draft.plan.questions}
    for question in SALES.plan.questions:
        if question.question_id in ids:
            assert by_id[question.question_id] == question
    assert draft.locked == ids
    assert draft.rubric is not None
    assert SALES.rubric is not None
    for competency in kept.competencies:
        assert draft.rubric.competency(competency.competency_id) == competency
    # And again: what was proposed before is not in the way of what is proposed now.
    again = assembled(ROLE, "Keeper", proposed("care"), kept_of(draft))
    assert {q.question_id for q in again.plan.questions} >= ids


def test_a_locked_question_stays_in_its_place() -> None:
    before = replace(SALES, locked=frozenset({MAIN[1]}))
    draft = assembled(ROLE, "Keeper", proposed("care", "order", "speed"), kept_of(before))
    main = [q.question_id for q in draft.plan.phase(Phase.MAIN_QUESTIONS).questions]
    assert main == ["about-care", MAIN[1], "about-order", "about-speed"]


def test_a_new_question_gives_way_to_a_locked_one_of_its_id() -> None:
    one = proposed("care")
    same = one.questions[0].model_copy(update={"question_id": MAIN[0]})
    before = replace(SALES, locked=frozenset({MAIN[0]}))
    draft = assembled(ROLE, "Keeper", replace(one, questions=(same,)), kept_of(before))
    main = [q.question_id for q in draft.plan.phase(Phase.MAIN_QUESTIONS).questions]
    assert main == [MAIN[0], f"{MAIN[0]}-2"]


def test_a_competency_that_is_kept_is_not_proposed_over() -> None:
    before = replace(SALES, locked=frozenset({MAIN[0]}))
    kept = kept_of(before)
    other = a_competency(kept.competencies[0].competency_id)
    assert with_competencies(kept, (other, a_competency("care"))) == (
        *kept.competencies,
        a_competency("care"),
    )


def test_a_locked_question_beside_the_score_takes_a_scored_one_with_it() -> None:
    """Or its competency would have none."""
    assert SALES.rubric is not None
    competency = SALES.plan.phase(Phase.MAIN_QUESTIONS).questions[0].competencies[0]
    aside = Question(question_id="aside", text="By the way?", competencies=(competency,))
    phases = tuple(
        p.model_copy(update={"questions": (*p.questions, aside)})
        if p.phase is Phase.MAIN_QUESTIONS
        else p
        for p in SALES.plan.phases
    )
    plan = SALES.plan.model_copy(update={"phases": phases})
    kept = kept_of(Draft(plan, SALES.rubric, frozenset({"aside"})))
    ids = {question.question_id for _, _, question in kept.questions}
    assert ids == {"aside", plan.scored_for(competency)[0].question_id}
    assembled(ROLE, "Keeper", proposed("care"), kept)


def test_time_says_how_many_questions_there_are() -> None:
    assert room_for(30, Kept()) == 5
    assert room_for(10, Kept()) == 1
    assert room_for(60, Kept()) == 11
    kept = kept_of(replace(SALES, locked=frozenset(MAIN)))
    assert room_for(30, kept) == 1


@pytest.mark.parametrize(
    ("title", "description", "role"),
    [
        ("Registered nurse", "Care for patients on a surgical ward, hand over shifts.", "nursing"),
        ("Backend developer", "Python services, PostgreSQL, releases.", "software-engineer"),
        ("Account executive", "Win customers, close deals, meet a quota.", "sales"),
        ("Primary school teacher", "A class of thirty pupils.", "teaching"),
        ("Analyst", "SQL, dashboards, experiments with data.", "data-analyst"),
        ("Helpdesk agent", "Answer customers' tickets.", "customer-support"),
        ("Owner of a product", "Roadmap, users, priorities.", "product-manager"),
        ("Xyz", "", "general-behavioural"),
    ],
)
def test_without_a_model_the_nearest_role_is_taken(title: str, description: str, role: str) -> None:
    assert nearest_role(title, description) == role


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("questions", [1, 2, 5, 20])
def test_a_built_in_role_cut_short_is_a_whole_plan(role: str, questions: int) -> None:
    draft = assembled(ROLE, "Somebody", proposed_from(role, questions), Kept())
    asked = draft.plan.phase(Phase.MAIN_QUESTIONS).questions
    assert asked == get_plan(role).phase(Phase.MAIN_QUESTIONS).questions[:questions]
