"""Today's workflows, and whether they decide as a history says."""

from __future__ import annotations

from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

import workflows

__all__ = ["all_workflows", "failure"]


def all_workflows() -> dict[str, type]:
    """By type."""
    found: dict[str, type] = {}
    for module in iter_modules(workflows.__path__):
        for _, one in getmembers(import_module(f"workflows.{module.name}"), isclass):
            if definition := vars(one).get("__temporal_workflow_definition"):
                found[definition.name] = one
    return found


async def failure(history: WorkflowHistory, *, sandboxed: bool = True) -> Exception | None:
    """None when it replays. The sandbox loads workflow code anew: what is changed in memory is not
    seen there."""
    replayer = Replayer(
        workflows=list(all_workflows().values()),
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner() if sandboxed else UnsandboxedWorkflowRunner(),
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    return result.replay_failure
