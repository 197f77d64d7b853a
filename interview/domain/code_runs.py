"""Running a program that a stranger wrote: what is asked for, and what came of it.

What the output should have been is not known here: a run ends `finished`, and whoever holds the
tests says whether that is `accepted` or `wrong_answer`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "LANGUAGES",
    "MAX_INPUTS",
    "MAX_INPUT_BYTES",
    "MAX_SOURCE_BYTES",
    "CaseResult",
    "Ending",
    "Language",
    "LanguageStatus",
    "Limits",
    "OutputPiece",
    "Run",
    "RunResult",
    "SandboxStatus",
    "Verdict",
    "bounded",
    "clean",
]

Language = Literal["python", "javascript", "typescript", "java", "cpp", "go", "sql"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Ending = Literal[
    "finished",
    "runtime_error",
    "time_limit",
    "memory_limit",
    "output_limit",
    "compile_error",
    "sandbox_unavailable",
]
"""How a program ended. `finished`: by itself, with status 0."""

Verdict = Literal[
    "accepted",
    "wrong_answer",
    "runtime_error",
    "time_limit",
    "memory_limit",
    "output_limit",
    "compile_error",
    "sandbox_unavailable",
]

MAX_SOURCE_BYTES = 100_000
MAX_INPUTS = 50
MAX_INPUT_BYTES = 1024 * 1024
"""Of a run, all inputs together."""

MAX_STDOUT_CHARS = 24_000
"""Of an input, in a result: more than any test expects, so that what is cut is never right."""
MAX_STDERR_CHARS = 8_000
"""Of an input, and of what the compiler said."""
MAX_TOLD_CHARS = 32_000
"""Of a run, while it is written."""

_REPLACEMENT = "\ufffd"
_CONTROLS = {
    code: _REPLACEMENT
    for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))
    if chr(code) not in "\t\n"
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Model):
    """Of one input. Compiling has limits of its own, which nobody sets. `wall_s` runs while others
    use the processors too; `cpu_s` counts only what this run used, all its processes together."""

    cpu_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    wall_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    memory_bytes: Annotated[int, Field(ge=16 * 2**20, le=2**31)] = 256 * 2**20
    output_bytes: Annotated[int, Field(ge=1024, le=2**20)] = 64 * 1024
    """Standard output and standard error together."""


class Run(_Model):
    """A program, and what it reads from standard input, once each. In SQL an input is a script that
    makes the tables, and the program what is run against them."""

    language: Language
    source: str
    inputs: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_INPUTS)] = ("",)
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.source.encode(errors="replace")) > MAX_SOURCE_BYTES:
            raise ValueError(f"a source holds at most {MAX_SOURCE_BYTES} bytes")
        if sum(len(text.encode(errors="replace")) for text in self.inputs) > MAX_INPUT_BYTES:
            raise ValueError(f"the inputs hold at most {MAX_INPUT_BYTES} bytes together")
        return self


class OutputPiece(_Model):
    """Output as it is written, cut at any place. `case` is the index of the input; None while it is
    compiled. `attempt`: of the run, each higher than the one before; none that is shown is 0."""

    case: int | None
    stream: Literal["stdout", "stderr"]
    text: str
    attempt: int = 0


class CaseResult(_Model):
    """What came of one input. Output is `clean`, and cut at the limit. `exit_status` is a signal's
    negative number where one ended it, and None where nothing ran."""

    ending: Ending
    exit_status: int | None = None
    stdout: str = ""
    stderr: str = ""
    wall_ms: int = 0
    cpu_ms: int = 0
    memory_bytes: int = 0
    """The most that was seen at once."""


class RunResult(_Model):
    """`cases` has one a run's input, in their order; it is empty unless it was compiled. `ending`
    is `finished`, `compile_error` or `sandbox_unavailable`; `reason` then says why, to operators.
    `backend` names what held it."""

    ending: Literal["finished", "compile_error", "sandbox_unavailable"]
    cases: tuple[CaseResult, ...] = ()
    compiler: str = ""
    """What it said, `clean`."""
    compile_ms: int = 0
    backend: str = ""
    reason: str = ""


class LanguageStatus(_Model):
    """`version` is what the machine has, or empty; `reason` why it is not there."""

    language: Language
    available: bool
    version: str = ""
    reason: str = ""


class SandboxStatus(_Model):
    """What can be run now. Without a backend that passed its self-test nothing is available, and
    `reason` says why, to operators."""

    backend: str = ""
    languages: tuple[LanguageStatus, ...] = ()
    reason: str = ""

    @property
    def available(self) -> tuple[Language, ...]:
        return tuple(one.language for one in self.languages if one.available)


def clean(output: bytes | str) -> str:
    """Output as text that terminals, pages and PostgreSQL can hold: what is no UTF-8, and control
    characters other than tab and line feed, become U+FFFD. HTML stays as it is: it is text."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output
    return text.replace("\r\n", "\n").translate(_CONTROLS)


def bounded(result: RunResult) -> RunResult:
    """No longer than is looked at, whatever the limits of the run were. Blanks at the ends of
    lines, and empty lines at the end, may go; where more does, `…` stands for it."""
    return result.model_copy(
        update={
            "compiler": result.compiler[:MAX_STDERR_CHARS],
            "cases": tuple(
                case.model_copy(
                    update={"stdout": _cut(case.stdout), "stderr": case.stderr[:MAX_STDERR_CHARS]}
                )
                for case in result.cases
            ),
        }
    )


def _cut(text: str) -> str:
    if len(text) <= MAX_STDOUT_CHARS:
        return text
    settled = "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")
    return settled if len(settled) <= MAX_STDOUT_CHARS else settled[:MAX_STDOUT_CHARS] + "…"
