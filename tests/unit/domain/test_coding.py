"""Coding questions: their rules, the built-in ones, and what nobody is told of them."""

from __future__ import annotations

import contextlib
import importlib
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from interview.coding.library import LibraryTask, library, library_task
from interview.domain.code_runs import (
    MAX_STDERR_CHARS,
    MAX_STDOUT_CHARS,
    CaseResult,
    Ending,
    RunResult,
    bounded,
)
from interview.domain.coding import CodeTest, CodingTask, Starter, judged, same_output
from interview.domain.directives import Directive
from interview.domain.phases import Phase
from interview.domain.plan import Plan, Question, plan_hash
from interview.domain.progress import MAX_STAYS, Position, apply_directive, brief
from interview.domain.roles import get_plan
from interview.domain.wording import faults
from interview.ports import Line, ReplyRequest
from interview.providers.prompt import load_prompt

SOLUTIONS = Path(__file__).parents[2] / "coding" / "solutions"
CODING = get_plan("coding")
IDS = [one.task_id for one in library()]
SECRET = CodeTest(name="hidden one", stdin="what nobody sees", expected="nor this")
TASK: dict[str, Any] = {
    "title": "Echo",
    "statement": "Write what you read.",
    "starters": (Starter(language="python", code="print(input())"),),
    "visible_tests": (CodeTest(name="shown", stdin="a", expected="a"),),
}


def _first_coding(plan: Plan) -> Position:
    questions = plan.phase(Phase.MAIN_QUESTIONS).questions
    index = next(i for i, question in enumerate(questions) if question.coding is not None)
    return Position(phase=Phase.MAIN_QUESTIONS, question_index=index)


def test_there_are_ten_and_more_at_every_level() -> None:
    assert len(IDS) >= 10
    assert {one.task.level for one in library()} == {"entry", "mid", "senior"}
    assert {name for one in library() for name in one.task.languages} >= {"sql", "go", "cpp"}


@pytest.mark.parametrize("task_id", IDS)
def test_a_reference_solution_passes_all_its_tests(task_id: str) -> None:
    one = library_task(task_id)
    assert len(one.task.visible_tests) >= 2
    assert len(one.task.hidden_tests) >= 3
    for test in one.task.tests:
        assert same_output(_solved(one, test.stdin), test.expected), test.name


@pytest.mark.parametrize("task_id", IDS)
def test_no_starter_solves_its_task(task_id: str) -> None:
    one = library_task(task_id)
    if one.task.languages == ("sql",):
        return
    names: dict[str, Any] = {"__name__": "starter"}
    exec(compile(one.task.starter("python"), "starter", "exec"), names)  # our own file
    for test in one.task.tests:
        assert not same_output("\n".join(names["solve"](test.stdin.splitlines())), test.expected)


@pytest.mark.parametrize("task_id", IDS)
def test_what_is_said_of_it_can_be_said(task_id: str) -> None:
    one = library_task(task_id)
    assert faults(one.question) == ()
    for hint in one.hints:
        assert faults(hint) == ()
        assert hint.endswith("?")


def test_the_starter_in_python_runs_as_it_is() -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("1\n2\n"))
        exec(compile(library_task("two-readings").task.starter("python"), "s", "exec"), {})
        exec(
            compile(library_task("two-readings").task.starter("python"), "s", "exec"),
            {"__name__": "__main__"},
        )
    assert out.getvalue() == "\n"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"starters": ()}, "at least 1"),
        ({"starters": TASK["starters"] * 2}, "one starter a language"),
        (
            {"starters": (*TASK["starters"], Starter(language="sql", code="SELECT"))},
            "SQL alone",
        ),
        ({"visible_tests": ()}, "at least 1"),
        ({"hidden_tests": TASK["visible_tests"]}, "names of their own"),
        ({"starters": (Starter(language="python", code="é" * 20_000),)}, "at most 30000 bytes"),
        (
            {
                "hidden_tests": tuple(
                    CodeTest(name=str(n), stdin="x" * 19_000, expected="") for n in range(20)
                )
            },
            "at most 262144 bytes",
        ),
        (
            {
                "hidden_tests": tuple(CodeTest(name=str(n), expected="") for n in range(12)),
                "limits": {"time_s": 20},
            },
            "at most 120 s",
        ),
        ({"statement": "a\x00b"}, "control characters"),
        ({"secret": 1}, "not permitted"),
    ],
)
def test_a_task_that_could_not_be_run_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CodingTask.model_validate({**TASK, **change})


def test_the_plan_is_bound_to_every_hidden_test() -> None:
    question = Question(question_id="echo", text="Please write it.")
    plain = _plan_with(question)
    task = CodingTask.model_validate(TASK)
    coded = _plan_with(question.model_copy(update={"coding": task}))
    hidden = task.model_copy(update={"hidden_tests": (SECRET,)})
    more = _plan_with(question.model_copy(update={"coding": hidden}))
    assert len({plan_hash(plan) for plan in (plain, coded, more)}) == 3
    again = Plan.model_validate_json(more.model_dump_json())
    assert plan_hash(again) == plan_hash(more)


