"""Ending the workflow of what is stopped, once that is committed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

__all__ = ["cancel_or_leave"]

log = structlog.stdlib.get_logger(__name__)

_RPC_TIMEOUT = timedelta(seconds=10)


async def cancel_or_leave(temporal: Client, workflow_id: str) -> None:
    """One that has ended is left alone. While Temporal is away so is every one: it goes by its row,
    and ends when it next looks there."""
    try:
        async with asyncio.timeout(_RPC_TIMEOUT.total_seconds()):
            handle = temporal.get_workflow_handle(workflow_id)
            await handle.cancel(rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            log.warning("stop.postponed")
    except (RuntimeError, TimeoutError):
        # A lazy client that cannot connect raises a bare `RuntimeError`.
        log.warning("stop.postponed")
