"""Stops asking a provider that keeps failing, for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from interview.errors import ProviderError, ProviderRejected

__all__ = ["Breaker"]

_FAILURES = 3
_OPEN_S = 15.0
_REJECTED_OPEN_S = 60.0
"""A refused key stays refused; a minute is for one that was just put right."""
_MAX_OPEN_S = 120.0


@dataclass(slots=True)
class Breaker:
    """Closed: ask. Open: do not, while there is somebody else. After its time one failure
    opens it again, one success closes it."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = field(init=False, default=0)
    _open_until: float = field(init=False, default=0.0)

    @property
    def is_open(self) -> bool:
        return self.clock() < self._open_until

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, error: ProviderError) -> None:
        self._failures += 1
        wait_s = 0.0
        if isinstance(error, ProviderRejected):
            wait_s = _REJECTED_OPEN_S
        elif error.retry_after_s is not None:
            wait_s = error.retry_after_s
        elif self._failures >= _FAILURES:
            wait_s = _OPEN_S
        self._open_until = max(self._open_until, self.clock() + min(wait_s, _MAX_OPEN_S))
