"""`intervue doctor`, with each thing broken in turn."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from cli.doctor import services as looks
from cli.doctor.findings import Finding, as_lines, is_well
from cli.doctor.providers import Providers
from cli.doctor.run import examine
from cli.doctor.services import Services
from interview.config import Settings
from interview.persistence.database import Database
from interview.persistence.migrate import upgrade
from interview.security.data_keys import DataKeys
from interview.security.keys import new_key
from interview.streams.log import connect_redis
from launcher.paths import Home
from launcher.stack import LocalStack
from tests.e2e.command import intervue
from tests.services import RunningStack

pytestmark = pytest.mark.integration

NOWHERE = "127.0.0.1:9"


@pytest.fixture(autouse=True)
def _a_little_room_will_do(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] pytest uses it
    monkeypatch.setattr(looks, "LEAST_FREE_BYTES", 1)
    monkeypatch.setattr(looks, "LITTLE_FREE_BYTES", 2)


def changed(settings: Settings, **values: object) -> Settings:
    return Settings.model_validate({**settings.model_dump(), **values})


async def ill(settings: Settings) -> dict[str, Finding]:
    return {n: f for n, f in (await examine(settings)).items() if f.status != "ok"}


async def ill_at_last(settings: Settings, names: set[str]) -> dict[str, Finding]:
    """What the server knows of namespaces and pollers comes a moment after they do."""
    async with asyncio.timeout(30):
        while set(found := await ill(settings)) != names:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
    return found


async def test_all_is_well(settings: Settings) -> None:
    await ill_at_last(settings, set())
    findings = await examine(settings)

    assert is_well(findings)
    assert len(as_lines(findings)) == len(findings)


async def test_no_database(settings: Settings) -> None:
    found = await ill(changed(settings, database_url=f"postgresql+asyncpg://i:s3cret@{NOWHERE}/i"))

    assert set(found) == {"database", "migrations", "keys"}
    assert "DATABASE_URL" in found["database"].remedy
    assert "s3cret" not in repr(found)


async def test_no_redis(settings: Settings) -> None:
    found = await ill(changed(settings, redis_url=f"redis://:s3cret@{NOWHERE}"))

    assert set(found) == {"redis"}
    assert "REDIS_URL" in found["redis"].remedy
    assert "s3cret" not in repr(found)


async def test_no_temporal(settings: Settings) -> None:
    found = await ill(changed(settings, temporal_address=NOWHERE))

    assert set(found) == {"temporal", "workers"}
    assert "TEMPORAL_ADDRESS" in found["temporal"].detail


async def test_a_namespace_that_is_not_there(settings: Settings) -> None:
    found = await ill(changed(settings, temporal_namespace="elsewhere"))

    assert found["temporal"].detail == "there is no namespace elsewhere"
    assert "TEMPORAL_NAMESPACE" in found["temporal"].remedy


async def test_no_worker(settings: Settings, temporal: Client) -> None:
    name = "without-workers"
    await temporal.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=name,
            workflow_execution_retention_period=Duration(
                seconds=int(timedelta(days=1).total_seconds())
            ),
        )
    )
    there = changed(settings, temporal_namespace=name)
    found = await ill_at_last(there, {"workers"})

    assert set(found) == {"workers"}
    for queue in ("intervue,", "intervue-speak", "intervue-webhooks"):
        assert queue in found["workers"].detail


@asynccontextmanager
async def own_database(settings: Settings, name: str) -> AsyncGenerator[str]:
    plain = settings.database_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        yield settings.database_url.rpartition("/")[0] + f"/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


async def test_migrations_that_were_not_run(settings: Settings) -> None:
    async with own_database(settings, "doctored") as url:
        there = changed(settings, database_url=url)
        empty = await ill(there)
        await upgrade(url, "0005")
        old = await ill(there)
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        await connection.close()
        newer = await ill(there)

    assert empty["migrations"] == Finding(
        "wrong", "the database is empty", "run the migrations: make migrate"
    )
    assert old["migrations"].detail.startswith("at 0005; this code needs ")
    assert (newer["migrations"].status, newer["migrations"].remedy) == (
        "warning",
        "deploy newer code",
    )


async def test_a_master_key_that_is_lost(
    settings: Settings, keys: DataKeys, interview_id: str
) -> None:
    await keys.of(interview_id, make=True)
    found = await ill(changed(settings, master_keys=new_key()))

    assert set(found) == {"keys"}
    assert "from a backup" in found["keys"].detail


async def test_nothing_to_sign_with(settings: Settings) -> None:
    found = await ill(changed(settings, debug=False, auth_keys=None))
    assert found["keys"].detail == "AUTH_KEYS is not set: nobody can sign in"


async def test_encryption_is_off(settings: Settings) -> None:
    found = await ill(changed(settings, encryption="off"))
    assert found["keys"].status == "warning"


async def test_a_redis_that_forgets(settings: Settings, tmp_path: Path) -> None:
    async with LocalStack(Home(tmp_path / "valkey"), services=("valkey",)) as stack:
        redis = connect_redis(stack.urls["REDIS_URL"])
        for setting, value in (("maxmemory", "64mb"), ("maxmemory-policy", "allkeys-lru")):
            await redis.execute_command("CONFIG", "SET", setting, value)  # pyright: ignore[reportUnknownMemberType] has no types
        await redis.aclose()
        found = await ill(changed(settings, redis_url=stack.urls["REDIS_URL"]))

    assert found["redis"].status == "warning"
    assert "allkeys-lru" in found["redis"].detail


async def test_recordings_that_cannot_be_written(settings: Settings) -> None:
    found = await ill(changed(settings, blob_url="file:///proc/recordings"))
    assert found["recordings"].status == "wrong"


async def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "LITTLE_FREE_BYTES", 10**15)
    little = await ill(settings)
    monkeypatch.setattr(looks, "LEAST_FREE_BYTES", 10**15)
    none = await ill(settings)

    assert (little["disk"].status, none["disk"].status) == ("warning", "wrong")


async def test_a_clock_that_is_wrong(settings: Settings) -> None:
    database, redis = Database.from_settings(settings), connect_redis(settings.redis_url)
    services = Services(settings, database, redis, now=lambda: time.time() + 30)
    with pytest.raises(looks.Sick, match=r"(29|30)\.\d s apart from (PostgreSQL|Redis)'s"):
        await services.look_at_clock()
    await redis.aclose()
    await database.close()


@asynccontextmanager
async def answering(status: int) -> AsyncGenerator[str]:
    """A provider that answers everything so."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} So\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        writer.write(head.encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


