"""Ending an interview's workflow, and deleting what Temporal has of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from interview.contracts.ids import workflow_id
from interview.contracts.interview import Request
from interview.errors import InterviewError, TemporalUnavailable
from interview.temporal_runs import run_before, runs_of

__all__ = ["Histories", "Refused"]

log = structlog.stdlib.get_logger(__name__)

Run = tuple[str, str]
"""Ids of a workflow and of one of its runs."""

_ASK_TIMEOUT = timedelta(seconds=5)
_ASK_AGAIN_S = 5.0
_POLL_S = 0.1
_REFUSALS = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED})


class Refused(Exception):
    """The server lets nobody delete histories."""


@dataclass(frozen=True)
class Histories:
    """Every method may be repeated, and raises `TemporalUnavailable`."""

    client: Client

    async def is_running(self, interview_id: str) -> bool:
        try:
            return await self._is_running(workflow_id(interview_id))
        except RPCError as error:
            raise _away(error) from None

    async def stop(self, interview_id: str, grace_s: float) -> None:
        """Returns once the workflow and its children are closed."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + grace_s
        ask_at = loop.time()
        try:
            while await self._is_running(workflow_id(interview_id)):
                if loop.time() >= give_up_at:
                    log.warning("erasure.terminated")
                    await self._terminate((workflow_id(interview_id), ""))
                elif loop.time() >= ask_at:
                    await self._withdraw(interview_id)
                    ask_at = loop.time() + _ASK_AGAIN_S
                await asyncio.sleep(_POLL_S)
            for run in await self._found(interview_id, only_running=True):
                await self._terminate(run)
        except RPCError as error:
            raise _away(error) from None

    async def runs(self, interview_id: str) -> list[Run]:
        """Oldest first, so that a deletion which is broken off can find the others again."""
        try:
            workflow = workflow_id(interview_id)
            chain = [(workflow, run_id) for run_id in await runs_of(self.client, workflow)]
            others = await self._found(interview_id, only_running=False)
        except RPCError as error:
            raise _away(error) from None
        return [*(run for run in others if run not in chain), *chain]

    async def delete(self, run: Run) -> None:
        """Returns once it is gone. Raises `Refused`."""
        request = DeleteWorkflowExecutionRequest(
            namespace=self.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=run[0], run_id=run[1]),
        )
        try:
            await self.client.workflow_service.delete_workflow_execution(request)
            while await run_before(self.client, *run) is not None:  # noqa: ASYNC110 - the server offers no event for it
                await asyncio.sleep(_POLL_S)
        except RPCError as error:
            if error.status in _REFUSALS:
                raise Refused from None
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise _away(error) from None

    async def _is_running(self, workflow: str) -> bool:
        try:
            description = await self.client.get_workflow_handle(workflow).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return description.status is WorkflowExecutionStatus.RUNNING

    async def _withdraw(self, interview_id: str) -> None:
        """Stops at once what is under way. Whether it came about is seen by the status."""
        handle = self.client.get_workflow_handle(workflow_id(interview_id))
        try:
            # One of the SDK's overloads has an untyped parameter.
            await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                "withdraw_consent", Request(reason="erasure"), rpc_timeout=_ASK_TIMEOUT
            )
        except (
            RPCError,
            WorkflowUpdateFailedError,
            WorkflowUpdateRPCTimeoutOrCancelledError,
            InterviewError,  # the codec's: its key is gone, and it cannot be asked
        ):
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None

    async def _terminate(self, run: Run) -> None:
        try:
            handle = self.client.get_workflow_handle(run[0], run_id=run[1] or None)
            await handle.terminate("erased")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _found(self, interview_id: str, *, only_running: bool) -> list[Run]:
        """Of its children as well. What began or ended a moment ago may be missing."""
        query = f'WorkflowId STARTS_WITH "{workflow_id(interview_id)}"'
        if only_running:
            query += ' AND ExecutionStatus = "Running"'
        return [(found.id, found.run_id) async for found in self.client.list_workflows(query)]


def _away(error: RPCError) -> TemporalUnavailable:
    return TemporalUnavailable(f"Temporal does not take it at the moment ({error.status.name})")
