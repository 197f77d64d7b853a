"""A worker that starts while the database is away has no keys, and waits for them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url
from temporalio.client import Client as TemporalClient
from temporalio.client import WorkflowHandle

from demo.interview import create_interview
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.persistence.database import Database
from interview.protocol.frames import pack_uplink
from interview.security.data_keys import build_data_keys
from interview.temporal_client import connect_temporal
from launcher.keys import local_keys
from launcher.paths import Home
from launcher.stack import ALL, LocalStack
from tests.integration.api.servers import Client, Wire, serving
from tests.integration.api.test_room import greeted, new_turn
from tests.integration.api.voice import spoken_answer

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Own:
    """Services of the test's own, since no other worker may take its tasks. The worker alone
    reaches the database through `wire`."""

    worker: LocalStack
    wire: Wire
    settings: Settings
    url: str


@pytest.fixture
async def own(tmp_path: Path) -> AsyncGenerator[Own]:
    home = Home(tmp_path / "services")
    async with LocalStack(home, services=ALL[:3]) as services:
        database = make_url(services.urls["DATABASE_URL"])
        keys = local_keys(home)
        async with Wire(f"{database.host}:{database.port}") as wire:
            port = int(wire.address.rpartition(":")[2])
            wired = database.set(host="127.0.0.1", port=port)
            worker = LocalStack(
                Home(tmp_path / "worker"),
                services=(*ALL[:3], "worker"),
                given={
                    **services.urls,
                    **keys,
                    "DATABASE_URL": wired.render_as_string(hide_password=False),
                },
                env=keys,
                worker_argv=(sys.executable, "-m", "bench.stub_worker"),
            )
            settings = Settings.model_validate(
                {
                    "debug": True,
                    "database_url": services.urls["DATABASE_URL"],
                    "redis_url": services.urls["REDIS_URL"],
                    "temporal_address": services.urls["TEMPORAL_ADDRESS"],
                    "blob_url": worker.home.blobs.as_uri(),
                    "silence_nudge_s": 600.0,
                    "master_keys": keys["MASTER_KEYS"],
                    "auth_keys": keys["AUTH_KEYS"],
                    "web_dir": tmp_path / "no-web-client",
                }
            )
            async with worker, serving(settings) as url:
                yield Own(worker, wire, settings, url)


@pytest.fixture
async def temporal(own: Own) -> AsyncGenerator[TemporalClient]:
    database = Database.from_settings(own.settings)
    yield await connect_temporal(own.settings, build_data_keys(own.settings, database))
    await database.close()


async def test_an_answer_goes_on_once_the_database_is_back(
    own: Own, temporal: TemporalClient
) -> None:
    async with httpx.AsyncClient(base_url=own.url, trust_env=False) as http:
        interview_id = await create_interview(http, "demo", "Ada")
    spoken, turn_id = await spoken_answer(), new_turn()
    handle = temporal.get_workflow_handle(workflow_id(interview_id))
    async with Client(own.url, interview_id) as client:
        await greeted(client)
        await own.wire.cut()
        own.worker.kill("worker")
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await own.worker.wait_ready("worker")
        # The new worker has taken the task again and again, and cannot read it.
        async with asyncio.timeout(60):
            while not await _pending(handle, attempt=4):  # noqa: ASYNC110 - tells nobody
                await asyncio.sleep(0.02)
        await own.wire.mend()
        # Within a second; where tasks fail, it is the next attempt, up to 14 s later.
        await client.until("turn_committed", lambda body: body["turn_id"] == turn_id)
    assert own.worker.restarts("worker") == 1
    said = await asyncio.to_thread(own.worker.home.log("worker").read_text)
    assert "keys.not_checked" in said, "it has started all the same"
    assert "DatabaseUnavailable" not in said, "no task has failed"


async def _pending(handle: WorkflowHandle[Any, Any], *, attempt: int) -> bool:
    described = (await handle.describe()).raw_description
    return described.pending_workflow_task.attempt >= attempt
