"""The worker that runs candidates' programs: wiring only. It holds no secrets: whoever breaks out
of a program's walls finds a connection to Temporal and Redis here, and nothing to open what lies
there with."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
import uvloop
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from activities.code import RunCode
from activities.interceptors import ActivityInterceptor
from interview.config import CodeSettings, load_code_settings
from interview.contracts.ids import CODE_QUEUE
from interview.domain.code_runs import SandboxStatus
from interview.errors import ConfigError, StreamError
from interview.logging import configure_logging
from interview.ready_file import show_ready
from interview.sandbox.exchange import ALIVE_S, CodeExchange
from interview.sandbox.factory import build_sandbox
from interview.sandbox.port import Sandbox
from interview.streams.log import connect_redis
from interview.streams.pulse import Pulse
from interview.temporal_connection import open_connection

log = structlog.stdlib.get_logger("code_worker")

DRAIN = timedelta(seconds=10)
CHECK_EVERY_S = 600.0
"""Walls that held once may not hold after an update of the machine."""
SECRETS = (
    *("DATABASE_URL", "AUTH_KEYS", "MASTER_KEYS", "SMTP_URL", "OIDC_CLIENT_SECRET"),
    *("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "STT_API_KEY", "LLM_OPENAI_API_KEY"),
    *("LLM_ANTHROPIC_API_KEY", "TTS_API_KEY", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
    "POSTGRES_PASSWORD",
)


def refuse_secrets() -> None:
    """Raises `ConfigError`: who starts this worker beside them has to take them away."""
    if found := [name for name in SECRETS if os.environ.get(name)]:
        raise ConfigError(
            f"{', '.join(found)}: set here, where programs of strangers run. Start the worker that "
            "runs code without them."
        )


class Standing:
    """What can be run here, tried now and then, and told to whoever asks in Redis."""

    def __init__(
        self, exchange: CodeExchange, sandbox: Sandbox, *, every_s: float = CHECK_EVERY_S
    ) -> None:
        self.worker_id = f"{socket.gethostname()}:{os.getpid()}"
        self.checked = asyncio.Event()
        self._exchange = exchange
        self._sandbox = sandbox
        self._every_s = every_s
        self._status = SandboxStatus(backend=sandbox.name, reason="the sandbox is being tried")

    async def check(self) -> None:
        while True:
            self._status = await self._try()
            self.checked.set()
            languages = [*self._status.available]
            log.info("sandbox.checked", languages=languages, reason=self._status.reason)
            await self._tell()
            await asyncio.sleep(self._every_s)

    async def _try(self) -> SandboxStatus:
        """Whatever befalls the check: who waits for it goes on, and it is made again."""
        try:
            return await self._sandbox.check()
        except Exception:
            log.exception("sandbox.check_failed")
            return SandboxStatus(backend=self._sandbox.name, reason="the check broke down")

    async def tell(self) -> None:
        while True:
            await self._tell()
            await asyncio.sleep(ALIVE_S / 4)

    async def _tell(self) -> None:
        try:
            await self._exchange.show_alive(self.worker_id, self._status)
        except StreamError as error:
            log.warning("sandbox.untold", code=error.code)

    async def leave(self) -> None:
        try:
            await self._exchange.leave(self.worker_id)
        except StreamError as error:
            log.warning("sandbox.untold", code=error.code)


async def connect(settings: CodeSettings) -> Client:
    """Without a codec: it could open nothing. Raises `ConfigError`."""
    return await open_connection(settings, pydantic_data_converter)


async def serve(settings: CodeSettings, sandbox: Sandbox) -> None:
    """Until SIGTERM or SIGINT; then what runs gets `DRAIN` to finish."""
    configure_logging(settings.log_format, settings.log_level)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(sandbox.close)
        redis = connect_redis(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        exchange = CodeExchange(redis)
        standing = Standing(exchange, sandbox)
        stack.push_async_callback(standing.leave)
        worker = Worker(
            await connect(settings),
            task_queue=CODE_QUEUE,
            activities=[RunCode(exchange, sandbox, standing.checked).run],
            # Never started: no turn is worked on here.
            interceptors=[ActivityInterceptor(Pulse(settings.redis_url))],
            max_concurrent_activities=settings.code_slots,
            graceful_shutdown_timeout=DRAIN,
        )
        running = asyncio.create_task(worker.run())
        stack.push_async_callback(_drain, worker, running)
        beside = [standing.check(), standing.tell()]
        if settings.worker_ready_file is not None:
            beside.append(show_ready(settings.worker_ready_file))
        for work in beside:
            stack.callback(asyncio.create_task(work).cancel)
        log.info("code_worker.ready", backend=sandbox.name, slots=settings.code_slots)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, running], return_when=asyncio.FIRST_COMPLETED)


async def _drain(worker: Worker, running: asyncio.Task[None]) -> None:
    await worker.shutdown()
    await running


if __name__ == "__main__":
    try:
        refuse_secrets()
        loaded = load_code_settings()
        uvloop.run(serve(loaded, build_sandbox(loaded)))
    except ConfigError as error:
        sys.exit(str(error))
