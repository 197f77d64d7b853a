"""What a good interviewer does, dialogue by dialogue, with a model's recorded words."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities import reply
from interview.domain.manners import Manners
from interview.domain.roles import get_plan, get_rubric
from interview.providers.prompt import load_prompt
from quality.dialogue import Dialogue, dialogues
from quality.judge import judge
from quality.rehearsal import rehearse
from quality.rehearse import Wire, recorded_model
from quality.rehearsed import Rehearsed
from tests.fakes.wire import allowed_in
from tests.workflow.server import skipping_server

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = dialogues()
BY_LIMITS = (
    "a-directive-that-is-not-open",
    "a-model-that-ends-it",
    "a-model-that-never-lets-go",
)
"""The plan's limits hold a model back there, and not manners."""


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
    async with recorded_model(wire) as recorded:
        return await rehearse(dialogue, env, recorded.model, recorded.play)


def _named(wanted: str) -> Dialogue:
    return next(one for one in ALL if one.id == wanted)


async def test_the_same_is_said_over_the_other_wire(env: WorkflowEnvironment) -> None:
    found = await _held(_named("two-questions-in-one-breath"), env, "anthropic")
    assert _faults(found) == []
    assert found.mended >= 3
    assert found.last_resorts == 0


@pytest.mark.parametrize("wire", ["openai", "anthropic"])
async def test_a_model_is_told_what_is_open_and_nothing_of_the_rubric(
    env: WorkflowEnvironment, wire: Wire
) -> None:
    dialogue = _named("what-is-missing")
    async with recorded_model(wire) as recorded:
        found = await rehearse(dialogue, env, recorded.model, recorded.play)
    assert _faults(found) == []
    asked = [request for request in recorded.fake.requests if request.json.get("stream")]
    told = [json.dumps(request.json, ensure_ascii=False) for request in asked]
    assert [allowed_in(request.json) for request in asked] == [
        ["next_question", "follow_up", "reprompt", "return"],
        ["next_question", "follow_up", "reprompt", "return"],
        ["next_question", "reprompt", "return"],
    ]
    here, following = get_plan(dialogue.role).questions[3:5]
    rubric = get_rubric(dialogue.role)
    assert rubric is not None
    for text in told:
        assert json.dumps(load_prompt().text, ensure_ascii=False)[1:-1] in text
        assert here.text in text
        assert following.text not in text
        for competency in rubric.competencies:
            assert competency.name not in text
            assert not [anchor for anchor in competency.anchors if anchor in text]


async def test_only_a_doubtful_answer_may_be_confirmed(env: WorkflowEnvironment) -> None:
    async with recorded_model("openai") as recorded:
        await rehearse(_named("misheard"), env, recorded.model, recorded.play)
    first, second = (r.json for r in recorded.fake.requests if r.json.get("stream"))
    assert "confirm" in allowed_in(first)
    assert "<heard confidence='low'/>" in json.dumps(first)
    assert "confirm" not in allowed_in(second)
    assert "<heard" not in json.dumps(second["messages"][1])


@pytest.mark.parametrize("dialogue", ALL, ids=lambda one: one.id)
async def test_a_dialogue(dialogue: Dialogue, env: WorkflowEnvironment) -> None:
    found = await _held(dialogue, env)
    assert _faults(found) == []
    assert dialogue.mended or not (found.mended or found.last_resorts)


@pytest.mark.parametrize(
    "dialogue",
    [one for one in ALL if one.mended and one.id not in BY_LIMITS],
    ids=lambda one: one.id,
)
async def test_without_manners_it_is_judged_bad(
    dialogue: Dialogue, env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the judge nor the dialogues are blind."""
    monkeypatch.setattr(reply, "Manners", _NoManners)
    assert _faults(await _held(dialogue, env)) != []
