"""What becomes of answers and replies."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.ids import workflow_id
from interview.contracts.interview import InterviewState
from interview.contracts.turns import TranscribeResult
from interview.domain.directives import Directive
from interview.domain.progress import first_position
from tests.replay.paths.ground import Ground, refused
from tests.replay.paths.registry import path
from tests.workflow.fakes import stream_lost
from tests.workflow.plans import make_plan
from tests.workflow.room import LIMITS
from workflows.floor import KEPT_TURNS
from workflows.interview import InterviewWorkflow
from workflows.options import MAX_RESCHEDULES

Run = WorkflowHandle[Any, Any]

STAGES = ("activity turn.transcribe", "activity turn.converse", "activity turn.speak")


@path("Interview", "update begin_turn", *STAGES, "update begin_turn", *STAGES, "completed")
async def to_the_end(ground: Ground) -> Run:
    """A follow-up among its answers."""
    room = await ground.interview(make_plan(follow_ups=1))
    await room.answer()
    await room.answer()
    ground.floor.stages.directives["turn-0003"] = Directive.FOLLOW_UP
    for _ in range(3):
        await room.answer()
    await room.result()
    return room.handle


@path("Interview", "update answer_text", *STAGES)
async def typed(ground: Ground) -> Run:
    room = await ground.interview()
    await room.type("typed-0001")
    await room.settled("typed-0001")
    return room.handle


@path("Interview", *STAGES, "update begin_turn", "update begin_turn", "update begin_turn", *STAGES)
async def one_behind_another(ground: Ground) -> Run:
    """And one of them sent twice."""
    room = await ground.interview()
    hold = ground.floor.stages.hold("transcribe", "turn-0001")
    await room.begin()
    await ground.floor.stages.seen("transcribe", "turn-0001")
    await room.begin("turn-0001")
    await room.begin("turn-0002")
    await room.begin("turn-0002")
    hold.set()
    await room.settled("turn-0002")
    return room.handle


@path("Interview", *STAGES, "update begin_turn", *STAGES, "update begin_turn", *STAGES)
async def cough_stall_and_wild_directive(ground: Ground) -> Run:
    room = await ground.interview()
    stages = ground.floor.stages
    stages.answers["cough-0001"] = TranscribeResult(outcome="cancelled")
    await room.answer("cough-0001")
    stages.answers["turn-0001"] = TranscribeResult(outcome="stalled")
    await room.answer("turn-0001")
    del stages.answers["turn-0001"]
    stages.directives["turn-0001"] = Directive.CLOSE
    await room.begin("turn-0001")
    await room.until(lambda s: s.state.turns["turn-0001"] == "committed")
    await room.answer("turn-0002")
    return room.handle


@path("Interview", *STAGES, "activity records.announce", "update answer_text", *STAGES)
async def nobody_could_transcribe(ground: Ground) -> Run:
    room = await ground.interview()
    ground.floor.stages.answers["turn-0001"] = TranscribeResult(outcome="failed", duration_ms=9000)
    await room.answer()
    await room.type("typed-0001")
    await room.settled("typed-0001")
    return room.handle


@path("Interview", *STAGES, "failed turn.converse", "activity turn.speak", *STAGES)
async def reply_lost(ground: Ground) -> Run:
    room = await ground.interview()
    ground.floor.stages.failures["converse", "turn-0001"] = [refused()]
    ground.floor.stages.failures["speak", "turn-0001"] = [refused()]
    await room.begin()
    await room.until(lambda s: s.question_id == "warmup-1" and s.running_turn_id is None)
    await room.answer()
    return room.handle


@path("Interview", *STAGES, "failed turn.transcribe", "activity records.announce", *STAGES)
async def answer_lost(ground: Ground) -> Run:
    room = await ground.interview()
    for stage in ("transcribe", "converse", "speak"):
        ground.floor.stages.failures[stage, "turn-0001"] = [refused("internal")]
    await room.answer()
    await room.answer()
    return room.handle


@path("Interview", "failed speech.prepare", "failed turn.speak", "activity records.announce")
async def greeting_lost(ground: Ground) -> Run:
    failures = ground.floor.stages.failures
    failures["prepare", ""], failures["speak", "say-1"] = [refused()], [refused()]
    room = await ground.interview()
    await ground.until(room.handle, "failed speech.prepare", "activity records.announce")
    await room.answer()
    return room.handle


@path("Interview", *STAGES, "failed turn.speak", "activity turn.speak", "update begin_turn")
async def streams_lost(ground: Ground) -> Run:
    room = await ground.interview()
    ground.floor.stages.failures["speak", "turn-0001"] = [stream_lost()]
    await room.answer()
    await room.answer()
    return room.handle


@path(
    "Interview",
    *STAGES,
    *("update recover_turn", "timer 0.001 s", "fired 0.001 s", "activity turn.speak"),
    *("cancel turn.speak", "update begin_turn"),
)
async def recovered(ground: Ground) -> Run:
    room = await ground.interview()
    stages = ground.floor.stages
    hold = stages.hold("speak", "turn-0001")
    await room.begin()
    await stages.seen("speak", "turn-0001")
    await ground.until(room.handle, *STAGES)
    assert await room.recover("turn-0001")
    await stages.seen("speak", "turn-0001", runs=2)
    hold.set()
    await room.settled("turn-0001")
    await room.answer()
    return room.handle


@path("Interview", *("update recover_turn", "fired 0.001 s") * (MAX_RESCHEDULES + 2))
async def recovered_too_often(ground: Ground) -> Run:
    """And one that does not run."""
    room = await ground.interview()
    stages = ground.floor.stages
    hold = stages.hold("speak", "turn-0001")
    assert not await room.recover("turn-0001")
    await room.begin()
    for runs in range(1, MAX_RESCHEDULES + 1):
        await stages.seen("speak", "turn-0001", runs=runs)
        assert await room.recover("turn-0001")
    await stages.seen("speak", "turn-0001", runs=MAX_RESCHEDULES + 1)
    assert not await room.recover("turn-0001")
    hold.set()
    await room.settled("turn-0001")
    return room.handle


@path("Interview", *STAGES, *STAGES, "continued")
async def long(ground: Ground) -> Run:
    return (await _two_runs(ground))[0]


@path("Interview", "continues", *STAGES, "update pause", "timer pause expiry")
async def further_run(ground: Ground) -> Run:
    return (await _two_runs(ground))[1]


@path("Interview", *STAGES)
async def turns_forgotten(ground: Ground) -> Run:
    """More of them than are remembered."""
    plan = make_plan()
    state = InterviewState(
        position=first_position(plan),
        greeted=True,
        turn_number=KEPT_TURNS,
        turns={f"cough-{number}": "cancelled" for number in range(KEPT_TURNS)},
    )
    room = await ground.interview(plan, state=state, greeted=False)
    await room.answer()
    return room.handle


async def _two_runs(ground: Ground) -> tuple[Run, Run]:
    room = await ground.interview(limits=LIMITS.model_copy(update={"continue_as_new_turns": 3}))
    first = ground.first_run(room.handle)
    await room.answer()
    await room.begin()
    await ground.until(first, "continued")
    # By its first run the test server no longer finds it.
    room.handle = ground.env.client.get_workflow_handle_for(
        InterviewWorkflow.run, workflow_id(ground.id)
    )
    await room.answer()
    await room.pause()
    await ground.until(room.handle, "continues", "timer pause expiry")
    return first, room.handle
