"""An interview from greeting to goodbye: phases, directives, and what history tells of them."""

from __future__ import annotations

import base64
import re

import pytest
from temporalio.common import SearchAttributeKey

from interview.domain.directives import Directive
from interview.domain.phases import Phase
from interview.domain.progress import MAX_REPROMPTS
from interview.domain.roles import get_plan, get_rubric, list_roles
from interview.domain.rubric import rubric_hash
from tests.workflow.fakes import ANSWER_MS, SPEECH_MS
from tests.workflow.floor import Floor
from tests.workflow.history import events_of, scheduled
from tests.workflow.plans import make_plan
from tests.workflow.room import LIMITS, Room

pytestmark = pytest.mark.asyncio(loop_scope="session")

STAGES = ["turn.transcribe", "turn.converse", "turn.speak"]


async def _shown(room: Room, name: str) -> str | None:
    description = await room.handle.describe()
    return description.typed_search_attributes.get(SearchAttributeKey.for_keyword(name))


async def test_all_four_phases_to_the_end(floor: Floor) -> None:
    room = await floor.open(make_plan(main=2))
    for phase in ("introduction", "warmup", "main_questions", "main_questions", "wrap_up"):
        assert (await room.snapshot()).state.position.phase == phase
        assert await _shown(room, "IntervuePhase") == phase
        await room.answer()
    assert (await room.result()).outcome == "completed"
    assert [request.outcome for request in floor.records.closed] == ["completed"]
    assert await _shown(room, "IntervuePhase") == "completed"
    assert await _shown(room, "IntervueRole") == "tester"
    assert await _shown(room, "IntervueOutcome") == "completed"


@pytest.mark.parametrize("role", [summary.role for summary in list_roles()])
async def test_every_built_in_interview_to_the_end(floor_apart: Floor, role: str) -> None:
    plan = get_plan(role)
    room = await floor_apart.open(plan)
    for _ in plan.questions:
        await room.answer()
    assert (await room.result()).outcome == "completed"
    told = [brief.question for brief in floor_apart.stages.briefs()]
    assert told == [question.shown() for question in plan.questions]
    history = (await room.handle.fetch_history()).to_json()
    rubric = get_rubric(role)
    assert rubric is not None
    written = [history, *(base64.b64decode(d).decode("utf-8", "replace") for d in _data(history))]
    assert any(plan.questions[-1].text in text for text in written)
    assert any(rubric_hash(rubric) in text for text in written)
    for competency in rubric.competencies:
        for secret in (competency.definition, *competency.anchors, *competency.evidence):
            assert not any(secret in text for text in written)


def _data(history: str) -> list[str]:
    """The payloads of a history, in base64."""
    return re.findall(r'"data": ?"([^"]*)"', history)


async def test_briefs_follow_the_plan_and_sequences_have_no_gap(floor: Floor) -> None:
    room = await floor.open(make_plan())
    assert floor.stages.lines() == [("Hello, Ada.", "introduction 1?")]
    for _ in range(4):
        await room.answer()
    await room.result()
    briefs = floor.stages.briefs()
    assert [b.question.question_id for b in briefs] == [
        "introduction-1",
        "warmup-1",
        "main-questions-1",
        "wrap-up-1",
    ]
    assert [b.onward.directive for b in briefs] == [Directive.ADVANCE_PHASE] * 3 + [Directive.CLOSE]
    assert briefs[0].onward.lines == ("Now warmup.", "warmup 1?")
    assert briefs[3].onward.lines == ("Goodbye, Ada.",)
    assert all(b.candidate_name == "Ada" for b in briefs)
    turns = [request.turn for request in floor.stages.conversed]
    assert [(t.answer_sequence, t.reply_sequence) for t in turns] == [
        (2, 3),
        (4, 5),
        (6, 7),
        (8, 9),
    ]
    assert [t.turn_number for t in turns] == [2, 3, 4, 5]
    assert floor.stages.spoken[0].turn.reply_sequence == 1


