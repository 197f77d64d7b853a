"""Figures of a list of milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["p50", "p95"]


def p50(values: Sequence[float]) -> float:
    return _quantile(values, 0.5)


def p95(values: Sequence[float]) -> float:
    return _quantile(values, 0.95)


def _quantile(values: Sequence[float], share: float) -> float:
    """The value at that share of the sorted list: one that was measured, not one in between.

    Raises `ValueError` without values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)
