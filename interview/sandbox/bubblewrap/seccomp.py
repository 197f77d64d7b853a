"""What a program inside may ask of the kernel, as the BPF program that bubblewrap installs.

Refused is what reaches beyond the walls or hides memory from the watchdog; what is newer than our
tables does not exist. Everything else is allowed: five runtimes need more than a short list.
"""

from __future__ import annotations

import errno
import platform
import struct

from interview.sandbox.bubblewrap.syscalls import ARCHITECTURES, NEWEST, Numbers

__all__ = ["filter_program"]

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUALS, _GREATER, _ANY_BIT = 0x15, 0x25, 0x45  # BPF_JMP | BPF_K | …
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN = 0x06

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL = 0x80000000

# Offsets in `struct seccomp_data`. Arguments are 64 bits wide; their lower halves come first.
_NUMBER, _ARCHITECTURE = 0, 4
_FIRST, _SECOND, _THIRD, _FOURTH = 16, 24, 32, 40

_NAMESPACES = 0x7E020000
"""All `CLONE_NEW…` flags."""
_AF_UNIX = 1
_SOL_SOCKET, _SO_SNDBUF, _SO_SNDBUFFORCE = 1, 7, 32
"""The watchdog counts a socket as what it holds at most."""
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_X32 = 0x40000000
_SHARED_ANONYMOUS = 0x21
"""`MAP_SHARED | MAP_ANONYMOUS`: pages that stay when nobody maps them, and are in no process's
account."""
_MAP_HUGETLB = 0x40000
"""In no process's account either."""

# Asked for in vain: a runtime that finds none of these does without.
_ABSENT = (
    *("clone3", "memfd_create", "memfd_secret", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "landlock_create_ruleset", "userfaultfd"),
)
_INSPECTED = ("clone", "ioctl", "mmap", "setsockopt", "socket", "socketpair")

_Instruction = tuple[int, int, int, int]


def filter_program(machine: str | None = None) -> bytes:
    """Raises `KeyError` for an architecture we have no tables of."""
    architecture, numbers = ARCHITECTURES[machine or platform.machine()]
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUALS, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_ANY_BIT, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        (_GREATER, 0, 1, NEWEST),
        _refusal(errno.ENOSYS),
    ]
    for name, number in sorted(numbers.items(), key=lambda item: item[1]):
        if name not in _INSPECTED:
            program += [(_EQUALS, 0, 1, number), _refusal(_code(name))]
    program += _inspections(numbers)
    program.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _code(name: str) -> int:
    return errno.ENOSYS if name in _ABSENT else errno.EPERM


def _refusal(code: int) -> _Instruction:
    return (_RETURN, 0, 0, _ERRNO | code)


def _inspections(numbers: Numbers) -> list[_Instruction]:
    """The number is loaded when these begin, and lost in each whose call it is: they end it."""
    allow: _Instruction = (_RETURN, 0, 0, _ALLOW)
    clone: list[_Instruction] = [
        (_EQUALS, 0, 4, numbers["clone"]),
        (_LOAD, 0, 0, _FIRST),
        (_ANY_BIT, 0, 1, _NAMESPACES),
        _refusal(errno.EPERM),
        allow,
    ]
    ioctl: list[_Instruction] = [
        (_EQUALS, 0, 5, numbers["ioctl"]),
        (_LOAD, 0, 0, _SECOND),
        (_EQUALS, 1, 0, _TIOCSTI),
        (_EQUALS, 0, 1, _TIOCLINUX),
        _refusal(errno.EPERM),
        allow,
    ]
    mmap: list[_Instruction] = [
        (_EQUALS, 0, 6, numbers["mmap"]),
        (_LOAD, 0, 0, _FOURTH),
        (_ANY_BIT, 2, 0, _MAP_HUGETLB),
        (_AND, 0, 0, _SHARED_ANONYMOUS),
        (_EQUALS, 0, 1, _SHARED_ANONYMOUS),
        _refusal(errno.EPERM),
        allow,
    ]
    sockets = [
        step
        for name in ("socket", "socketpair")
        for step in (
            (_EQUALS, 0, 4, numbers[name]),
            (_LOAD, 0, 0, _FIRST),
            (_EQUALS, 1, 0, _AF_UNIX),
            _refusal(errno.EACCES),
            allow,
        )
    ]
    buffers: list[_Instruction] = [
        (_EQUALS, 0, 7, numbers["setsockopt"]),
        (_LOAD, 0, 0, _SECOND),
        (_EQUALS, 0, 4, _SOL_SOCKET),
        (_LOAD, 0, 0, _THIRD),
        (_EQUALS, 1, 0, _SO_SNDBUF),
        (_EQUALS, 0, 1, _SO_SNDBUFFORCE),
        _refusal(errno.EPERM),
        allow,
    ]
    return [*mmap, *clone, *ioctl, *sockets, *buffers]
