"""Stored histories replay: a change that would break a running interview is caught here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from interview.contracts.ids import workflow_id
from tests.replay.record import HISTORIES
from workflows.interview import InterviewWorkflow

_STORED = sorted(HISTORIES.glob("*.json"))


async def _history(path: Path) -> WorkflowHistory:
    text = await asyncio.to_thread(path.read_text)
    return WorkflowHistory.from_json(workflow_id(path.stem), text)


def test_there_are_histories() -> None:
    assert len(_STORED) >= 3


@pytest.mark.parametrize("path", _STORED, ids=lambda path: path.stem)
async def test_replays(path: Path) -> None:
    replayer = Replayer(workflows=[InterviewWorkflow], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(await _history(path))


async def test_a_different_decision_is_caught() -> None:
    """The gate can fail: a history whose greeting was another activity does not replay."""
    text = await asyncio.to_thread(_STORED[0].read_text)
    changed = text.replace('"turn.speak"', '"turn.sing"')
    assert changed != text
    replayer = Replayer(workflows=[InterviewWorkflow], data_converter=pydantic_data_converter)
    history = WorkflowHistory.from_json(workflow_id("changed"), changed)
    with pytest.raises(Exception, match="(?i)nondetermini"):
        await replayer.replay_workflow(history)
