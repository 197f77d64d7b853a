"""A deployment's own keys in a file, made once: `AUTH_KEYS=...` and `MASTER_KEYS=...`.

Run as a program it makes the file that its argument names, and lets one that is there be.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from interview.security.keys import new_key

__all__ = ["KEY_NAMES", "make_key_file", "new_keys"]

KEY_NAMES = ("AUTH_KEYS", "MASTER_KEYS")


def new_keys() -> dict[str, str]:
    return {name: new_key() for name in KEY_NAMES}


def make_key_file(path: Path, keys: Mapping[str, str] | None = None) -> None:
    """Of `keys`, or new ones. For this user alone; on disk on return, whole or not at all, and
    never over another's. Raises `OSError`."""
    if path.exists():
        return
    keys = keys or new_keys()
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={keys[name]}\n" for name in KEY_NAMES)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


if __name__ == "__main__":
    make_key_file(Path(sys.argv[1]))
