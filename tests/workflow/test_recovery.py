"""A turn is recovered by workers that have to read its history first, and read it alike."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType

from tests.workflow.floor import Floor
from tests.workflow.history import events_of, scheduled
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _completed(room: Room, count: int) -> None:
    """So many activities have completed, and the workflow has been told of the last one."""
    async with asyncio.timeout(10):
        while True:
            events = await events_of(room)
            done = [
                e for e in events if e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
            ]
            last = events[-1].event_type
            if len(done) >= count and last == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("floor", [1], indirect=True)
async def test_what_was_done_before_the_recovery_is_not_done_again(floor: Floor) -> None:
    floor.stages.hold("speak", "turn-0001")
    room = await floor.open(make_plan())
    before = sum(
        e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED for e in await events_of(room)
    )
    await room.begin()
    await _completed(room, before + 2)
    await floor.open(make_plan())  # and there is no place for the first one any more
    assert await room.recover("turn-0001")
    floor.stages.release()
    await room.settled("turn-0001")
    await room.answer()
    runs = [s.activity for s in scheduled(await events_of(room))]
    assert runs.count("turn.transcribe") == runs.count("turn.converse") == 2
