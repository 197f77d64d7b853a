"""Where the worker is not root: one slot, its own uid, and the same walls around the run's end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from interview.domain.code_runs import Limits
from interview.sandbox.bubblewrap.job import DONE, FRAME, STDOUT, Job, Tmpfs
from interview.sandbox.bubblewrap.languages import TOOLCHAINS
from launcher.paths import REPOSITORY

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.getuid() != 0, reason="only root becomes somebody else"),
    pytest.mark.skipif(
        not all(
            folder.stat().st_mode & 0o005 == 0o005 for folder in (REPOSITORY, *REPOSITORY.parents)
        ),
        reason="others may not read the folder that the project is in",
    ),
]

_UID = 61_182
"""One of the sandbox's last: nobody else's either."""
_KEEPER = ("/usr/bin/python3", "-E", "-s", "-m", "interview.sandbox.bubblewrap.keeper")


@pytest.fixture
def keeper() -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            ("setpriv", f"--reuid={_UID}", f"--regid={_UID}", "--clear-groups", *_KEEPER),
            stdin=theirs.fileno(),
            cwd=REPOSITORY,
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
