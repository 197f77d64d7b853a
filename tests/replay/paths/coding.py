"""Runs of what is on a pad, beside the conversation."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.code import CodeRan
from interview.contracts.coding import CodeOffered, RunCodeInput
from interview.contracts.ids import CODE_QUEUE, PAD_QUEUE
from interview.contracts.interview import Limits
from interview.domain.directives import Directive
from tests.replay.paths.ground import Answers, Ground, refused
from tests.replay.paths.registry import path
from tests.workflow.plans import make_coding_plan
from tests.workflow.room import LIMITS, Room
from workflows.interview import InterviewWorkflow

Run = WorkflowHandle[Any, Any]

RUN = ("update run_code", "activity pad.offer", "activity pad.settle", "activity code.run")
OFFERED, RAN = CodeOffered(key="key"), CodeRan(ending="finished")


@path("Interview", *RUN, "update run_code", "update begin_turn", *RUN[:2], "update begin_turn")
async def code_run_while_they_talk(ground: Ground) -> Run:
    """Asked for twice; and then there is nothing to run."""
    hold = ground.hold()
    answers = {"pad.offer": [OFFERED, CodeOffered()], "code.run": [hold, RAN]}
    room = await _coding(ground, answers)
    await _run(room, "run-1")
    await ground.until(room.handle, *RUN)
    await _run(room, "run-1")
    ground.floor.stages.directives["turn-0001"] = Directive.CONTINUE
    await room.answer()
    hold.set()
    await ground.until(room.handle, *RUN, "done pad.settle", "done code.run")
    await _run(room, "run-2")
    await ground.until(room.handle, *RUN, *RUN[:2], "done pad.offer")
    await room.answer()
    return room.handle


@path(
    "Interview",
    *(*RUN, "failed code.run", "activity pad.give_up", "cancel pad.settle", "update begin_turn"),
)
async def code_not_run(ground: Ground) -> Run:
    answers = {"pad.offer": [OFFERED], "pad.settle": [ground.hold()], "code.run": [refused()]}
    room = await _coding(ground, answers)
    await _run(room, "run-1")
    await ground.until(room.handle, *RUN, "activity pad.give_up", "done pad.give_up")
    await room.answer()
    return room.handle


@path(
    "Interview",
    *(*RUN, "update end_interview", "timer grace for the run in progress"),
    *("fired grace for the run in progress", "cancel code.run", "activity records.close"),
    "completed",
)
async def ended_in_a_run(ground: Ground) -> Run:
    answers = {"pad.offer": [OFFERED], "code.run": [ground.hold()]}
    # Less than the run's heartbeat, which skipped time runs past.
    room = await _coding(ground, answers, LIMITS.model_copy(update={"end_grace_s": 1.0}))
    await _run(room, "run-1")
    await ground.until(room.handle, *RUN)
    await room.end()
    await ground.until(room.handle, "timer grace for the run in progress")
    await room.skip(1.5)
    await room.result()
    return room.handle


@path("Interview", "failed turn.converse", "activity turn.speak", "update begin_turn")
async def reply_lost_while_coding(ground: Ground) -> Run:
    room = await _coding(ground, {})
    for stage in ("converse", "speak"):
        ground.floor.stages.failures[stage, "turn-0001"] = [refused()]
    await room.answer()
    await room.answer()
    return room.handle


async def _coding(ground: Ground, answers: Answers, limits: Limits = LIMITS) -> Room:
    await ground.serve(PAD_QUEUE, answers)
    await ground.serve(CODE_QUEUE, answers)
    return await ground.interview(make_coding_plan(), limits=limits)


async def _run(room: Room, run_id: str) -> None:
    request = RunCodeInput(run_id=run_id, question_id="introduction-1", tests=True)
    await room.update(InterviewWorkflow.run_code, request)
