from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator

import pytest
from pydantic import SecretStr

from interview.persistence.data_keys import DataKeyRows
from interview.persistence.database import Database
from interview.persistence.migrate import upgrade
from interview.security.data_keys import DataKeys
from interview.security.keys import KeyRing, new_key, parse_keys
from interview.security.wrapping import RingKeyWrapper
from tests.integration.persistence.conftest import database_on, execute
from tests.services import RunningStack


def new_ring(*older: str) -> tuple[str, KeyRing]:
    """The new key as a setting holds it, and the ring in which it is the first."""
    key = new_key()
    return key, parse_keys("MASTER_KEYS", SecretStr(",".join([key, *older])))


def keys_of(database: Database, ring: KeyRing, ttl_s: float = 60.0) -> DataKeys:
    """As another process has them."""
    return DataKeys(DataKeyRows(database), RingKeyWrapper(ring), ring, ttl_s=ttl_s)


@pytest.fixture(scope="session")
def keys_url(services: RunningStack) -> Generator[str]:
    """A database for these tests: what they seal under master keys of their own keeps no process
    of another test from starting."""
    server, name = services.urls["DATABASE_URL"], f"keys_{uuid.uuid4().hex}"
    asyncio.run(execute(server, f"CREATE DATABASE {name}"))
    asyncio.run(upgrade(database_on(server, name)))
    yield database_on(server, name)
    asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def database(keys_url: str) -> AsyncGenerator[Database]:
    """Without any key."""
    await execute(keys_url, "TRUNCATE data_keys")
    database = Database(keys_url)
    yield database
    await database.close()


@pytest.fixture
def ring() -> KeyRing:
    return new_ring()[1]


@pytest.fixture
def keys(database: Database, ring: KeyRing) -> DataKeys:
    return keys_of(database, ring)


@pytest.fixture
def interview_id() -> str:
    return str(uuid.uuid4())
