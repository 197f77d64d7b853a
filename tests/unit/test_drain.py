"""A worker process that leaves."""

from __future__ import annotations

import time
from typing import cast

import pytest
from temporalio.worker import Worker

import worker
from interview.streams.pulse import LEAVING_S, Pulse


class Idle:
    async def shutdown(self) -> None:
        pass


async def test_one_that_has_nothing_to_end_stays_until_it_was_seen_to_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it was given in that moment is looked for only where its leave was told."""
    left: list[float] = []
    pulse = Pulse("redis://nowhere")
    monkeypatch.setattr(pulse, "leave", lambda: left.append(time.monotonic()))
    await worker._drain([cast(Worker, Idle())], [], pulse)  # pyright: ignore[reportPrivateUsage]

    assert len(left) == 1
    assert time.monotonic() - left[0] >= LEAVING_S
