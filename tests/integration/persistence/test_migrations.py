"""Migrations lead to the models and back, with data in the tables."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import uuid

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from interview.errors import ConfigError, DatabaseUnavailable
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database, engine_url
from interview.persistence.migrate import MIGRATION_LOCK, alembic_config, downgrade, upgrade
from interview.persistence.models import Base
from interview.persistence.records import Records
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from launcher.ports import free_port
from tests.integration.persistence.conftest import execute
from tests.integration.persistence.full_tables import count_rows, fill
from tests.integration.persistence.samples import answer, greeting, new_interview, recording

pytestmark = pytest.mark.integration

# Everything PostgreSQL knows of a table but its name.
SCHEMA = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = '{schema}'::regnamespace AND contype <> 'n'
UNION ALL
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = '{schema}'
UNION ALL
SELECT table_name, column_name,
       concat_ws(' ', data_type, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = '{schema}'
"""


async def schema_of(database: Database, schema: str) -> set[tuple[str, ...]]:
    async with database.transaction() as connection:
        rows = await connection.execute(text(SCHEMA.format(schema=schema)))
        return {
            tuple(str(value).replace(f"{schema}.", "") for value in row)
            for row in rows
            if "alembic_version" not in str(row[0])
        }


async def test_migrations_lead_to_the_models(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_lead_to_the_models_checks_included(database: Database) -> None:
    """Alembic does not compare CHECK constraints; PostgreSQL's own catalogue does."""
    migrated = await schema_of(database, "public")
    engine = database.engine.execution_options(schema_translate_map={None: "made"})
    async with engine.begin() as connection:
        await connection.execute(text("CREATE SCHEMA made"))
        await connection.run_sync(Base.metadata.create_all)
    try:
        assert await schema_of(database, "made") == migrated
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("DROP SCHEMA made CASCADE"))
    assert len(migrated) > 80


async def test_down_and_up_again_with_data(empty_url: str) -> None:
    await upgrade(empty_url)
    database = Database(empty_url)
    try:
        records = Records(database)
        new = new_interview()
        await records.create_interview(new)
        await records.save_speech(greeting(new.interview_id, recording=recording("g.mp3")))
        await records.commit_answer(answer(new.interview_id, recording=recording("a.webm")))
        interview = await records.get_interview(new.interview_id)
        lines = await records.transcript(new.interview_id)

        await downgrade(empty_url, "0001")
        await upgrade(empty_url)
        # Which plan it is known by is of the newest release.
        known = interview.model_copy(update={"plan_hash": None})
        assert await records.get_interview(new.interview_id) == known
        without = [line.model_copy(update={"recording_id": None}) for line in lines]
        assert await records.transcript(new.interview_id) == without
        assert await records.recordings(new.interview_id) == []

        await downgrade(empty_url, "base")
        assert await schema_of(database, "public") == set()
        with pytest.raises(DatabaseUnavailable, match="make migrate"):
            await database.check()
        await upgrade(empty_url)
        await database.check()
        assert (await records.list_interviews()).items == ()
    finally:
        await database.close()


async def test_a_living_key_is_not_dropped_with_its_table(empty_url: str) -> None:
    await upgrade(empty_url)
    database = Database(empty_url)
    try:
        rows, interview_id = DataKeyRows(database), str(uuid.uuid4())
        key = await rows.add(WrappedKey(str(uuid.uuid4()), interview_id, b"wrapped", "a"))
        with pytest.raises(ConfigError, match="data_keys"):
            await downgrade(empty_url, "0002")
        await upgrade(empty_url)
        assert await rows.find(interview_id) == key
        await rows.destroy(interview_id, master_key_id="a")
        await downgrade(empty_url, "0002")
    finally:
        await database.close()


async def test_down_a_release_and_up_again_with_data_in_every_table(empty_url: str) -> None:
    await upgrade(empty_url)
    database = Database(empty_url)
    try:
        records, new = Records(database), new_interview()
        await records.create_interview(new)
        await records.save_speech(greeting(new.interview_id, recording=recording("g.mp3")))
        await records.commit_answer(answer(new.interview_id, recording=recording("a.webm")))
        await fill(database, new.interview_id)
        before, interview = (
            await count_rows(database),
            await records.get_interview(new.interview_id),
        )
        assert all(before.values()), "a table without a row tests nothing"
        lines = await records.transcript(new.interview_id)

        # Its key is alive: nothing changes, and nothing is lost on the way.
        schema = await schema_of(database, "public")
        with pytest.raises(ConfigError, match="data_keys"):
            await downgrade(empty_url, "0002")
        assert await schema_of(database, "public") == schema
        assert await count_rows(database) == before
        assert await records.get_interview(new.interview_id) == interview

        await DataKeyRows(database).destroy(new.interview_id, master_key_id="a")
        await downgrade(empty_url, "0002")
        await upgrade(empty_url)
        assert await schema_of(database, "public") == schema
        # What the release before knows is kept, and belongs to the local organization again.
        kept = await records.get_interview(new.interview_id)
        again = interview.model_copy(
            update={
                "organization_id": LOCAL_ORGANIZATION,
                "candidate_id": None,
                "unclaimed": True,
                "plan_hash": None,
            }
        )
        assert kept == again
        assert await records.transcript(new.interview_id) == lines
        assert len(await records.recordings(new.interview_id)) == 2
        old = {"interviews", "turns", "utterances", "recordings"}
        left = {name: rows for name, rows in (await count_rows(database)).items() if rows}
        assert left == {**{name: before[name] for name in old}, "organizations": 1}

        # And nothing of before is in the way.
        await fill(database, new.interview_id)
        assert all((await count_rows(database)).values())
    finally:
        await database.close()


