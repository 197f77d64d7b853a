"""What all workers of the process have in common, and which version they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    Interceptor,
    UnsandboxedWorkflowRunner,
    WorkerDeploymentConfig,
    WorkflowRunner,
)

from activities.interceptors import ActivityInterceptor
from interview.build import build_id
from interview.config import Settings
from interview.streams.pulse import Pulse
from interview.telemetry.workflow_tracing import WorkflowTracing

__all__ = ["DRAIN", "STICKY_TIMEOUT", "Common", "WorkerOptions"]

DRAIN = timedelta(seconds=20)
STICKY_TIMEOUT = timedelta(milliseconds=500)
"""After a worker's death its workflows are picked up by another one within this time."""


class WorkerOptions(TypedDict):
    """Keyword arguments of `Worker`."""

    build_id: str | None
    deployment_config: WorkerDeploymentConfig | None
    workflow_runner: WorkflowRunner
    interceptors: Sequence[Interceptor]
    graceful_shutdown_timeout: timedelta


@dataclass(frozen=True, slots=True)
class Common:
    """An interview ends with the code that it began with: its workers are `pinned`. What sleeps for
    days or months does not keep a version alive that long: it is `moving`, goes on with the next
    one, and is patched."""

    client: Client
    pinned: WorkerOptions
    moving: WorkerOptions

    @classmethod
    def of(cls, settings: Settings, client: Client, pulse: Pulse) -> Common:
        interceptors = [ActivityInterceptor(pulse), WorkflowTracing()]

        def options(behaviour: VersioningBehavior) -> WorkerOptions:
            deployment = _deployment(settings, behaviour)
            build = None if deployment else settings.temporal_worker_build_id or build_id()
            return WorkerOptions(
                build_id=build,
                deployment_config=deployment,
                # The sandbox costs a second at the start, and 60 ms each time a workflow is loaded,
                # which is when a candidate waits. The workflow and replay tests run inside it.
                workflow_runner=UnsandboxedWorkflowRunner(),
                interceptors=interceptors,
                graceful_shutdown_timeout=DRAIN,
            )

        pinned = options(VersioningBehavior.PINNED)
        return cls(client, pinned, options(VersioningBehavior.AUTO_UPGRADE))


def _deployment(settings: Settings, behaviour: VersioningBehavior) -> WorkerDeploymentConfig | None:
    """None where any worker may take any workflow. Told by worker and not by workflow: the server
    refuses what a worker without versions says of them."""
    if not settings.temporal_deployment_name:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(
            settings.temporal_deployment_name, settings.temporal_worker_build_id or build_id()
        ),
        use_worker_versioning=True,
        default_versioning_behavior=behaviour,
    )
