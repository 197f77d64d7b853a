"""What models are asked by: fixed instructions in files, everything else as delimited data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from interview.domain.plan import Question
from interview.domain.rubric import Competency

__all__ = [
    "Prompt",
    "competencies_content",
    "planning_prompt",
    "questions_content",
    "tailoring_content",
    "warmup_content",
]

Task = Literal["competencies", "questions", "warmup", "tailoring"]

_MAX_RESUME_CHARS = 30_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """`sha256` is over the file."""

    text: str
    version: int
    sha256: str

    @property
    def name(self) -> str:
        """Goes on record with every answer: the version, and what tells two of one apart."""
        return f"{self.version}-{self.sha256[:12]}"


@cache
def planning_prompt(task: Task) -> Prompt:
    data = (Path(__file__).parent / f"{task}.md").read_bytes()
    head, _, text = data.decode().partition("\n\n")
    return Prompt(
        text=text.strip(),
        version=int(head.removeprefix("version:")),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def competencies_content(
    title: str, job_description: str, kept: Sequence[Competency], at_most: int
) -> str:
    return _joined(
        f"<role title={quoteattr(title)} competencies='{at_most}'/>",
        _list("kept", (_competency(competency) for competency in kept)),
        _job(job_description),
    )


def questions_content(
    title: str,
    job_description: str,
    competencies: Sequence[Competency],
    asked_already: Sequence[Question],
    room: int,
) -> str:
    covered = {c for question in asked_already if question.scored for c in question.competencies}
    return _joined(
        f"<role title={quoteattr(title)} questions='{room}'/>",
        _list("competencies", (_competency(c) for c in competencies)),
        f"<covered>{', '.join(sorted(covered))}</covered>",
        _list("asked_already", (f"<question>{escape(q.text)}</question>" for q in asked_already)),
        _job(job_description),
    )


def warmup_content(title: str, job_description: str) -> str:
    return _joined(f"<role title={quoteattr(title)}/>", _job(job_description))


def tailoring_content(title: str, questions: Sequence[Question], resume: str, room: int) -> str:
    """`resume`: what a reader of it sees; what is hidden in it is left out."""
    asked = (
        f"<question id={quoteattr(q.question_id)}>{escape(q.text)}</question>" for q in questions
    )
    return _joined(
        f"<role title={quoteattr(title)} probes='{room}'/>",
        _list("questions", asked),
        f"<resume>\n{escape(resume[:_MAX_RESUME_CHARS])}\n</resume>",
    )


def _job(description: str) -> str:
    said = escape(description) or "(there is none: go by the title)"
    return f"<job_description>\n{said}\n</job_description>"


def _competency(competency: Competency) -> str:
    named = f"id={quoteattr(competency.competency_id)} name={quoteattr(competency.name)}"
    return f"<competency {named}>{escape(competency.definition)}</competency>"


def _list(name: str, items: Iterable[str]) -> str:
    return "\n".join((f"<{name}>", *items, f"</{name}>"))


def _joined(*parts: str) -> str:
    return "\n".join(parts)
