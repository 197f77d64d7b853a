"""Today's workflows, and whether they decide as a history says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

import workflows

__all__ = ["all_workflows", "failure", "failures"]


def all_workflows() -> dict[str, type]:
    """By type."""
    found: dict[str, type] = {}
    for module in iter_modules(workflows.__path__):
        for _, one in getmembers(import_module(f"workflows.{module.name}"), isclass):
            if definition := vars(one).get("__temporal_workflow_definition"):
                found[definition.name] = one
    return found


async def failures(histories: Sequence[WorkflowHistory]) -> list[Exception | None]:
    """None where one replays. In the sandbox, which is made once for all: it loads every
    workflow."""

    async def given() -> AsyncGenerator[WorkflowHistory]:
        for history in histories:
            yield history

    async with _replayer(SandboxedWorkflowRunner()).workflow_replay_iterator(given()) as results:
        return [result.replay_failure async for result in results]


async def failure(history: WorkflowHistory) -> Exception | None:
    """Outside of it, where code that was changed in memory is seen."""
    replayer = _replayer(UnsandboxedWorkflowRunner())
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    return result.replay_failure


def _replayer(runner: WorkflowRunner) -> Replayer:
    return Replayer(
        workflows=list(all_workflows().values()),
        data_converter=pydantic_data_converter,
        workflow_runner=runner,
    )
