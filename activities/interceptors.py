"""Around every activity: signs of life, log context, and our errors in Temporal's terms."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from interview.contracts.ids import interview_of
from interview.contracts.turns import TurnRef
from interview.errors import InterviewError, ProviderError
from interview.streams.pulse import HeldTurn, Pulse
from interview.telemetry import tracing
from interview.telemetry.metrics import (
    ACTIVITY_FAILURES,
    STAGES_RERUN,
    STAGES_RUNNING,
    code_label,
)

__all__ = ["ActivityInterceptor"]

log = structlog.stdlib.get_logger(__name__)


class ActivityInterceptor(Interceptor):
    """`pulse` is told which turns this process is at."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._runs: dict[HeldTurn, asyncio.Task[Any]] = {}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Inbound(next, self)

    @contextmanager
    def at(self, turn: HeldTurn | None) -> Generator[None]:
        """For the length of one run. An earlier run of the same stage that is still at it here
        has been given up by the workflow, and ends now: Temporal itself would tell it with its
        next heartbeat."""
        if turn is None:
            yield
            return
        if (earlier := self._runs.get(turn)) is not None:
            earlier.cancel()
        run = asyncio.current_task()
        assert run is not None
        self._runs[turn] = run
        try:
            with self._pulse.holding(turn):
                yield
        finally:
            if self._runs.get(turn) is run:
                del self._runs[turn]


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, runs: ActivityInterceptor) -> None:
        super().__init__(next)
        self._runs = runs

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        structlog.contextvars.clear_contextvars()
        turn = _turn_ref(input)
        structlog.contextvars.bind_contextvars(**_context(info, turn))
        heartbeat = asyncio.create_task(_heartbeat(info.heartbeat_timeout))
        running = STAGES_RUNNING.labels(info.activity_type)
        _count_rerun(info, turn)
        span = tracing.activity_span(turn, info.activity_type, info.attempt)
        try:
            with (
                running.track_inprogress(),
                tracing.current(span),
                self._runs.at(_held(info, turn)),
            ):
                return await super().execute_activity(input)
        except InterviewError as error:
            log.warning("activity.failed", code=error.code, retryable=error.retryable)
            _count_failure(info, error.code)
            span.failed(error.code)
            raise to_application_error(error) from error
        except (ApplicationError, CancelledError, asyncio.CancelledError):
            span.failed("given_up")
            raise
        except Exception as error:
            log.exception("activity.crashed")
            _count_failure(info, "internal")
            span.failed("internal")
            # The text of an unknown exception may hold anything; only its type goes on record.
            raise ApplicationError(type(error).__name__, type="internal") from None
        finally:
            span.end()
            heartbeat.cancel()


def _held(info: activity.Info, turn: TurnRef | None) -> HeldTurn | None:
    return turn and HeldTurn(turn.interview_id, turn.turn_id, info.activity_type)


def _context(info: activity.Info, turn: TurnRef | None) -> dict[str, str | int]:
    """On every line that is logged meanwhile."""
    known: dict[str, str | int] = {
        "activity": info.activity_type,
        "attempt": info.attempt,
        "workflow_id": info.workflow_id or "",
    }
    if (interview_id := interview_of(info.workflow_id)) is not None:
        known["interview_id"] = interview_id
    if turn is not None:
        known |= {"interview_id": turn.interview_id, "turn_id": turn.turn_id}
        if tracing.is_on():
            known["trace_id"] = tracing.trace_id(turn.interview_id, turn.turn_id)
    return known


def _turn_ref(input: ExecuteActivityInput) -> TurnRef | None:
    return getattr(input.args[0], "turn", None)


def _count_rerun(info: activity.Info, turn: TurnRef | None) -> None:
    if info.attempt > 1:
        STAGES_RERUN.labels(info.activity_type, "retry").inc()
    elif turn is not None and turn.reschedule:
        STAGES_RERUN.labels(info.activity_type, "rescheduled").inc()


def _count_failure(info: activity.Info, code: str) -> None:
    ACTIVITY_FAILURES.labels(info.activity_type, code_label(code)).inc()


def to_application_error(error: InterviewError) -> ApplicationError:
    """The same code as `type`; a provider's Retry-After as the next delay."""
    delay_s = error.retry_after_s if isinstance(error, ProviderError) else None
    return ApplicationError(
        error.message,
        type=error.code,
        non_retryable=not error.retryable,
        next_retry_delay=timedelta(seconds=delay_s) if delay_s else None,
    )


async def _heartbeat(timeout: timedelta | None) -> None:
    if timeout is None:
        return
    while True:
        # Most activities end before the first one, which then costs nothing.
        await asyncio.sleep(timeout.total_seconds() * 2 / 3)
        activity.heartbeat()
