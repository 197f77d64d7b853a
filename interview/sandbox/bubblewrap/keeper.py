"""Forks a supervisor for each run: `python -E -s -m interview.sandbox.bubblewrap.keeper`.

Started once, with an empty environment; the worker's own process, which knows more and is larger,
is never forked. Standard input is a socket; each message on it brings the socket of a run. When it
closes, everything ends.

A supervisor is the first process of a pid namespace, so that with it, however it ends, the kernel
ends all that it started. Its socket stays open here until that has happened.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from types import FrameType
from typing import NoReturn

from interview.sandbox.bubblewrap.job import COMPILING, FAILED, frame
from interview.sandbox.bubblewrap.linux import (
    CLONE_NEWPID,
    CLONE_NEWUSER,
    die_with_parent,
    join_namespace,
    unshare,
)
from interview.sandbox.bubblewrap.seccomp import filter_program
from interview.sandbox.bubblewrap.supervisor import supervise

__all__ = ["main"]


def main() -> None:
    die_with_parent()
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _Keeper(control).serve()


class _Keeper:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._seccomp = filter_program()
        self._refusal = "" if os.getuid() == 0 else _become_root_of_nothing()
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._itself = _itself()
        self._runs: dict[int, socket.socket] = {}
        """By its supervisor's pid."""
        self._ended, ending = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(ending, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _heard)

    def serve(self) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._ended, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._ended:
                    os.read(self._ended, 4096)
                    self._bury()
                    continue
                _, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
                if not descriptors:
                    return
                channel = socket.socket(fileno=descriptors[0])
                try:
                    self._begin(channel)
                except OSError:
                    # No process is to be had now. The run is told that it was lost.
                    channel.close()

    def _bury(self) -> None:
        """A supervisor can be waited for only after all of its namespace has ended."""
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                self._runs.pop(pid).close()

    def _begin(self, channel: socket.socket) -> None:
        if not self._refusal:
            try:
                unshare(CLONE_NEWPID)
            except OSError as error:
                self._refusal = str(error)
        try:
            pid = os.fork()
            if pid == 0:
                self._supervise(channel)
        finally:
            # gVisor may know no way back, and makes the next one all the same. Without it Linux
            # refuses to, and then nothing is run.
            with contextlib.suppress(OSError):
                join_namespace(self._own_pids, CLONE_NEWPID)
        self._runs[pid] = channel

    def _supervise(self, channel: socket.socket) -> NoReturn:
        status = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            die_with_parent()
            if not _ended(self._itself):
                self._control.close()
                for other in self._runs.values():
                    other.close()
                if self._refusal:
                    channel.sendall(frame(FAILED, COMPILING, self._refusal.encode()))
                else:
                    supervise(channel, self._seccomp)
                status = 0
        except BaseException as error:
            sys.stderr.write(f"supervisor: {type(error).__name__}: {error}\n")
            sys.stderr.flush()
        finally:
            os._exit(status)


def _heard(_number: int, _at: FrameType | None) -> None:
    """Without a handler the wakeup descriptor says nothing."""


def _become_root_of_nothing() -> str:
    """Enters a user namespace in which namespaces may be made. Why not, where it may not."""
    uid, gid = os.getuid(), os.getgid()
    try:
        unshare(CLONE_NEWUSER | CLONE_NEWPID)
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        outer = _itself()
        pid = os.fork()
    except OSError as error:
        return f"user namespaces are not allowed here: {error.strerror}"
    if pid:
        # What forks supervisors has to be in a pid namespace that is ours, to come back to.
        die_with_parent()
        os.waitpid(pid, 0)
        os._exit(1)
    die_with_parent()
    if _ended(outer):
        os._exit(1)
    return ""


def _itself() -> int | None:
    """For children in a namespace of their own, where a parent has no number to ask for. None where
    the kernel has no such descriptors: a child whose parent ended while it was made lives as long
    as its run."""
    try:
        return os.pidfd_open(os.getpid())
    except OSError:
        return None


def _ended(itself: int | None) -> bool:
    return itself is not None and bool(select.select([itself], [], [], 0)[0])


if __name__ == "__main__":
    main()
