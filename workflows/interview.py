"""The interview as a durable state machine.

One loop owns the state. Update handlers only validate, record what is wanted and return; the
loop takes it up in the same workflow task. So there is nothing to lock: between two awaits of
the loop, nobody else changes position, clock or status.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.ids import SPEAK_QUEUE
    from interview.contracts.interview import InterviewInput
    from interview.contracts.records import CloseResult
    from interview.contracts.turns import PrepareSpeechInput, TurnActivities
    from interview.domain import scripts
    from interview.domain.progress import greeting_lines
    from interview.protocol.server import Paused, Resumed, phase_changed

from workflows.closing import close
from workflows.conversation import Conversation
from workflows.handlers import InterviewHandlers
from workflows.options import stage_options
from workflows.room import announce
from workflows.search_attributes import ROLE, show_in_search
from workflows.silence import LATE_IS_OUTAGE, Due, next_due

__all__ = ["InterviewWorkflow"]


@workflow.defn(name="Interview")
class InterviewWorkflow(InterviewHandlers):
    """Id `interview-{interview_id}`; returns the transcript by reference."""

    @workflow.init
    def __init__(self, request: InterviewInput) -> None:
        super().__init__(request)
        self._request = request
        self._conversation = Conversation(
            request.interview_id, self._course, self._wishes, self._floor
        )
        self._preparing: asyncio.Task[None] | None = None
        self._told_factor = self._course.state.extra_time_factor
        """What the room knows of the candidate's extra time."""

    @workflow.run
    async def run(self, request: InterviewInput) -> CloseResult:
        state, wishes = self._course.state, self._wishes
        self._course.show()
        if not state.greeted:
            await self._greet()
        while not self._is_over():
            if state.status == "paused" and wishes.end is None:
                await self._stay_paused()
            elif wishes.turn is not None:
                await self._conversation.take_turn()
            elif wishes.pause:
                await self._pause("candidate")
            elif wishes.repeat:
                await self._repeat()
            elif state.extra_time_factor != self._told_factor:
                await self._tell_accommodation()
            else:
                await self._wait()
            if self._run_is_long() and not self._pads.is_running():
                await workflow.wait_condition(workflow.all_handlers_finished)
                # No await from here on: what an update wants now would be lost with this run.
                if not wishes.is_any:
                    workflow.continue_as_new(self._request.model_copy(update={"state": state}))
        return await close(self._interview_id, self._course, wishes, self._pads)

    # The loop's steps

    async def _greet(self) -> None:
        course = self._course
        show_in_search(ROLE.value_set(course.plan.role))
        course.show_phase()
        course.state.greeted = True
        here = course.standing(0.0)
        self._preparing = asyncio.create_task(self._prepare_speech())
        await self._conversation.say(greeting_lines(course.plan, course.name), here)

    async def _prepare_speech(self) -> None:
        """Beside the interview, which never waits for it."""
        course = self._course
        lines = scripts.fixed_lines(course.plan, course.name)
        own = tuple(line for line in lines if scripts.says_name(line, course.name))
        try:
            await workflow.execute_activity_method(
                TurnActivities.prepare_speech,
                PrepareSpeechInput(
                    language=course.plan.language,
                    lines=tuple(line for line in lines if line not in own),
                    interview_id=self._interview_id,
                    own_lines=own,
                ),
                task_queue=SPEAK_QUEUE,
                summary="synthesize the plan's fixed lines",
                **stage_options(course.limits, 1.0),
            )
        except ActivityError:
            workflow.logger.warning("speech.prepare_failed")

    async def _wait(self) -> None:
        """Until something is wanted, or silence or the phase budget is due."""
        course, state, wishes = self._course, self._course.state, self._wishes
        factor = state.extra_time_factor
        due = next_due(state, course.limits, course.brief(), workflow.now())
        try:
            await workflow.wait_condition(
                # An accommodation granted meanwhile sets the timer anew.
                lambda: wishes.is_any or state.extra_time_factor != factor,
                timeout=max(due.at - workflow.now(), timedelta(0)),
                timeout_summary=due.kind,
            )
        except TimeoutError:
            if workflow.now() - due.at > LATE_IS_OUTAGE:
                # We were away, and so was the candidate's voice: the silence begins anew.
                state.silence_since = workflow.now()
                if workflow.patched("cut-off"):
                    await self._conversation.ask_again(self._conversation.phrases.cut_off)
            else:
                await self._on_due(due)

    async def _on_due(self, due: Due) -> None:
        course, state = self._course, self._course.state
        here = course.standing()
        match due.kind:
            case "nudge":
                since, used_s = state.silence_since, state.phase_time_used_s
                line = scripts.nudge(course.plan.language, state.nudges)
                state.nudges += 1
                await self._conversation.say((line,), here)
                # A nudge is part of the silence: it neither ends it nor counts twice.
                state.silence_since, state.phase_time_used_s = since, used_s
            case "pause":
                await self._pause("silence")
            case "budget":
                state.phase_time_used_s += course.waited_s(workflow.now())
                made = course.brief()
                onward = made.onward
                lines = (self._conversation.phrases.time_to_move_on, *onward.lines)
                await self._conversation.say(lines, onward.standing, onward.directive)
                if self._wishes.turn is None:
                    course.move(made, onward.directive)
                    state.nudges, state.pushed_on = 0, True
                # Otherwise they began while it was being made, and answer the question before.

    async def _pause(self, reason: str) -> None:
        state, wishes = self._course.state, self._wishes
        if reason != "silence":
            state.phase_time_used_s += self._course.waited_s(workflow.now())
        wishes.pause = wishes.resume = wishes.repeat = False
        state.status, state.paused_at = "paused", workflow.now()
        self._course.show()
        message = Paused(reason="silence" if reason == "silence" else "candidate")
        await announce(self._interview_id, message, status="paused")

    async def _repeat(self) -> None:
        """The candidate asked for it: the silence begins anew, and their clock stands still."""
        self._wishes.repeat = False
        await self._conversation.ask_again()

    async def _tell_accommodation(self) -> None:
        """Granted in mid-interview, it changes endpointing at once."""
        self._told_factor = self._course.state.extra_time_factor
        endpointing = self._course.limits.endpointing.stretched(self._told_factor)
        here = self._course.standing()
        await announce(self._interview_id, phase_changed(here, endpointing))

    async def _stay_paused(self) -> None:
        """Until resumed, by asking or by simply answering, or expired."""
        course, state, wishes = self._course, self._course.state, self._wishes
        paused_at = state.paused_at or workflow.now()
        expiry = paused_at + timedelta(seconds=course.limits.pause_expiry_s)
        try:
            await workflow.wait_condition(
                lambda: wishes.resume or wishes.turn is not None or wishes.end is not None,
                timeout=max(expiry - workflow.now(), timedelta(0)),
                timeout_summary="pause expiry",
            )
        except TimeoutError:
            if wishes.turn is None and not wishes.resume:
                wishes.end = wishes.end or "expired"
        if wishes.end is not None:
            return
        away = workflow.now() - paused_at
        wishes.resume = False
        state.status, state.paused_at = "active", None
        course.restart_silence(workflow.now())
        course.show()
        await announce(self._interview_id, Resumed(), status="active")
        question = course.question
        if wishes.turn is None and question is not None:
            here = course.standing()
            long = away.total_seconds() >= course.limits.recap_after_s
            asked, done = state.asked or question.text, here.question_number - 1
            back = scripts.welcome_back(course.plan, asked, done, long=long)
            await self._conversation.say(back, here)

    def _is_over(self) -> bool:
        """An answer that was accepted before the end is taken first, if consent still stands."""
        wishes = self._wishes
        if self._course.is_completed or wishes.end == "withdrawn":
            return True
        return wishes.end is not None and wishes.turn is None

    def _run_is_long(self) -> bool:
        limit = self._course.limits.continue_as_new_turns
        if limit and self._floor.turns_this_run >= limit:
            return True
        return workflow.info().is_continue_as_new_suggested()
