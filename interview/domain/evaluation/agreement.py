"""How far two raters agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE

__all__ = ["Agreement", "agreement", "quadratic_weighted_kappa"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over `pairs` of scores. `exact` and `within_one`: the part of them that are the same, or one
    apart at most, 0 to 1. `kappa`: see `quadratic_weighted_kappa`; None where both always say the
    same one score, so that chance says nothing. All are None without pairs."""

    pairs: int
    exact: float | None
    within_one: float | None
    kappa: float | None


def agreement(counts: Mapping[tuple[int, int], int]) -> Agreement:
    """`counts`: how often the one gave the first score and the other the second."""
    pairs = sum(counts.values())
    if not pairs:
        return Agreement(0, None, None, None)
    same = sum(count for (a, b), count in counts.items() if a == b)
    near = sum(count for (a, b), count in counts.items() if abs(a - b) <= 1)
    return Agreement(pairs, same / pairs, near / pairs, _kappa(counts))


def quadratic_weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with quadratic weights over scores from 1 to 5: 1 is agreement, 0 what chance
    would give. 1 as well where both always say the same one score. (Cohen 1968)"""
    assert pairs, "agreement is between some"
    kappa = _kappa(Counter(pairs))
    return 1.0 if kappa is None else kappa


def _kappa(counts: Mapping[tuple[int, int], int]) -> float | None:
    """None where both always say the same one score."""
    pairs = sum(counts.values())
    levels = range(LOWEST_SCORE, HIGHEST_SCORE + 1)
    first, second = Counter[int](), Counter[int]()
    for (a, b), count in counts.items():
        first[a] += count
        second[b] += count
    observed = sum((a - b) ** 2 * count for (a, b), count in counts.items()) / pairs
    expected = sum(first[a] * second[b] * (a - b) ** 2 for a in levels for b in levels)
    return None if expected == 0 else 1.0 - observed / (expected / pairs**2)
