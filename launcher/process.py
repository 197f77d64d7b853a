"""Processes that cannot outlive us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from launcher.paths import REPOSITORY

__all__ = ["Program", "end", "signal_group", "spawn"]


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, where, as whom, and where its output goes.

    `orphan_signal` is what the process gets when the launcher is gone: by default it dies at
    once, so that it is not in the way of the next start. `tree` says that the process has
    children of its own, which must go with it. `user_id` and `group_id` are who the process
    runs as, where we are root.
    """

    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    cwd: Path = REPOSITORY
    orphan_signal: Literal["INT", "KILL"] = "KILL"
    tree: bool = False
    user_id: int | None = None
    group_id: int | None = None
    inherits: bool = True
    """Our own environment, below `env`."""
    niceness: int = 0
    """What it yields to the others while the processor is short, as of nice(1)."""


async def spawn(
    program: Program, *, stdin: int = asyncio.subprocess.DEVNULL
) -> asyncio.subprocess.Process:
    """Output goes straight into the log, with no pipe in between, so a busy launcher never
    holds the process up. Cancelled in the middle, it leaves nothing behind. Raises `OSError`."""
    with program.log.open("ab") as log:
        starting = asyncio.create_task(
            asyncio.create_subprocess_exec(
                *_dying_with_parent(program),
                cwd=program.cwd,
                env={**(os.environ if program.inherits else {}), **program.env},
                stdin=stdin,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the launcher, which stops us in order
            )
        )
        try:
            process = await asyncio.shield(starting)
            _yield_as_a_group(process.pid, program.niceness)
            return process
        except asyncio.CancelledError:
            await end(await starting)
            raise


async def end(process: asyncio.subprocess.Process) -> None:
    """SIGKILL, to what it started too, and the wait for it."""
    if process.returncode is None:
        signal_group(process.pid, signal.SIGKILL)
    await process.wait()


def signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _yield_as_a_group(pid: int, niceness: int) -> None:
    """Linux may weigh sessions against each other, and a process's own niceness within its session
    alone (sched(7), autogroup)."""
    if niceness:
        with contextlib.suppress(OSError):  # not there, or the process has ended
            Path(f"/proc/{pid}/autogroup").write_text(str(niceness))


def _nice(program: Program) -> list[str]:
    nice = shutil.which("nice") if program.niceness else None
    return [nice, "-n", str(program.niceness)] if nice else []


def _dying_with_parent(program: Program) -> list[str]:
    """The command, made to end when the launcher does, even by SIGKILL."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None or program.tree:
        guard = Path(__file__).with_name("guard.py")
        return [*_nice(program), sys.executable, "-I", str(guard), *program.argv]
    command = [*_nice(program), setpriv, "--pdeathsig", program.orphan_signal]
    if program.user_id is not None:
        command += [f"--reuid={program.user_id}", f"--regid={program.group_id}", "--clear-groups"]
    return [*command, "--", *program.argv]
