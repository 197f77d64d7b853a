"""Proposals, and probes for one candidate."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.ids import PLANNING_QUEUE
from interview.contracts.planning import Begun, PlanningInput, TailoringInput
from tests.replay.paths.ground import Answers, Ground, refused
from tests.replay.paths.registry import path
from workflows.planning import PlanningWorkflow, TailoringWorkflow

Run = WorkflowHandle[Any, Any]

BY_MODEL = Begun(is_due=True, uses_model=True)
ASKED = tuple(f"activity planning.{step}" for step in ("competencies", "questions", "warmup"))


@path("Planning", "activity planning.begin", *ASKED, "activity planning.assemble", "completed")
async def proposed(ground: Ground) -> Run:
    run = await _planning(ground, BY_MODEL)
    await run.result()
    return run


@path("Planning", *ASKED, "failed planning.questions", "activity planning.fail", "completed")
async def refused_by_the_model(ground: Ground) -> Run:
    run = await _planning(ground, BY_MODEL, {"planning.questions": [refused()]})
    await run.result()
    return run


@path("Planning", "activity planning.begin", "activity planning.assemble", lacks=ASKED)
async def without_a_model(ground: Ground) -> Run:
    run = await _planning(ground, Begun(is_due=True))
    await run.result()
    return run


@path("Planning", "activity planning.begin", "completed", lacks=("activity planning.assemble",))
async def not_due(ground: Ground) -> Run:
    run = await _planning(ground, Begun(is_due=False))
    await run.result()
    return run


@path("Planning", "activity planning.begin", *ASKED)
async def under_way(ground: Ground) -> Run:
    """Asleep: the model takes its time."""
    hold = ground.hold()
    run = await _planning(
        ground, BY_MODEL, {"planning.questions": [hold], "planning.warmup": [hold]}
    )
    await ground.until(run, *ASKED)
    return run


PROBES = "activity tailoring.probes"


@path("Tailoring", "activity tailoring.begin", PROBES, "completed")
async def tailored(ground: Ground) -> Run:
    run = await _tailoring(ground, BY_MODEL)
    await run.result()
    return run


@path("Tailoring", PROBES, "failed tailoring.probes", "activity tailoring.fail", "completed")
async def not_tailored(ground: Ground) -> Run:
    run = await _tailoring(ground, BY_MODEL, {"tailoring.probes": [refused()]})
    await run.result()
    return run


@path("Tailoring", "activity tailoring.begin", "completed", lacks=(PROBES,))
async def nothing_to_tailor(ground: Ground) -> Run:
    run = await _tailoring(ground, Begun(is_due=False))
    await run.result()
    return run


@path("Tailoring", PROBES)
async def tailoring_under_way(ground: Ground) -> Run:
    """Asleep."""
    run = await _tailoring(ground, BY_MODEL, {"tailoring.probes": [ground.hold()]})
    await ground.until(run, PROBES)
    return run


async def _planning(ground: Ground, begun: Begun, answers: Answers | None = None) -> Run:
    request = PlanningInput(proposal_id=ground.id, run=1)
    given = {"planning.begin": [begun], **(answers or {})}
    return await ground.start([PlanningWorkflow], PLANNING_QUEUE, request, given)


async def _tailoring(ground: Ground, begun: Begun, answers: Answers | None = None) -> Run:
    request = TailoringInput(interview_id=ground.id, run=1)
    given = {"tailoring.begin": [begun], **(answers or {})}
    return await ground.start([TailoringWorkflow], PLANNING_QUEUE, request, given)
