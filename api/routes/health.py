"""Whether this process lives, and whether all it needs is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from api.authorization import PUBLIC, requires
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import limited_by_address
from api.throttle import Limit
from interview.contracts.ids import CONVERSE_QUEUE, INTERVIEW_QUEUE, SPEAK_QUEUE, TRANSCRIBE_QUEUE
from interview.errors import InterviewError

__all__ = ["router"]

router = APIRouter(tags=["health"], dependencies=[requires(PUBLIC)])

LOOKING = Limit("ready", 600, per_s=60)
"""Each one asks everything that is needed."""
CHECK_TIMEOUT_S = 1.0
_POLL_FRESH = timedelta(seconds=75)
"""A worker asks for work at least once a minute. The server remembers dead ones for longer."""
_WORKFLOW = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
_QUEUES = (
    (INTERVIEW_QUEUE, _WORKFLOW),
    (TRANSCRIBE_QUEUE, _ACTIVITY),
    (CONVERSE_QUEUE, _ACTIVITY),
    (SPEAK_QUEUE, _ACTIVITY),
)


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    service: Literal["intervue"] = "intervue"


class Check(BaseModel):
    """`reason` says what to look at."""

    status: Literal["ok", "down"] = "ok"
    reason: str = ""
    ms: float = 0.0


class Readiness(BaseModel):
    status: Literal["ok", "down"]
    checks: dict[str, Check]


class _Down(Exception):
    """The message is shown."""


@router.get("/health")
async def health() -> Health:
    """This process answers."""
    return Health()


@router.get("/health/live")
async def live() -> Health:
    """Restart the process when this fails."""
    return Health()


@router.get(
    "/health/ready",
    dependencies=[limited_by_address(LOOKING)],
    responses={503: {"model": Readiness}} | responses(429),
)
async def ready(services: ServicesDep, response: Response) -> Readiness:
    """503 while anything is missing that an interview needs."""
    checks: dict[str, Callable[[Services], Awaitable[Any]]] = {
        "database": lambda s: s.database.check(),
        "keys": _keys,
        "redis": _redis,
        "temporal": _temporal,
        "blobs": lambda s: s.blobs.check(),
        "worker": _worker,
    }
    results = await asyncio.gather(*(_checked(check(services)) for check in checks.values()))
    everything = all(result.status == "ok" for result in results)
    response.status_code = 200 if everything else 503
    response.headers["Cache-Control"] = "no-store"
    return Readiness(
        status="ok" if everything else "down", checks=dict(zip(checks, results, strict=True))
    )


async def _checked(check: Awaitable[Any]) -> Check:
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check
    except TimeoutError:
        return Check(status="down", reason=f"no answer within {CHECK_TIMEOUT_S:g} s")
    except InterviewError as error:
        return Check(status="down", reason=error.message)
    except _Down as error:
        return Check(status="down", reason=str(error))
    except Exception as error:
        # Whatever a client library raises for a service that is away; its text may hold an
        # address with a password.
        return Check(status="down", reason=type(error).__name__)
    return Check(ms=round((loop.time() - started) * 1000, 1))


async def _keys(services: Services) -> None:
    if services.keys is not None:
        await services.keys.check()


async def _redis(services: Services) -> None:
    # A command of its own, because redis-py types `ping` as sync or async.
    await services.redis.execute_command("PING")  # pyright: ignore[reportUnknownMemberType]


async def _temporal(services: Services) -> None:
    if not await services.temporal.service_client.check_health():
        raise _Down("Temporal says it does not serve")


async def _worker(services: Services) -> None:
    found = await asyncio.gather(*(_polled(services, queue, kind) for queue, kind in _QUEUES))
    missing = [queue for (queue, _), polled in zip(_QUEUES, found, strict=True) if not polled]
    if missing:
        raise _Down(f"no worker asks for work on {', '.join(missing)}")


async def _polled(services: Services, queue: str, kind: TaskQueueType.ValueType) -> bool:
    client = services.temporal
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
    )
    now = datetime.now(UTC)
    return any(
        now - poller.last_access_time.ToDatetime(UTC) < _POLL_FRESH for poller in described.pollers
    )