async def test_interviews_of_the_first_release_belong_to_the_local_organization(
    empty_url: str,
) -> None:
    await upgrade(empty_url, "0002")
    interview_id = str(uuid.uuid4())
    plan = new_interview().plan.model_dump_json()
    connection = await asyncpg.connect(empty_url.replace("+asyncpg", ""))
    try:
        values = {
            "interview_id": interview_id,
            "workflow_id": f"interview-{interview_id}",
            "role": "demo",
            "title": "Demo",
            "language": "en",
            "candidate_name": "Ada",
            "status": "created",
            "phase": "introduction",
            "plan": plan,
            "limits": new_interview().limits.model_dump_json(),
        }
        places = ", ".join(f"${number + 1}" for number in range(len(values)))
        await connection.execute(
            f"INSERT INTO interviews ({', '.join(values)}) VALUES ({places})",
            *values.values(),
        )
    finally:
        await connection.close()
    await upgrade(empty_url)
    database = Database(empty_url)
    try:
        records = Records(database)
        interview = await records.get_interview(interview_id)
        assert interview.organization_id == LOCAL_ORGANIZATION
        assert interview.unclaimed
        assert (await records.owner(interview_id)).organization_id == LOCAL_ORGANIZATION
        listed = (await records.list_interviews()).items
        assert [one.interview_id for one in listed] == [interview_id]
    finally:
        await database.close()


async def test_every_revision_goes_down_to_the_one_before(empty_url: str) -> None:
    revisions = [
        script.revision
        for script in ScriptDirectory.from_config(alembic_config(empty_url)).walk_revisions()
    ][::-1]
    database = Database(empty_url)
    try:
        for revision in revisions:
            before = await schema_of(database, "public")
            await upgrade(empty_url, revision)
            assert await schema_of(database, "public") != before
            await downgrade(empty_url, "-1")
            assert await schema_of(database, "public") == before
            await upgrade(empty_url, revision)
    finally:
        await database.close()


async def test_processes_that_start_together_take_turns(empty_url: str) -> None:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            env={**os.environ, "DATABASE_URL": empty_url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    first = await asyncpg.connect(empty_url.replace("+asyncpg", ""))
    await first.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
    processes = [start(), start()]
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while await first.fetchval(waiting) < 2:
        assert [process.poll() for process in processes] == [None, None], "one went ahead"
        await first.execute("SELECT pg_sleep(0.05)")
    await first.close()
    results = await asyncio.gather(*(asyncio.to_thread(p.communicate) for p in processes))
    assert [process.returncode for process in processes] == [0, 0], results


async def test_the_command_line_says_in_one_line_what_is_amiss() -> None:
    url = f"postgresql://somebody:hidden@127.0.0.1:{free_port()}/x"
    result = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "alembic", "-x", f"url={url}", "upgrade", "head"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    output = (result.stdout + result.stderr).strip()
    assert "cannot be reached" in output
    assert len(output.splitlines()) == 1
    assert "hidden" not in output


async def test_from_a_program_an_unreachable_database_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        await upgrade(f"postgresql://a:b@127.0.0.1:{free_port()}/x")


async def test_migrating_leaves_the_programs_logging_alone(empty_url: str) -> None:
    before = list(logging.getLogger().handlers)
    await upgrade(empty_url)
    assert logging.getLogger().handlers == before
    await execute(empty_url, "SELECT 1")


def test_importing_the_tables_loads_no_provider_and_no_temporal() -> None:
    """Migrations start fast."""
    code = (
        "import sys, interview.persistence.models, interview.persistence.migrate;"
        "print([m for m in ('openai', 'anthropic', 'av', 'numpy', 'temporalio', 'onnxruntime')"
        " if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


@pytest.mark.parametrize(
    ("given", "host", "query"),
    [
        ("postgresql+asyncpg://u:p@h:1/d", "h", {}),
        ("postgresql://u:p@h/d", "h", {}),
        ("postgres://u:p@h/d?sslmode=require", "h", {"ssl": "require"}),
    ],
)
def test_the_usual_spellings_of_an_address(given: str, host: str, query: dict[str, str]) -> None:
    url = engine_url(given)
    assert (url.drivername, url.host, dict(url.query)) == ("postgresql+asyncpg", host, query)


@pytest.mark.parametrize("given", ["", "nonsense", "mysql://u:hidden@h/d", "postgresql://h:port/d"])
def test_another_kind_of_address_is_a_configuration_error(given: str) -> None:
    with pytest.raises(ConfigError) as error:
        engine_url(given)
    assert str(error.value).startswith("DATABASE_URL: ")
    assert "hidden" not in str(error.value)