def test_plans_without_code_keep_their_hash() -> None:
    plan = get_plan("software-engineer")
    stored = plan.model_dump(mode="json")
    for phase in stored["phases"]:
        for question in phase["questions"]:
            assert question.pop("coding") is None
    assert plan_hash(Plan.model_validate(stored)) == plan_hash(plan)


def test_hidden_tests_never_reach_the_brief_or_the_prompt() -> None:
    task = CodingTask.model_validate({**TASK, "hidden_tests": (SECRET,)})
    plan = _plan_with(Question(question_id="echo", text="Please write it.", coding=task))
    made = brief(plan, Position(phase=Phase.MAIN_QUESTIONS), 0.0, "Sam")
    request = ReplyRequest(brief=made, conversation=(Line("candidate", "Yes."),))
    told = made.model_dump_json() + load_prompt().render(request).user
    assert "Write what you read." in told
    for secret in (SECRET.name, SECRET.stdin, SECRET.expected):
        assert secret not in told


def test_talking_while_writing_does_not_end_it_until_time_or_patience_has() -> None:
    position = _first_coding(CODING)
    made = brief(CODING, position, 0.0, "Sam")
    assert Directive.CONTINUE in made.allowed
    stayed = apply_directive(CODING, position, Directive.CONTINUE)
    assert (stayed.question_index, stayed.follow_ups_used) == (position.question_index, 0)
    limit_s = made.question.time_limit_s
    assert limit_s is not None
    late = brief(CODING, position, 0.0, "Sam", limit_s)
    assert Directive.CONTINUE not in late.allowed
    patient = position.model_copy(update={"stays_used": MAX_STAYS})
    assert Directive.CONTINUE not in brief(CODING, patient, 0.0, "Sam").allowed
    talk = brief(get_plan("software-engineer"), Position(phase=Phase.MAIN_QUESTIONS), 0.0, "Sam")
    assert Directive.CONTINUE not in talk.allowed


@pytest.mark.parametrize(
    ("wrote", "expected", "same"),
    [
        ("1\n2\n", "1\n2", True),
        ("1  \r\n2\n\n", "1\n2\n", True),
        (" 1", "1", False),
        ("1\n\n2", "1\n2", False),
        ("", "\n", True),
    ],
)
def test_what_makes_no_difference_to_an_output(wrote: str, expected: str, same: bool) -> None:
    assert same_output(wrote, expected) is same


@pytest.mark.parametrize("ending", ["runtime_error", "time_limit", "finished"])
def test_neither_time_nor_failure_tells_what_a_hidden_test_is(ending: Ending) -> None:
    task = CodingTask(**TASK, hidden_tests=(SECRET,))
    right = CaseResult(ending="finished", stdout="a", wall_ms=30)
    hidden = CaseResult(ending=ending, stdout="what nobody sees", wall_ms=1_150)
    report = judged(RunResult(ending="finished", cases=(right, hidden)), task, tests=True)
    assert (report.verdict, report.wall_ms) == ("wrong_answer", 30)
    assert (report.hidden_passed, report.hidden_total) == (0, 1)
    failed = right.model_copy(update={"ending": "memory_limit"})
    report = judged(RunResult(ending="finished", cases=(failed, hidden)), task, tests=True)
    assert report.verdict == "memory_limit", "of a test that is shown it is told"


@pytest.mark.parametrize(
    ("wrote", "expected", "right"),
    [
        ("x" * 20_000 + " " * 90_000 + "\n" * 90_000, "x" * 20_000, True),
        ("x" + " " * 90_000 + "\ny", "x\ny", True),
        ("x" * 90_000, "x" * MAX_STDOUT_CHARS, False),
        ("x" + "\n" * 90_000 + "y", "x", False),
    ],
)
def test_what_is_too_long_is_cut_and_judged_the_same(
    wrote: str, expected: str, right: bool
) -> None:
    case = CaseResult(ending="finished", stdout=wrote, stderr="e" * 90_000)
    run = RunResult(ending="finished", cases=(case,) * 40, compiler="c" * 90_000)
    kept = bounded(run)
    assert all(len(one.stdout) <= MAX_STDOUT_CHARS + 1 for one in kept.cases)
    assert {len(one.stderr) for one in kept.cases} == {len(kept.compiler)} == {MAX_STDERR_CHARS}
    assert same_output(kept.cases[0].stdout, expected) is right
    assert same_output(wrote, expected) is right
    few = run.model_copy(update={"cases": (CaseResult(ending="finished", stdout="a \n\n"),)})
    assert bounded(few).cases == few.cases


def _plan_with(question: Question) -> Plan:
    base = get_plan("demo")
    phases = tuple(
        phase.model_copy(update={"questions": (question,)})
        if phase.phase is Phase.MAIN_QUESTIONS
        else phase
        for phase in base.phases
    )
    return base.model_copy(update={"phases": phases})


def _solved(one: LibraryTask, stdin: str) -> str:
    name = one.task_id.replace("-", "_")
    if one.task.languages == ("sql",):
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.executescript(stdin)
            rows = database.execute((SOLUTIONS / f"{name}.sql").read_text()).fetchall()
        return "\n".join("|".join(map(str, row)) for row in rows)
    solution = importlib.import_module(f"tests.coding.solutions.{name}")
    return "\n".join(solution.solve(stdin.splitlines()))
