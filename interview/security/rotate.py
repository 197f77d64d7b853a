"""`python -m interview.security.rotate`: wraps every data key, and seals every webhook's secret, by
the first of `MASTER_KEYS`.

Interviews go on meanwhile. In this order: give every process the new key behind the others, and
restart it; then put it first everywhere, and restart; then run this, again if it was broken off.
Once it leaves nothing behind, the older keys may go. The exit code is 1 while anything is left.
"""

from __future__ import annotations

import asyncio
import sys

from interview.config import load_settings
from interview.errors import ConfigError, InterviewError
from interview.persistence.database import Database
from interview.security.data_keys import build_data_keys
from interview.webhooks.secrets import WebhookSecrets

__all__ = ["rotate"]


async def rotate() -> bool:
    """Whether nothing is left under older keys. Raises `ConfigError`, `InterviewError`."""
    settings = load_settings()
    database = Database.from_settings(settings)
    try:
        keys = build_data_keys(settings, database)
        if keys is None:
            raise ConfigError("ENCRYPTION is off: no key is in use")
        count = await keys.rotate(lambda done: _say(f"{done} keys rewrapped …"))
        resealed, unreadable = await WebhookSecrets(keys).rotate(database)
        left = await keys.left()
    finally:
        await database.close()
    _say(f"{count} keys rewrapped under {keys.deployment.key_id}")
    _say(f"{resealed} secrets of webhooks sealed with it")
    for master_key_id, number in left.items():
        _say(f"left under {master_key_id}: {number}; MASTER_KEYS needs it, or a process uses it")
    if unreadable:
        _say(f"secrets of webhooks that no key of MASTER_KEYS opens: {unreadable}")
    return not left and not unreadable


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(not asyncio.run(rotate()))
    except (ConfigError, InterviewError) as error:
        sys.exit(str(error))
