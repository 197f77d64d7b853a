"""What the stack knows, as its own processes do."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr

from interview.config import Settings
from interview.persistence.database import Database
from launcher.keys import local_keys
from tests.services import RunningStack


@pytest.fixture
def settings(stack: RunningStack) -> Settings:
    given = local_keys(stack.home)
    return Settings(
        database_url=stack.urls["DATABASE_URL"],
        temporal_address=stack.urls["TEMPORAL_ADDRESS"],
        master_keys=SecretStr(given["MASTER_KEYS"]),
        auth_keys=SecretStr(given["AUTH_KEYS"]),
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database.from_settings(settings)
    yield database
    await database.close()
