"""A comparison, put together: totals with how far they are sure, and places that may be shared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from interview.domain.evaluation.comparison import (
    NOISE,
    UNKNOWN,
    Place,
    Range,
    places,
    total_range,
)
from interview.domain.evaluation.scores import total
from interview.domain.rubric import Rubric
from interview.persistence.comparisons import Compared, Known, KnownScore
from interview.persistence.vocabulary import DecisionKind, ScoreReason

__all__ = ["Candidate", "CandidateScore", "Comparison", "ComparedCompetency", "compare"]

METHOD = (
    "A total counts a person's score where there is one, else the model's. Its range is from the "
    "lowest to the highest sample of each competency, from 1 to 5 where one is not scored, and a "
    f"quarter point ({NOISE}) more to both sides. Somebody is ahead of somebody else only where "
    "the ranges do not touch; where they do, the two are tied and their places overlap."
)


class ComparedCompetency(BaseModel):
    competency_id: str
    name: str
    weight: float


class CandidateScore(BaseModel):
    """`score` is the one that holds; null with the reason `unscored`. `low` and `high`: where it
    may lie."""

    competency_id: str
    score: float | None
    unscored: ScoreReason | None
    low: float
    high: float
    is_overridden: bool


class Candidate(BaseModel):
    """`hidden`: reviews are blind, and one's own is not handed in; nothing is told. `unscored`:
    there is no total. `best_place` to `worst_place`: where they may stand among those that are
    scored and shown; whose places overlap are tied."""

    interview_id: str
    candidate_name: str = Field(repr=False)
    ended_at: datetime
    state: Literal["scored", "unscored", "hidden"]
    number: int | None = None
    total: float | None = None
    coverage: float = 0.0
    low: float | None = None
    high: float | None = None
    best_place: int | None = None
    worst_place: int | None = None
    needs_human: bool = False
    decision: DecisionKind | None = None
    scores: tuple[CandidateScore, ...] = ()


class Comparison(BaseModel):
    """Highest total first. `is_mixed`: not all were scored by one prompt and the same models, so
    that a difference may be theirs. `more`: there are others, which ended before these."""

    plan_hash: str
    title: str
    competencies: tuple[ComparedCompetency, ...]
    items: tuple[Candidate, ...]
    is_mixed: bool
    more: bool
    method: str = METHOD


def compare(plan_hash: str, compared: Compared, open_ids: Collection[str]) -> Comparison:
    """`open_ids`: the interviews whose scores may be shown."""
    rubric = compared.rubric
    shown = [one for one in compared.interviews if one.interview_id in open_ids]
    ranges = {
        one.interview_id: total_range(rubric, _ranges(one))
        for one in shown
        if rubric is not None and any(_holds(score) is not None for score in one.scores.values())
    }
    standing = places(ranges)
    items = [
        _candidate(one, rubric, ranges[one.interview_id], standing[one.interview_id])
        if rubric is not None and one.interview_id in ranges
        else _plain(one, "unscored" if one.interview_id in open_ids else "hidden")
        for one in compared.interviews
    ]
    scored_by = {(one.prompt, one.models) for one in shown if one.interview_id in ranges}
    return Comparison(
        plan_hash=plan_hash,
        title=compared.title,
        competencies=tuple(
            ComparedCompetency(competency_id=c.competency_id, name=c.name, weight=c.weight)
            for c in (rubric.competencies if rubric is not None else ())
        ),
        items=tuple(sorted(items, key=lambda item: -(item.total or 0))),
        is_mixed=len(scored_by) > 1,
        more=compared.more,
    )


def _holds(score: KnownScore) -> float | None:
    return score.score if score.override is None else score.override


def _range(score: KnownScore) -> Range | None:
    """None where it may be anything."""
    holds = _holds(score)
    if holds is None:
        return None
    if score.override is not None:
        return Range(holds, holds)
    known = [holds, *(one for one in (score.lowest, score.highest) if one is not None)]
    return Range(min(known), max(known))


def _ranges(one: Known) -> dict[str, Range]:
    found = {name: _range(score) for name, score in one.scores.items()}
    return {name: within for name, within in found.items() if within is not None}


def _candidate(one: Known, rubric: Rubric, within: Range, place: Place) -> Candidate:
    summed = total(rubric, {name: _holds(score) for name, score in one.scores.items()})
    return Candidate(
        interview_id=one.interview_id,
        candidate_name=one.candidate_name,
        ended_at=one.ended_at,
        state="scored",
        number=one.number,
        total=summed.score,
        coverage=summed.coverage,
        low=within.low,
        high=within.high,
        best_place=place.best,
        worst_place=place.worst,
        needs_human=any(
            (score.human or score.unscored == "pending") and score.override is None
            for score in one.scores.values()
        ),
        decision=one.decision,
        scores=tuple(
            _score(c.competency_id, one.scores[c.competency_id])
            for c in rubric.competencies
            if c.competency_id in one.scores
        ),
    )


def _score(competency_id: str, score: KnownScore) -> CandidateScore:
    within = _range(score) or UNKNOWN
    return CandidateScore(
        competency_id=competency_id,
        score=_holds(score),
        unscored=None if score.override is not None else score.unscored,
        low=within.low,
        high=within.high,
        is_overridden=score.override is not None,
    )


def _plain(one: Known, state: Literal["unscored", "hidden"]) -> Candidate:
    return Candidate(
        interview_id=one.interview_id,
        candidate_name=one.candidate_name,
        ended_at=one.ended_at,
        state=state,
        number=one.number if state == "unscored" else None,
        decision=one.decision if state == "unscored" else None,
    )
