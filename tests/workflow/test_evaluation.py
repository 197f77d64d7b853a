"""The evaluation's workflow: what follows by itself, and runs that began before anything did."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from interview.contracts.evaluation import (
    EVALUATION,
    Due,
    EvaluationActivities,
    EvaluationInput,
    Following,
)
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from tests.workflow.fakes import FakeEvaluation
from workflows.evaluation import EvaluationWorkflow
from workflows.options import planning_options

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Following3(FakeEvaluation):
    """The second and third evaluation follow the first."""

    begun: list[int] = field(default_factory=list[int])

    @activity.defn(name="evaluation.begin")
    async def begin(self, request: EvaluationInput) -> Due:
        self.begun.append(request.number)
        return Due()

    @activity.defn(name="evaluation.follow")
    async def follow(self, request: EvaluationInput) -> Following:
        return Following(number=request.number + 1 if request.number < 3 else None)


@workflow.defn(name=EVALUATION, sandboxed=False)
class WithoutFollowing:
    """As it was before anything followed."""

    @workflow.run
    async def run(self, request: EvaluationInput) -> None:
        for step in (EvaluationActivities.begin, EvaluationActivities.finish):
            await workflow.execute_activity_method(step, request, **planning_options())


@pytest_asyncio.fixture(loop_scope="session")
async def steps() -> Following3:
    return Following3()


@pytest_asyncio.fixture(loop_scope="session", params=[EvaluationWorkflow, WithoutFollowing])
async def env(
    request: pytest.FixtureRequest, time_skipping_env: WorkflowEnvironment, steps: Following3
) -> AsyncGenerator[WorkflowEnvironment]:
    async with Worker(
        time_skipping_env.client,
        task_queue=EVALUATION_QUEUE,
        workflows=[request.param],
        activities=[steps.begin, steps.sample, steps.finish, steps.follow],
    ):
        yield time_skipping_env


async def evaluated(env: WorkflowEnvironment) -> WorkflowHandle[EvaluationWorkflow, None]:
    interview_id = str(uuid.uuid4())
    handle = await env.client.start_workflow(
        EvaluationWorkflow.run,
        EvaluationInput(interview_id=interview_id, number=1),
        id=evaluation_workflow_id(interview_id),
        task_queue=EVALUATION_QUEUE,
    )
    await handle.result()
    return handle


@pytest.mark.parametrize("env", [EvaluationWorkflow], indirect=True)
async def test_what_follows_is_done_under_the_same_id(
    env: WorkflowEnvironment, steps: Following3
) -> None:
    await evaluated(env)
    assert steps.begun == [1, 2, 3]


async def test_every_history_replays(env: WorkflowEnvironment) -> None:
    handle = await evaluated(env)
    replayer = Replayer(workflows=[EvaluationWorkflow], data_converter=env.client.data_converter)
    await replayer.replay_workflow(await handle.fetch_history())
