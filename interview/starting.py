"""Starting the workflow of what was asked for, and is committed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from pydantic import BaseModel
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from interview.errors import TemporalUnavailable

__all__ = ["start", "start_or_leave"]

log = structlog.stdlib.get_logger(__name__)

_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=5)
_ENDING_S = 3.0
"""What a workflow may take to end after it has said how it came out."""
_LOOK_S = 0.05


async def start(
    temporal: Client,
    workflow: str,
    request: BaseModel,
    *,
    workflow_id: str,
    task_queue: str,
    signal: str | None = None,
) -> bool:
    """False where one of this id is there; with `signal` that one is signalled, and it is True. By
    name: who asks knows no workflow. Raises `TemporalUnavailable`."""
    policies = WorkflowIDConflictPolicy
    there = policies.FAIL if signal is None else policies.USE_EXISTING
    try:
        async with asyncio.timeout(_RPC_TIMEOUT.total_seconds()):
            await temporal.start_workflow(
                workflow,
                request,
                id=workflow_id,
                task_queue=task_queue,
                task_timeout=_TASK_TIMEOUT,
                start_signal=signal,
                id_conflict_policy=there,
                rpc_timeout=_RPC_TIMEOUT,
            )
    except WorkflowAlreadyStartedError:
        return False
    except (RPCError, RuntimeError, TimeoutError):
        # A lazy client that cannot connect raises a bare `RuntimeError`.
        raise TemporalUnavailable("Temporal does not take it at the moment") from None
    return True


async def start_or_leave(
    temporal: Client, workflow: str, request: BaseModel, *, workflow_id: str, task_queue: str
) -> None:
    """As `start`, once the one before has ended. While Temporal is away it is left to `Resuming`:
    what was asked for is not asked for again."""
    until = asyncio.get_running_loop().time() + _ENDING_S
    try:
        while not await start(
            temporal, workflow, request, workflow_id=workflow_id, task_queue=task_queue
        ):
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(_LOOK_S)
        else:
            return
    except TemporalUnavailable:
        pass
    log.warning("start.postponed", workflow=workflow)
