"""What a worker process does beside its tasks, for as long as it runs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from interview.persistence.deliveries import DeliveryRecords
from interview.ready_file import show_ready
from interview.resuming import Resuming
from interview.streams.pulse import STUCK_AFTER_S, Pulse
from interview.sweeping import Sweeping
from interview.telemetry.lag import watch_lag
from interview.webhooks.sweeping import WebhookSweeping
from workers.means import Means

__all__ = ["begin_chores", "begin_showing_ready"]

RESUMING_EVERY_S = 60.0
"""Plans, probes and evaluations that were asked for and whose workflow was not started."""


def begin_chores(means: Means, pulse: Pulse, stack: AsyncExitStack) -> None:
    """Until `stack` is left."""
    settings, database = means.settings, means.database
    telling = WebhookSweeping(
        DeliveryRecords(database), means.client, settings.webhook_sweep_every_s
    )
    for chore in (
        _show_alive(pulse),
        watch_lag(),
        Sweeping(database, means.erasing, settings.erasure_sweep_every_s).run(),
        Resuming(database, means.client, RESUMING_EVERY_S).run(),
        telling.run(),
    ):
        stack.callback(asyncio.create_task(chore).cancel)


def begin_showing_ready(means: Means, stack: AsyncExitStack) -> None:
    """To whoever looks at the file that the settings name."""
    if (path := means.settings.worker_ready_file) is not None:
        stack.callback(asyncio.create_task(show_ready(path)).cancel)


async def _show_alive(pulse: Pulse) -> None:
    while True:
        pulse.loop_is_alive()
        await asyncio.sleep(STUCK_AFTER_S / 3)
