"""The built-in role that a description is most like, by the words they share."""

from __future__ import annotations

import math
import re
from collections import Counter

from interview.domain.phases import Phase
from interview.domain.plan import Question
from interview.domain.planning.proposal import Proposed
from interview.domain.roles import RoleSummary, get_plan, get_rubric, list_roles

__all__ = ["nearest_role", "proposed_from"]

FALLBACK = "general-behavioural"
_WORDS = re.compile(r"[a-z]{3,}")
_TITLE_WEIGHT = 3
"""What a title says counts for so many mentions."""
_LEAST = 0.02
"""Below it they have nothing in common but common words."""


def nearest_role(title: str, description: str) -> str:
    """Its name. The same text gives the same role; one that is like none, the general one."""
    asked = Counter(_words(description))
    for word in _words(title):
        asked[word] += _TITLE_WEIGHT
    roles = {summary.role: Counter(_words(_text(summary))) for summary in list_roles()}
    shared = Counter(word for words in roles.values() for word in words)

    def weighed(words: Counter[str]) -> dict[str, float]:
        # A word of every role tells nothing.
        return {
            word: math.log1p(count) * math.log(len(roles) / shared[word])
            for word, count in words.items()
            if word in shared
        }

    target = weighed(asked)
    likeness = {role: _cosine(target, weighed(words)) for role, words in roles.items()}
    best = max(sorted(likeness), key=lambda role: likeness[role])
    return best if likeness[best] > _LEAST else FALLBACK


def proposed_from(role: str, questions: int) -> Proposed:
    """What the built-in role asks, cut to so many questions; a competency that is left without one
    goes too. Raises `NotFoundError` (`role.not_found`)."""
    plan, rubric = get_plan(role), get_rubric(role)
    main = plan.phase(Phase.MAIN_QUESTIONS)
    chosen: tuple[Question, ...] = main.questions[:questions]
    named = {competency for question in chosen for competency in question.competencies}
    competencies = rubric.competencies if rubric else ()
    return Proposed(
        warmup=plan.phase(Phase.WARMUP).questions[0],
        opening=main.opening,
        questions=chosen,
        competencies=tuple(c for c in competencies if c.competency_id in named),
    )


def _text(summary: RoleSummary) -> str:
    rubric = get_rubric(summary.role)
    competencies = rubric.competencies if rubric else ()
    told = [f"{c.name} {c.definition} {' '.join(c.evidence)}" for c in competencies]
    name = f"{summary.title} {summary.role.replace('-', ' ')} "
    questions = [question.text for question in get_plan(summary.role).questions if question.scored]
    return " ".join((name * _TITLE_WEIGHT, summary.description, *told, *questions))


def _words(text: str) -> list[str]:
    """Without their endings, roughly: `nurses` and `nursing` are one."""
    return [re.sub(r"(ing|ers|er|es|ed|s|e)$", "", word) for word in _WORDS.findall(text.lower())]


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    product = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return product / lengths if lengths else 0.0
