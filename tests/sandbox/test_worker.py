"""The worker that runs code: one result whatever dies, nothing left, and nothing told in clear."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from interview.contracts.code import CodeActivities, CodeRan, CodeRun
from interview.domain.code_runs import Limits, Run
from interview.errors import NotFoundError
from interview.sandbox.bubblewrap.slots import UIDS
from interview.sandbox.exchange import CodeExchange
from launcher.paths import REPOSITORY
from tests.services import RunningStack
from workflows.options import code_options

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


@workflow.defn
class RunsCode:
    @workflow.run
    async def run(self, request: CodeRun) -> CodeRan:
        return await workflow.execute_activity_method(CodeActivities.run, request, **code_options())


@dataclass
class Desk:
    """Starts and kills the code worker, and wants things run."""

    client: Client
    exchange: CodeExchange
    urls: dict[str, str]
    queue: str
    worker: asyncio.subprocess.Process | None = None

    async def start(self, **more: str) -> asyncio.subprocess.Process:
        names = ("REDIS_URL", "TEMPORAL_ADDRESS")
        self.worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "code_worker.py"),
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], **{name: self.urls[name] for name in names}, **more},
            stderr=asyncio.subprocess.DEVNULL if not more else asyncio.subprocess.PIPE,
        )
        return self.worker

    async def kill(self) -> None:
        assert self.worker is not None
        with suppress(ProcessLookupError):
            self.worker.send_signal(signal.SIGKILL)
        await self.worker.wait()

    async def begin(self, run: Run) -> tuple[str, str, WorkflowHandle[RunsCode, CodeRan]]:
        run_id = uuid.uuid4().hex
        key = await self.exchange.offer(run_id, run)
        handle = await self.client.start_workflow(
            RunsCode.run,
            CodeRun(run_id=run_id, key=key),
            id=f"code-{run_id}",
            task_queue=self.queue,
        )
        return run_id, key, handle


@pytest.fixture
async def desk(services: RunningStack) -> AsyncGenerator[Desk]:
    urls = services.urls
    client = await Client.connect(urls["TEMPORAL_ADDRESS"], data_converter=pydantic_data_converter)
    redis = Redis.from_url(urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    queue = f"code-test-{uuid.uuid4().hex[:8]}"
    desk = Desk(client, CodeExchange(redis), urls, queue)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[RunsCode],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield desk
    if desk.worker is not None:
        await desk.kill()
    await redis.aclose()


def strays() -> list[int]:
    found: list[int] = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid in UIDS:
                found.append(int(pid))
    return found


async def gone() -> bool:
    for _ in range(100):
        if not strays():
            return True
        await asyncio.sleep(0.05)
    return False


async def test_killed_in_the_middle_it_runs_once_more(desk: Desk) -> None:
    await desk.start()
    temporary = set(os.listdir("/tmp"))
    source = "import time\nprint('begun')\ntime.sleep(3)\nprint('done')"
    run_id, key, handle = await desk.begin(Run(language="python", source=source))
    pieces = desk.exchange.output(run_id, key)
    assert (await anext(pieces)).text == "begun\n"

    await desk.kill()
    assert await gone()
    assert await desk.exchange.result(run_id, key) is None
    await desk.start()
    ran = await handle.result()

    assert ran.ending == "finished"
    result = await desk.exchange.result(run_id, key)
    assert result is not None
    assert [case.stdout for case in result.cases] == ["begun\ndone\n"]
    assert "".join([piece.text async for piece in pieces]) == "begun\ndone\n"
    attempts = [
        event.activity_task_started_event_attributes.attempt
        async for event in handle.fetch_history_events()
        if event.HasField("activity_task_started_event_attributes")
    ]
    assert attempts == [2]
    assert await gone()
    new = {name for name in set(os.listdir("/tmp")) - temporary if "code" in name.lower()}
    assert new == set()


async def test_what_is_run_and_written_is_in_clear_nowhere(desk: Desk) -> None:
    await desk.start()
    run_id, key, handle = await desk.begin(
        Run(language="python", source="print('marmalade'[::-1])", limits=Limits(wall_s=20))
    )
    await handle.result()

    history = str([event async for event in handle.fetch_history_events()])
    assert "marmalade" not in history
    assert "edalamram" not in history
    with pytest.raises(NotFoundError) as failure:
        await desk.exchange.take(run_id, "A" * 43 + "=")
    assert failure.value.code == "code.run_lost"
    await desk.exchange.forget(run_id)
    assert await desk.exchange.result(run_id, key) is None


async def test_it_does_not_start_beside_a_secret(desk: Desk) -> None:
    process = await desk.start(MASTER_KEYS="k1:secret")

    _, said = await process.communicate()

    assert process.returncode == 1
    assert b"MASTER_KEYS" in said
    assert b"secret" not in said


async def test_it_says_what_it_can_run(desk: Desk) -> None:
    await desk.start()
    async with asyncio.timeout(120):
        while True:
            status = await desk.exchange.status()
            if status.available:
                break
            await asyncio.sleep(0.1)

    assert "python" in status.available
