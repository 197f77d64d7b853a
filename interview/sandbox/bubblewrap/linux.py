"""The few calls of Linux that Python 3.11 does not have. Each raises `OSError`."""

from __future__ import annotations

import ctypes
import os
import signal

__all__ = [
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "MS_BIND",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_NOSUID",
    "MS_PRIVATE",
    "MS_REC",
    "conceal",
    "die_with_parent",
    "join_namespace",
    "mount",
    "perf_event_open",
    "unmount",
    "unshare",
]

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
_MNT_DETACH = 2

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PERF_FLAG_FD_CLOEXEC = 8

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), "unshare")


def join_namespace(descriptor: int, kind: int) -> None:
    """For pids: only what is forked from now on is in it."""
    _checked(_libc.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    _checked(
        _libc.mount(
            source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode()
        ),
        f"mount {target}",
    )


def unmount(target: str) -> None:
    """At once, whoever may still hold it."""
    _checked(_libc.umount2(target.encode(), _MNT_DETACH), f"unmount {target}")


def die_with_parent() -> None:
    """And not outlive one that is gone already: its caller looks."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def conceal() -> None:
    """This process, from others of its own user: its memory, environment and open files."""
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def perf_event_open(number: int, attributes: bytes) -> int:
    """Counts for this process and all it starts from now on, on any processor. `number` is the
    system call's: libc has no name for it."""
    given = ctypes.create_string_buffer(attributes, len(attributes))
    descriptor = _libc.syscall(number, given, 0, -1, -1, _PERF_FLAG_FD_CLOEXEC)
    _checked(min(descriptor, 0), "perf_event_open")
    return descriptor
