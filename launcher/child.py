"""One supervised process: started, watched, started again when it dies, stopped in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from launcher.errors import StartError
from launcher.paths import REPOSITORY

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
    `before` runs ahead of every start.

    `orphan_signal` is what the process gets when the launcher is gone: by default it dies at
    once, so that it is not in the way of the next start. `tree` says that the process has
    children of its own, which must go with it. `user_id` and `group_id` are who the process
    runs as, where we are root.
    """

    name: str
    argv: Sequence[str]
    log: Path
    ready: Callable[[int], Awaitable[bool]]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    before: Callable[[], None] = _nothing
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0
    orphan_signal: Literal["INT", "KILL"] = "KILL"
    tree: bool = False
    cwd: Path = REPOSITORY
    user_id: int | None = None
    group_id: int | None = None


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
                    f"see {self.spec.log}"
                )
            await asyncio.sleep(_POLL_S)

    def kill(self) -> None:
        """SIGKILL to it and to what it started. It is between two lives from this moment."""
        pid = self.pid
        assert pid is not None, f"{self.spec.name} is between two lives"
        self._killed = self._process
        _signal_group(pid, signal.SIGKILL)

    async def stop(self) -> None:
        """Asks it to end, then makes it. Idempotent."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.spec.stop_signal)
            _signal_group(process.pid, signal.SIGCONT)  # a frozen one would never see the request
            try:
                await asyncio.wait_for(process.wait(), self.spec.stop_timeout_s)
            except TimeoutError:
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher

    async def _spawn(self) -> None:
        spec = self.spec
        spec.before()
        with spec.log.open("ab") as log:
            self._log_start_bytes = log.tell()
            starting = asyncio.create_task(
                asyncio.create_subprocess_exec(
                    *_dying_with_parent(spec),
                    cwd=spec.cwd,
                    env={**os.environ, **spec.env},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for the launcher, which stops us in order
                )
            )
            try:
                self._process = await asyncio.shield(starting)
            except asyncio.CancelledError:
                process = await starting  # or it would be left behind
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
                raise
        self._on_change()

    async def _watch(self) -> None:
        delay_s = 0.0
        while True:
            assert self._process is not None, "started before it is watched"
            born = time.monotonic()
            code = await self._process.wait()
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

    def _report(self, code: int, delay_s: float) -> None:
        again = "at once" if not delay_s else f"in {delay_s:.1f} s"
        self._say(f"{self.spec.name} ended ({_how(code)}): starting it again {again}")
        if code > 0:
            for line in self._last_lines():
                self._say(f"  {self.spec.name} | {line}")

    def _last_words(self) -> str:
        lines = self._last_lines()
        return lines[-1].strip() if lines else f"nothing in {self.spec.log}"

    def _last_lines(self) -> list[str]:
        """What this life of it wrote last."""
        with self.spec.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start_bytes, size - _TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.strip()][-_LAST_LINES:]


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _dying_with_parent(spec: ChildSpec) -> list[str]:
    """The command, made to end when the launcher does, even by SIGKILL."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None or spec.tree:
        guard = Path(__file__).with_name("guard.py")
        return [sys.executable, "-I", str(guard), *spec.argv]
    command = [setpriv, "--pdeathsig", spec.orphan_signal]
    if spec.user_id is not None:
        command += [f"--reuid={spec.user_id}", f"--regid={spec.group_id}", "--clear-groups"]
    return [*command, "--", *spec.argv]
