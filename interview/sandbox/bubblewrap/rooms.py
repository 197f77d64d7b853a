"""A run's own file systems, in a mount namespace that ends with the process.

::

    /proc           of this run's processes, and no others
    /tmp            tmpfs, counted in bytes and inodes
      box/          the program, and what its compiler made
      scratch/      tmpfs, a fresh one for each input: tmp/ and shm/
      tools/N       what is lent from elsewhere on this machine
      etc/ empty/
"""

from __future__ import annotations

import os

from interview.sandbox.bubblewrap.job import Job, Tmpfs
from interview.sandbox.bubblewrap.linux import (
    CLONE_NEWNS,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    mount,
    unmount,
    unshare,
)
from interview.sandbox.bubblewrap.walls import INSIDE_ID

__all__ = ["Rooms"]

_SCRATCH = "/tmp/scratch"
_ETC = {
    "passwd": f"candidate:x:{INSIDE_ID}:{INSIDE_ID}::/tmp:/bin/sh\n",
    "group": f"candidate:x:{INSIDE_ID}:\n",
}


class Rooms:
    """Raises `OSError`. After `close` only the end of the process removes the rest."""

    def __init__(self, job: Job) -> None:
        self._owner = os.getuid() if job.uid is None else job.uid
        self._group = os.getgid() if job.uid is None else job.uid
        self._scratch = job.scratch
        self._scratched = False
        _enter()
        # Found before `/tmp` is covered: they may lie below it.
        tools = [os.open(path, os.O_PATH | os.O_CLOEXEC) for path in job.tools]
        self._mount("/tmp", job.box)
        for name in ("box", "scratch", "tools", "etc", "empty"):
            self._folder(f"/tmp/{name}")
        for at, source in enumerate(tools):
            self._folder(f"/tmp/tools/{at}")
            mount(f"/proc/self/fd/{source}", f"/tmp/tools/{at}", "", MS_BIND | MS_REC)
            os.close(source)
        for name, text in _ETC.items():
            self._file(f"/tmp/etc/{name}", text)
        for name, text in job.files.items():
            self._file(f"/tmp/box/{name}", text)

    def empty_scratch(self) -> None:
        if self._scratched:
            unmount(_SCRATCH)
        # Whoever starts a file that he cannot read is counted no longer; here nothing is started.
        self._mount(_SCRATCH, self._scratch, MS_NOEXEC)
        self._scratched = True
        for name in ("tmp", "shm"):
            self._folder(f"{_SCRATCH}/{name}")

    def held_bytes(self) -> int:
        """In files that the program wrote: they lie in memory too."""
        room = os.statvfs(_SCRATCH)
        return (room.f_blocks - room.f_bfree) * room.f_frsize

    def close(self) -> None:
        if self._scratched:
            unmount(_SCRATCH)
            self._scratched = False

    def _mount(self, target: str, size: Tmpfs, flags: int = 0) -> None:
        mount(
            "tmpfs",
            target,
            "tmpfs",
            MS_NOSUID | MS_NODEV | flags,
            f"size={size.size_bytes},nr_inodes={size.inodes},mode=0700,"
            f"uid={self._owner},gid={self._group}",
        )

    def _folder(self, path: str) -> None:
        os.mkdir(path, 0o700)
        os.chown(path, self._owner, self._group)

    def _file(self, path: str, text: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        os.chown(path, self._owner, self._group)


def _enter() -> None:
    unshare(CLONE_NEWNS)
    # What is mounted here is seen here alone.
    mount("", "/", "", MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
