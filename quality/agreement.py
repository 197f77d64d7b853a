"""How far two raters agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE

__all__ = ["quadratic_weighted_kappa"]


def quadratic_weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with quadratic weights over scores from 1 to 5: 1 is agreement, 0 what chance
    would give. 1 as well where both always say the same one score. (Cohen 1968)"""
    assert pairs, "agreement is between some"
    levels = range(LOWEST_SCORE, HIGHEST_SCORE + 1)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    expected = sum(first[a] * second[b] * (a - b) ** 2 for a in levels for b in levels)
    expected /= len(pairs) ** 2
    return 1.0 if expected == 0 else 1.0 - observed / expected
