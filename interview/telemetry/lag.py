"""How late the event loop is: what makes everybody wait at once."""

from __future__ import annotations

import asyncio
from collections import deque

from interview.telemetry.metrics import LOOP_LAG_S

__all__ = ["watch_lag"]

EVERY_S = 0.5
_KEPT = 20
"""Ten seconds of them."""


async def watch_lag() -> None:
    """Until cancelled."""
    loop = asyncio.get_running_loop()
    late: deque[float] = deque(maxlen=_KEPT)
    while True:
        due = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        late.append(max(0.0, loop.time() - due))
        LOOP_LAG_S.set(max(late))
