"""Holding a scripted dialogue: the real workflow on a server whose time can be skipped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from temporalio.testing import WorkflowEnvironment

from interview.contracts.interview import InterviewSnapshot, InterviewState
from interview.contracts.turns import TranscribeResult
from interview.domain.phases import Phase
from interview.domain.plan import Plan
from interview.domain.progress import current_question
from interview.ports import LanguageModel, Line
from quality.dialogue import Dialogue, RecordedReply, Step
from quality.rehearsed import Rehearsed, StepRun
from quality.stages import RehearsalStages
from tests.workflow.floor import Floor
from tests.workflow.room import LIMITS, Room
from workflows.silence import LATE_IS_OUTAGE

__all__ = ["rehearse"]

_PATIENCE_S = 120.0
_LIMITS = LIMITS.model_copy(update={"provider_attempts": 2})
_EVERY_S = 0.02
_MOST_ANSWERS = 60
"""Of one interview: more, and it does not come to its end."""

Play = Callable[[RecordedReply], None]
"""Called with what is on record before it may be wanted."""


async def rehearse(
    dialogue: Dialogue, env: WorkflowEnvironment, model: LanguageModel, play: Play
) -> Rehearsed:
    plan = dialogue.held_by.model_copy(update={"rubric": None})  # nobody is scored here
    found = Rehearsed(dialogue)
    stages = RehearsalStages(model, _before(plan, dialogue), dialogue.job)
    # A worker that remembers nothing has no queue of its own, in which work would wait for it.
    cached = 0 if dialogue.has_outage else 10
    async with Floor(env, stages=stages, max_cached_workflows=cached) as floor:
        state = await _state(dialogue, env)
        room = await floor.open(plan, name=dialogue.candidate, state=state, limits=_LIMITS)
        rehearsal = _Rehearsal(plan, floor, room, stages, found, play)
        if state is None:
            await rehearsal.greeting()
        for step in dialogue.step:
            await rehearsal.take(step)
        if await rehearsal.is_over():
            found.outcome = (await room.result()).outcome
    made = stages.results
    found.mended = sum(result.mended for result in made)
    found.last_resorts = sum(result.provider == "scripted" for result in made)
    found.seconds = stages.seconds
    return found


class _Rehearsal:
    def __init__(
        self,
        plan: Plan,
        floor: Floor,
        room: Room,
        stages: RehearsalStages,
        found: Rehearsed,
        play: Play,
    ) -> None:
        self._plan, self._floor, self._room = plan, floor, room
        self._stages, self._found, self._play = stages, found, play

    async def greeting(self) -> None:
        snapshot = await self._quiet()
        run = StepRun(None, tuple(self._stages.said), "", _place(self._plan, snapshot))
        self._found.runs.append(run)

    async def take(self, step: Step) -> None:
        self._play(step.recorded)
        if not step.until_end:
            await self._once(step)
            return
        for _ in range(_MOST_ANSWERS):
            if await self.is_over():
                return
            await self._once(step)

    async def is_over(self) -> bool:
        return (await self._quiet()).state.position.phase is Phase.COMPLETED

    async def _once(self, step: Step) -> None:
        before = await self._quiet()
        heard = len(self._stages.said)
        asked = before.state.asked or before.question_text
        await self._do(step)
        after = await self._quiet()
        said = tuple(self._stages.said[heard:])
        place, status = _place(self._plan, after), after.state.status
        self._found.runs.append(StepRun(step, said, asked, place, status))

    async def _do(self, step: Step) -> None:
        room = self._room
        if step.say or step.unheard:
            await self._answer(step)
            return
        match step.act:
            case None:
                await self._played_out()
                await room.skip(step.silence_s)
            case "pause":
                await room.pause()
                await self._until(lambda s: s.state.status == "paused")
                await room.skip(step.for_s)
            case "resume":
                await room.resume()
                await self._until(lambda s: s.state.status == "active")
            case "repeat":
                await self._played_out()
                heard = len(self._stages.said)
                await room.repeat()
                await self._hears_more_than(heard)
            case "end":
                await room.end()
            case "outage":
                await self._outage()

    async def _outage(self) -> None:
        """Nobody is there when the nudge is due, nor for a while after. That while has to pass:
        the server's time is not skipped when something waits for a worker."""
        await self._played_out()
        heard = len(self._stages.said)
        await self._floor.stop_workers()
        skipping = asyncio.create_task(self._room.skip(LIMITS.nudge_after_s + 1))
        await asyncio.sleep(LATE_IS_OUTAGE.total_seconds() + 1)
        await self._floor.start_workers()
        await self._hears_more_than(heard)
        await skipping

    async def _answer(self, step: Step) -> None:
        turn_id = self._room.next_id()
        duration_ms = step.duration_ms
        if step.unheard:
            answer = TranscribeResult(outcome="no_speech", duration_ms=duration_ms)
        else:
            answer = TranscribeResult(
                outcome="committed",
                text=step.say,
                confidence=None if step.typed else step.confidence,
                duration_ms=0 if step.typed else duration_ms,
            )
        self._stages.answers[turn_id] = answer
        heard = len(self._stages.said)
        if step.typed:
            await self._room.type(turn_id, step.say)
        else:
            await self._room.begin(turn_id)
        await self._hears_more_than(heard)
        await self._until(lambda s: s.state.turns.get(turn_id, "running") != "running")

    async def _played_out(self) -> None:
        """Until the interviewer's last word was heard."""
        until = (await self._quiet()).state.silence_since
        assert until is not None, "it is quiet"
        left = until - await self._room.env.get_current_time()
        if left.total_seconds() > 0:
            await self._room.skip(left.total_seconds())

    async def _quiet(self) -> InterviewSnapshot:
        """Once nobody speaks and nothing is being made."""
        return await self._until(
            lambda s: s.running_turn_id is None and s.state.silence_since is not None
        )

    async def _hears_more_than(self, heard: int) -> None:
        """Without asking the server, which now and then does not answer while it is busy."""
        async with asyncio.timeout(_PATIENCE_S):
            await self._stages.says_more_than(heard)

    async def _until(self, holds: Callable[[InterviewSnapshot], bool]) -> InterviewSnapshot:
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                snapshot = await self._room.snapshot()
                if holds(snapshot):
                    return snapshot
                await asyncio.sleep(_EVERY_S)


async def _state(dialogue: Dialogue, env: WorkflowEnvironment) -> InterviewState | None:
    position = dialogue.position
    if position is None:
        return None
    now = await env.get_current_time()
    return InterviewState(position=position, greeted=True, silence_since=now, next_sequence=10)


def _before(plan: Plan, dialogue: Dialogue) -> tuple[Line, ...]:
    """What has been said where it does not begin with the greeting."""
    position = dialogue.position
    question = current_question(plan, position) if position else None
    return (Line("interviewer", question.text),) if question else ()


def _place(plan: Plan, snapshot: InterviewSnapshot) -> str:
    question = current_question(plan, snapshot.state.position)
    return question.question_id if question else "end"
