"""Forks a supervisor for each run: `python -E -s -m interview.sandbox.bubblewrap.keeper`.

Started once, with an empty environment; the worker's own process, which knows more and is larger,
is never forked. Standard input is a socket; each message on it brings the socket of a run. When it
closes, everything ends.
"""

from __future__ import annotations

import os
import signal
import socket
import sys

from interview.sandbox.bubblewrap.linux import die_with_parent
from interview.sandbox.bubblewrap.seccomp import filter_program
from interview.sandbox.bubblewrap.supervisor import supervise

__all__ = ["main"]


def main() -> None:
    die_with_parent()
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # Ended supervisors are nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    seccomp = filter_program()
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        channel = socket.socket(fileno=descriptors[0])
        keeper = os.getpid()
        if os.fork() == 0:
            _supervise(control, channel, keeper, seccomp)
        channel.close()


def _supervise(control: socket.socket, channel: socket.socket, keeper: int, seccomp: bytes) -> None:
    """Never returns."""
    status = 1
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        if os.getppid() == keeper:
            supervise(channel, seccomp)
            status = 0
    except BaseException as error:
        sys.stderr.write(f"supervisor: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
