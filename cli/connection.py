"""What the commands work with: the stack that runs here, or the one that the settings name."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dotenv import dotenv_values
from temporalio.client import Client

from interview.config import Settings, load_settings
from interview.persistence.database import Database
from interview.security.data_keys import DataKeys, build_data_keys
from interview.temporal_client import connect_temporal
from launcher.keys import local_keys
from launcher.paths import REPOSITORY, Home

__all__ = ["Connection", "connected", "settings_here"]


@dataclass(frozen=True, slots=True)
class Connection:
    settings: Settings
    database: Database
    keys: DataKeys | None
    temporal: Client


@asynccontextmanager
async def connected() -> AsyncGenerator[Connection]:
    """Raises `ConfigError` and `StartError`."""
    settings = settings_here()
    database = Database.from_settings(settings)
    try:
        # Of those who come afterwards none is lazy: a command says at once what is away.
        keys = build_data_keys(settings, database)
        yield Connection(settings, database, keys, await connect_temporal(settings, keys))
    finally:
        await database.close()


def settings_here() -> Settings:
    """As API and worker of `make start` have them while it runs: what the environment and `.env`
    do not say is that stack's."""
    given = {name for name, value in _given().items() if value}
    ours = _running_stack(Home.default())
    return load_settings(
        **{name.lower(): value for name, value in ours.items() if name not in given}
    )


def _given() -> dict[str, str | None]:
    return {**dotenv_values(REPOSITORY / ".env"), **os.environ}


def _running_stack(home: Home) -> dict[str, str]:
    try:
        state: dict[str, Any] = json.loads((home.run / "stack.json").read_text())
    except FileNotFoundError:
        return {}
    services = {name: url for name, url in state["urls"].items() if name.isupper()}
    return {**local_keys(home), "BLOB_URL": home.blobs.as_uri(), **services}
