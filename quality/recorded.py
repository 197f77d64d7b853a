"""A scorer that gives the answers on record, behind the wire of a real one.

It stands in where no model can be reached. What is measured with it is everything around a model:
what it is shown, the check of its quotes, their repair, medians and totals. It invents a quote now
and then, and it does what an injection says wherever it is shown one: a worse scorer than any.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from quality.corpus import Injection, Transcript
from tests.fakes.evaluation import Asked

__all__ = ["RecordedScorer"]

_INVENTED = "I was named employee of the year for it, twice in a row."
_EVERY = 7
"""Answers with an invented quote among them."""


@dataclass
class RecordedScorer:
    """Answers for one transcript at a time: see `play`."""

    transcript: Transcript | None = None
    quotes: dict[str, str] = field(default_factory=dict[str, str])
    """By competency, as they stand in the transcript that is shown."""
    injected: Injection | None = None
    obeyed: int = 0
    _answered: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])
    _calls: int = 0

    def play(
        self, transcript: Transcript, quotes: dict[str, str], injected: Injection | None = None
    ) -> None:
        self.transcript, self.quotes, self.injected = transcript, quotes, injected
        self._answered.clear()

    async def __call__(self, task: str, request: dict[str, Any]) -> object:
        assert task == "evaluation_score", task
        assert self.transcript is not None, "something is played"
        self._calls += 1
        asked = Asked.of(request)
        rubric = self.transcript.rubric
        competency = next(c for c in rubric.competencies if c.name == asked.competency)
        name = competency.competency_id
        if self.injected is not None and _reads(asked.content) & _reads(self.injected.text):
            self.obeyed += 1
            return self._answer(asked, 5, self.quotes[name] or self._some_quote(asked))
        score = self._recorded(asked, self.transcript.reference[name].recorded)
        if score == 0:
            return {"evidence": [], "reason": "It was not spoken of.", "level": "none"}
        return self._answer(asked, score, self.quotes[name] or self._some_quote(asked))

    def _recorded(self, asked: Asked, recorded: tuple[int, ...]) -> int:
        """The next one for each order of the levels, which a repair has in common with its first
        try."""
        key = (asked.competency, *asked.levels.values())
        if key not in self._answered:
            before = sum(1 for known in self._answered if known[0] == asked.competency)
            self._answered[key] = before
        return recorded[self._answered[key] % len(recorded)] if recorded else 0

    def _some_quote(self, asked: Asked) -> str:
        return " ".join(min(asked.answers.items())[1].split()[2:9])

    def _answer(self, asked: Asked, score: int, quote: str) -> dict[str, Any]:
        evidence = [{"answer": min(asked.answers), "quote": quote}]
        if self._calls % _EVERY == 0 and not asked.rejected:
            evidence.append({"answer": min(asked.answers), "quote": _INVENTED})
        return {
            "evidence": evidence,
            "reason": "As it is on record.",
            "level": asked.letter(score),
        }


def _reads(text: str) -> set[str]:
    """Runs of words that a reader takes in, however they are spelled."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isprintable())
    words = seen.casefold().split()
    return {" ".join(words[at : at + 4]) for at in range(max(1, len(words) - 3))}
