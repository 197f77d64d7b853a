"""Scoring a role's interviews once more: its workflow, beside evaluations that run already."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from interview.contracts.evaluation import Due, EvaluationInput
from interview.contracts.ids import (
    EVALUATION_QUEUE,
    evaluation_workflow_id,
    reevaluation_workflow_id,
)
from interview.contracts.reevaluation import ReevaluationInput, StopInput, Taken
from tests.workflow.fakes import FakeEvaluation
from workflows.evaluation import EvaluationWorkflow
from workflows.reevaluation import ReevaluationWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class House(FakeEvaluation):
    """Interviews, which are over once their evaluation was begun. `busy` ones cannot be taken so
    often."""

    interviews: list[str] = field(default_factory=list[str])
    over: list[str] = field(default_factory=list[str])
    busy: dict[str, int] = field(default_factory=dict[str, int])
    most_due: int = 0
    finished: int = 0
    stopped: list[str] = field(default_factory=list[str])
    stuck: str = ""
    """The interview whose evaluation waits too."""
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    ended: list[str] = field(default_factory=list[str])
    """Interviews whose evaluations came to their last step."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Evaluations that are not ours wait for it."""
    nearly: asyncio.Event = field(default_factory=asyncio.Event)
    """All but one are over."""

    @activity.defn(name="reevaluation.take")
    async def take(self, request: ReevaluationInput) -> Taken:
        left = [one for one in self.interviews if one not in self.over]
        waits = False
        due: list[str] = []
        for one in left:
            if self.busy.get(one, 0) > 0:
                self.busy[one] -= 1
                waits = True
            elif len(due) < request.at_once:
                due.append(one)
        self.most_due = max(self.most_due, len(due))
        return Taken(
            due=tuple(EvaluationInput(interview_id=one, number=2) for one in due), waits=waits
        )

    @activity.defn(name="reevaluation.finish")
    async def finish_all(self, request: ReevaluationInput) -> None:
        self.finished += 1

    @activity.defn(name="reevaluation.stop")
    async def stop(self, request: StopInput) -> None:
        self.stopped.append(request.reason)

    @activity.defn(name="evaluation.begin")
    async def begin(self, request: EvaluationInput) -> Due:
        if request.interview_id == self.stuck:
            self.waiting.set()
            await self.held.wait()
        elif request.number == 1:
            await self.held.wait()
        else:
            self.over.append(request.interview_id)
            if len(self.over) == len(self.interviews) - 1:
                self.nearly.set()
        return Due()

    @activity.defn(name="evaluation.finish")
    async def finish(self, request: EvaluationInput) -> None:
        self.ended.append(request.interview_id)


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> House:
    return House(interviews=[str(uuid.uuid4()) for _ in range(6)])


@pytest_asyncio.fixture(loop_scope="session")
async def env(
    time_skipping_env: WorkflowEnvironment, house: House
) -> AsyncGenerator[WorkflowEnvironment]:
    async with Worker(
        time_skipping_env.client,
        task_queue=EVALUATION_QUEUE,
        workflows=[EvaluationWorkflow, ReevaluationWorkflow],
        activities=[
            *(house.begin, house.sample, house.finish, house.follow),
            *(house.take, house.finish_all, house.stop),
        ],
    ):
        yield time_skipping_env


async def test_each_once_a_few_at_a_time_and_those_that_wait_later(
    env: WorkflowEnvironment, house: House
) -> None:
    house.busy[house.interviews[1]] = 3
    reevaluation_id = str(uuid.uuid4())
    handle = await env.client.start_workflow(
        ReevaluationWorkflow.run,
        ReevaluationInput(reevaluation_id=reevaluation_id, at_once=2),
        id=reevaluation_workflow_id(reevaluation_id),
        task_queue=EVALUATION_QUEUE,
    )
    await handle.result()
    assert sorted(house.over) == sorted(house.interviews)
    assert (house.most_due, house.finished) == (2, 1)
    await Replayer(
        workflows=[ReevaluationWorkflow], data_converter=pydantic_data_converter
    ).replay_workflow(await handle.fetch_history())


async def test_one_whose_evaluation_runs_already_is_waited_for(
    env: WorkflowEnvironment, house: House
) -> None:
    """Somebody else started it, or another evaluation is about to close."""
    running = house.interviews[0]
    other = await env.client.start_workflow(
        EvaluationWorkflow.run,
        EvaluationInput(interview_id=running, number=1),
        id=evaluation_workflow_id(running),
        task_queue=EVALUATION_QUEUE,
    )
    reevaluation_id = str(uuid.uuid4())
    handle = await env.client.start_workflow(
        ReevaluationWorkflow.run,
        ReevaluationInput(reevaluation_id=reevaluation_id),
        id=reevaluation_workflow_id(reevaluation_id),
        task_queue=EVALUATION_QUEUE,
    )
    await asyncio.wait_for(house.nearly.wait(), 30)
    assert running not in house.over
    house.held.set()
    await other.result()
    await handle.result()
    assert sorted(house.over) == sorted(house.interviews)
    assert house.finished == 1


async def _stuck(
    env: WorkflowEnvironment, house: House, **changes: Any
) -> WorkflowHandle[Any, Any]:
    """One interview's evaluation does not end."""
    house.stuck = house.interviews[0]
    reevaluation_id = str(uuid.uuid4())
    handle = await env.client.start_workflow(
        ReevaluationWorkflow.run,
        ReevaluationInput(reevaluation_id=reevaluation_id, **changes),
        id=reevaluation_workflow_id(reevaluation_id),
        task_queue=EVALUATION_QUEUE,
    )
    await asyncio.wait_for(house.waiting.wait(), 30)
    return handle


async def _child(env: WorkflowEnvironment, house: House) -> None:
    await env.client.get_workflow_handle(evaluation_workflow_id(house.stuck)).result()


async def test_cancelled_it_ends_and_so_does_what_it_waits_for(
    env: WorkflowEnvironment, house: House
) -> None:
    handle = await _stuck(env, house)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as error:
        await handle.result()
    assert isinstance(error.value.cause, CancelledError)
    await _child(env, house)
    assert house.ended.count(house.stuck) == 1
    assert (house.finished, house.stopped) == (0, []), "whoever cancels it has written it down"
    house.held.set()


async def test_it_ends_in_time_whatever_does_not(env: WorkflowEnvironment, house: House) -> None:
    until = await env.get_current_time() + timedelta(seconds=5)
    handle = await _stuck(env, house, until=until)
    with pytest.raises(WorkflowFailureError) as error:
        await handle.result()
    assert isinstance(error.value.cause, ApplicationError)
    assert error.value.cause.type == "reevaluation.too_long"
    await _child(env, house)
    assert house.ended.count(house.stuck) == 1
    assert (house.finished, house.stopped) == (0, ["too_long"])
    house.held.set()
