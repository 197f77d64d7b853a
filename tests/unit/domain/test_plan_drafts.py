"""Plans as they are edited: whole, ordered, locked, compared and fitted to a candidate."""

from __future__ import annotations

from typing import Any

import pytest

from interview.domain.phases import Phase
from interview.domain.plan import Question, plan_hash
from interview.domain.planning.changes import changes
from interview.domain.planning.draft import Draft, EditedPlan, locked, reordered
from interview.domain.planning.tailoring import MAX_PROBES, Probe, tailored
from interview.domain.roles import get_plan, get_rubric
from interview.errors import InvalidInputError
from tests.fakes.contents import a_plan, a_rubric

ROLE = "0b0e3a4c-7f7e-4a53-9a53-6f5a3a5e1c11"
SALES = Draft(get_plan("sales"), get_rubric("sales"))
MAIN = [question.question_id for question in SALES.plan.phase(Phase.MAIN_QUESTIONS).questions]


def edited(draft: Draft = SALES, **changed: Any) -> EditedPlan:
    plan = draft.plan.model_dump(mode="json", exclude={"role", "rubric"})
    competencies: Any = draft.rubric.model_dump(mode="json")["competencies"] if draft.rubric else []
    return EditedPlan.model_validate({**plan, "competencies": competencies} | changed)


def test_what_is_written_back_unchanged_is_the_same_plan_of_the_role() -> None:
    draft = Draft.of(ROLE, edited())
    assert draft.plan == SALES.plan.model_copy(update={"role": ROLE})
    assert draft.rubric == SALES.rubric
    assert draft.plan.rubric == SALES.plan.rubric
    assert plan_hash(draft.plan) != plan_hash(SALES.plan)


def test_another_word_in_an_anchor_is_another_plan() -> None:
    """The plan's hash covers its rubric's."""
    given = edited().model_dump(mode="json")
    given["competencies"][0]["anchors"][0] += " And so on."
    one, other = Draft.of(ROLE, edited()), Draft.of(ROLE, EditedPlan.model_validate(given))
    assert one.plan.questions == other.plan.questions
    assert plan_hash(one.plan) != plan_hash(other.plan)


def test_a_competency_without_a_scored_question_is_refused() -> None:
    given = edited().model_dump(mode="json")
    for question in given["phases"][2]["questions"]:
        question["scored"] = False
    with pytest.raises(InvalidInputError, match="no scored question") as error:
        Draft.of(ROLE, EditedPlan.model_validate(given))
    assert error.value.code == "plan.invalid"


def test_what_is_refused_is_not_repeated() -> None:
    given = edited().model_dump(mode="json")
    given["phases"][2]["questions"][0]["competencies"] = ["quetzalcoatl"]
    with pytest.raises(InvalidInputError) as error:
        Draft.of(ROLE, EditedPlan.model_validate(given))
    assert "quetzalcoatl" not in error.value.message


def test_a_plan_that_scores_nobody_has_no_rubric() -> None:
    draft = Draft.of(ROLE, edited(Draft(get_plan("demo"), None)))
    assert draft.rubric is None
    assert draft.plan.rubric is None
    with pytest.raises(InvalidInputError, match="not there"):
        Draft.of(ROLE, edited(competencies=[]))


def test_the_ids_of_probes_are_not_for_plans() -> None:
    given = edited().model_dump(mode="json")
    given["phases"][2]["questions"][0]["question_id"] = "tailored-1"
    with pytest.raises(InvalidInputError, match="tailored-"):
        Draft.of(ROLE, EditedPlan.model_validate(given))


def test_questions_are_reordered_within_their_phase() -> None:
    draft = reordered(SALES, {"main_questions": MAIN[::-1]})
    ids = [q.question_id for q in draft.plan.phase(Phase.MAIN_QUESTIONS).questions]
    assert ids == MAIN[::-1]
    assert sorted(draft.plan.questions, key=str) == sorted(SALES.plan.questions, key=str)
    assert draft.plan.rubric == SALES.plan.rubric


