"""How long to wait before a busy server is asked again."""

from __future__ import annotations

__all__ = ["wait_s"]

_LONGEST_WAIT_S = 5.0


def wait_s(asked: str | None, tried: int) -> float:
    """In seconds. `asked`: the server's `Retry-After`; `tried`: times so far."""
    try:
        return min(max(float(asked or 0.2 * tried), 0.05), _LONGEST_WAIT_S)
    except ValueError:
        return 0.2 * tried
