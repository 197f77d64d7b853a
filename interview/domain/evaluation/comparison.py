"""Candidates beside each other, and how sure their order is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE, Rubric

__all__ = ["NOISE", "UNKNOWN", "Place", "Range", "places", "total_range"]

NOISE = 0.25
"""Of a total: so much it may change by another name, filler or order of the same answers."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a score may lie, both ends included."""

    low: float
    high: float


UNKNOWN = Range(LOWEST_SCORE, HIGHEST_SCORE)


@dataclass(frozen=True, slots=True)
class Place:
    """From 1. `best` is reached where all who may be behind are; `worst` where none is. Whose
    places overlap cannot be told apart."""

    best: int
    worst: int


def total_range(rubric: Rubric, ranges: Mapping[str, Range]) -> Range:
    """Of the total over the whole rubric: a competency that is not among `ranges` may be anything.
    No range is narrower than `NOISE` to both sides."""
    weight = sum(c.weight for c in rubric.competencies)
    found = [(c.weight, ranges.get(c.competency_id, UNKNOWN)) for c in rubric.competencies]
    low = sum(weighs * one.low for weighs, one in found) / weight - NOISE
    high = sum(weighs * one.high for weighs, one in found) / weight + NOISE
    return Range(max(low, LOWEST_SCORE), min(high, HIGHEST_SCORE))


def places(ranges: Mapping[str, Range]) -> dict[str, Place]:
    """By the same names. Somebody is surely ahead where all of their range is above the other's."""
    return {
        name: Place(
            best=1 + sum(other.low > own.high for other in ranges.values()),
            worst=len(ranges) - sum(other.high < own.low for other in ranges.values()),
        )
        for name, own in ranges.items()
    }
