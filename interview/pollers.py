"""Whether workers ask for work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from interview.contracts.ids import (
    CONVERSE_QUEUE,
    ERASURE_QUEUE,
    EVALUATION_QUEUE,
    INTERVIEW_QUEUE,
    PAD_QUEUE,
    PLANNING_QUEUE,
    SPEAK_QUEUE,
    TRANSCRIBE_QUEUE,
    WEBHOOK_QUEUE,
)

__all__ = ["ALL_QUEUES", "INTERVIEW_QUEUES", "Polled", "unpolled"]

_POLL_FRESH = timedelta(seconds=75)
"""A worker asks for work at least once a minute. The server remembers dead ones for longer."""
_WORKFLOW = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

Polled = tuple[str, TaskQueueType.ValueType]

INTERVIEW_QUEUES: tuple[Polled, ...] = (
    (INTERVIEW_QUEUE, _WORKFLOW),
    (TRANSCRIBE_QUEUE, _ACTIVITY),
    (CONVERSE_QUEUE, _ACTIVITY),
    (SPEAK_QUEUE, _ACTIVITY),
)
"""Without one of them no interview goes on."""

ALL_QUEUES: tuple[Polled, ...] = (
    *INTERVIEW_QUEUES,
    (INTERVIEW_QUEUE, _ACTIVITY),
    *((queue, _WORKFLOW) for queue in (ERASURE_QUEUE, EVALUATION_QUEUE, PLANNING_QUEUE)),
    (WEBHOOK_QUEUE, _WORKFLOW),
    (PAD_QUEUE, _ACTIVITY),
)


async def unpolled(client: Client, queues: Sequence[Polled]) -> list[str]:
    """Names of those that no worker has asked lately. Raises `RPCError`."""
    found = await asyncio.gather(*(_is_polled(client, queue, kind) for queue, kind in queues))
    missing = (queue for (queue, _), polled in zip(queues, found, strict=True) if not polled)
    return list(dict.fromkeys(missing))


async def _is_polled(client: Client, queue: str, kind: TaskQueueType.ValueType) -> bool:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
    )
    now = datetime.now(UTC)
    return any(
        now - poller.last_access_time.ToDatetime(UTC) < _POLL_FRESH for poller in described.pollers
    )
