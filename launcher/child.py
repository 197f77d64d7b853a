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

from launcher.errors import StartError
from launcher.paths import REPOSITORY

__all__ = ["Child", "ChildSpec"]

_STEADY_S = 10.0
"""A process that lived so long starts again without delay."""
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 5.0
_READY_TIMEOUT_S = 60.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """`ready` answers whether the process serves; it is asked every 50 ms while it starts.

    `user_id` and `group_id` are who the process runs as, where we are root.
    """

    name: str
    argv: Sequence[str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0
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
        on_change: Callable[[], None] = lambda: None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.spec = spec
        self._on_change = on_change
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._stopping = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Returns once ready. Raises `StartError` when it ends before it ever was."""
        await self._spawn()
        await self.wait_ready(first=True)
        self._watcher = asyncio.create_task(self._watch())

    async def wait_ready(self, *, first: bool = False) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while not (self.pid is not None and await self.spec.ready()):
            if first and self._process is not None and self._process.returncode is not None:
                raise StartError(f"{self.spec.name} could not start: {self._last_words()}")
            if time.monotonic() > deadline:
                raise StartError(
                    f"{self.spec.name} was not ready after {_READY_TIMEOUT_S:.0f} s; "
                    f"see {self.spec.log}"
                )
            await asyncio.sleep(_POLL_S)

    async def stop(self) -> None:
        """Asks it to end, then makes it."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.spec.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), self.spec.stop_timeout_s)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher

    async def _spawn(self) -> None:
        spec = self.spec
        with spec.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_dying_with_parent(spec),
                cwd=spec.cwd,
                env={**os.environ, **spec.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the launcher, which stops us in order
            )
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
            delay_s = 0.0 if time.monotonic() - born > _STEADY_S else delay_s
            again = "at once" if not delay_s else f"in {delay_s:.1f} s"
            self._say(f"{self.spec.name} ended ({_how(code)}): starting it again {again}")
            if code > 0:
                self._say(f"  its last words: {self._last_words()}")
            await asyncio.sleep(delay_s)
            delay_s = min(max(delay_s * 2, _FIRST_DELAY_S), _LONGEST_DELAY_S)
            self.restarts += 1
            await self._spawn()

    def _last_words(self) -> str:
        lines = self.spec.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else f"nothing in {self.spec.log}"


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _dying_with_parent(spec: ChildSpec) -> list[str]:
    """The command, made to end when the launcher does, even by SIGKILL."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        guard = Path(__file__).with_name("guard.py")
        return [sys.executable, "-I", str(guard), *spec.argv]
    command = [setpriv, "--pdeathsig", spec.stop_signal.name.removeprefix("SIG")]
    if spec.user_id is not None:
        command += [f"--reuid={spec.user_id}", f"--regid={spec.group_id}", "--clear-groups"]
    return [*command, "--", *spec.argv]
