"""Scoring."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.evaluation import Due, EvaluationInput, SampleInput
from interview.contracts.ids import EVALUATION_QUEUE
from tests.replay.paths.ground import Answers, Ground, refused
from tests.replay.paths.registry import path
from workflows.evaluation import EvaluationWorkflow

Run = WorkflowHandle[Any, Any]

SAMPLE = "activity evaluation.sample"


@path(
    "Evaluation",
    *("activity evaluation.begin", SAMPLE, SAMPLE, "failed evaluation.sample"),
    *("activity evaluation.finish", "completed"),
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
