"""The keys of a local stack, made at its first start and kept beside its data."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from launcher.errors import StartError
from launcher.paths import Home

__all__ = ["check_living_keys", "keep_keys", "local_keys"]

_NAMES = ("AUTH_KEYS", "MASTER_KEYS")
_PLACEHOLDER_ID = "placeholder"


def local_keys(home: Home) -> dict[str, str]:
    """By the setting's name; new ones where there are none, which `keep_keys` keeps. Raises
    `StartError` when the file is damaged."""
    if not home.keys.exists():
        # Later starts are not held up by the import.
        from interview.security.key_file import new_keys

        return new_keys()
    lines = home.keys.read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    if missing := [name for name in _NAMES if not found.get(name)]:
        raise StartError(f"{home.keys} lacks {' and '.join(missing)}: restore it from a backup")
    return {name: found[name] for name in _NAMES}


def keep_keys(home: Home, keys: Mapping[str, str]) -> dict[str, str]:
    """Returns what is kept, which goes before `keys`. The file is for this user alone; without it
    what the stack has kept cannot be read. It is on disk on return, whole."""
    if not home.keys.exists():
        from interview.security.key_file import make_key_file

        make_key_file(home.keys, keys)
    return local_keys(home)


async def check_living_keys(url: str, env: Mapping[str, str], home: Home) -> None:
    """That what the database holds can be read with the keys in `env`: they are not those of
    another time. Raises `StartError`."""
    if env.get("ENCRYPTION", "").lower() == "off":
        return
    known = {key.strip().partition(":")[0] for key in env.get("MASTER_KEYS", "").split(",")}
    if env.get("ENVIRONMENT", "").lower() != "production":
        known.add(_PLACEHOLDER_ID)  # see `build_data_keys`
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1))
    try:
        used = await connection.fetch(
            "SELECT DISTINCT master_key_id FROM data_keys WHERE wrapped IS NOT NULL ORDER BY 1"
        )
    finally:
        await connection.close()
    if missing := [row[0] for row in used if row[0] not in known]:
        raise StartError(
            f"The database holds interviews sealed under the master key {', '.join(missing)}, "
            f"which is not there: restore {home.keys} from a backup (or set MASTER_KEYS). Without "
            "it they cannot be read; to begin anew, choose another folder (INTERVUE_HOME=…)"
        )