@pytest.mark.parametrize("order", [MAIN[1:], [*MAIN, MAIN[0]], [*MAIN[1:], "unknown"], []])
def test_an_order_leaves_nothing_out_and_adds_nothing(order: list[str]) -> None:
    with pytest.raises(InvalidInputError) as error:
        reordered(SALES, {"main_questions": order})
    assert error.value.code == "plan.invalid"


def test_a_phase_never_begins_with_what_may_be_left_out() -> None:
    rubric = a_rubric()
    scored = Question(question_id="a", text="A?", competencies=("care",), scored=True)
    optional = Question(question_id="b", text="B?", optional=True)
    draft = Draft(a_plan(scored, optional, rubric=rubric), rubric)
    with pytest.raises(InvalidInputError, match="always asked"):
        reordered(draft, {"main_questions": ["b", "a"]})


def test_only_what_is_there_can_be_locked() -> None:
    assert locked(SALES, MAIN[:2]).locked == set(MAIN[:2])
    with pytest.raises(InvalidInputError) as error:
        locked(SALES, ["unknown"])
    assert error.value.code == "plan.invalid"


# Comparing


def test_a_version_differs_in_nothing_from_itself() -> None:
    found = changes(SALES, SALES)
    assert (found.texts, found.questions, found.competencies) == ((), (), ())


def test_what_was_changed_added_removed_and_moved_is_told_apart() -> None:
    given = edited().model_dump(mode="json")
    given["greeting"] = "Hello."
    main = given["phases"][2]
    main["budget_s"] = 1000
    first, second, *rest = main["questions"]
    first["text"] = "Something else?"
    added = {**rest[0], "question_id": "added", "competencies": second["competencies"]}
    main["questions"] = [first, *rest[::-1], added]
    given["competencies"] = [
        c
        for c in given["competencies"]
        if any(c["competency_id"] in q["competencies"] for q in main["questions"])
    ]
    found = changes(SALES, Draft.of(ROLE, EditedPlan.model_validate(given)))
    assert found.texts == ("greeting", "main_questions.budget_s")
    told = {(change.item_id, change.kind): change.fields for change in found.questions}
    assert told[(MAIN[0], "changed")] == ("text",)
    assert (MAIN[1], "removed") in told
    assert ("added", "added") in told
    assert (MAIN[2], "moved") in told
    assert not [key for key in told if key[0] in ("sound-check", "last-word")]


# One candidate


def probes(*after: str) -> list[Probe]:
    return [Probe(after=one, text=f"And {one}?", because="a line of it") for one in after]


def test_everybody_is_asked_the_same_whatever_is_added_for_one() -> None:
    plan = tailored(SALES.plan, probes(MAIN[0], MAIN[-1], MAIN[0]))
    main = plan.phase(Phase.MAIN_QUESTIONS)
    assert [q.question_id for q in main.questions] == [
        *(MAIN[0], "tailored-1", "tailored-3"),
        *MAIN[1:],
        "tailored-2",
    ]
    assert [q for q in plan.questions if not q.optional] == list(SALES.plan.questions)
    added = [q for q in plan.questions if q.optional]
    assert not any(q.scored or q.competencies or q.max_follow_ups for q in added)
    assert plan.rubric == SALES.plan.rubric
    assert main.budget_s == SALES.plan.phase(Phase.MAIN_QUESTIONS).budget_s


def test_probes_are_replaced_and_can_be_taken_out() -> None:
    once = tailored(SALES.plan, probes(MAIN[0]))
    again = tailored(once, probes(MAIN[1]))
    assert again == tailored(SALES.plan, probes(MAIN[1]))
    assert plan_hash(tailored(again, ())) == plan_hash(SALES.plan)


@pytest.mark.parametrize(
    "wanted", [probes("unknown"), probes("sound-check"), probes(*[MAIN[0]] * (MAX_PROBES + 1))]
)
def test_a_probe_follows_a_main_question(wanted: list[Probe]) -> None:
    with pytest.raises(InvalidInputError) as error:
        tailored(SALES.plan, wanted)
    assert error.value.code == "tailoring.invalid"
