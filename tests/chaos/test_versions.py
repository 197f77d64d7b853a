"""Two versions of the worker at once: each interview ends with the code that it began with."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from demo.interview import create_interview
from demo.room import Room
from interview.contracts.ids import workflow_id
from interview.protocol.server import PhaseChanged, ServerMessage
from launcher.keys import local_keys
from launcher.paths import REPOSITORY
from launcher.process import Program, end, spawn
from launcher.stack import ALL
from tests.services import LOCAL_PROVIDERS, RunningStack, start_stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

_DEPLOYMENT = "intervue"
_OLD, _NEW = "2026-01", "2026-02"
_NOT_YET = {
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.RESOURCE_EXHAUSTED,
}


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
        while True:
            try:
                await client.workflow_service.set_worker_deployment_current_version(
                    SetWorkerDeploymentCurrentVersionRequest(
                        namespace=client.namespace, deployment_name=_DEPLOYMENT, build_id=build
                    )
                )
                break
            except RPCError as error:
                if error.status not in _NOT_YET:
                    raise
                await asyncio.sleep(1)  # the server wants to be asked slowly
    described = await client.workflow_service.describe_worker_deployment(
        DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=_DEPLOYMENT)
    )
    routing = described.worker_deployment_info.routing_config
    assert routing.current_deployment_version.build_id == build


class _Candidate:
    def __init__(self, url: str, interview_id: str) -> None:
        self.room = Room(url, interview_id, on_message=self._note)
        self._question: str | None = None

    def _note(self, message: ServerMessage) -> None:
        if isinstance(message, PhaseChanged):
            self._question = message.question_id

    async def listens(self) -> None:
        room = self.room
        await room.wait(lambda: (said := room.last_utterance()) is not None and said.ended)

    async def answers(self) -> None:
        turn_id, room = uuid.uuid4().hex, self.room
        await room.type(turn_id, "We measured first, and then changed one thing at a time.")
        await room.wait(lambda: room.settled(turn_id))
        await room.wait(
            lambda: room.ended or ((reply := room.reply_to(turn_id)) is not None and reply.ended)
        )

    async def finishes(self) -> None:
        while self._question is not None:
            await self.answers()
        await self.room.wait(lambda: self.room.ended)


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
        before = _Candidate(url, before_id)
        async with before.room, _worker(versioned, _NEW, tmp_path / "ready"):
            await before.listens()
            await before.answers()
            await _make_current(client, _NEW)
            after_id = await create_interview(api, "demo", "Grace")
            after = _Candidate(url, after_id)
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
