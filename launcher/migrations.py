"""Whether a database needs migrating, found out without importing what would migrate it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from launcher.errors import StartError
from launcher.paths import REPOSITORY

__all__ = ["database_url_for_people", "migrate"]

_VERSIONS = REPOSITORY / "interview" / "persistence" / "migrations" / "versions"
_REVISION = re.compile(r"^(down_revision|revision)\b[^=]*=\s*(.+)$", re.MULTILINE)
_CONNECT_TIMEOUT_S = 5.0


async def migrate(url: str) -> bool:
    """Brings the database to the newest revision; false when it was there already, which is
    the common case and must not cost the two seconds that Alembic takes to load.
    Raises `StartError` when the database cannot be reached."""
    newest = await asyncio.to_thread(newest_revision, _VERSIONS)
    if await _revision(url) == newest is not None:
        return False
    upgrade = await asyncio.to_thread(_load_upgrade)
    await upgrade(url)
    return True


def newest_revision(versions: Path) -> str | None:
    """The one revision that no other builds on; None when that is not plain to see."""
    revisions: set[str] = set()
    built_on: set[str] = set()
    for file in versions.glob("*.py"):
        found = {
            key: value.strip().strip("\"'") for key, value in _REVISION.findall(file.read_text())
        }
        if "revision" in found:
            revisions.add(found["revision"])
            built_on.add(found.get("down_revision", ""))
    heads = revisions - built_on
    return heads.pop() if len(heads) == 1 else None


def database_url_for_people(url: str) -> str:
    """Without the password."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path}"


async def _revision(url: str) -> str | None:
    plain = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    try:
        connection = await asyncpg.connect(plain, timeout=_CONNECT_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError, TimeoutError, ValueError) as error:
        raise StartError(
            f"Could not connect to database at {database_url_for_people(url)} "
            f"({_reason(error)}): start it (make docker-up), correct DATABASE_URL, or unset it "
            "to use the built-in one"
        ) from None
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, asyncpg.InvalidCatalogNameError | asyncpg.InvalidPasswordError):
        return str(error)
    if isinstance(error, ConnectionError):
        return "connection refused"
    return type(error).__name__


def _load_upgrade() -> Callable[[str], Awaitable[None]]:
    from interview.persistence.migrate import upgrade

    return upgrade
