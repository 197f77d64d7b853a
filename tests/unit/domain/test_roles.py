"""The built-in interviews keep to what makes a good interviewer."""

from __future__ import annotations

import re

import pytest

from interview.contracts.interview import InterviewInput
from interview.domain.phases import Phase
from interview.domain.plan import Plan, Question
from interview.domain.progress import Position, brief, greeting_lines
from interview.domain.roles import DEFAULT_ROLE, get_plan, get_rubric, list_roles
from interview.domain.rubric import Rubric
from interview.domain.scripts import fixed_lines
from interview.domain.wording import faults, spoken_words, topics_not_asked
from interview.errors import NotFoundError
from interview.ports import Line, ReplyRequest
from interview.providers.prompt import load_prompt

PUBLIC = [summary.role for summary in list_roles()]
SPOKEN = [role for role in PUBLIC if role != "coding"]
"""Whose main questions are answered by talking alone."""

WORDS_A_SECOND = 2.5
ANSWER_S = {Phase.INTRODUCTION: 15, Phase.WARMUP: 75, Phase.MAIN_QUESTIONS: 120, Phase.WRAP_UP: 60}
"""What candidates usually take for an answer, thinking included."""
PROBED_S = 45
"""A probe, and what is said to it."""

MISSING = {
    "own part": r"\byou (do|say|tell|try|bring|show|build|change)\b|yourself|yours?\b",
    "result": r"\bend(ed)?\b|result|afterwards|in the end|happen|measure|today|since then|stand",
    "number": r"\bhow (many|much|large|long|late)|numbers?\b|figures|measure|count|damage",
    "alternative": (
        r"turn(ed)? down|other way|choose|leave out|left out|cut|rule out|weigh|give up|"
        r"not to|leave for later|suspect"
    ),
}
"""What probes ask for, by words that do so."""


def _rubric(role: str) -> Rubric:
    rubric = get_rubric(role)
    assert rubric is not None
    return rubric


def _main(role: str) -> tuple[Question, ...]:
    return get_plan(role).phase(Phase.MAIN_QUESTIONS).questions


def _usual_s(plan: Plan, phase: Phase) -> float:
    """How long a phase takes with every probe that is allowed."""
    said = [plan.phase(phase).opening]
    if phase is Phase.INTRODUCTION:
        said.append(plan.greeting)
    total = 0.0
    for question in plan.phase(phase).questions:
        said.append(question.text)
        total += ANSWER_S[phase] + question.max_follow_ups * PROBED_S
    return total + sum(map(spoken_words, said)) / WORDS_A_SECOND


def test_the_public_list_holds_the_roles_and_not_the_demonstration() -> None:
    assert PUBLIC == [
        "software-engineer",
        "data-analyst",
        "product-manager",
        "customer-support",
        "sales",
        "nursing",
        "teaching",
        "general-behavioural",
        "coding",
    ]
    assert DEFAULT_ROLE in PUBLIC
    assert get_plan("demo").role == "demo"
    assert get_rubric("demo") is None


def test_roles_can_be_told_apart() -> None:
    for values in zip(*[(s.role, s.title, s.description) for s in list_roles()], strict=True):
        assert len(set(values)) == len(PUBLIC)
    texts = [q.text for role in PUBLIC for q in _main(role)]
    assert len(set(texts)) == len(texts)


def test_an_unknown_role_is_not_found() -> None:
    for get in (get_plan, get_rubric):
        with pytest.raises(NotFoundError) as caught:
            get("astronaut")
        assert caught.value.code == "role.not_found"


@pytest.mark.parametrize("role", [*PUBLIC, "demo"])
def test_every_line_that_asks_is_one_question_in_few_plain_words(role: str) -> None:
    for question in get_plan(role).questions:
        for line in (question.text, *question.probes):
            assert faults(line) == (), line
            assert line.count("?") <= 1, line
            assert line[-1] in ".?", line
        assert all(probe.endswith("?") for probe in question.probes)
        assert all(spoken_words(probe) <= 20 for probe in question.probes)
        assert len(set(question.probes)) == len(question.probes)
        assert len(question.probes) >= question.max_follow_ups


@pytest.mark.parametrize("role", PUBLIC)
def test_what_is_said_around_the_questions_asks_nothing_private_either(role: str) -> None:
    plan = get_plan(role)
    for text in (plan.greeting, plan.closing, *(p.opening for p in plan.phases)):
        assert topics_not_asked(text) == ()
        assert "?" not in text


@pytest.mark.parametrize("role", PUBLIC)
def test_the_first_words_say_who_speaks_how_long_it_takes_and_what_is_fine(role: str) -> None:
    plan = get_plan(role)
    minutes = next(s.minutes for s in list_roles() if s.role == role)
    said = " ".join(greeting_lines(plan, "Sam"))
    assert said.startswith("Hello, Sam, ")
    for part in ("AI interviewer", f"about {minutes} minutes", "pause", "repeat", "type", "think"):
        assert part in said
    assert greeting_lines(plan, "Sam")[-1] == plan.phases[0].questions[0].text
    assert "sound" in greeting_lines(plan, "Sam")[-1]
    assert "{" not in said


