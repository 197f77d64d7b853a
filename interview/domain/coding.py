"""Coding questions: what is to be written, in which languages, and what it is tested by.

A program reads its input from standard input and writes its answer to standard output. In SQL the
input is a script that makes the tables, and the answer the rows of the query, columns parted by
`|`. Hidden tests stay with the plan: neither candidates nor the interviewer are shown them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interview.domain.code_runs import LANGUAGES, Language, Limits, RunResult, Verdict
from interview.domain.content import Content, Words

__all__ = [
    "MAX_CODE_BYTES",
    "CodeOutcome",
    "CodeReport",
    "TestReport",
    "judged",
    "unavailable",
    "CodeLimits",
    "CodeTest",
    "CodingTask",
    "Starter",
    "TaskLevel",
    "same_output",
]

MAX_CODE_BYTES = 30_000
"""Of one pad, in UTF-8."""
_MOST_TEST_BYTES = 256 * 1024
_MOST_TESTING_S = 120.0
"""Of the processor, all tests together: a run of them has to come to its end."""

CodeOutcome = Literal["finished", Verdict]
"""`finished`: it was run by itself, and nothing was expected of it."""
MAX_REPORTED_CHARS = 8_000
"""Of the output of one test, and of the compiler."""
_UNAVAILABLE = (
    "Code cannot be run here at the moment. Your code is saved, and the interview goes on."
)

TaskLevel = Literal["entry", "mid", "senior"]


class CodeTest(Content):
    """What a program reads, and what it has to write."""

    name: Annotated[Words, Field(min_length=1, max_length=80)]
    stdin: Annotated[Words, Field(max_length=20_000)] = ""
    expected: Annotated[Words, Field(max_length=20_000)]


class CodeLimits(Content):
    """Of one run of a program, for one test. Compiling is bounded apart from it."""

    time_s: Annotated[float, Field(gt=0, le=20)] = 5.0
    memory_mb: Annotated[int, Field(ge=16, le=1024)] = 256
    output_bytes: Annotated[int, Field(ge=1024, le=1024 * 1024)] = 64 * 1024

    def as_limits(self) -> Limits:
        """Of the clock twice as long, for others use the processors too."""
        return Limits(
            cpu_s=self.time_s,
            wall_s=self.time_s * 2,
            memory_bytes=self.memory_mb * 2**20,
            output_bytes=self.output_bytes,
        )


class Starter(Content):
    """What stands in the pad at first."""

    language: Language
    code: Annotated[Words, Field(max_length=MAX_CODE_BYTES)]


class CodingTask(Content):
    """What the candidate reads beside what is asked aloud."""

    title: Annotated[Words, Field(min_length=1, max_length=120)]
    level: TaskLevel = "mid"
    statement: Annotated[Words, Field(min_length=1, max_length=8_000)]
    starters: Annotated[tuple[Starter, ...], Field(min_length=1, max_length=len(LANGUAGES))]
    """One a language, in the order in which they are offered."""
    visible_tests: Annotated[tuple[CodeTest, ...], Field(min_length=1, max_length=10)]
    """Shown to the candidate, who may run them."""
    hidden_tests: Annotated[tuple[CodeTest, ...], Field(max_length=30)] = ()
    """Run beside the visible ones. Of them a candidate learns how many there are, and how many
    passed."""
    limits: CodeLimits = CodeLimits()

    @model_validator(mode="after")
    def _can_be_run(self) -> Self:
        if len(set(self.languages)) != len(self.starters):
            raise ValueError("a task has one starter a language")
        if "sql" in self.languages and len(self.starters) > 1:
            raise ValueError("a task in SQL is in SQL alone: its tests make tables")
        names = [test.name for test in self.tests]
        if len(set(names)) != len(names):
            raise ValueError("a task's tests have names of their own")
        size = sum(len(test.stdin.encode()) + len(test.expected.encode()) for test in self.tests)
        if size > _MOST_TEST_BYTES:
            raise ValueError(f"a task's tests hold at most {_MOST_TEST_BYTES} bytes")
        if len(self.tests) * self.limits.time_s > _MOST_TESTING_S:
            raise ValueError(f"a task's tests take at most {_MOST_TESTING_S:.0f} s together")
        if any(len(starter.code.encode()) > MAX_CODE_BYTES for starter in self.starters):
            raise ValueError(f"a starter holds at most {MAX_CODE_BYTES} bytes")
        return self

    @property
    def languages(self) -> tuple[Language, ...]:
        return tuple(starter.language for starter in self.starters)

    @property
    def tests(self) -> tuple[CodeTest, ...]:
        """The visible ones first."""
        return (*self.visible_tests, *self.hidden_tests)

    def starter(self, language: Language) -> str:
        """Empty where there is none."""
        return next((s.code for s in self.starters if s.language == language), "")

    def shown(self) -> CodingTask:
        """Without its hidden tests."""
        return self.model_copy(update={"hidden_tests": ()})


class TestReport(BaseModel):
    """What came of a test that the candidate knows."""

    model_config = ConfigDict(frozen=True)
    __test__ = False  # for pytest, which takes it for one

    name: str
    verdict: Verdict
    stdout: str = ""
    stderr: str = ""
    wall_ms: int = 0


class CodeReport(BaseModel):
    """What came of a run. Of hidden tests there are numbers alone: what a program wrote while it
    read one of them may be that test."""

    model_config = ConfigDict(frozen=True)

    verdict: CodeOutcome
    tests: tuple[TestReport, ...] = ()
    hidden_passed: int = 0
    hidden_total: int = 0
    stdout: str = ""
    stderr: str = ""
    """Of a run by itself."""
    compiler: str = ""
    wall_ms: int = 0
    """Of a run by itself, or of the visible tests alone: time may tell what is in a hidden one."""
    message: str = ""
    """What people are told beside it."""


def unavailable() -> CodeReport:
    """Nothing was run."""
    return CodeReport(verdict="sandbox_unavailable", message=_UNAVAILABLE)


def judged(result: RunResult, task: CodingTask, *, tests: bool) -> CodeReport:
    """`tests`: the run's inputs were those of the task's tests, in their order."""
    compiler = result.compiler[:MAX_REPORTED_CHARS]
    if result.ending == "sandbox_unavailable":
        return unavailable()
    if result.ending == "compile_error":
        return CodeReport(verdict="compile_error", compiler=compiler)
    if not tests:
        case = result.cases[0]
        return CodeReport(
            verdict=case.ending,
            stdout=case.stdout[:MAX_REPORTED_CHARS],
            stderr=case.stderr[:MAX_REPORTED_CHARS],
            compiler=compiler,
            wall_ms=case.wall_ms,
        )
    verdicts: list[Verdict] = []
    for case, test in zip(result.cases, task.tests, strict=True):
        if case.ending == "finished":
            right = same_output(case.stdout, test.expected)
            verdicts.append("accepted" if right else "wrong_answer")
        else:
            verdicts.append(case.ending)
    shown = len(task.visible_tests)
    failed: list[Verdict] = [one for one in verdicts[:shown] if one != "accepted"]
    if not failed and verdicts.count("accepted") < len(verdicts):
        failed = ["wrong_answer"]  # how a hidden test failed may tell what is in it
    return CodeReport(
        verdict=failed[0] if failed else "accepted",
        tests=tuple(
            TestReport(
                name=test.name,
                verdict=verdict,
                stdout=case.stdout[:MAX_REPORTED_CHARS],
                stderr=case.stderr[:MAX_REPORTED_CHARS],
                wall_ms=case.wall_ms,
            )
            for test, verdict, case in zip(
                task.visible_tests, verdicts[:shown], result.cases[:shown], strict=True
            )
        ),
        hidden_passed=verdicts[shown:].count("accepted"),
        hidden_total=len(task.hidden_tests),
        compiler=compiler,
        wall_ms=sum(case.wall_ms for case in result.cases[:shown]),
    )


def same_output(wrote: str, expected: str) -> bool:
    """Blanks at the ends of lines, and empty lines at the end, make no difference."""
    return _settled(wrote) == _settled(expected)


def _settled(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines
