"""What a good interviewer does, dialogue by dialogue, with a model's recorded words."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities import reply
from interview.domain.manners import Manners
from quality.dialogue import Dialogue, dialogues
from quality.judge import judge
from quality.rehearsal import rehearse
from quality.rehearse import Wire, recorded_model
from quality.rehearsed import Rehearsed
from tests.workflow.server import skipping_server

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = dialogues()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def env() -> AsyncGenerator[WorkflowEnvironment]:
    """One that may be left standing still: an outage does that to a test server."""
    async with skipping_server() as server:
        yield server


class _NoManners(Manners):
    def admit(self, sentence: str) -> str:
        return sentence

    def finish(self) -> str:
        return ""


def _faults(found: Rehearsed) -> list[str]:
    return [f"step {fault.step}, {fault.rule}: {fault.detail}" for fault in judge(found)]


async def _held(dialogue: Dialogue, env: WorkflowEnvironment, wire: Wire = "openai") -> Rehearsed:
    async with recorded_model(wire) as (model, play):
        return await rehearse(dialogue, env, model, play)


async def test_a_model_is_told_what_it_may_do_and_nothing_of_the_rubric(
    env: WorkflowEnvironment,
) -> None:
    """Over Anthropic's wire; the others go over OpenAI's."""
    wanted = next(one for one in ALL if one.id == "two-questions-in-one-breath")
    found = await _held(wanted, env, "anthropic")
    assert _faults(found) == []
    assert found.mended >= 3
    assert found.last_resorts == 0


@pytest.mark.parametrize("dialogue", ALL, ids=lambda one: one.id)
async def test_a_dialogue(dialogue: Dialogue, env: WorkflowEnvironment) -> None:
    found = await _held(dialogue, env)
    assert _faults(found) == []
    assert dialogue.mended or not (found.mended or found.last_resorts)


@pytest.mark.parametrize(
    "dialogue",
    [one for one in ALL if one.mended and not one.id.startswith("a-model")],
    ids=lambda one: one.id,
)
async def test_without_manners_it_is_judged_bad(
    dialogue: Dialogue, env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the judge nor the dialogues are blind."""
    if dialogue.id == "a-directive-that-is-not-open":
        pytest.skip("the plan's limits are no matter of manners")
    monkeypatch.setattr(reply, "Manners", _NoManners)
    assert _faults(await _held(dialogue, env)) != []
