"""Stored histories replay: a change that would break a running workflow is caught here."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from tests.replay.replaying import all_workflows, failure, failures
from tests.replay.stored import Stored, marks, stored

STORED = stored()
WORKERS = Path(__file__).parents[2] / "workers"
ENDED = {"completed", "continued", "cancelled", "failed"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replayed() -> dict[str, Exception | None]:
    """By what is stored: what its replay failed with."""
    found = await failures([one.history() for one in STORED])
    return dict(zip(map(str, STORED), found, strict=True))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("one", STORED, ids=str)
async def test_replays(one: Stored, replayed: dict[str, Exception | None]) -> None:
    if (found := replayed[str(one)]) is not None:
        raise found


def _registered() -> set[str]:
    """Types of the workflows that the worker process is given."""
    given = [
        name.id
        for source in WORKERS.glob("*.py")
        for keyword in ast.walk(ast.parse(source.read_text()))
        if isinstance(keyword, ast.keyword) and keyword.arg == "workflows"
        for name in ast.walk(keyword.value)
        if isinstance(name, ast.Name)
    ]
    return {name for name, one in all_workflows().items() if one.__name__ in given}


def test_every_workflow_of_the_worker_has_a_history_that_ended_and_one_that_waits() -> None:
    kept = [(one.workflow, bool(ENDED & set(marks(one.history())))) for one in STORED]
    assert _registered() == set(all_workflows())
    assert {name for name, ended in kept if ended} >= _registered()
    assert {name for name, ended in kept if not ended} >= _registered()


async def test_a_different_decision_is_caught() -> None:
    """The gate can fail: a history whose greeting was another activity does not replay."""
    text = await asyncio.to_thread(STORED[0].text)
    changed = text.replace('"turn.speak"', '"turn.sing"')
    assert changed != text
    found = await failure(WorkflowHistory.from_json("changed", changed))
    assert isinstance(found, NondeterminismError)


def test_no_history_names_a_machine() -> None:
    for one in STORED:
        if one.path.suffix == ".gz":
            for event in one.history().events:
                text = str(event)
                assert 'identity: "recorder"' in text or "identity: " not in text, one
