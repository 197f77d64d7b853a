"""The attacks. A program that got what it wanted prints `ESCAPED`.

`{…}` stands for what the stage knows: `port` and `socket` on which it listens, `canary` a file of
the host's that everybody may read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chaos.attacks import cpp, javascript, python
from interview.domain.code_runs import Ending, Language, Limits

__all__ = ["ATTACKS", "LANGUAGES", "Attack"]

MB = 2**20
LANGUAGES: tuple[Language, ...] = ("python", "javascript", "cpp")

Bare = Literal["root", "user", "endless", "unsafe"]
"""How the same program is shown to get its way without the sandbox: it prints `ESCAPED` as root or
as a user, or does not end by itself; or that is not shown, for this machine's sake."""

_ANY: frozenset[Ending] = frozenset(
    ("finished", "runtime_error", "time_limit", "memory_limit", "output_limit")
)
_STOPPED = frozenset[Ending](("time_limit", "memory_limit", "runtime_error", "output_limit"))


@dataclass(frozen=True, slots=True)
class Attack:
    """`endings`: those that count as held, where `ESCAPED` was not printed."""

    name: str
    bare: Bare
    endings: frozenset[Ending] = _ANY
    limits: Limits = Limits(cpu_s=2, wall_s=8, memory_bytes=128 * MB)
    programs: dict[Language, str] = field(default_factory=dict[Language, str])
    within_s: float = 30.0


def _attack(
    name: str,
    bare: Bare,
    *endings: Ending,
    limits: Limits | None = None,
    within_s: float = 30.0,
) -> Attack:
    programs: dict[Language, str] = {
        "python": python.PROGRAMS[name],
        "javascript": javascript.PROGRAMS[name],
        "cpp": cpp.PROGRAMS[name],
    }
    return Attack(
        name=name,
        bare=bare,
        endings=frozenset(endings) or _ANY,
        programs=programs,
        within_s=within_s,
        **({} if limits is None else {"limits": limits}),
    )


_SHORT = Limits(cpu_s=1, wall_s=2, memory_bytes=128 * MB)
_TINY = Limits(cpu_s=5, wall_s=20, memory_bytes=32 * MB)
_BUSY = Limits(cpu_s=10, wall_s=20, memory_bytes=128 * MB)
_PATIENT = Limits(cpu_s=1, wall_s=60, memory_bytes=128 * MB)
_BOMB = Limits(cpu_s=1.5, wall_s=4, memory_bytes=128 * MB)

ATTACKS: tuple[Attack, ...] = (
    _attack("fork_bomb", "unsafe", *_STOPPED, limits=_BOMB),
    _attack("memory_bomb", "unsafe", "memory_limit", limits=Limits(memory_bytes=128 * MB)),
    _attack("memory_of_many", "unsafe", *_STOPPED, limits=Limits(memory_bytes=128 * MB)),
    _attack("shared_anonymous", "user"),
    _attack("shared_zeros", "user"),
    _attack("page_tables", "user", "memory_limit"),
    _attack("page_tables_of_many", "unsafe", "memory_limit"),
    _attack("mappings", "user", "memory_limit", limits=_BUSY),
    _attack("socket_buffers", "user", "memory_limit", limits=_BUSY),
    _attack("file_locks", "user", "memory_limit", limits=_BUSY),
    _attack("memory_in_files", "user", "memory_limit", limits=_TINY),
    _attack("tmpfs_fill", "user"),
    _attack("inode_fill", "user"),
    _attack("memfd", "user"),
    _attack("stdout_flood", "endless", "output_limit"),
    _attack("stderr_flood", "endless", "output_limit"),
    _attack("endless_sleep", "endless", "time_limit", limits=_SHORT),
    _attack("ignored_signals", "endless", "time_limit", limits=_SHORT),
    _attack("cpu_spin", "endless", "time_limit", limits=_SHORT),
    _attack("unwaited_children", "user", "time_limit", limits=_PATIENT),
    _attack("unreadable_executable", "user"),
    _attack("surviving_daemon", "endless", "finished", within_s=15),
    _attack("daemon_holding_stdout", "endless", "finished", within_s=15),
    _attack("descriptor_exhaustion", "user"),
    _attack("loopback_tcp", "user"),
    _attack("abstract_socket", "user"),
    _attack("shadow_and_passwd", "root"),
    _attack("environment", "user"),
    _attack("init_root", "root"),
    _attack("host_pids", "user"),
    _attack("kill_everything", "unsafe"),
    _attack("write_outside", "root"),
    _attack("symlink_escape", "user"),
    _attack("namespaces", "user"),
    _attack("ptrace", "user"),
    _attack("init_memory", "unsafe"),
    _attack("terminal_input", "root"),
    _attack("capabilities", "root"),
    _attack("devices_and_chroot", "root"),
    _attack("proc_sys", "root"),
    _attack("inherited_descriptors", "user"),
    _attack("kernel_surface", "root"),
    _attack("shared_memory", "user"),
    _attack("raw_output", "user", "finished"),
)
"""`starved_neighbour` and `started_as_root` are not programs: the stage plays them."""
