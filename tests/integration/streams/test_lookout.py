"""The lookout over a real Temporal, for work that a worker died with before it could say so."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest
from redis.asyncio import Redis
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from api.background import Background
from api.lookout import Lookout
from api.unsaid import Unsaid
from interview.contracts.ids import workflow_id
from interview.contracts.interview import RecoverTurnInput
from interview.streams.pulse import BEAT_S, HeldTurn, Pulse, PulseReader
from tests.services import RunningStack

pytestmark = [pytest.mark.integration]

PATIENCE_S = 20.0


@activity.defn(name="turn.transcribe")
async def never_ends() -> None:
    await asyncio.Event().wait()


@workflow.defn(name="Interview")
class OneStage:
    """Stands for an interview in the middle of a turn; ends with what it was asked to recover."""

    @workflow.run
    async def run(self, queue: str) -> str:
        self._asked = ""
        stage = workflow.start_activity(
            "turn.transcribe",
            task_queue=queue,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=60),
        )
        await workflow.wait_condition(lambda: bool(self._asked))
        stage.cancel()
        return self._asked

    @workflow.update
    async def recover_turn(self, request: RecoverTurnInput) -> bool:
        self._asked = f"{request.reason}: {request.turn_id or 'whichever runs'}"
        return True


async def _connect(services: RunningStack, identity: str | None = None) -> Client:
    return await Client.connect(
        services.urls["TEMPORAL_ADDRESS"],
        identity=identity,
        data_converter=pydantic_data_converter,
    )


@asynccontextmanager
async def _at_work(services: RunningStack, identity: str, queue: str) -> AsyncGenerator[Worker]:
    """A worker that takes a stage and never says so."""
    client = await _connect(services, identity)
    async with Worker(client, task_queue=queue, activities=[never_ends]) as worker:
        yield worker


async def _given_to(client: Client, interview_id: str, identity: str) -> None:
    handle = client.get_workflow_handle(workflow_id(interview_id))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            pending = (await handle.describe()).raw_description.pending_activities
            if any(one.last_worker_identity == identity for one in pending):
                return
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Scene:
    """Two interviews, and a stage of each that somebody else was given."""

    client: Client
    redis: Redis
    lost: str
    kept: str
    loser: Pulse
    keeper: Pulse

    async def asked(self) -> str:
        """What the interview whose stage is lost was asked to recover."""
        handle = self.client.get_workflow_handle(workflow_id(self.lost), result_type=str)
        async with asyncio.timeout(PATIENCE_S):
            return await handle.result()

    async def kept_goes_on(self) -> bool:
        handle = self.client.get_workflow_handle(workflow_id(self.kept))
        return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING

    @asynccontextmanager
    async def looked_at(self) -> AsyncGenerator[None]:
        background, pulses = Background(), PulseReader(self.redis)
        unsaid = Unsaid(pulses, self.client, lambda: [self.lost, self.kept])
        lookout = Lookout(pulses, self.client, background, unsaid)
        looking = asyncio.create_task(lookout.run())
        try:
            yield
        finally:
            looking.cancel()
            await background.aclose(0)


@pytest.fixture
async def scene(services: RunningStack, redis: Redis) -> AsyncGenerator[Scene]:
    client, redis_url = await _connect(services), services.urls["REDIS_URL"]
    lost, kept = str(uuid.uuid4()), str(uuid.uuid4())
    scene = Scene(client, redis, lost, kept, Pulse(redis_url), Pulse(redis_url))
    pulses = {lost: scene.loser, kept: scene.keeper}
    interviews = Worker(
        client,
        task_queue=lost,
        workflows=[OneStage],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with interviews, AsyncExitStack() as working:
        for interview_id, pulse in pulses.items():
            stages = f"stages-{interview_id}"
            await working.enter_async_context(_at_work(services, pulse.worker_id, stages))
            await client.start_workflow(
                OneStage.run, stages, id=workflow_id(interview_id), task_queue=lost
            )
            await _given_to(client, interview_id, pulse.worker_id)
        yield scene
        await client.get_workflow_handle(workflow_id(kept)).terminate()


async def test_what_a_worker_died_with_unsaid_is_run_again_long_before_its_heartbeat(
    scene: Scene,
) -> None:
    scene.keeper.start()
    await scene.redis.hincrby("intervue:pulse", scene.loser.worker_id, 1)  # and never again
    async with scene.looked_at():
        assert await scene.asked() == "worker lost: whichever runs"
        assert await scene.kept_goes_on()
    await asyncio.to_thread(scene.keeper.stop)


async def test_so_is_what_a_worker_that_is_leaving_was_given_and_not_what_it_is_still_at(
    scene: Scene,
) -> None:
    with scene.keeper.holding(HeldTurn(scene.kept, "turn-one", "turn.transcribe")):
        for pulse in (scene.loser, scene.keeper):
            pulse.leave()
            pulse.start()
        async with scene.looked_at():
            assert await scene.asked() == "worker lost: whichever runs"
            assert await scene.kept_goes_on()
        # Counts and nothing else, for processes that know of no leaving.
        told = cast(list[bytes], await scene.redis.hkeys("intervue:pulse"))
        assert {name.decode() for name in told} == (await PulseReader(scene.redis).beats()).keys()
    for pulse in (scene.loser, scene.keeper):
        await asyncio.to_thread(pulse.stop)


async def test_whoever_looks_only_when_the_worker_has_left_finds_it_as_well(scene: Scene) -> None:
    """API and workers are exchanged together."""
    scene.loser.start()
    scene.loser.leave()
    await asyncio.to_thread(scene.loser.stop)
    assert scene.loser.worker_id not in await PulseReader(scene.redis).beats()
    async with scene.looked_at():
        assert await scene.asked() == "worker lost: whichever runs"
        assert await scene.kept_goes_on()


async def test_so_is_what_a_worker_had_that_died_when_redis_forgot_everybody(scene: Scene) -> None:
    scene.keeper.start()
    async with scene.looked_at():
        for _ in range(10):
            await scene.redis.hincrby("intervue:pulse", scene.loser.worker_id, 1)
            await asyncio.sleep(BEAT_S)
        await scene.redis.delete("intervue:pulse")
        assert await scene.asked() == "worker lost: whichever runs"
        assert await scene.kept_goes_on()
    await asyncio.to_thread(scene.keeper.stop)
