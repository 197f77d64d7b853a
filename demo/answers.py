"""What the candidate in a box says: for each built-in role, answers of somebody who has done that
work. Plain words, so that the word error rate measures the pipeline and not the spelling of product
names."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from interview.domain.phases import Phase

__all__ = ["answer_for", "candidate_of"]

_FOLDER = Path(__file__).parent / "said"
_OF_ANY_ROLE: dict[str, tuple[str, ...]] = {
    "sound-check": ("Yes, I can hear you well. The sound is good and I am ready to begin.",),
    "your-questions": (
        "Yes, I would like to know how the team decides what to do next, and when I hear from you.",
        "No, those were all my questions.",
    ),
    "last-word": ("No, that was all. Thank you for your time.",),
}
_BY_PHASE: dict[Phase, str] = {
    Phase.INTRODUCTION: "sound-check",
    Phase.WRAP_UP: "your-questions",
}
_LIKE_ANY_OTHER = "software-engineer"
"""Whose answers are given where a plan is none of the built-in ones."""


def candidate_of(role: str) -> str:
    """The name of whoever gives this role's answers."""
    return str(_said(role)["candidate"])


def answer_for(role: str, phase: Phase, question_id: str, given: int, before: int) -> str:
    """The answer to a question of a role's plan, or to a probe after `given` others to it.
    `before`: answers to other questions, which choose one where nothing was written for this."""
    said = _said(role)
    answers = said.get(question_id) or _OF_ANY_ROLE.get(question_id)
    if answers is None and phase in _BY_PHASE:
        answers = _OF_ANY_ROLE[_BY_PHASE[phase]]
    if answers is None:
        known = [one for name, one in said.items() if name != "candidate"]
        answers = known[before % len(known)]
    return str(answers[min(given, len(answers) - 1)])


@cache
def _said(role: str) -> dict[str, Any]:
    path = _FOLDER / f"{role}.toml"
    if not path.exists():
        path = _FOLDER / f"{_LIKE_ANY_OTHER}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
