"""Epochs: they order every run of a stage."""

from __future__ import annotations

__all__ = ["FIRST_RUN", "Fence", "epoch_of"]

FIRST_RUN = 1
"""The epoch of a stage that runs for the first time."""

_ATTEMPTS_PER_RESCHEDULE = 1_000_000


def epoch_of(reschedule: int, attempt: int) -> int:
    """The workflow's reruns count first, then Temporal's attempts (from 1)."""
    return reschedule * _ATTEMPTS_PER_RESCHEDULE + attempt


class Fence:
    """Admits frames of the newest run seen."""

    def __init__(self) -> None:
        self._highest = 0

    def admits(self, epoch: int) -> bool:
        if epoch < self._highest:
            return False
        self._highest = epoch
        return True
