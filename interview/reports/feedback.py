"""Feedback for a candidate, put together from their own words. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from interview.domain.evaluation.answers import Said, relevant
from interview.domain.evaluation.feedback import ADVICE, NOTES, advice
from interview.domain.plan import Plan
from interview.evaluation.scorecard import CompetencyView, Scorecard
from interview.persistence.rows import TranscriptLine

__all__ = ["CompetencyFeedback", "Feedback", "OwnWords", "feedback"]

_MOST_QUOTES = 3


class OwnWords(BaseModel):
    """`sequence`: the place in the transcript."""

    sequence: int
    quote: str = Field(repr=False)


class CompetencyFeedback(BaseModel):
    """`quotes`: what was listened to most. `note`: why there is little to say. `advice`: what to
    tell another time."""

    name: str
    quotes: tuple[OwnWords, ...]
    note: str | None
    advice: tuple[str, ...]


class Feedback(BaseModel):
    """Holds no score, and nothing from which one could be told."""

    interview_id: str
    title: str
    competencies: tuple[CompetencyFeedback, ...]


def feedback(
    title: str, plan: Plan, scored: Scorecard, lines: Sequence[TranscriptLine]
) -> Feedback:
    said = [line.as_said() for line in lines]
    return Feedback(
        interview_id=scored.interview_id,
        title=title,
        competencies=tuple(_of(view, plan, said) for view in scored.competencies),
    )


def _of(view: CompetencyView, plan: Plan, said: Sequence[Said]) -> CompetencyFeedback:
    found = relevant(plan, view.competency_id, said)
    places = {one.utterance_id: one.sequence for one in said}
    note = None if found.unscored in (None, "no_evidence") else NOTES[found.unscored]
    answers = () if note is not None else tuple(one.text for one in found.answers)
    quotes = [
        OwnWords(sequence=places[quote.utterance_id], quote=quote.words)
        for quote in view.evidence
        if quote.utterance_id in places and quote.words
    ]
    return CompetencyFeedback(
        name=view.name,
        quotes=tuple(sorted(quotes, key=lambda quote: quote.sequence)[:_MOST_QUOTES]),
        note=note,
        advice=tuple(ADVICE[name] for name in advice(answers, plan.language)),
    )
