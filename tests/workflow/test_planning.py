"""The planning workflows: their steps, and how what stands in their way is told."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from interview.contracts.ids import PLANNING_QUEUE
from interview.contracts.planning import (
    AssembleInput,
    Begun,
    PlanningActivities,
    PlanningFailure,
    PlanningInput,
    TailoringActivities,
    TailoringFailure,
    TailoringInput,
)
from workflows.planning import PlanningWorkflow, TailoringWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class FakeSteps(PlanningActivities):
    """`failures` by step, one a try."""

    begun: Begun = Begun(is_due=True, uses_model=True)
    done: list[str] = field(default_factory=list[str])
    failures: dict[str, list[ApplicationError]] = field(
        default_factory=dict[str, list[ApplicationError]]
    )
    failed: list[str] = field(default_factory=list[str])

    def _do(self, step: str) -> None:
        if self.failures.get(step):
            raise self.failures[step].pop(0)
        self.done.append(step)

    @activity.defn(name="planning.begin")
    async def begin(self, request: PlanningInput) -> Begun:
        self._do("begin")
        return self.begun

    @activity.defn(name="planning.competencies")
    async def competencies(self, request: PlanningInput) -> None:
        self._do("competencies")

    @activity.defn(name="planning.questions")
    async def questions(self, request: PlanningInput) -> None:
        self._do("questions")

    @activity.defn(name="planning.warmup")
    async def warmup(self, request: PlanningInput) -> None:
        self._do("warmup")

    @activity.defn(name="planning.assemble")
    async def assemble(self, request: AssembleInput) -> None:
        assert request.uses_model is self.begun.uses_model
        self._do("assemble")

    @activity.defn(name="planning.fail")
    async def fail(self, request: PlanningFailure) -> None:
        self.failed.append(request.reason)


@dataclass
class FakeTailoring(TailoringActivities):
    steps: FakeSteps

    @activity.defn(name="tailoring.begin")
    async def begin(self, request: TailoringInput) -> Begun:
        return self.steps.begun

    @activity.defn(name="tailoring.probes")
    async def probes(self, request: TailoringInput) -> None:
        self.steps._do("probes")  # pyright: ignore[reportPrivateUsage] one fake

    @activity.defn(name="tailoring.fail")
    async def fail(self, request: TailoringFailure) -> None:
        self.steps.failed.append(request.reason)


@dataclass
class Desk:
    env: WorkflowEnvironment
    steps: FakeSteps

    async def plan(self) -> WorkflowHandle[PlanningWorkflow, None]:
        handle = await self.env.client.start_workflow(
            PlanningWorkflow.run,
            PlanningInput(proposal_id=str(uuid.uuid4()), run=1),
            id=f"planning-{uuid.uuid4()}",
            task_queue=PLANNING_QUEUE,
        )
        await handle.result()
        return handle

    async def tailor(self) -> None:
        await self.env.client.execute_workflow(
            TailoringWorkflow.run,
            TailoringInput(interview_id=str(uuid.uuid4()), run=1),
            id=f"interview-{uuid.uuid4()}-tailoring",
            task_queue=PLANNING_QUEUE,
        )


@pytest_asyncio.fixture(loop_scope="session")
async def desk(apart: WorkflowEnvironment) -> AsyncGenerator[Desk]:
    steps = FakeSteps()
    tailoring = FakeTailoring(steps)
    async with Worker(
        apart.client,
        task_queue=PLANNING_QUEUE,
        workflows=[PlanningWorkflow, TailoringWorkflow],
        activities=[
            *(steps.begin, steps.competencies, steps.questions, steps.warmup),
            *(steps.assemble, steps.fail),
            *(tailoring.begin, tailoring.probes, tailoring.fail),
        ],
    ):
        yield Desk(apart, steps)


def refused(code: str) -> ApplicationError:
    return ApplicationError("no", type=code, non_retryable=True)


async def test_competencies_come_before_what_asks_for_them(desk: Desk) -> None:
    handle = await desk.plan()
    assert desk.steps.done[:2] == ["begin", "competencies"]
    assert sorted(desk.steps.done[2:4]) == ["questions", "warmup"]
    assert desk.steps.done[4:] == ["assemble"]
    assert desk.steps.failed == []
    replayer = Replayer(workflows=[PlanningWorkflow], data_converter=desk.env.client.data_converter)
    await replayer.replay_workflow(await handle.fetch_history())


async def test_only_work_is_timed_and_not_the_wait_for_a_slot(desk: Desk) -> None:
    history = await (await desk.plan()).fetch_history()
    scheduled = [
        event.activity_task_scheduled_event_attributes
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    hours = timedelta(hours=1)
    for step in scheduled:
        assert timedelta(0) < step.start_to_close_timeout.ToTimedelta() < hours
        # Unlimited, the server writes none or that of the whole workflow, which has years.
        for whole in (step.schedule_to_close_timeout, step.schedule_to_start_timeout):
            assert whole.ToTimedelta() == timedelta(0) or whole.ToTimedelta() > 1000 * hours
    asking = [step for step in scheduled if step.activity_type.name == "planning.questions"]
    assert [step.retry_policy.maximum_attempts for step in asking] == [65]


async def test_without_a_model_it_is_put_together_at_once(desk: Desk) -> None:
    desk.steps.begun = Begun(is_due=True, uses_model=False)
    await desk.plan()
    assert desk.steps.done == ["begin", "assemble"]


async def test_what_is_not_due_is_left_alone(desk: Desk) -> None:
    desk.steps.begun = Begun(is_due=False)
    await desk.plan()
    await desk.tailor()
    assert desk.steps.done == ["begin"]
    assert desk.steps.failed == []


@pytest.mark.parametrize("step", ["competencies", "questions", "warmup", "assemble", "probes"])
async def test_what_cannot_be_done_is_told_by_its_code(desk: Desk, step: str) -> None:
    desk.steps.failures[step] = [refused("provider.rejected")]
    await (desk.tailor() if step == "probes" else desk.plan())
    assert desk.steps.failed == ["provider.rejected"]
    assert step not in desk.steps.done
    if step in ("questions", "warmup"):
        # The other one is kept all the same.
        assert {"questions", "warmup"} & set(desk.steps.done)


async def test_a_failure_that_passes_is_waited_for(desk: Desk) -> None:
    desk.steps.failures["questions"] = [ApplicationError("later", type="database.unavailable")]
    await desk.plan()
    assert desk.steps.done.count("questions") == 1
    assert desk.steps.failed == []