@pytest.mark.parametrize("role", SPOKEN)
def test_the_minutes_promised_are_the_minutes_it_takes(role: str) -> None:
    plan = get_plan(role)
    minutes = next(s.minutes for s in list_roles() if s.role == role)
    assert minutes * 60 == sum(phase.budget_s for phase in plan.phases)
    usual = {phase.phase: _usual_s(plan, phase.phase) for phase in plan.phases}
    for phase in plan.phases:
        assert usual[phase.phase] <= phase.budget_s
        limits = [q.time_limit_s for q in phase.questions if q.time_limit_s is not None]
        assert sum(limits) <= phase.budget_s
    assert 0.7 <= sum(usual.values()) / (minutes * 60) <= 1.0


@pytest.mark.parametrize("role", SPOKEN)
def test_main_questions_are_scored_timed_and_probed_within_limits(role: str) -> None:
    assert 4 <= len(_main(role)) <= 5
    counted = {"four": 4, "five": 5}
    opening = get_plan(role).phase(Phase.MAIN_QUESTIONS).opening
    assert [counted[w] for w in re.findall(r"\b(four|five)\b", opening)] == [len(_main(role))]
    for question in _main(role):
        assert question.scored
        assert not question.optional
        assert question.time_limit_s is not None
        assert 1 <= question.max_follow_ups <= 2
    plan = get_plan(role)
    for phase in (Phase.INTRODUCTION, Phase.WARMUP, Phase.WRAP_UP):
        for question in plan.phase(phase).questions:
            assert not question.scored
            assert question.competencies == ()


@pytest.mark.parametrize("role", SPOKEN)
@pytest.mark.parametrize("missing", MISSING)
def test_probes_ask_for_what_answers_leave_out(role: str, missing: str) -> None:
    asked = [
        p for q in _main(role) for p in q.probes if re.search(MISSING[missing], p, re.IGNORECASE)
    ]
    assert asked, missing


@pytest.mark.parametrize("role", SPOKEN)
def test_the_rubric_is_covered_in_the_order_of_the_questions(role: str) -> None:
    plan, rubric = get_plan(role), _rubric(role)
    assert rubric.measures(plan)
    first = [q.competencies[0] for q in _main(role)]
    assert first == [c.competency_id for c in rubric.competencies]


@pytest.mark.parametrize("role", PUBLIC)
def test_anchors_are_whole_sentences_that_stand_alone(role: str) -> None:
    for competency in _rubric(role).competencies:
        for text in (competency.definition, *competency.anchors, *competency.evidence):
            assert text[0].isupper(), text
            assert text.endswith("."), text
            assert text.count(". ") == 0, text
        for anchor in competency.anchors:
            assert 8 <= spoken_words(anchor) <= 40, anchor
            # Scorers see them in any order, so none may lean on another.
            leaning = r"^(in addition|also|additionally|as above|does all|all of)|\b(above|below)\b"
            assert not re.search(leaning, anchor, re.IGNORECASE), anchor
            # What was done, not how good it was.
            judging = r"\b(excellent|outstanding|poor(ly)?|good|weak|strong|impressive|very)\b"
            assert not re.search(judging, anchor, re.IGNORECASE), anchor


def test_anchors_belong_to_one_role() -> None:
    anchors = [a for r in PUBLIC for c in _rubric(r).competencies for a in c.anchors]
    assert len(anchors) == 5 * sum(len(_rubric(r).competencies) for r in PUBLIC)
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("role", PUBLIC)
def test_nothing_of_the_rubric_reaches_the_interviewer_the_workflow_or_the_room(role: str) -> None:
    plan = get_plan(role)
    told = [InterviewInput(interview_id="one", plan=plan).model_dump_json()]
    told += fixed_lines(plan, "Sam")
    for phase in plan.phases:
        for index in range(len(phase.questions)):
            made = brief(plan, Position(phase=phase.phase, question_index=index), 0.0, "Sam")
            told.append(made.model_dump_json())
            request = ReplyRequest(brief=made, conversation=(Line("candidate", "Yes."),))
            rendered = load_prompt().render(request)
            told.append(rendered.system + rendered.user)
    for competency in _rubric(role).competencies:
        secret = (competency.definition, *competency.anchors, *competency.evidence)
        for text in told:
            assert not any(words in text for words in secret)


@pytest.mark.parametrize("role", PUBLIC)
def test_the_end_leaves_room_for_the_candidate_and_says_what_happens_next(role: str) -> None:
    plan = get_plan(role)
    assert "ask me" in plan.phase(Phase.WRAP_UP).questions[0].text
    assert "a person decides" in plan.closing
    assert "Goodbye" in plan.closing