@pytest.mark.parametrize(
    ("status", "expected", "matter"),
    [
        (200, "ok", "openai"),
        (404, "ok", "openai"),
        (401, "wrong", "openai: the key is refused"),
        (429, "wrong", "openai: the quota is used up"),
        (503, "wrong", "openai: answers 503"),
    ],
)
async def test_a_provider(settings: Settings, status: int, expected: str, matter: str) -> None:
    async with answering(status) as url:
        found = await examine(changed(settings, stt_base_url=url, stt_api_key="sk-not-shown"))

    assert (found["speech to text"].status, found["speech to text"].detail) == (expected, matter)
    assert "sk-not-shown" not in repr(found)


async def test_one_provider_of_two_is_enough_for_now(settings: Settings) -> None:
    there = changed(settings, tts_base_url=f"http://{NOWHERE}/v1", tts_providers="openai,local")
    found = await ill(there)

    assert found["text to speech"].status == "warning"
    assert found["text to speech"].detail.endswith("local does")
    assert "TTS_BASE_URL" in found["text to speech"].remedy


async def test_a_provider_without_a_key(settings: Settings) -> None:
    found = await ill(changed(settings, llm_providers="anthropic"))
    assert "ANTHROPIC_API_KEY not set" in found["language model"].detail


async def test_a_provider_refused_by_anthropic(settings: Settings) -> None:
    async with answering(403) as url:
        there = changed(settings, llm_anthropic_base_url=url, llm_providers="anthropic")
        with pytest.raises(looks.Sick, match="anthropic: the key is refused"):
            await Providers(there).look_at_llm()


async def test_as_a_person_types_it(worker: RunningStack) -> None:
    code, out, _ = await intervue(worker, "doctor", "--json")
    told = json.loads(out)
    assert set(told["checks"]) >= {"settings", "database", "workers", "clock", "speech to text"}
    wrong = {name for name, check in told["checks"].items() if check["status"] == "wrong"}
    assert (code, told["well"]) == ((1, False) if wrong else (0, True))
    assert wrong <= {"disk"}, told

    code, out, err = await intervue(worker, "doctor", REDIS_URL=f"redis://{NOWHERE}")
    assert code == 1
    assert "redis           WRONG" in out
    assert "→ start Redis, or correct REDIS_URL" in out
    assert err == ""

    code, out, _ = await intervue(worker, "doctor", PROVIDER_TIMEOUT_S="soon")
    assert code == 1
    assert out.startswith("settings  WRONG  PROVIDER_TIMEOUT_S: ")
