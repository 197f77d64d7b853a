"""Brings a database to a revision from within a program; the command line uses Alembic's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config

__all__ = ["MIGRATION_LOCK", "alembic_config", "downgrade", "upgrade"]

MIGRATION_LOCK = 0x1E7E4DE
"""PostgreSQL's advisory lock for it: processes that start together take turns."""


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


async def upgrade(url: str, revision: str = "head") -> None:
    """Idempotent; processes that start together take turns. Raises `DatabaseUnavailable`."""
    await asyncio.to_thread(command.upgrade, alembic_config(url), revision)


async def downgrade(url: str, revision: str) -> None:
    """Drops what later revisions added, with its data. Raises `DatabaseUnavailable`."""
    await asyncio.to_thread(command.downgrade, alembic_config(url), revision)
