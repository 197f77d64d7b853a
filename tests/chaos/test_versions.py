"""Two versions of the worker at once: each interview ends with the code that it began with."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from demo.interview import create_interview
from interview.contracts.ids import workflow_id
from interview.worker_versions import make_current, versions
from launcher.keys import local_keys
from launcher.paths import REPOSITORY
from launcher.process import Program, end, spawn
from launcher.stack import ALL
from tests.candidate import Candidate
from tests.services import LOCAL_PROVIDERS, RunningStack, start_stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

_DEPLOYMENT = "intervue"
_OLD, _NEW = "2026-01", "2026-02"


@pytest.fixture(scope="module")
def versioned(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStack]:
    env = {"TEMPORAL_DEPLOYMENT_NAME": _DEPLOYMENT, "TEMPORAL_WORKER_BUILD_ID": _OLD}
    running = start_stack(tmp_path_factory, ALL, {**LOCAL_PROVIDERS, **env})
    yield running
    running.stop()


@asynccontextmanager
async def _worker(stack: RunningStack, build: str, ready: Path) -> AsyncGenerator[None]:
    services = {name: url for name, url in stack.urls.items() if name.isupper()}
    env = {
        **LOCAL_PROVIDERS,
        **services,
        **local_keys(stack.home),
        "BLOB_URL": stack.home.blobs.as_uri(),
        "TEMPORAL_DEPLOYMENT_NAME": _DEPLOYMENT,
        "TEMPORAL_WORKER_BUILD_ID": build,
        "WORKER_READY_FILE": str(ready),
        "DEBUG": "true",
    }
    log = stack.home.log(f"worker-{build}")
    process = await spawn(Program([sys.executable, "worker.py"], log, env, cwd=REPOSITORY))
    try:
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(ready.exists):
                assert process.returncode is None, log.read_text()
                await asyncio.sleep(0.05)
        yield
    finally:
        await end(process)


async def _make_current(client: Client, build: str) -> None:
    """As the worker controller does, once the server has heard of the version."""
    async with asyncio.timeout(60):
        await make_current(client, _DEPLOYMENT, build)
    assert (await versions(client, _DEPLOYMENT))[build] == "current"


async def _builds(interview: WorkflowHandle[object, object]) -> set[str]:
    """Versions whose workers have decided anything in it."""
    return {
        event.workflow_task_completed_event_attributes.worker_deployment_version
        or event.workflow_task_completed_event_attributes.deployment_version.build_id
        async for event in interview.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    }


async def test_an_interview_ends_with_the_version_that_it_began_with(
    versioned: RunningStack, tmp_path: Path
) -> None:
    url = versioned.urls["app"]
    client = await Client.connect(versioned.urls["TEMPORAL_ADDRESS"])
    await _make_current(client, _OLD)
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        before_id = await create_interview(api, "demo", "Ada")
        before = Candidate(url, before_id)
        async with before.room, _worker(versioned, _NEW, tmp_path / "ready"):
            await before.listens()
            await before.answers()
            await _make_current(client, _NEW)
            after_id = await create_interview(api, "demo", "Grace")
            after = Candidate(url, after_id)
            async with after.room:
                await after.listens()
                await asyncio.gather(before.finishes(), after.finishes())
            for candidate in (before, after):
                assert candidate.room.ended is not None
                assert candidate.room.ended.outcome == "completed"
                assert not candidate.room.errors
    old, new = [client.get_workflow_handle(workflow_id(i)) for i in (before_id, after_id)]
    assert await _builds(old) == {_OLD}
    assert await _builds(new) == {_NEW}
