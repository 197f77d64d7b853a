"""Scoring."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError

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
NONE_FOLLOW: Answers = {"evaluation.follow": [Following()]}


@path("Evaluation", "activity evaluation.finish", "marker follow", FOLLOW, "completed")
async def followed_by_none(ground: Ground) -> Run:
    run = await _evaluation(ground, NONE_FOLLOW)
    await run.result()
    return run


@path("Evaluation", "activity evaluation.finish", "marker follow", FOLLOW, "continued")
async def followed_by_another(ground: Ground) -> Run:
    """Of what was corrected meanwhile."""
    following = {"evaluation.follow": [Following(number=2), Following()]}
    run = await _evaluation(ground, {"evaluation.begin": [Due(), Due()], **following})
    await run.result()
    return ground.first_run(run)


@path(
    "Evaluation",
    *("activity evaluation.begin", SAMPLE, "cancel", "cancel evaluation.sample"),
    *("activity evaluation.finish", FOLLOW, "completed"),
)
async def stopped(ground: Ground) -> Run:
    """Nobody is asked any more, and what is missing is pending."""
    run = await _evaluation(ground, {"evaluation.sample": [ground.hold()], **NONE_FOLLOW})
    await ground.until(run, SAMPLE, SAMPLE)
    await run.cancel()
    await run.result()
    return run


@path("Evaluation", "activity evaluation.finish", "cancel", FOLLOW, "completed")
async def stopped_while_it_ends(ground: Ground) -> Run:
    held = ground.hold()
    run = await _evaluation(ground, {"evaluation.finish": [held], **NONE_FOLLOW})
    await ground.until(run, "activity evaluation.finish")
    await run.cancel()
    await ground.until(run, "cancel")
    held.set()
    await run.result()
    return run


@path("Evaluation", "failed evaluation.begin", "failed", lacks=("activity evaluation.finish",))
async def not_begun(ground: Ground) -> Run:
    run = await _evaluation(ground, {"evaluation.begin": [refused()]})
    await _failed(run)
    return run


TAKE = "activity reevaluation.take"
CHILD = "child Evaluation"
NONE_LEFT = Taken()


@path(
    "Reevaluation",
    *(TAKE, CHILD, CHILD, TAKE, "timer 2 s", "fired 2 s", TAKE, CHILD, "child refused"),
    *("timer 4 s", "fired 4 s", TAKE, "activity reevaluation.finish", "completed"),
    before=("bounded",),
)
async def all_scored_once_more(ground: Ground) -> Run:
    """One has to wait, and one is being scored already."""
    one, two, busy = _three(ground)
    other = await _evaluated_already(ground, busy)
    taken = [Taken(due=(one, two)), Taken(waits=True), Taken(due=(busy,)), NONE_LEFT]
    run = await _reevaluation(ground, taken)
    await run.result()
    await other.terminate()
    return run


@path("Reevaluation", TAKE, "timer 2 s", before=("bounded",))
async def waiting_for_others(ground: Ground) -> Run:
    """Asleep."""
    run = await _reevaluation(ground, [Taken(waits=True), NONE_LEFT])
    await ground.until(run, "timer 2 s")
    return run


@path("Reevaluation", TAKE, "fired 2 s", "continued", long=True, before=("bounded",))
async def waited_for_long(ground: Ground) -> Run:
    run = await _reevaluation(ground, [Taken(waits=True), NONE_LEFT])
    await run.result()
    return ground.first_run(run)


BOUNDED = ("marker bounded", "timer bound")
FINISH = "activity reevaluation.finish"
STOP = "activity reevaluation.stop"
STOP_ONE = "cancel another"


@path(
    "Reevaluation",
    *(*BOUNDED, TAKE, CHILD, CHILD, TAKE, CHILD, "timer 2 s", "fired 2 s", TAKE, CHILD),
    *("child refused", "timer 4 s", "fired 4 s", TAKE, "stopped bound", FINISH, "completed"),
)
async def all_scored_in_time(ground: Ground) -> Run:
    """One ended and was not over; one is being scored already."""
    one, two, busy = _three(ground)
    other = await _evaluated_already(ground, busy)
    taken = [Taken(due=(one, two)), Taken(due=(two,)), Taken(due=(two,)), Taken(due=(busy,))]
    run = await _reevaluation(ground, [*taken, NONE_LEFT])
    await run.result()
    await other.terminate()
    return run


@path("Reevaluation", *BOUNDED, TAKE, "timer 2 s", "fired 2 s", "continued", long=True)
async def waited_for_long_in_time(ground: Ground) -> Run:
    run = await _reevaluation(ground, [Taken(waits=True), NONE_LEFT])
    await run.result()
    return ground.first_run(run)


@path("Reevaluation", *BOUNDED, TAKE, CHILD, "cancel", STOP_ONE, "cancelled", lacks=(FINISH, STOP))
async def stopped_by_somebody(ground: Ground) -> Run:
    run = await _with_one_that_does_not_end(ground)
    await run.cancel()
    await _failed(run)
    return run


@path("Reevaluation", *BOUNDED, TAKE, CHILD, "fired bound", STOP, STOP_ONE, "failed")
async def too_long(ground: Ground) -> Run:
    soon = timedelta(seconds=30)
    run = await _with_one_that_does_not_end(ground, await ground.env.get_current_time() + soon)
    await ground.skip(soon)
    await _failed(run)
    return run


@path("Reevaluation", *BOUNDED, TAKE, "failed reevaluation.take", STOP, "failed")
async def not_taken(ground: Ground) -> Run:
    """In a way that no retry mends."""
    run = await _reevaluation(ground, [refused("evaluation.not_done")])
    await _failed(run)
    return run


async def _with_one_that_does_not_end(ground: Ground, until: datetime | None = None) -> Run:
    one, *_ = _three(ground)
    run = await _reevaluation(ground, [Taken(due=(one,))], [ground.hold()], until)
    await ground.until(run, CHILD, "child begun")
    return run


async def _failed(run: Run) -> None:
    with pytest.raises(WorkflowFailureError):
        await run.result()


def _three(ground: Ground) -> list[EvaluationInput]:
    return [
        EvaluationInput(interview_id=f"{ground.id[:-1]}{number}", number=1) for number in range(3)
    ]


async def _evaluated_already(ground: Ground, one: EvaluationInput) -> Run:
    return await ground.env.client.start_workflow(
        EVALUATION,
        one,
        id=evaluation_workflow_id(one.interview_id),
        task_queue=EVALUATION_QUEUE,
        start_delay=timedelta(hours=1),
    )


async def _reevaluation(
    ground: Ground,
    taken: Sequence[Taken | ApplicationError],
    begun: Sequence[Due | asyncio.Event] = (Due(),) * 4,
    until: datetime | None = None,
) -> Run:
    answers: Answers = {
        "reevaluation.take": taken,
        "evaluation.begin": begun,
        "evaluation.follow": [Following()] * 4,
    }
    return await ground.start(
        [ReevaluationWorkflow, EvaluationWorkflow],
        EVALUATION_QUEUE,
        ReevaluationInput(reevaluation_id=ground.id, until=until),
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
