"""Databases on one real PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator

import asyncpg
import pytest
from sqlalchemy import make_url

from interview.persistence.database import Database
from interview.persistence.migrate import upgrade
from interview.persistence.records import Records
from interview.persistence.rows import InterviewRecord
from tests.integration.persistence.own_postgres import OwnPostgres
from tests.integration.persistence.samples import new_interview
from tests.services import RunningStack, start_stack


@pytest.fixture(scope="session")
def postgres_url(services: RunningStack) -> str:
    return services.urls["DATABASE_URL"]


def database_on(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


async def execute(url: str, *statements: str) -> None:
    """Outside any transaction and any pool of ours."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def empty_url(postgres_url: str) -> Generator[str]:
    """A database of the test's own without any table."""
    name = f"empty_{uuid.uuid4().hex}"
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {name}"))
    yield database_on(postgres_url, name)
    asyncio.run(execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> Generator[str]:
    """One migrated database for all tests that keep to `database`."""
    name = f"records_{uuid.uuid4().hex}"
    url = database_on(postgres_url, name)
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {name}"))
    asyncio.run(upgrade(url))
    yield url
    asyncio.run(execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def database(migrated_url: str) -> AsyncGenerator[Database]:
    """Empty at the beginning of each test."""
    await execute(migrated_url, "TRUNCATE interviews CASCADE")
    database = Database(migrated_url, pool_size=5)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStack]:
    running = start_stack(tmp_path_factory, ["postgres"])
    yield running
    running.stop()


@pytest.fixture
async def own(own_stack: RunningStack) -> AsyncGenerator[OwnPostgres]:
    """A server that the test may freeze and kill."""
    server = OwnPostgres(own_stack)
    yield server
    await server.ready()


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


@pytest.fixture
async def interview(records: Records) -> InterviewRecord:
    return await records.create_interview(new_interview())


@pytest.fixture
def interview_id(interview: InterviewRecord) -> str:
    return interview.interview_id
