"""What happens while nobody speaks: nudges, pauses, outages; and what candidates ask for then."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import WorkflowHandle

from tests.replay.paths.ground import Ground
from tests.replay.paths.registry import path
from tests.workflow.fakes import SPEECH_MS
from tests.workflow.floor import Floor
from tests.workflow.plans import make_plan
from tests.workflow.room import LIMITS, Room
from workflows.silence import LATE_IS_OUTAGE

Run = WorkflowHandle[Any, Any]

DAY_S = 24 * 3600.0


@path(
    "Interview",
    *("fired nudge", "activity turn.speak", "fired nudge", "activity turn.speak"),
    *("fired pause", "activity records.announce", "timer pause expiry"),
)
async def nudges_up_to_the_pause(ground: Ground) -> Run:
    """Asleep."""
    room = await ground.interview()
    await room.skip(160.0)
    await room.until(lambda s: s.state.status == "paused")
    await ground.until(room.handle, "timer pause expiry")
    return room.handle


@path(
    "Interview",
    *("fired nudge", "activity turn.speak", "timer budget", "update begin_turn", "stopped budget"),
    *("fired budget", "activity turn.speak", "timer nudge", "update begin_turn", "stopped nudge"),
)
async def answered_after_a_nudge_and_a_push(ground: Ground) -> Run:
    """A timer that is stopped is known from any other, which one that fires may not be."""
    room = await ground.interview(make_plan(budget_s=40.0))
    await room.skip(24.0)
    await ground.until(room.handle, "fired nudge", "activity turn.speak", "timer budget")
    await room.answer()
    await room.skip(60.0)
    await ground.until(room.handle, "fired budget", "activity turn.speak", "timer nudge")
    await room.answer()
    return room.handle


@path(
    "Interview",
    *("update pause", "activity records.announce", "timer pause expiry", "update resume"),
    *("stopped pause expiry", "activity records.announce", "activity turn.speak"),
    *("activity turn.converse", "completed"),
)
async def days_of_pause(ground: Ground) -> Run:
    """With a recap after it."""
    room = await ground.interview()
    await room.answer()
    await _paused(room)
    await room.skip(3 * DAY_S)
    await room.resume()
    await room.until(lambda s: s.state.status == "active" and s.running_turn_id is None)
    await ground.until(room.handle, "update resume", "activity turn.speak")
    for _ in range(3):
        await room.answer()
    await room.result()
    return room.handle


@path("Interview", "timer pause expiry", "update begin_turn", "activity records.announce")
async def answered_out_of_a_pause(ground: Ground) -> Run:
    """Asked for twice."""
    room = await ground.interview()
    await _paused(room)
    await room.pause()
    await room.answer()
    return room.handle


@path("Interview", "timer pause expiry", "fired pause expiry", "activity records.close")
async def expired(ground: Ground) -> Run:
    room = await ground.interview()
    await _paused(room)
    await room.skip(8 * DAY_S)
    await room.result()
    return room.handle


@path(
    "Interview",
    *("fired budget", "activity turn.speak", "timer nudge", "fired nudge"),
    *("fired pause", "timer pause expiry"),
)
async def pushed_on(ground: Ground) -> Run:
    """Once, and then the pause."""
    room = await ground.interview(make_plan(budget_s=50.0))
    await room.skip(220.0)
    await room.until(lambda s: s.state.status == "paused")
    await ground.until(room.handle, "timer pause expiry")
    return room.handle


@path(
    "Interview", "fired budget", "activity turn.speak", "update begin_turn", "activity turn.speak"
)
async def pushed_on_too_late(ground: Ground) -> Run:
    """They began to answer while the next question was made."""
    room = await ground.interview(make_plan(main=2, budget_s=25.0))
    stages = ground.floor.stages
    move_on = stages.hold("speak", "say-3")
    await room.skip(34.0)
    await stages.seen("speak", "say-3")
    await room.begin()
    move_on.set()
    await room.settled("turn-0001")
    return room.handle


@path("Interview", "update repeat_question", "activity turn.speak", "update begin_turn")
async def repeated(ground: Ground) -> Run:
    room = await ground.interview()
    await room.skip(5.0)
    await room.repeat()
    await ground.until(room.handle, "update repeat_question", "activity turn.speak")
    await room.until(lambda s: s.running_turn_id is None)
    await room.answer()
    return room.handle


@path("Interview", "update grant_accommodation", "activity records.announce", "timer nudge")
async def given_more_time(ground: Ground) -> Run:
    room = await ground.interview()
    await room.skip(3.0)
    await room.grant(2.0)
    await ground.until(room.handle, "activity records.announce", "timer nudge")
    await room.answer()
    return room.handle


@path("Interview", "fired nudge", "marker cut-off", "activity turn.speak", "update begin_turn")
async def outage(ground: Ground) -> Run:
    room = await _away(ground)
    await ground.until(room.handle, "marker cut-off", "activity turn.speak")
    await room.until(lambda s: s.running_turn_id is None)
    await room.answer()
    return room.handle


@path(
    "Interview",
    *("fired nudge", "timer nudge", "update begin_turn"),
    lacks=("marker cut-off",),
    before=("cut-off",),
)
async def outage_before_it_was_told(ground: Ground) -> Run:
    room = await _away(ground)
    await ground.until(room.handle, "fired nudge", "timer nudge")
    await room.answer()
    return room.handle


async def _paused(room: Room) -> None:
    await room.pause()
    await room.until(lambda s: s.state.status == "paused")


async def _away(ground: Ground) -> Room:
    """No worker was there when the first nudge was due, nor for a while after. That while has to
    pass: the server skips no time while something waits for a worker."""
    # A worker that remembers nothing has no queue of its own, in which work would wait for it.
    ground.floor = Floor(ground.env, max_cached_workflows=0)
    room = await ground.interview()
    await ground.until(room.handle, "timer nudge")
    await ground.floor.stop_workers()
    skipping = asyncio.create_task(room.skip(LIMITS.nudge_after_s + SPEECH_MS / 1000))
    await asyncio.sleep(LATE_IS_OUTAGE.total_seconds() + 2)
    await ground.floor.start_workers()
    await skipping
    return room
