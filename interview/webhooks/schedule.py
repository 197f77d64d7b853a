"""When a delivery that failed is tried again."""

from __future__ import annotations

import random

__all__ = ["RETRIES_S", "retry_after_s"]

RETRIES_S = (5.0, 60.0, 300.0, 1_800.0, 7_200.0, 14_400.0, 28_800.0, 36_000.0)
"""Between one try and the next: a day in all."""
_JITTER = 0.1


def retry_after_s(tries: int, asked_s: float | None = None) -> float | None:
    """After so many tries, at least one; None: it was the last. What failed together is not tried
    together again. `asked_s`: what the receiver asks for, if that is longer."""
    if tries > len(RETRIES_S):
        return None
    wait_s = RETRIES_S[tries - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)
    return max(wait_s, asked_s or 0.0)
