"""What health checks of a worker look at."""

from __future__ import annotations

import asyncio
from pathlib import Path

__all__ = ["show_ready"]


async def show_ready(path: Path) -> None:
    """For ever: the file's age tells whether this loop still turns."""
    while True:
        await asyncio.to_thread(path.touch)
        await asyncio.sleep(1)
