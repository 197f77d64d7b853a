"""Keeps one service running: starts it, waits until it is ready, restarts it when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from interview.errors import ConfigError
from launcher.process import Command, Process

__all__ = ["EX_CONFIG", "RestartPolicy", "Service", "Supervised", "Watcher"]

EX_CONFIG = 78
"""The exit code (sysexits.h) of a child that found its settings wrong: never restarted."""

_POLL_S = 0.02


class Service(Protocol):
    """What is kept running."""

    @property
    def name(self) -> str: ...

    async def prepare(self) -> None:
        """Before every start: folders, files left by a dead predecessor.
        Raises `StartError` when it cannot run here at all."""
        ...

    def command(self) -> Command: ...

    async def is_ready(self, pid: int) -> bool:
        """Whether it does its work now. Cheap: asked many times a second while it starts."""
        ...


class Watcher(Protocol):
    """Told what happens to a service."""

    def started(self, name: str, pid: int) -> None: ...
    def ready(self, name: str, after_s: float) -> None: ...
    def died(self, name: str, code: int, last_lines: list[str], retry_in_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Waits before a restart, by the number of deaths in a row. A life of at least
    `steady_s` starts the count anew. A service that was never ready is given up after
    `first_start_attempts`."""

    delays_s: tuple[float, ...] = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
    steady_s: float = 10.0
    first_start_attempts: int = 3

    def delay_s(self, deaths: int) -> float:
        """`deaths` counts from 1."""
        return self.delays_s[min(deaths, len(self.delays_s)) - 1]


class Supervised:
    """One service under supervision. Start with `start`, end with `stop`."""

    def __init__(
        self,
        service: Service,
        watcher: Watcher,
        *,
        policy: RestartPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._watcher = watcher
        self._policy = policy or RestartPolicy()
        self._clock = clock
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._stopping = False
        self._was_ready = False
        self.restarts = 0

    @property
    def name(self) -> str:
        return self._service.name

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.running else None

    def start(self) -> None:
        assert self._task is None, f"{self.name} is already supervised"
        self._task = asyncio.create_task(self._run(), name=f"supervise {self.name}")

    async def wait_ready(self, timeout_s: float) -> None:
        """Returns once the service does its work. Raises what made it fail for good
        (`ConfigError`), or `TimeoutError`."""
        async with asyncio.timeout(timeout_s):
            while True:
                await self._ready_or_over()
                pid = self.pid
                # The event may be older than a death that nobody has noticed yet.
                if pid is not None and await self._service.is_ready(pid):
                    return
                await asyncio.sleep(_POLL_S)

    async def _ready_or_over(self) -> None:
        assert self._task is not None, f"{self.name} was never started"
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._task.done() and not self._task.cancelled():
            self._task.result()
            raise ConfigError(f"{self.name} has been stopped.")

    async def over(self) -> None:
        """Waits for the supervision to end; raises what ended it."""
        assert self._task is not None
        await asyncio.shield(self._task)

    def signal(self, number: int) -> None:
        """Sends to the current process, for example SIGKILL or SIGSTOP."""
        if number == signal.SIGKILL:
            self._ready.clear()
        if self._process is not None:
            self._process.signal_group(number)

    async def stop(self) -> None:
        """Idempotent. Never raises what the service failed with."""
        self._stopping = True
        if self._process is not None and self._process.running:
            await self._process.stop()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._task

    async def _run(self) -> None:
        deaths = 0
        while not self._stopping:
            began = self._clock()
            code, last_lines = await self._live_once(began)
            if self._stopping:
                return
            deaths = 1 if self._clock() - began >= self._policy.steady_s else deaths + 1
            self._give_up_if_hopeless(deaths, code, last_lines)
            delay_s = self._policy.delay_s(deaths)
            self._watcher.died(self.name, code, last_lines, delay_s)
            self.restarts += 1
            await asyncio.sleep(delay_s)

    def _give_up_if_hopeless(self, deaths: int, code: int, last_lines: list[str]) -> None:
        if code == EX_CONFIG:
            raise ConfigError(last_lines[-1] if last_lines else f"{self.name}: wrong settings.")
        if not self._was_ready and deaths >= self._policy.first_start_attempts:
            self._watcher.died(self.name, code, last_lines, float("inf"))
            raise ConfigError(f"{self.name} does not start (exit code {code}); see above.")

    async def _live_once(self, began: float) -> tuple[int, list[str]]:
        """One life of the process: its exit code and its last words."""
        await self._service.prepare()
        command = self._service.command()
        try:
            process = self._process = await _spawn(command)
        except OSError as error:
            return 127, [f"cannot run {command.argv[0]}: {error.strerror}"]
        self._watcher.started(self.name, process.pid)
        becoming_ready = asyncio.create_task(self._become_ready(process, began))
        try:
            code = await process.wait()
        finally:
            self._ready.clear()
            becoming_ready.cancel()
            if process.running:
                process.kill()
                await process.wait()
        return code, process.last_lines()

    async def _become_ready(self, process: Process, began: float) -> None:
        while not await self._service.is_ready(process.pid):
            await asyncio.sleep(_POLL_S)
        self._was_ready = True
        self._ready.set()
        self._watcher.ready(self.name, self._clock() - began)


async def _spawn(command: Command) -> Process:
    """`Process.spawn`, leaving no child behind when cancelled in the middle."""
    spawning = asyncio.create_task(Process.spawn(command))
    try:
        return await asyncio.shield(spawning)
    except asyncio.CancelledError:
        process = await spawning
        process.kill()
        await process.wait()
        raise
