"""The built-in coding questions, read from their files once a process."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from interview.domain.code_runs import LANGUAGES, Language
from interview.domain.coding import (
    CodeLimits,
    CodeTest,
    CodingTask,
    Starter,
    TaskLevel,
)
from interview.domain.content import Content, Identifier, Words
from interview.domain.plan import Question

__all__ = ["LibraryTask", "library", "library_task"]

_HERE = Path(__file__).parent


class LibraryTask(Content):
    """A question as it may be taken into a plan. `question` is said aloud, `hints` are what the
    interviewer may ask or point at, in this order."""

    task_id: Identifier
    question: Annotated[Words, Field(min_length=1, max_length=600)]
    hints: Annotated[tuple[Words, ...], Field(max_length=5)] = ()
    minutes: Annotated[int, Field(ge=5, le=45)]
    task: CodingTask

    def as_question(self, competencies: tuple[str, ...]) -> Question:
        return Question(
            question_id=self.task_id,
            text=self.question,
            probes=self.hints,
            max_follow_ups=len(self.hints),
            competencies=competencies,
            scored=bool(competencies),
            time_limit_s=self.minutes * 60.0,
            coding=self.task,
        )


class _File(Content):
    """As it is written: languages instead of starters, which are the same for all."""

    question: str
    hints: tuple[str, ...] = ()
    minutes: int
    title: str
    level: TaskLevel
    statement: str
    languages: tuple[Language, ...] = tuple(name for name in LANGUAGES if name != "sql")
    limits: CodeLimits = CodeLimits()
    visible_tests: tuple[CodeTest, ...]
    hidden_tests: tuple[CodeTest, ...]


@cache
def library() -> tuple[LibraryTask, ...]:
    """The easiest first."""
    levels = ("entry", "mid", "senior")
    tasks = [_read(path) for path in sorted((_HERE / "tasks").glob("*.toml"))]
    return tuple(sorted(tasks, key=lambda one: (levels.index(one.task.level), one.task_id)))


def library_task(task_id: str) -> LibraryTask:
    """Raises `KeyError`."""
    for one in library():
        if one.task_id == task_id:
            return one
    raise KeyError(task_id)


def _read(path: Path) -> LibraryTask:
    written = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    starters = _starters()
    return LibraryTask(
        task_id=path.stem,
        question=" ".join(written.question.split()),
        hints=written.hints,
        minutes=written.minutes,
        task=CodingTask(
            title=written.title,
            level=written.level,
            statement=written.statement.strip(),
            starters=tuple(
                Starter(language=name, code=starters[name]) for name in written.languages
            ),
            visible_tests=written.visible_tests,
            hidden_tests=written.hidden_tests,
            limits=written.limits,
        ),
    )


@cache
def _starters() -> dict[str, str]:
    return tomllib.loads((_HERE / "starters.toml").read_text(encoding="utf-8"))
