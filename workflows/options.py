"""Named timeouts and retry policies. Values that depend on the interview come as arguments."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from interview.contracts.ids import CODE_QUEUE
from interview.contracts.interview import Limits
from temporalio import workflow
from temporalio.common import RetryPolicy

__all__ = [
    "BLOCKED_FOR",
    "MAX_RESCHEDULES",
    "REEVALUATION_TIMEOUT",
    "ActivityOptions",
    "code_options",
    "erasure_options",
    "model_options",
    "pad_options",
    "planning_options",
    "record_options",
    "stage_options",
    "webhook_options",
]

# A dead worker or a restarting database must cost the candidate as little as possible, and
# no infrastructure failure may end an interview: retried at once, then steadily, for ever.
INFRASTRUCTURE_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=50),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=2),
)

STAGE_OVERHEAD = timedelta(minutes=5)
"""What a stage may take beyond the answer itself: providers, their retries, playout."""

RECORD_TIMEOUT = timedelta(seconds=60)
RECORD_HEARTBEAT = timedelta(seconds=3)
"""A dead worker is noticed so soon. Record keeping is over before its first heartbeat is due."""

# Nobody waits for an erasure, but it has to come to its end.
ERASURE_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)
ERASURE_TIMEOUT = timedelta(minutes=10)
REEVALUATION_TIMEOUT = timedelta(hours=24)
"""All interviews of it. One runs in an organization at a time: the next must have its turn, even
where providers are away for good and nobody stops this one."""

BLOCKED_FOR = timedelta(hours=1)
"""After a failure that no retry mends: somebody has to mend it, and then it goes on."""

MODEL_TIMEOUT = timedelta(minutes=10)
"""A call of a model that writes much, and its repair. The call itself is given up before."""

# By tries and not by time: waiting for a slot, behind other work or with no worker there, is no
# failure. So many take about an hour.
MODEL_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
    maximum_attempts=65,
)

MAX_RESCHEDULES = 20
"""Reruns of one turn's stages before the turn is given up as failed."""


CODE_PATIENCE = timedelta(seconds=90)
"""Until a worker that runs code takes it. None does: then the sandbox is not available."""
CODE_TIMEOUT = timedelta(minutes=5)
"""A run ends itself long before."""
CODE_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=50),
    maximum_interval=timedelta(seconds=1),
    # A program that takes its worker down with it is not tried for ever.
    maximum_attempts=3,
)


PAD_TIMEOUT = CODE_PATIENCE + CODE_TIMEOUT + timedelta(minutes=1)


class ActivityOptions(TypedDict, total=False):
    """Keyword arguments of `start_activity_method`."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: workflow.ActivityCancellationType


class CodeOptions(ActivityOptions, total=False):
    task_queue: str
    schedule_to_start_timeout: timedelta


def stage_options(limits: Limits, extra_time_factor: float) -> ActivityOptions:
    answer = timedelta(seconds=limits.max_answer_s * extra_time_factor)
    return ActivityOptions(
        start_to_close_timeout=answer + STAGE_OVERHEAD,
        heartbeat_timeout=timedelta(seconds=limits.heartbeat_s),
        retry_policy=INFRASTRUCTURE_RETRY,
        cancellation_type=workflow.ActivityCancellationType.TRY_CANCEL,
    )


def record_options() -> ActivityOptions:
    return ActivityOptions(
        start_to_close_timeout=RECORD_TIMEOUT,
        heartbeat_timeout=RECORD_HEARTBEAT,
        retry_policy=INFRASTRUCTURE_RETRY,
    )


def erasure_options() -> ActivityOptions:
    return ActivityOptions(
        start_to_close_timeout=ERASURE_TIMEOUT,
        heartbeat_timeout=RECORD_HEARTBEAT,
        retry_policy=ERASURE_RETRY,
    )


def planning_options() -> ActivityOptions:
    """Steps without a model."""
    return record_options()


def model_options() -> ActivityOptions:
    """The activity says when a provider has failed often enough; everything else is waited for,
    up to a point: somebody looks at it, and may have it tried again."""
    return ActivityOptions(
        start_to_close_timeout=MODEL_TIMEOUT,
        heartbeat_timeout=RECORD_HEARTBEAT,
        retry_policy=MODEL_RETRY,
    )


def webhook_options() -> ActivityOptions:
    """A dead worker's delivery is taken over soon; how often a receiver is tried, the activity
    knows."""
    return ActivityOptions(
        start_to_close_timeout=RECORD_TIMEOUT,
        heartbeat_timeout=RECORD_HEARTBEAT,
        retry_policy=ERASURE_RETRY,
    )


def code_options() -> CodeOptions:
    """For `CodeActivities.run`. What fails in the end, a timeout included, is `sandbox_unavailable`
    to whoever waits for the run."""
    return CodeOptions(
        task_queue=CODE_QUEUE,
        schedule_to_start_timeout=CODE_PATIENCE,
        start_to_close_timeout=CODE_TIMEOUT,
        heartbeat_timeout=RECORD_HEARTBEAT,
        retry_policy=CODE_RETRY,
        cancellation_type=workflow.ActivityCancellationType.TRY_CANCEL,
    )


def pad_options() -> ActivityOptions:
    """Around a run: they wait for it as long as it may take."""
    return ActivityOptions(
        start_to_close_timeout=PAD_TIMEOUT,
        heartbeat_timeout=RECORD_HEARTBEAT,
        retry_policy=INFRASTRUCTURE_RETRY,
        cancellation_type=workflow.ActivityCancellationType.TRY_CANCEL,
    )
