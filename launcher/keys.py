"""The keys of a local stack, made at its first start and kept beside its data."""

from __future__ import annotations

from launcher.errors import StartError
from launcher.paths import Home

__all__ = ["local_keys"]

_NAMES = ("AUTH_KEYS", "MASTER_KEYS")


def local_keys(home: Home) -> dict[str, str]:
    """By the setting's name. The file is for this user alone; without it what the stack has kept
    cannot be read. Raises `StartError` when it is damaged."""
    if not home.keys.exists():
        # Later starts are not held up by the import.
        from interview.security.key_file import make_key_file

        make_key_file(home.keys)
    lines = home.keys.read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    if missing := [name for name in _NAMES if not found.get(name)]:
        raise StartError(f"{home.keys} lacks {' and '.join(missing)}: restore it from a backup")
    return {name: found[name] for name in _NAMES}
