"""One supervised process: started, watched, started again when it dies, stopped in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from launcher.errors import StartError
from launcher.process import Program, signal_group, spawn
from launcher.standby import Standby

__all__ = ["Child", "ChildSpec"]

_STEADY_S = 10.0
"""A process that lived so long starts again without delay."""
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 5.0
_READY_TIMEOUT_S = 60.0
_POLL_S = 0.02
_LAST_LINES = 8
_TAIL_BYTES = 16_384


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """`ready(pid)` answers whether the process serves; it is asked often while it starts.
    `before` runs ahead of every start. With a `standby`, its spare takes over from one that died.
    """

    name: str
    program: Program
    ready: Callable[[int], Awaitable[bool]]
    before: Callable[[], None] = _nothing
    standby: Standby | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0


class Child:
    """Runs `spec` until stopped. `on_change` is called when a pid came or went; `say` with a
    line for the terminal."""

    def __init__(
        self,
        spec: ChildSpec,
        *,
        on_change: Callable[[], None] = _nothing,
        say: Callable[[str], None] = lambda _: None,
        steady_s: float = _STEADY_S,
    ) -> None:
        self.spec = spec
        self._on_change = on_change
        self._say = say
        self._steady_s = steady_s
        self._process: asyncio.subprocess.Process | None = None
        self._killed: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._log_start_bytes = 0
        self._stopping = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """None between two lives."""
        process = self._process
        if process is None or process is self._killed or process.returncode is not None:
            return None
        return process.pid

    async def start(self) -> None:
        """Returns once ready. Raises `StartError` when it ends before it ever was."""
        try:
            await self._spawn()
        except OSError as error:
            raise StartError(f"{self.spec.name} could not start: {error}") from None
        await self.wait_ready(first=True)
        self._watcher = asyncio.create_task(self._watch(), name=f"watch {self.spec.name}")

    async def wait_ready(self, *, first: bool = False) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while not ((pid := self.pid) is not None and await self.spec.ready(pid)):
            if first and self._process is not None and self._process.returncode is not None:
                raise StartError(f"{self.spec.name} could not start: {self._last_words()}")
            if time.monotonic() > deadline:
                raise StartError(
                    f"{self.spec.name} was not ready after {_READY_TIMEOUT_S:.0f} s; "
                    f"see {self.spec.program.log}"
                )
            await asyncio.sleep(_POLL_S)

    def kill(self) -> None:
        """SIGKILL to it and to what it started. It is between two lives from this moment."""
        pid = self.pid
        assert pid is not None, f"{self.spec.name} is between two lives"
        self._killed = self._process
        signal_group(pid, signal.SIGKILL)

    async def stop(self) -> None:
        """Asks it to end, then makes it. Idempotent."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.spec.stop_signal)
            signal_group(process.pid, signal.SIGCONT)  # a frozen one would never see the request
            try:
                await asyncio.wait_for(process.wait(), self.spec.stop_timeout_s)
            except TimeoutError:
                signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self.spec.standby is not None:
            await self.spec.standby.empty()

    async def _spawn(self) -> None:
        program, standby = self.spec.program, self.spec.standby
        self.spec.before()
        program.log.touch()
        self._log_start_bytes = program.log.stat().st_size
        self._process = await (standby.take(program.env) if standby else spawn(program))
        self._on_change()

    async def _refill(self) -> None:
        """Only once all is well again: the spare must not slow down the one it stands by."""
        assert self.spec.standby is not None
        with contextlib.suppress(StartError, OSError):  # then the next start has no spare
            await self.wait_ready()
            await self.spec.standby.fill()

    async def _watch(self) -> None:
        delay_s = 0.0
        while True:
            assert self._process is not None, "started before it is watched"
            born = time.monotonic()
            code = await self._live(self._process)
            if self._stopping:
                return
            self._on_change()
            delay_s = 0.0 if time.monotonic() - born > self._steady_s else delay_s
            self._report(code, delay_s)
            await asyncio.sleep(delay_s)
            delay_s = min(max(delay_s * 2, _FIRST_DELAY_S), _LONGEST_DELAY_S)
            self.restarts += 1
            try:
                await self._spawn()
            except OSError as error:  # its program is gone for the moment, as during an update
                self._say(f"{self.spec.name} cannot be started: {error}")

    async def _live(self, process: asyncio.subprocess.Process) -> int:
        """Its exit code, in the end."""
        if self.spec.standby is None:
            return await process.wait()
        refilling = asyncio.create_task(self._refill())
        try:
            return await process.wait()
        finally:
            refilling.cancel()
            await asyncio.wait({refilling})

    def _report(self, code: int, delay_s: float) -> None:
        again = "at once" if not delay_s else f"in {delay_s:.1f} s"
        self._say(f"{self.spec.name} ended ({_how(code)}): starting it again {again}")
        if code > 0:
            for line in self._last_lines():
                self._say(f"  {self.spec.name} | {line}")

    def _last_words(self) -> str:
        lines = self._last_lines()
        return lines[-1].strip() if lines else f"nothing in {self.spec.program.log}"

    def _last_lines(self) -> list[str]:
        """What this life of it wrote last."""
        with self.spec.program.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start_bytes, size - _TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.strip()][-_LAST_LINES:]


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
