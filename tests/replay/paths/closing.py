"""How interviews end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.evaluation import EVALUATION, EvaluationInput
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from interview.domain.plan import Plan, RubricReference
from tests.replay.paths.ground import Ground
from tests.replay.paths.registry import path
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

Run = WorkflowHandle[Any, Any]


@path("Interview", "update end_interview", "activity records.close", "completed")
async def ended_by_the_candidate(ground: Ground) -> Run:
    room = await ground.interview()
    await room.answer()
    await room.end()
    await room.result()
    return room.handle


@path(
    "Interview",
    *("activity turn.transcribe", "update end_interview"),
    *("timer grace for the answer in progress", "fired grace for the answer in progress"),
    *("cancel turn.transcribe", "activity records.close", "completed"),
)
async def ended_in_an_answer(ground: Ground) -> Run:
    """Which is not committed in time."""
    room = await ground.interview()
    ground.floor.stages.hold("transcribe", "turn-0001")
    await room.begin()
    await ground.floor.stages.seen("transcribe", "turn-0001")
    await room.end()
    await ground.until(room.handle, "timer grace for the answer in progress")
    await room.skip(11.0)
    await room.result()
    return room.handle


@path("Interview", "activity turn.speak", "update end_interview", "cancel turn.speak", "completed")
async def ended_in_the_greeting(ground: Ground) -> Run:
    ground.floor.stages.hold("speak", "say-1")
    room = await ground.interview(greeted=False)
    await ground.floor.stages.seen("speak", "say-1")
    await ground.until(room.handle, "activity turn.speak")
    await room.end()
    await room.result()
    return room.handle


@path("Interview", "update pause", "timer pause expiry", "update end_interview", "completed")
async def ended_in_a_pause(ground: Ground) -> Run:
    room = await ground.interview()
    await room.pause()
    await room.until(lambda s: s.state.status == "paused")
    await room.end()
    await room.result()
    return room.handle


@path(
    "Interview",
    *("activity turn.transcribe", "update answer_text", "update withdraw_consent"),
    *("cancel turn.transcribe", "activity records.close", "completed"),
)
async def withdrawn(ground: Ground) -> Run:
    """In one answer, with another one waiting."""
    room = await ground.interview()
    ground.floor.stages.hold("transcribe", "turn-0001")
    await room.begin()
    await ground.floor.stages.seen("transcribe", "turn-0001")
    await room.type("typed-0002")
    await room.withdraw()
    await room.result()
    return room.handle


@path(
    "Interview",
    *("activity records.close", "update withdraw_consent", "activity records.close", "completed"),
)
async def withdrawn_at_the_end(ground: Ground) -> Run:
    room = await ground.interview()
    hold = ground.floor.records.hold_close()
    await room.end()
    await room.until(lambda s: s.state.status == "ended")
    await room.withdraw()
    hold.set()
    await room.result()
    return room.handle


@path("Interview", "activity records.close", "marker evaluation", "child Evaluation", "completed")
async def evaluated(ground: Ground) -> Run:
    return (await _ended(ground)).handle


@path("Interview", "marker evaluation", "child Evaluation", "child refused", "completed")
async def evaluated_already(ground: Ground) -> Run:
    """Another one of its evaluations runs."""
    room = await ground.interview(_with_rubric())
    request = EvaluationInput(interview_id=ground.id, number=1)
    other = await ground.env.client.start_workflow(
        EVALUATION,
        request,
        id=evaluation_workflow_id(ground.id),
        task_queue=EVALUATION_QUEUE,
        start_delay=timedelta(hours=1),
    )
    await room.answer()
    await room.end()
    await room.result()
    await other.terminate()
    return room.handle


@path(
    "Interview",
    *("activity records.close", "completed"),
    lacks=("marker evaluation", "child Evaluation"),
    before=("evaluation",),
)
async def ended_before_there_were_evaluations(ground: Ground) -> Run:
    return (await _ended(ground)).handle


async def _ended(ground: Ground) -> Room:
    room = await ground.interview(_with_rubric())
    await room.answer()
    await room.end()
    await room.result()
    return room


def _with_rubric() -> Plan:
    plan = make_plan()
    first, *phases = plan.phases
    scored = first.questions[0].model_copy(update={"competencies": ("care",), "scored": True})
    return plan.model_copy(
        update={
            "rubric": RubricReference(rubric_hash="0" * 64, competencies=("care",)),
            "phases": (first.model_copy(update={"questions": (scored,)}), *phases),
        }
    )
