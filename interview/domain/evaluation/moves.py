"""How far scores move when the same words are scored once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interview.domain.evaluation.agreement import agreement
from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE

__all__ = ["Band", "Moves", "band", "level", "moves"]

Band = Literal["below", "meets", "above"]


def level(score: float) -> int:
    """The anchor it stands for: one between two counts as the upper one."""
    assert LOWEST_SCORE <= score <= HIGHEST_SCORE, "not a score"
    return int(score + 0.5)


def band(score: float) -> Band:
    """What a decision turns on: below the middle anchor, at it, or above it."""
    at = level(score)
    return "below" if at < 3 else "meets" if at == 3 else "above"


@dataclass(frozen=True, slots=True)
class Moves:
    """Of `count` pairs: the mean of new less old, with and without its sign; the one that is
    furthest from 0; the part that is in another band, 0 to 1; and how far the levels agree by
    chance-corrected `kappa` (see `agreement`). All are None without pairs."""

    count: int
    mean: float | None
    mean_absolute: float | None
    largest: float | None
    crossed: float | None
    kappa: float | None


def moves(pairs: Sequence[tuple[float, float]]) -> Moves:
    """Of old and new scores."""
    if not pairs:
        return Moves(0, None, None, None, None, None)
    changes = [new - old for old, new in pairs]
    crossed = sum(band(old) != band(new) for old, new in pairs)
    counts = Counter((level(old), level(new)) for old, new in pairs)
    return Moves(
        count=len(pairs),
        mean=sum(changes) / len(pairs),
        mean_absolute=sum(map(abs, changes)) / len(pairs),
        largest=max(changes, key=abs),
        crossed=crossed / len(pairs),
        kappa=agreement(counts).kappa,
    )
