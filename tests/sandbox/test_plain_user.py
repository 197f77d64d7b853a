"""Where the worker is not root: one slot, its own uid, and the same walls around the run's end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from interview.domain.code_runs import Limits
from interview.sandbox.bubblewrap.job import DONE, FRAME, STDOUT, Job, Tmpfs
from interview.sandbox.bubblewrap.languages import TOOLCHAINS
from launcher.paths import REPOSITORY

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.getuid() != 0, reason="only root becomes somebody else"),
]

_UID = 61_182
"""One of the sandbox's last: nobody else's either."""
_KEEPER = ("/usr/bin/python3", "-E", "-s", "-m", "interview.sandbox.bubblewrap.keeper")
_COMPILED = shutil.ignore_patterns("__pycache__")


@pytest.fixture
def code() -> Iterator[Path]:
    """Where others may read it, which they may not wherever the project lies."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        shutil.copytree(REPOSITORY / "interview", root / "interview", ignore=_COMPILED)
        yield root


@pytest.fixture
def keeper(code: Path) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            ("setpriv", f"--reuid={_UID}", f"--regid={_UID}", "--clear-groups", *_KEEPER),
            stdin=theirs.fileno(),
            cwd=code,
            env={},
        )
    yield process, ours
    ours.close()
    process.wait(10)


def _job(source: str) -> Job:
    recipe = TOOLCHAINS["python"].recipe(source, Limits(cpu_s=5, wall_s=30))
    room = Tmpfs(16 * 2**20, 1000)
    return Job(
        bwrap="/usr/bin/bwrap",
        uid=None,
        files=recipe.files,
        tools={},
        box=room,
        scratch=room,
        compile=None,
        run=recipe.run,
        inputs=[""],
        budget_s=60,
    )


def _begin(control: socket.socket, job: Job) -> socket.socket:
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(control, [b"r"], [theirs.fileno()])
    ours.settimeout(30)
    ours.sendall(job.encoded())
    return ours


def _frame(channel: socket.socket) -> tuple[bytes, bytes]:
    head = channel.recv(FRAME.size, socket.MSG_WAITALL)
    if not head:
        return b"", b""
    kind, _, size = FRAME.unpack(head)
    return kind, channel.recv(size, socket.MSG_WAITALL) if size else b""


def _living() -> list[int]:
    found: list[int] = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == _UID:
                found.append(int(pid))
    return found


def test_a_program_runs_and_is_nobody(
    keeper: tuple[subprocess.Popen[bytes], socket.socket],
) -> None:
    job = _job(
        "import os; print(os.getuid(), len([p for p in os.listdir('/proc') if p.isdigit()]))"
    )
    with _begin(keeper[1], job) as channel:
        frames = list(iter(lambda: _frame(channel), (b"", b"")))

    assert b"".join(body for kind, body in frames if kind == STDOUT) == b"1000 2\n"
    assert frames[-1][0] == DONE


def test_its_end_is_the_end_of_all(
    keeper: tuple[subprocess.Popen[bytes], socket.socket],
) -> None:
    process, control = keeper
    sleeps = _job("import os, time\nos.write(1, b'begun')\ntime.sleep(600)")
    with _begin(control, sleeps) as channel:
        assert _frame(channel) == (STDOUT, b"begun")
        assert len(_living()) >= 4

        os.kill(process.pid, signal.SIGKILL)

        # Closed by the last who held it.
        assert _frame(channel) == (b"", b"")
    process.wait(10)
    give_up_at = time.monotonic() + 10
    while _living() and time.monotonic() < give_up_at:
        time.sleep(0.01)
    assert _living() == []
