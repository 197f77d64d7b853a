"""What a language model answers that scores answers, and when it does."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from interview.domain.roles import get_rubric, list_roles

__all__ = ["Asked", "ScoringModel", "anchor_scores", "quotes_first"]

_PATIENCE_S = 60.0


def anchor_scores() -> dict[str, int]:
    """Every anchor of the built-in roles and its score. No two scores share one."""
    rubrics = (get_rubric(role.role) for role in list_roles())
    return {
        anchor: score
        for rubric in rubrics
        if rubric is not None
        for competency in rubric.competencies
        for score, anchor in enumerate(competency.anchors, start=1)
    }


@dataclass(frozen=True)
class Asked:
    """One request, as it is read by whoever scores. `answers` are as they are shown."""

    competency: str
    levels: dict[str, str]
    answers: dict[int, str]
    content: str
    rejected: tuple[str, ...]

    @classmethod
    def of(cls, request: dict[str, Any]) -> Asked:
        content: str = request["messages"][1]["content"]
        name = re.search(r'<competency name="([^"]*)"', content)
        assert name is not None
        levels = re.findall(r"<level letter='([A-E])'>(.*?)</level>", content)
        answers = re.findall(r"<answer number='(\d+)'>(.*?)</answer>", content, re.DOTALL)
        rejected = re.findall(r"<quote>(.*?)</quote>", content, re.DOTALL)
        return cls(
            unescape(name[1]),
            {letter: unescape(text) for letter, text in levels},
            {int(number): unescape(text) for number, text in answers},
            content,
            tuple(map(unescape, rejected)),
        )

    def letter(self, score: int) -> str:
        scores = anchor_scores()
        return next(letter for letter, text in self.levels.items() if scores[text] == score)


def quotes_first(asked: Asked) -> list[dict[str, Any]]:
    """Of what is shown: a scorer cannot quote a name."""
    number, text = next(iter(asked.answers.items()))
    words = text.rpartition("[name] ")[2]
    return [{"answer": number, "quote": words[:80].rsplit(" ", 1)[0]}]


@dataclass
class ScoringModel:
    """Scores everything `score`, and quotes the beginning of the first answer. `asked` counts calls
    by competency. The first call on a competency in `holding` waits until it is `released`."""

    score: Callable[[Asked], int | None] = lambda _: 3
    quotes: Callable[[Asked], list[dict[str, Any]]] = quotes_first
    holding: set[str] = field(default_factory=set[str])
    holds: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    asked: Counter[str] = field(default_factory=Counter[str])
    requests: list[Asked] = field(default_factory=list[Asked])

    async def __call__(self, task: str, request: dict[str, Any]) -> object:
        assert task == "evaluation_score", task
        asked = Asked.of(request)
        self.asked[asked.competency] += 1
        self.requests.append(asked)
        if asked.competency in self.holding:
            self.holding.discard(asked.competency)
            self.holds.set()
            await asyncio.to_thread(self.released.wait, _PATIENCE_S)
        score = self.score(asked)
        if score is None:
            return {"evidence": [], "reason": "Nothing was said.", "level": "none"}
        return {
            "evidence": self.quotes(asked),
            "reason": "It was shown, but without a figure.",
            "level": asked.letter(score),
        }
