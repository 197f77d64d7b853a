"""Uids that belong to one sandbox on this machine at a time.

The limit on processes counts by uid, and so do the kernel's shares: runs that shared one would
starve each other.
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["UIDS", "Slot", "claim"]

UIDS = range(60_800, 61_184)
"""Of no one: between the ranges that systemd gives to others."""


@dataclass(frozen=True, slots=True)
class Slot:
    """`uid` is None where we are not root: then there is one slot, and its uid is ours."""

    uid: int | None
    _held: socket.socket | None = field(default=None, repr=False)

    def free(self) -> None:
        if self._held is not None:
            self._held.close()


def claim(count: int) -> list[Slot]:
    """As many as are free, `count` at most. They are free again when this process ends."""
    if os.getuid() != 0:
        return [Slot(None)]
    slots: list[Slot] = []
    for uid in _unknown():
        if len(slots) == count:
            break
        held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # A name without a file: the kernel forgets it with us.
            held.bind(f"\0intervue-code-{uid}")
        except OSError:
            held.close()
            continue
        slots.append(Slot(uid, held))
    return slots


def _unknown() -> Iterator[int]:
    for uid in UIDS:
        try:
            pwd.getpwuid(uid)
        except KeyError:
            yield uid
