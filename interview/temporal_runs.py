"""The runs of a workflow that was continued as new, found without asking the visibility store."""

from __future__ import annotations

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

__all__ = ["run_before", "runs_of"]


async def runs_of(client: Client, workflow_id: str) -> list[str]:
    """Ids, oldest first; empty where there is no such workflow. Raises `RPCError`."""
    try:
        newest = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise
    runs: list[str] = []
    run_id = newest.run_id
    while run_id and (before := await run_before(client, workflow_id, run_id)) is not None:
        runs.append(run_id)
        run_id = before
    return runs[::-1]


async def run_before(client: Client, workflow_id: str, run_id: str) -> str | None:
    """Id of the run that this one continues, empty for the first; None where there is no such
    run (any more). Raises `RPCError`."""
    request = GetWorkflowExecutionHistoryRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
        maximum_page_size=1,
    )
    try:
        answer = await client.workflow_service.get_workflow_execution_history(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    first = answer.history.events[0]
    return first.workflow_execution_started_event_attributes.continued_execution_run_id