async def test_three_stages_in_one_task_and_few_events_a_turn(floor: Floor) -> None:
    count = 10
    room = await floor.open(make_plan(main=count + 1))
    await room.answer()
    await room.answer()
    before = len(await events_of(room))
    for _ in range(count):
        await room.answer()
    events = await events_of(room)
    # Measured: 20 to 25, by how many of the stages end within one workflow task.
    assert (len(events) - before) / count <= 25

    stages = [s for s in scheduled(events) if s.activity in STAGES][1:]
    turns = [stages[i : i + 3] for i in range(0, len(stages), 3)]
    assert len(turns) == count + 2
    for turn in turns:
        assert [s.activity for s in turn] == STAGES
        assert len({s.task for s in turn}) == 1
        assert turn[2].event_id - turn[0].event_id == 2


async def test_history_reads_as_an_audit(floor: Floor) -> None:
    room = await floor.open(make_plan(follow_ups=1))
    await room.answer()
    await room.type("typed-0001")
    floor.stages.directives["probe-0001"] = Directive.FOLLOW_UP
    await room.settled("typed-0001")
    await room.answer("probe-0001")
    await room.answer()
    summaries = [s.summary for s in scheduled(await events_of(room))]
    assert "synthesize the plan's fixed lines" in summaries
    assert "speak · turn 1 · introduction · Q1 · proactive" in summaries
    assert "transcribe · turn 3 · warmup · Q2 · typed" in summaries
    assert "converse · turn 4 · main questions · Q3" in summaries
    assert "speak · turn 5 · main questions · Q3, follow-up 1" in summaries


async def test_follow_ups_end_at_the_plans_limit(floor: Floor) -> None:
    room = await floor.open(make_plan(follow_ups=2))
    await room.answer()
    await room.answer()
    for number in range(3):
        turn_id = f"probed-{number:04d}"
        floor.stages.directives[turn_id] = Directive.FOLLOW_UP
        position = (await room.answer(turn_id)).state.position
        # The third wish is not in the brief any more, and is refused.
        assert (position.phase, position.follow_ups_used) == (
            Phase.MAIN_QUESTIONS,
            min(2, number + 1),
        )
    briefs = floor.stages.briefs()[2:]
    assert [b.follow_ups_left for b in briefs] == [2, 1, 0]
    assert [Directive.FOLLOW_UP in b.allowed for b in briefs] == [True, True, False]


async def test_a_spent_budget_leaves_no_follow_up(floor: Floor) -> None:
    turn_s = (ANSWER_MS + SPEECH_MS) / 1000
    room = await floor.open(make_plan(follow_ups=5, budget_s=2 * turn_s))
    await room.answer()
    await room.answer()
    for number in range(2):
        floor.stages.directives[f"probed-{number:04d}"] = Directive.FOLLOW_UP
        await room.answer(f"probed-{number:04d}")
    await room.answer("probed-last")
    briefs = floor.stages.briefs()[2:]
    assert [Directive.FOLLOW_UP in b.allowed for b in briefs] == [True, True, False]
    assert (await room.snapshot()).state.position.phase is Phase.WRAP_UP


async def test_a_question_is_followed_up_within_its_own_time(floor: Floor) -> None:
    turn_s = (ANSWER_MS + SPEECH_MS) / 1000
    plan = make_plan(main=2, follow_ups=5, time_limit_s=1.5 * turn_s)
    room = await floor.open(plan)
    await room.answer()
    await room.answer()
    for question in ("one", "two"):
        for number in range(2):
            turn_id = f"probed-{question}-{number}"
            floor.stages.directives[turn_id] = Directive.FOLLOW_UP
            await room.answer(turn_id)
        await room.answer(f"last-{question}")
    briefs = floor.stages.briefs()[2:]
    assert [Directive.FOLLOW_UP in b.allowed for b in briefs] == [True, True, False] * 2
    assert (await room.snapshot()).state.position.phase is Phase.WRAP_UP


