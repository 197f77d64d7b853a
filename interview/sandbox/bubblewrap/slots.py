"""Uids that belong to one sandbox on this machine at a time.

The limit on processes counts by uid, and so do the kernel's shares: runs that shared one would
starve each other, and a run could end another's. The kernel counts over all containers of a machine
that have no user namespace of their own.

Sandboxes that share a network namespace see each other's slots by themselves. Containers do not:
they are given a folder in common, in which each slot is a file that is locked.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["UIDS", "Slot", "claim"]

UIDS = range(60_800, 61_184)
"""Of no one: between the ranges that systemd gives to others."""


@dataclass(frozen=True, slots=True)
class Slot:
    """`uid` is None where we are not root: then there is one slot, and its uid is ours."""

    uid: int | None
    _name: socket.socket | None = field(default=None, repr=False)
    _lock: int | None = field(default=None, repr=False)

    def free(self) -> None:
        """Once."""
        if self._name is not None:
            self._name.close()
        if self._lock is not None:
            os.close(self._lock)


def claim(count: int, folder: Path | None = None) -> list[Slot]:
    """As many as are free, `count` at most. They are free again when this process ends. Raises
    `OSError` where `folder` cannot be written to."""
    if os.getuid() != 0:
        return [Slot(None)]
    busy = _at_work()
    slots: list[Slot] = []
    for uid in _unknown():
        if len(slots) == count:
            break
        if uid not in busy and (slot := _claimed(uid, folder)) is not None:
            slots.append(slot)
    return slots


def _claimed(uid: int, folder: Path | None) -> Slot | None:
    name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A name without a file: the kernel forgets it with us.
        name.bind(f"\0intervue-code-{uid}")
    except OSError:
        name.close()
        return None
    if folder is None:
        return Slot(uid, name)
    try:
        lock = os.open(folder / str(uid), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        name.close()
        raise
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        name.close()
        os.close(lock)
        return None
    return Slot(uid, name, lock)


def _at_work() -> set[int]:
    """Uids that own processes, as far as they are seen from here."""
    found: set[int] = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.add(os.stat(f"/proc/{pid}").st_uid)
        except OSError:
            continue
    return found


def _unknown() -> Iterator[int]:
    for uid in UIDS:
        try:
            pwd.getpwuid(uid)
        except KeyError:
            yield uid
