"""The interview's workflow, as a connection sees it. Temporal may be away: calls wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowUpdateFailedError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow import UpdateMethodMultiParam

from api.temporal_ui.links import details
from interview.contracts.coding import RunCodeInput
from interview.contracts.ids import INTERVIEW_QUEUE, workflow_id
from interview.contracts.interview import (
    AnswerTextInput,
    BeginTurnInput,
    EndInput,
    InterviewInput,
    Request,
    TurnAck,
)
from interview.errors import ConflictError, DatabaseUnavailable, InterviewError
from interview.persistence.records import Records
from interview.persistence.rows import InterviewRecord
from interview.telemetry.metrics import TEMPORAL_CALL_S, TEMPORAL_DELAYS
from interview.temporal_setup import prepare_namespace
from workflows.interview import InterviewWorkflow
from workflows.search_attributes import ORGANIZATION

__all__ = ["DELAY_S", "Engine"]

log = structlog.stdlib.get_logger(__name__)

A = TypeVar("A")
T = TypeVar("T")

DELAY_S = 2.0
"""A call that takes longer is a delay the room is told of."""
GIVE_UP_S = 600.0
"""The client sends an answer again that nobody has taken up by then."""
_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=1)
"""A worker that dies while it decides costs so much; it decides in milliseconds."""
_BACKOFF_S = (0.05, 1.0)

# FAILED_PRECONDITION is not: the server says it while a workflow's decisions time out, as they do
# on a machine that is overloaded or whose worker keeps dying.
_FINAL = frozenset(
    {
        RPCStatusCode.INVALID_ARGUMENT,
        RPCStatusCode.PERMISSION_DENIED,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.UNIMPLEMENTED,
    }
)

_MAY_BE_AWAY = (RPCError, RPCTimeoutOrCancelledError, RuntimeError, DatabaseUnavailable)


@dataclass(frozen=True, slots=True)
class Engine:
    """One interview's workflow. Every method starts it if need be, waits while Temporal or its
    workers are away (calling `on_delay` once after `DELAY_S`), may be repeated, and raises
    `ConflictError` with the workflow's code, or `InterviewError` (`temporal.refused`)."""

    client: Client
    record: InterviewRecord
    public_url: str
    records: Records

    async def start(self, on_delay: Callable[[], None]) -> None:
        await self._persist(self._start, on_delay)

    async def begin_turn(
        self, turn: BeginTurnInput, update_id: str, on_delay: Callable[[], None]
    ) -> TurnAck:
        return await self._update(InterviewWorkflow.begin_turn, turn, update_id, on_delay)

    async def answer_text(
        self, answer: AnswerTextInput, update_id: str, on_delay: Callable[[], None]
    ) -> TurnAck:
        return await self._update(InterviewWorkflow.answer_text, answer, update_id, on_delay)

    async def pause(self, update_id: str, on_delay: Callable[[], None]) -> None:
        await self._update(InterviewWorkflow.pause, Request(), update_id, on_delay)

    async def resume(self, update_id: str, on_delay: Callable[[], None]) -> None:
        await self._update(InterviewWorkflow.resume, Request(), update_id, on_delay)

    async def repeat(self, update_id: str, on_delay: Callable[[], None]) -> None:
        await self._update(InterviewWorkflow.repeat_question, Request(), update_id, on_delay)

    async def end(self, update_id: str, on_delay: Callable[[], None]) -> None:
        await self._update(InterviewWorkflow.end_interview, EndInput(), update_id, on_delay)

    async def run_code(
        self, run: RunCodeInput, update_id: str, on_delay: Callable[[], None]
    ) -> None:
        await self._update(InterviewWorkflow.run_code, run, update_id, on_delay)

    async def _update(
        self,
        update: UpdateMethodMultiParam[[InterviewWorkflow, A], T],
        arg: A,
        update_id: str,
        on_delay: Callable[[], None],
    ) -> T:
        handle = self.client.get_workflow_handle_for(
            InterviewWorkflow.run, workflow_id(self.record.interview_id)
        )

        async def send() -> T:
            # One of the SDK's other overloads has an untyped parameter.
            return await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                update, arg, id=update_id, rpc_timeout=_RPC_TIMEOUT
            )

        async def attempt() -> T:
            try:
                return await send()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            # Not started yet, or over: starting it tells which.
            await self._start()
            return await send()

        return await self._persist(attempt, on_delay)

    async def _start(self) -> None:
        record = self.record
        if record.started_at is None:
            # Whatever was changed since it was read is in force, and nothing is changed after.
            record = await self.records.begin(record.interview_id)
        try:
            await self.client.start_workflow(
                InterviewWorkflow.run,
                InterviewInput(
                    interview_id=record.interview_id,
                    plan=record.plan,
                    candidate_name=record.candidate_name,
                    limits=record.limits,
                    extra_time_factor=record.extra_time_factor,
                ),
                id=workflow_id(record.interview_id),
                task_queue=INTERVIEW_QUEUE,
                task_timeout=_TASK_TIMEOUT,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"{record.title} interview",
                static_details=details(self.public_url, record.interview_id),
                search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(ORGANIZATION, record.organization_id)]
                ),
                rpc_timeout=_RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            raise _ended() from None
        except RPCError as error:
            if _lacks_attribute(error):
                # No worker of today's has been here yet.
                await prepare_namespace(self.client)
            raise

    async def _persist(self, call: Callable[[], Awaitable[T]], on_delay: Callable[[], None]) -> T:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + GIVE_UP_S
        began, outcome = loop.time(), "abandoned"
        notice = loop.call_later(DELAY_S, _delayed, on_delay)
        pause_s, longest_s = _BACKOFF_S
        try:
            while True:
                try:
                    answer = await call()
                    outcome = "ok"
                    return answer
                except WorkflowUpdateFailedError as error:
                    outcome = "refused"
                    raise _refusal(error) from None
                except _MAY_BE_AWAY as error:
                    _reraise_cancellation()
                    if not _is_away(error) or loop.time() > give_up_at:
                        outcome = "failed"
                        log.error("temporal.refused", reason=_reason(error))
                        raise InterviewError(
                            "temporal.refused", "the interview could not be continued"
                        ) from None
                    log.warning("temporal.away", reason=_reason(error))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, longest_s)
        finally:
            notice.cancel()
            TEMPORAL_CALL_S.labels(outcome).observe(loop.time() - began)


def _delayed(on_delay: Callable[[], None]) -> None:
    TEMPORAL_DELAYS.inc()
    on_delay()


def _reraise_cancellation() -> None:
    # The client turns a cancelled update call into an error of its own, which would be retried.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _is_away(error: Exception) -> bool:
    """A lazy client that cannot connect raises a bare `RuntimeError`."""
    if not isinstance(error, RPCError):
        return True
    return error.status not in _FINAL or _lacks_attribute(error)


def _lacks_attribute(error: RPCError) -> bool:
    """The namespace does not know one of our search attributes, or has not noticed yet."""
    return error.status is RPCStatusCode.INVALID_ARGUMENT and "search attribute" in error.message


def _reason(error: Exception) -> str:
    return error.status.name if isinstance(error, RPCError) else type(error).__name__


def _refusal(error: WorkflowUpdateFailedError) -> InterviewError:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type and "." in cause.type:
        return ConflictError(cause.type, cause.message)
    # The workflow came to its end while the update was under way.
    return _ended()


def _ended() -> ConflictError:
    return ConflictError("interview.ended", "the interview is over")