async def test_what_is_optional_is_left_out_where_the_brief_left_it_out(floor: Floor) -> None:
    """The reply has read out the question that follows, so the interview must stand there."""
    turn_s = (ANSWER_MS + SPEECH_MS) / 1000
    plan = make_plan(main=4, optional=(2, 3), budget_s=turn_s / 2)
    room = await floor.open(plan)
    await room.answer()
    await room.answer()
    asked: list[str | None] = []
    for _ in range(3):
        asked.append((await room.answer()).question_id)
    # The first answer left time, the second did not.
    assert asked == ["main-questions-2", "main-questions-4", "wrap-up-1"]
    onward = [b.onward.standing.question_id for b in floor.stages.briefs()[2:]]
    assert onward == asked


async def test_reprompts_are_bounded_so_that_nobody_is_stuck(floor: Floor) -> None:
    room = await floor.open(make_plan())
    for number in range(MAX_REPROMPTS):
        floor.stages.silent(f"silent-{number:04d}")
        position = (await room.answer(f"silent-{number:04d}")).state.position
        assert (position.phase, position.reprompts_used) == (Phase.INTRODUCTION, number + 1)
    floor.stages.silent("silent-last")
    after = await room.answer("silent-last")
    assert after.state.position.phase is Phase.WARMUP
    assert after.state.turns["silent-last"] == "no_speech"
    assert after.state.answers_committed == 0


@pytest.mark.parametrize("refused", [Directive.CLOSE, Directive.NEXT_QUESTION, Directive.FOLLOW_UP])
async def test_a_directive_that_is_not_allowed_moves_nothing(
    floor: Floor, refused: Directive
) -> None:
    room = await floor.open(make_plan())
    before = (await room.snapshot()).state.position
    floor.stages.directives["turn-wild"] = refused
    after = await room.answer("turn-wild")
    assert after.state.position == before
    assert after.state.answers_committed == 1
    assert (await room.answer()).state.position.phase is Phase.WARMUP


async def test_beyond_the_most_turns_every_answer_moves_on(floor: Floor) -> None:
    limits = LIMITS.model_copy(update={"max_turns": 4})
    room = await floor.open(make_plan(follow_ups=5), limits=limits)
    for _ in range(2):
        await room.answer()
    floor.stages.directives["turn-fourth"] = Directive.FOLLOW_UP
    assert (await room.answer("turn-fourth")).state.position.follow_ups_used == 1
    await room.answer("turn-fifth")
    assert floor.stages.briefs()[-1].allowed == (Directive.ADVANCE_PHASE,)


async def test_the_room_sees_where_it_stands(floor: Floor) -> None:
    room = await floor.open(make_plan(main=2))
    first = await room.snapshot()
    assert (first.question_id, first.question_text) == ("introduction-1", "introduction 1?")
    assert first.running_turn_id is None
    hold = floor.stages.hold("transcribe", "turn-held")
    await room.begin("turn-held")
    held = await room.until(lambda s: s.running_turn_id is not None)
    assert (held.running_turn_id, held.state.turns) == ("turn-held", {"turn-held": "running"})
    hold.set()
    await room.settled("turn-held")
    details = await room.details()
    assert details.startswith("### Tester: warmup")
    assert "| question | 2 of 5 |" in details
    assert "| answers committed | 1 |" in details
    assert "> warmup 1?" in details


async def test_preparing_speech_keeps_nobody_waiting(floor: Floor) -> None:
    hold = floor.stages.hold("prepare", "")
    room = await floor.open(make_plan())
    for _ in range(3):
        await room.answer()
    hold.set()  # the test server never skips again when an activity outlives its workflow
    await room.answer()
    assert (await room.result()).outcome == "completed"
    prepared = floor.stages.prepared[0]
    assert {"warmup 1?", "Now main questions."} <= set(prepared.lines)
    assert prepared.own_lines == ("Hello, Ada.", "Goodbye, Ada.")
    assert not any("Ada" in line for line in prepared.lines), "these are kept for everyone"
