"""How often Python looks for what only itself holds on to."""

from __future__ import annotations

import gc

__all__ = ["collect_seldom"]

_THRESHOLDS = (10_000, 20, 5)


def collect_seldom() -> None:
    """To be called when a process is ready. What is loaded by then stays, and is not looked through
    any more. With two hundred interviews everything stood still for a fifth of a second otherwise,
    every half minute. The youngest objects, of which nearly all die young, are still looked at a
    few times a minute."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
