"""Erasures and retention."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.erasure import LOOK_AGAIN, Due, ErasureInput, RetentionInput
from interview.contracts.ids import ERASURE_QUEUE
from tests.replay.paths.ground import Answers, Ground, refused
from tests.replay.paths.registry import path
from workflows.erasure import ErasureWorkflow, RetentionWorkflow

Run = WorkflowHandle[Any, Any]

NOW, NEVER = Due(state="now"), Due(state="never")
STEPS = tuple(
    f"activity erasure.{step}"
    for step in (
        *("stop", "delete_rows", "delete_objects", "delete_streams", "destroy_key"),
        *("delete_history", "finish"),
    )
)
SWEEP = tuple(
    f"activity erasure.{step}"
    for step in ("stop", "delete_objects", "delete_streams", "delete_history")
)


@path("Erasure", "activity erasure.look", *STEPS, "timer 3600 s", "fired 3600 s", *SWEEP)
async def asked_for(ground: Ground) -> Run:
    run = await _erasure(ground, {"erasure.look": [NOW]})
    await run.result()
    return run


@path("Erasure", "signal look_again", "activity erasure.look", "timer retention")
async def due_in_months(ground: Ground) -> Run:
    """Asleep."""
    run = await _erasure(ground, {"erasure.look": [await _later(ground)]})
    await ground.until(run, "timer retention")
    return run


@path(
    "Erasure",
    *("timer retention", "signal look_again", "stopped retention", "timer retention"),
    *("fired retention", "activity erasure.look", *STEPS, "fired 3600 s", *SWEEP, "completed"),
)
async def after_months(ground: Ground) -> Run:
    """And looked at before."""
    later = await _later(ground)
    run = await _erasure(ground, {"erasure.look": [later, later, NOW]})
    await ground.until(run, "timer retention")
    await run.signal(LOOK_AGAIN)
    await ground.until(run, "timer retention", "timer retention")
    await run.result()
    return run


@path("Erasure", "activity erasure.look", "signal look_again", "activity erasure.look", "completed")
async def for_nothing(ground: Ground) -> Run:
    """Told while it looks."""
    hold = ground.hold()
    run = await _erasure(ground, {"erasure.look": [hold, NEVER, NEVER]})
    await ground.until(run, "activity erasure.look")
    await run.signal(LOOK_AGAIN)
    hold.set()
    await run.result()
    return run


@path("Erasure", *STEPS, "timer 3600 s")
async def erased_and_not_swept(ground: Ground) -> Run:
    """Asleep."""
    run = await _erasure(ground, {"erasure.look": [NOW]})
    await ground.until(run, *STEPS, "timer 3600 s")
    return run


@path(
    "Erasure",
    *("failed erasure.look", "fired 3600 s", "activity erasure.look"),
    *("failed erasure.delete_objects", "fired 3600 s", *STEPS[2:], *SWEEP, "completed"),
)
async def blocked(ground: Ground) -> Run:
    answers = {"erasure.look": [refused(), NOW], "erasure.delete_objects": [refused()]}
    run = await _erasure(ground, answers)
    await run.result()
    return run


RETIME = "activity retention.retime"


@path("Retention", RETIME, "signal look_again", RETIME, RETIME, "completed")
async def changed_meanwhile(ground: Ground) -> Run:
    hold = ground.hold()
    run = await _retention(ground, {"retention.retime": [hold, "a", "b", None]})
    await ground.until(run, RETIME)
    await run.signal(LOOK_AGAIN)
    hold.set()
    await run.result()
    return run


@path("Retention", RETIME, "failed retention.retime", "timer 3600 s")
async def blocked_retention(ground: Ground) -> Run:
    """Asleep."""
    run = await _retention(ground, {"retention.retime": ["a", refused(), None]})
    await ground.until(run, "timer 3600 s")
    return run


@path("Retention", "started", RETIME, "continued", long=True)
async def many(ground: Ground) -> Run:
    run = await _retention(ground, {"retention.retime": ["a", None]})
    await run.result()
    return ground.first_run(run)


async def _later(ground: Ground) -> Due:
    now = (await ground.env.get_current_time()).astimezone(UTC)
    return Due(state="later", erase_at=now + timedelta(days=180))


async def _erasure(ground: Ground, answers: Answers) -> Run:
    request = ErasureInput(interview_id=ground.id)
    return await ground.start([ErasureWorkflow], ERASURE_QUEUE, request, answers, signal=LOOK_AGAIN)


async def _retention(ground: Ground, answers: Answers) -> Run:
    request = RetentionInput(organization_id=ground.id)
    return await ground.start(
        [RetentionWorkflow], ERASURE_QUEUE, request, answers, signal=LOOK_AGAIN
    )
