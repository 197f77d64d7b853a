"""Whatever is changed in a workflow, some stored history notices."""

from __future__ import annotations

from itertools import groupby

import pytest
import pytest_asyncio
from temporalio.workflow import NondeterminismError

from tests.replay.mutants import Mutant, Place, changed, mutants, walked
from tests.replay.replaying import failure
from tests.replay.stored import Stored, stored

FUNCTIONS = {
    name: list(found)
    for name, found in groupby(mutants(), lambda one: f"{one.module}:{one.function}")
}

Walks = list[tuple[Stored, set[Place]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walks() -> Walks:
    """Where each history goes, the short ones first."""
    found: Walks = []
    passed: set[Place] = set()
    with walked(passed):
        for one in sorted(stored(), key=lambda one: len(one.text())):
            passed.clear()
            assert await failure(one.history()) is None
            found.append((one, set(passed)))
    return found


async def _is_noticed(mutant: Mutant, walks: Walks) -> bool:
    """By one of those that go there."""
    with changed(mutant):
        for one, passed in walks:
            if mutant.place in passed and isinstance(
                await failure(one.history()), NondeterminismError
            ):
                return True
    return False


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("function", FUNCTIONS)
async def test_is_noticed(function: str, walks: Walks) -> None:
    """A timer before any of its statements, and a patch decided. Record a history that goes where
    none did."""
    unseen = [str(one) for one in FUNCTIONS[function] if not await _is_noticed(one, walks)]
    assert unseen == []


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_not_changed_is_not_noticed(walks: Walks) -> None:
    """A history that does not go there does not fail for another reason."""
    one, passed = walks[0]
    mutant = next(found for found in mutants() if found.place not in passed)
    with changed(mutant):
        assert await failure(one.history()) is None
    assert await failure(one.history()) is None
