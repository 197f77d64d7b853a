"""Scoring."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.evaluation import (
    EVALUATION,
    Due,
    EvaluationInput,
    Following,
    SampleInput,
)
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from interview.contracts.reevaluation import ReevaluationInput, Taken
from tests.replay.paths.ground import Answers, Ground, refused
from tests.replay.paths.registry import path
from workflows.evaluation import EvaluationWorkflow
from workflows.reevaluation import ReevaluationWorkflow

Run = WorkflowHandle[Any, Any]

SAMPLE = "activity evaluation.sample"


@path(
    "Evaluation",
    *("activity evaluation.begin", SAMPLE, SAMPLE, "failed evaluation.sample"),
    *("activity evaluation.finish", "completed"),
    before=("follow",),
)
async def one_missing(ground: Ground) -> Run:
    """A scorer that refuses."""
    run = await _evaluation(ground, {"evaluation.sample": [None, refused()]})
    await run.result()
    return run


@path("Evaluation", "activity evaluation.begin", SAMPLE, SAMPLE)
async def under_way(ground: Ground) -> Run:
    """Asleep: no scorer has answered."""
    run = await _evaluation(ground, {"evaluation.sample": [ground.hold()]})
    await ground.until(run, SAMPLE, SAMPLE)
    return run


FOLLOW = "activity evaluation.follow"


@path("Evaluation", "activity evaluation.finish", "marker follow", FOLLOW, "completed")
async def followed_by_none(ground: Ground) -> Run:
    run = await _evaluation(ground, {"evaluation.follow": [Following()]})
    await run.result()
    return run


@path("Evaluation", "activity evaluation.finish", "marker follow", FOLLOW, "continued")
async def followed_by_another(ground: Ground) -> Run:
    """Of what was corrected meanwhile."""
    following = {"evaluation.follow": [Following(number=2), Following()]}
    run = await _evaluation(ground, {"evaluation.begin": [Due(), Due()], **following})
    await run.result()
    return ground.first_run(run)


TAKE = "activity reevaluation.take"
CHILD = "child Evaluation"
NONE_LEFT = Taken()


@path(
    "Reevaluation",
    *(TAKE, CHILD, CHILD, TAKE, "timer 2 s", "fired 2 s", TAKE, CHILD, "child refused"),
    *("timer 4 s", "fired 4 s", TAKE, "activity reevaluation.finish", "completed"),
)
async def all_scored_once_more(ground: Ground) -> Run:
    """One has to wait, and one is being scored already."""
    one, two, busy = (
        EvaluationInput(interview_id=f"{ground.id[:-1]}{number}", number=1) for number in range(3)
    )
    other = await ground.env.client.start_workflow(
        EVALUATION,
        busy,
        id=evaluation_workflow_id(busy.interview_id),
        task_queue=EVALUATION_QUEUE,
        start_delay=timedelta(hours=1),
    )
    taken = [Taken(due=(one, two)), Taken(waits=True), Taken(due=(busy,)), NONE_LEFT]
    run = await _reevaluation(ground, taken)
    await run.result()
    await other.terminate()
    return run


@path("Reevaluation", TAKE, "timer 2 s")
async def waiting_for_others(ground: Ground) -> Run:
    """Asleep."""
    run = await _reevaluation(ground, [Taken(waits=True), NONE_LEFT])
    await ground.until(run, "timer 2 s")
    return run


@path("Reevaluation", TAKE, "fired 2 s", "continued", long=True)
async def waited_for_long(ground: Ground) -> Run:
    run = await _reevaluation(ground, [Taken(waits=True), NONE_LEFT])
    await run.result()
    return ground.first_run(run)


async def _reevaluation(ground: Ground, taken: list[Taken]) -> Run:
    answers = {
        "reevaluation.take": taken,
        "evaluation.begin": [Due()] * 2,
        "evaluation.follow": [Following()] * 2,
    }
    return await ground.start(
        [ReevaluationWorkflow, EvaluationWorkflow],
        EVALUATION_QUEUE,
        ReevaluationInput(reevaluation_id=ground.id),
        answers,
    )


async def _evaluation(ground: Ground, answers: Answers) -> Run:
    samples = tuple(
        SampleInput(interview_id=ground.id, number=1, competency_id="care", sample=number)
        for number in (1, 2)
    )
    return await ground.start(
        [EvaluationWorkflow],
        EVALUATION_QUEUE,
        EvaluationInput(interview_id=ground.id, number=1),
        {"evaluation.begin": [Due(samples=samples)], **answers},
    )
