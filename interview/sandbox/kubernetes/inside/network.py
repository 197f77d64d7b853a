"""Whether the network is closed. Policies may take hold some time after a pod has begun, and there
are networks that enforce none: so it is tried by each run, before the program begins."""

from __future__ import annotations

import errno
import select
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress

__all__ = ["reached"]

_ANSWER_S = 0.3
"""Nobody who is there takes longer within a cluster."""
_HOLD_S = 5.0
"""A policy that has not taken hold by then is none."""
_UNDER_WAY = frozenset((errno.EINPROGRESS, errno.EALREADY, errno.EINTR))


def reached(addresses: Sequence[tuple[str, int]], hold_s: float = _HOLD_S) -> str:
    """One that answers still after `hold_s`, or empty."""
    give_up_at = time.monotonic() + hold_s
    while (answered := _answering(addresses)) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    return answered


def _answering(addresses: Sequence[tuple[str, int]]) -> str:
    """All of them listen. A connection that is refused never arrived: there are policies that say
    no."""
    with ExitStack() as stack:
        poll = select.poll()
        waiting: dict[int, tuple[socket.socket, str]] = {}
        for host, port in addresses:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with suppress(OSError):
                one = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
                one.setblocking(False)
                code = one.connect_ex((host, port))
                if code == 0:
                    return f"{host}:{port}"
                if code in _UNDER_WAY:
                    poll.register(one, select.POLLOUT)
                    waiting[one.fileno()] = one, f"{host}:{port}"
        until = time.monotonic() + _ANSWER_S
        while waiting and (left := until - time.monotonic()) > 0:
            for descriptor, _ in poll.poll(left * 1000):
                one, name = waiting.pop(descriptor)
                poll.unregister(descriptor)
                if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    return name
    return ""
