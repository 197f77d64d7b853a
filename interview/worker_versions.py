"""Versions of the workers, as Temporal keeps them apart: which one takes new interviews, and who
still needs the others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus as Status
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

__all__ = ["make_current", "version_of", "versions"]

_POLL_S = 0.2
_AGAIN_S = 1.0
"""The server counts these requests."""
_AGAIN = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED})
_NOT_YET = frozenset({RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.RESOURCE_EXHAUSTED})
"""Not all of its queues have been seen yet."""
_NAMES: Mapping[int, str] = {
    Status.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT: "current",
    Status.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING: "ramping",
    Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING: "draining",
    Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED: "drained",
}


async def versions(client: Client, deployment: str) -> dict[str, str]:
    """Build ids, and `current`, `draining` (interviews still need it), `drained`, `ramping` or
    `inactive` (never took any). Raises `RPCError`."""
    info = await _describe(client, deployment)
    if info is None:
        return {}
    return {
        summary.deployment_version.build_id: _NAMES.get(summary.status, "inactive")
        for summary in info.version_summaries
    }


async def make_current(client: Client, deployment: str, build: str) -> None:
    """New interviews begin on it from now on; those that run stay where they began. Waits until a
    worker of it has been seen. Raises `RPCError`."""
    while build not in await versions(client, deployment):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(_POLL_S)
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(
                SetWorkerDeploymentCurrentVersionRequest(
                    namespace=client.namespace,
                    deployment_name=deployment,
                    build_id=build,
                    identity="intervue",
                )
            )
            return
        except RPCError as error:
            if error.status not in _NOT_YET:
                raise
        await asyncio.sleep(_AGAIN_S)


async def version_of(client: Client, workflow_id: str) -> str:
    """The build that it is pinned to, or was; empty without. Raises `RPCError`."""
    described = await client.get_workflow_handle(workflow_id).describe()
    info = described.raw_description.workflow_execution_info
    return info.versioning_info.deployment_version.build_id


async def _describe(client: Client, deployment: str) -> WorkerDeploymentInfo | None:
    while True:
        try:
            return await _described(client, deployment)
        except RPCError as error:
            # The server asks a workflow of its own, which was just being told of another worker.
            if error.status not in _AGAIN:
                raise
        await asyncio.sleep(_POLL_S)


async def _described(client: Client, deployment: str) -> WorkerDeploymentInfo | None:
    try:
        answer = await client.workflow_service.describe_worker_deployment(
            DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return answer.worker_deployment_info
