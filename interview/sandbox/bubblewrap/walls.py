"""What a program inside sees, as bubblewrap's options.

Paths on the left are those of the supervisor's mount namespace, in which `/tmp` is the run's own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["INSIDE_ID", "options"]

INSIDE_ID = 1000

_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime")
_MASKED_FILES = (
    *("cmdline", "config.gz", "kallsyms", "kcore", "keys", "key-users", "kmsg", "kpagecount"),
    *("kpageflags", "kpagecgroup", "modules", "sched_debug", "slabinfo", "timer_list"),
    *("vmallocinfo", "diskstats", "mdstat", "swaps", "partitions", "iomem", "ioports"),
)
_MASKED_FOLDERS = ("acpi", "scsi", "bus", "driver", "fs", "irq", "tty")


def options(
    *,
    compiling: bool,
    tools: Mapping[str, str],
    environment: Mapping[str, str],
    seccomp_fd: int,
    status_fd: int,
    proc: Path = Path("/proc"),
) -> list[str]:
    """`tools`: folders and what they are called inside. The program can write only below `/tmp` and
    `/dev/shm`, and while it is compiled to `/box`."""
    args = [
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID), "--hostname", "sandbox"),
        *_system(),
        *(part for folder, name in tools.items() for part in ("--ro-bind", folder, name)),
        *_proc(proc),
        # Both `--dev` and the root are file systems that the program could fill.
        *("--dev", "/dev", "--bind", "/tmp/scratch/shm", "/dev/shm"),
        # Mapped shared it is memory that no process is charged for. Without `--dev-bind` what lies
        # there cannot even be opened.
        *("--ro-bind", "/dev/null", "/dev/zero", "--remount-ro", "/dev"),
        *("--bind" if compiling else "--ro-bind", "/tmp/box", "/box"),
        *("--bind", "/tmp/scratch/tmp", "/tmp", "--remount-ro", "/", "--chdir", "/tmp"),
    ]
    for name, value in environment.items():
        args += ["--setenv", name, value]
    return [*args, "--seccomp", str(seccomp_fd), "--json-status-fd", str(status_fd)]


def _system() -> list[str]:
    args = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        root = Path("/") / name
        if root.is_symlink():
            args += ["--symlink", os.readlink(root), str(root)]
        elif root.is_dir():
            args += ["--ro-bind", str(root), str(root)]
    for path in [*(Path("/etc") / name for name in _ETC), *sorted(Path("/etc").glob("java-*"))]:
        args += ["--ro-bind-try", str(path), str(path)]
    for name in ("passwd", "group"):
        args += ["--ro-bind", f"/tmp/etc/{name}", f"/etc/{name}"]
    return args


def _proc(host: Path) -> list[str]:
    # Init is of the program's own user, and its memory would be open to it.
    args = ["--proc", "/proc", "--ro-bind", "/tmp/empty", "/proc/1"]
    for name in _MASKED_FILES:
        if (host / name).exists():
            args += ["--ro-bind", "/dev/null", f"/proc/{name}"]
    for name in _MASKED_FOLDERS:
        if (host / name).is_dir():
            args += ["--ro-bind", "/tmp/empty", f"/proc/{name}"]
    return args
