"""Around every activity: a heartbeat, log context, and our errors in Temporal's terms."""

from __future__ import annotations

import asyncio
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

from interview.errors import InterviewError, ProviderError

__all__ = ["ActivityInterceptor"]

log = structlog.stdlib.get_logger(__name__)


class ActivityInterceptor(Interceptor):
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Inbound(next)


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            activity=info.activity_type, workflow_id=info.workflow_id, attempt=info.attempt
        )
        heartbeat = asyncio.create_task(_heartbeat(info.heartbeat_timeout))
        try:
            return await super().execute_activity(input)
        except InterviewError as error:
            log.warning("activity.failed", code=error.code, retryable=error.retryable)
            raise to_application_error(error) from error
        except (ApplicationError, CancelledError, asyncio.CancelledError):
            raise
        except Exception as error:
            log.exception("activity.crashed")
            # The text of an unknown exception may hold anything; only its type goes on record.
            raise ApplicationError(type(error).__name__, type="internal") from None
        finally:
            heartbeat.cancel()


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
        activity.heartbeat()
        await asyncio.sleep(timeout.total_seconds() / 3)
