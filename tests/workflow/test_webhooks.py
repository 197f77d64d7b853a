"""A delivery's workflow: it waits as it is told, and comes to an end."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from interview.contracts.ids import WEBHOOK_QUEUE, webhook_workflow_id
from interview.contracts.webhooks import Again, WebhookActivities, WebhookInput
from interview.webhooks.schedule import RETRIES_S
from workflows.webhooks import WebhookWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class FakeSending(WebhookActivities):
    """`then`: what each try leads to; after these it is done."""

    env: WorkflowEnvironment
    then: list[Again | ApplicationError] = field(default_factory=list[Again | ApplicationError])
    tried_at: list[datetime] = field(default_factory=list[datetime])

    @activity.defn(name="webhook.attempt")
    async def attempt(self, request: WebhookInput) -> Again:
        self.tried_at.append(await self.env.get_current_time())
        if not self.then:
            return Again()
        result = self.then.pop(0)
        if isinstance(result, ApplicationError):
            raise result
        return result


@pytest_asyncio.fixture(loop_scope="session")
async def sending(time_skipping_env: WorkflowEnvironment) -> AsyncGenerator[FakeSending]:
    sending = FakeSending(time_skipping_env)
    async with Worker(
        time_skipping_env.client,
        task_queue=WEBHOOK_QUEUE,
        workflows=[WebhookWorkflow],
        activities=[sending.attempt],
    ):
        yield sending


async def sent(sending: FakeSending) -> WorkflowHandle[WebhookWorkflow, None]:
    delivery_id = str(uuid.uuid4())
    handle = await sending.env.client.start_workflow(
        WebhookWorkflow.run,
        WebhookInput(delivery_id=delivery_id, webhook_id=str(uuid.uuid4())),
        id=webhook_workflow_id(delivery_id),
        task_queue=WEBHOOK_QUEUE,
    )
    await handle.result()
    return handle


async def test_it_is_tried_again_when_the_activity_says(sending: FakeSending) -> None:
    sending.then = [Again(after_s=wait_s) for wait_s in RETRIES_S]
    handle = await sent(sending)
    waited = [
        (later - earlier).total_seconds()
        for earlier, later in zip(sending.tried_at, sending.tried_at[1:], strict=False)
    ]
    assert waited == pytest.approx(list(RETRIES_S), abs=5.0)
    assert sending.tried_at[-1] - sending.tried_at[0] > timedelta(hours=24)
    converter = sending.env.client.data_converter
    replayer = Replayer(workflows=[WebhookWorkflow], data_converter=converter)
    await replayer.replay_workflow(await handle.fetch_history())


async def test_where_nothing_is_left_to_do_it_ends(sending: FakeSending) -> None:
    await sent(sending)
    assert len(sending.tried_at) == 1


async def test_what_no_retry_mends_is_tried_again_later(sending: FakeSending) -> None:
    sending.then = [ApplicationError("no", type="internal", non_retryable=True)]
    await sent(sending)
    assert len(sending.tried_at) == 2
    assert sending.tried_at[1] - sending.tried_at[0] >= timedelta(minutes=59)
