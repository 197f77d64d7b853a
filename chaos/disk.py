"""A file system of a few megabytes that can be filled to the last byte."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SmallDisk"]

_BLOCK = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    folder: Path

    @classmethod
    def mount(cls, folder: Path, size_mb: int) -> SmallDisk | None:
        """None where this user may not mount."""
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "intervue-chaos", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            return None
        return cls(folder) if done.returncode == 0 else None

    def fill(self) -> None:
        with suppress(OSError), (self.folder / ".ballast").open("ab", buffering=0) as ballast:
            while ballast.write(_BLOCK):
                pass

    def free(self) -> None:
        (self.folder / ".ballast").unlink(missing_ok=True)

    def unmount(self) -> None:
        os.sync()
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)
