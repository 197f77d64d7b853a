"""`python -m interview.security.rotate`: wraps every data key by the first of `MASTER_KEYS`.

Interviews go on meanwhile. Run it again if it was broken off; afterwards the older master keys
wrap nothing, and may go once no workflow that belongs to no interview needs them.
"""

from __future__ import annotations

import asyncio
import sys

from interview.config import load_settings
from interview.errors import ConfigError, InterviewError
from interview.persistence.database import Database
from interview.security.data_keys import build_data_keys

__all__ = ["rotate"]


async def rotate() -> None:
    """Raises `ConfigError`, `InterviewError`."""
    settings = load_settings()
    database = Database.from_settings(settings)
    try:
        keys = build_data_keys(settings, database)
        if keys is None:
            raise ConfigError("ENCRYPTION is off: no key is in use")
        count = await keys.rotate(lambda done: _say(f"{done} keys rewrapped …"))
    finally:
        await database.close()
    _say(f"done: {count} keys rewrapped under {keys.deployment.key_id}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        asyncio.run(rotate())
    except (ConfigError, InterviewError) as error:
        sys.exit(str(error))
