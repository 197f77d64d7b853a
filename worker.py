"""The worker process: from its settings to its drain. What it is made of is in `workers/`."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import structlog
import uvloop
from temporalio import workflow
from temporalio.worker import Worker

from interview.audio.decode import warm_decoder
from interview.config import Settings, load_settings
from interview.errors import ConfigError
from interview.garbage import collect_seldom
from interview.logging import configure_logging
from interview.persistence.database import Database
from interview.security.data_keys import build_data_keys
from interview.security.living import require_master_keys
from interview.security.production import check_production
from interview.streams.pulse import Pulse
from interview.telemetry.exposition import exposed
from interview.telemetry.tracing import start_tracing, stop_tracing
from interview.temporal_client import connect_temporal
from interview.temporal_setup import prepare_namespace
from workers.beside import beside_workers
from workers.chores import begin_chores, begin_showing_ready
from workers.means import Means, gather_means
from workers.options import Common
from workers.providers import Providers, build_providers
from workers.turns import turn_workers

log = structlog.stdlib.get_logger("worker")

THREADS = 32
"""For what is heard, encoded and stored. Most of them wait, and the end of an answer must not wait
behind them; by default there are four more than processors."""
DATABASE_PATIENCE_S = 600.0
"""A task that waits for a key goes on at once when the database is back."""


async def serve(settings: Settings, providers: Providers) -> None:
    """Until SIGTERM or SIGINT; then running activities get `workers.options.DRAIN` to finish."""
    configure_logging(settings.log_format, settings.log_level)
    # Fields of their own say it.
    workflow.logger.workflow_info_on_message = False
    if settings.worker_ready_file is not None:
        settings.worker_ready_file.unlink(missing_ok=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, "worker"))
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    async with AsyncExitStack() as stack:
        pulse = Pulse(settings.redis_url)
        means = await _connect(settings, providers, pulse.worker_id, stack)
        common = Common.of(settings, means.client, pulse)
        workers = [*turn_workers(means, common), *beside_workers(means, common)]
        await asyncio.to_thread(warm_decoder)
        # Left in the reverse order: the signs of life end after the last stage has.
        pulse.start()
        stack.push_async_callback(asyncio.to_thread, pulse.stop)
        begin_chores(means, pulse, stack)
        running = [asyncio.create_task(worker.run()) for worker in workers]
        stack.push_async_callback(_drain, workers, running, pulse)
        begin_showing_ready(means, stack)
        collect_seldom()
        log.info("worker.ready", slots=settings.worker_slots)
        stopped = asyncio.create_task(stop.wait())
        # A worker ends by itself only when it cannot go on: then this process ends, and says why.
        await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
        log.info("worker.draining")


async def _connect(
    settings: Settings, providers: Providers, worker_id: str, stack: AsyncExitStack
) -> Means:
    """To the database, Temporal and Redis; whoever watches is told from here on."""
    database = Database.from_settings(settings)
    stack.push_async_callback(database.close)
    keys = build_data_keys(settings, database)
    await require_master_keys(keys)
    start_tracing(settings, "intervue-worker")
    stack.push_async_callback(asyncio.to_thread, stop_tracing)
    exposition = exposed(settings.metrics_host, settings.worker_metrics_port)
    if exposition is not None:
        stack.callback(exposition.close)
    client = await connect_temporal(
        settings,
        keys,
        # By which the lookout finds what was given to a worker that could not say it had it.
        identity=worker_id,
        patience_s=DATABASE_PATIENCE_S,
        runtime=exposition and exposition.runtime,
    )
    await prepare_namespace(client)
    return gather_means(settings, client, database, keys, providers, stack)


async def _drain(
    workers: Sequence[Worker], running: Sequence[asyncio.Task[None]], pulse: Pulse
) -> None:
    """All at once: none takes a new task while another one finishes its last."""
    pulse.leave()
    await asyncio.gather(*(worker.shutdown() for worker in workers))
    await asyncio.gather(*running)


if __name__ == "__main__":
    try:
        loaded = load_settings()
        check_production(loaded)
        uvloop.run(serve(loaded, build_providers(loaded)))
    except ConfigError as error:
        sys.exit(str(error))
