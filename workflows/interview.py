"""The interview as a durable state machine.

One loop owns the state. Update handlers only validate, record what is wanted and return; the
loop takes it up in the same workflow task. So there is nothing to lock: between two awaits of
the loop, nobody else changes position, clock or status.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.evaluation import EVALUATION, EvaluationInput
    from interview.contracts.ids import EVALUATION_QUEUE, SPEAK_QUEUE, evaluation_workflow_id
    from interview.contracts.interview import AnswerTextInput, InterviewInput
    from interview.contracts.records import CloseInput, CloseResult, Outcome, RecordActivities
    from interview.contracts.turns import (
        ConverseResult,
        PrepareSpeechInput,
        SpeakResult,
        TranscribeResult,
        TurnActivities,
        TurnRef,
    )
    from interview.domain import scripts
    from interview.domain.directives import STAYING, Brief, Directive, Standing
    from interview.domain.phases import Phase
    from interview.domain.phrases import phrases
    from interview.domain.progress import (
        Position,
        apply_directive,
        brief,
        current_question,
        greeting_lines,
        probe_asked,
        standing,
    )
    from interview.protocol.client import Interruption, TurnMode
    from interview.protocol.server import Paused, Resumed, phase_changed

from workflows.audit import current_details
from workflows.handlers import InterviewHandlers
from workflows.options import record_options, stage_options
from workflows.room import announce, announce_failure
from workflows.search_attributes import OUTCOME, PHASE, ROLE, show_in_search
from workflows.silence import LATE_IS_OUTAGE, Due, next_due, waited_s
from workflows.turn import RunningTurn, TurnAbandoned

__all__ = ["InterviewWorkflow"]

KEPT_TURNS = 500
"""Turn ids remembered for idempotency, across runs."""


@workflow.defn(name="Interview")
class InterviewWorkflow(InterviewHandlers):
    """Id `interview-{interview_id}`; returns the transcript by reference."""

    @workflow.init
    def __init__(self, request: InterviewInput) -> None:
        super().__init__(request)
        self._name = request.candidate_name
        self._phrases = phrases(request.plan.language)
        self._request = request
        self._turns_this_run = 0
        self._preparing: asyncio.Task[None] | None = None
        self._told_factor = self._state.extra_time_factor
        """What the room knows of the candidate's extra time."""

    @workflow.run
    async def run(self, request: InterviewInput) -> CloseResult:
        state = self._state
        self._show()
        if not state.greeted:
            await self._greet()
        while not self._is_over():
            if state.status == "paused" and self._end_wanted is None:
                await self._stay_paused()
            elif self._waiting is not None:
                await self._take_turn()
            elif self._pause_wanted:
                await self._pause("candidate")
            elif self._repeat_wanted:
                await self._repeat()
            elif state.extra_time_factor != self._told_factor:
                await self._tell_accommodation()
            else:
                await self._wait()
            if self._run_is_long() and not self._code_is_running():
                await workflow.wait_condition(workflow.all_handlers_finished)
                # No await from here on: what an update wants now would be lost with this run.
                if not self._is_wanted():
                    workflow.continue_as_new(
                        self._request.model_copy(update={"state": self._state})
                    )
        return await self._close()

    # The loop's steps

    async def _greet(self) -> None:
        show_in_search(ROLE.value_set(self._plan.role))
        self._show_phase()
        self._state.greeted = True
        here = standing(self._plan, self._state.position, 0.0)
        self._preparing = asyncio.create_task(self._prepare_speech())
        await self._say(greeting_lines(self._plan, self._name), here)

    async def _prepare_speech(self) -> None:
        """Beside the interview, which never waits for it."""
        lines = scripts.fixed_lines(self._plan, self._name)
        own = tuple(line for line in lines if scripts.says_name(line, self._name))
        try:
            await workflow.execute_activity_method(
                TurnActivities.prepare_speech,
                PrepareSpeechInput(
                    language=self._plan.language,
                    lines=tuple(line for line in lines if line not in own),
                    interview_id=self._request.interview_id,
                    own_lines=own,
                ),
                task_queue=SPEAK_QUEUE,
                summary="synthesize the plan's fixed lines",
                **stage_options(self._limits, 1.0),
            )
        except ActivityError:
            workflow.logger.warning("speech.prepare_failed")

    async def _wait(self) -> None:
        """Until something is wanted, or silence or the phase budget is due."""
        state = self._state
        factor = state.extra_time_factor
        due = next_due(state, self._limits, self._brief(), workflow.now())
        try:
            await workflow.wait_condition(
                # An accommodation granted meanwhile sets the timer anew.
                lambda: self._is_wanted() or state.extra_time_factor != factor,
                timeout=max(due.at - workflow.now(), timedelta(0)),
                timeout_summary=due.kind,
            )
        except TimeoutError:
            if workflow.now() - due.at > LATE_IS_OUTAGE:
                # We were away, and so was the candidate's voice: the silence begins anew.
                state.silence_since = workflow.now()
                if workflow.patched("cut-off"):
                    await self._ask_again(self._phrases.cut_off)
            else:
                await self._on_due(due)

    async def _on_due(self, due: Due) -> None:
        state = self._state
        here = standing(self._plan, state.position, state.phase_time_used_s)
        match due.kind:
            case "nudge":
                since, used_s = state.silence_since, state.phase_time_used_s
                line = scripts.nudge(self._plan.language, state.nudges)
                state.nudges += 1
                await self._say((line,), here)
                # A nudge is part of the silence: it neither ends it nor counts twice.
                state.silence_since, state.phase_time_used_s = since, used_s
            case "pause":
                await self._pause("silence")
            case "budget":
                state.phase_time_used_s += self._waited_s(workflow.now())
                made = self._brief()
                onward = made.onward
                lines = (self._phrases.time_to_move_on, *onward.lines)
                await self._say(lines, onward.standing, onward.directive)
                if self._waiting is None:
                    self._move(made, onward.directive)
                    state.nudges, state.pushed_on = 0, True
                # Otherwise they began while it was being made, and answer the question before.

    async def _pause(self, reason: str) -> None:
        state = self._state
        if reason != "silence":
            state.phase_time_used_s += self._waited_s(workflow.now())
        self._pause_wanted = self._resume_wanted = self._repeat_wanted = False
        state.status, state.paused_at = "paused", workflow.now()
        self._show()
        message = Paused(reason="silence" if reason == "silence" else "candidate")
        await announce(self._interview_id, message, status="paused")

    async def _repeat(self) -> None:
        """The candidate asked for it: the silence begins anew, and their clock stands still."""
        self._repeat_wanted = False
        await self._ask_again()

    async def _ask_again(self, *before: str) -> None:
        """What was asked last, after `before`. Nobody is charged for it."""
        state = self._state
        question = current_question(self._plan, state.position)
        used_s = state.phase_time_used_s + self._waited_s(workflow.now())
        here = standing(self._plan, state.position, used_s)
        if question is not None:
            await self._say((*before, state.asked or question.text), here)
        state.phase_time_used_s = used_s
        self._restart_silence(state.silence_since or workflow.now())

    async def _tell_accommodation(self) -> None:
        """Granted in mid-interview, it changes endpointing at once."""
        state = self._state
        self._told_factor = state.extra_time_factor
        here = standing(self._plan, state.position, state.phase_time_used_s)
        endpointing = self._limits.endpointing.stretched(state.extra_time_factor)
        await announce(self._interview_id, phase_changed(here, endpointing))

    async def _stay_paused(self) -> None:
        """Until resumed, by asking or by simply answering, or expired."""
        state = self._state
        paused_at = state.paused_at or workflow.now()
        expiry = paused_at + timedelta(seconds=self._limits.pause_expiry_s)
        try:
            await workflow.wait_condition(
                lambda: (
                    self._resume_wanted or self._waiting is not None or self._end_wanted is not None
                ),
                timeout=max(expiry - workflow.now(), timedelta(0)),
                timeout_summary="pause expiry",
            )
        except TimeoutError:
            if self._waiting is None and not self._resume_wanted:
                self._end_wanted = self._end_wanted or "expired"
        if self._end_wanted is not None:
            return
        away = workflow.now() - paused_at
        self._resume_wanted = False
        state.status, state.paused_at = "active", None
        self._restart_silence(workflow.now())
        self._show()
        await announce(self._interview_id, Resumed(), status="active")
        question = current_question(self._plan, state.position)
        if self._waiting is None and question is not None:
            here = standing(self._plan, state.position, state.phase_time_used_s)
            long = away.total_seconds() >= self._limits.recap_after_s
            asked, done = state.asked or question.text, here.question_number - 1
            await self._say(scripts.welcome_back(self._plan, asked, done, long=long), here)

    async def _take_turn(self) -> None:
        """One answer and its reply."""
        request, self._waiting = self._waiting, None
        self._repeat_wanted = False  # the answer came first
        assert request is not None, "the loop saw it"
        state = self._state
        take = 1 + state.turn_number if state.turns.pop(request.turn_id, None) else 0
        is_typed = isinstance(request, AnswerTextInput)
        typed = request.text if is_typed else None
        turn = self._new_turn(
            request.turn_id,
            take=take,
            typed_text=typed,
            mode="hold" if is_typed else request.mode,
            interruption=request.interruption,
            brief=self._brief(self._waited_s(workflow.now())),
        )
        self._running = turn
        state.turns[request.turn_id] = "running"
        while len(state.turns) > KEPT_TURNS:
            del state.turns[next(iter(state.turns))]
        began = workflow.now()
        try:
            answer, reply, speech = await turn.run(ending=lambda: self._end_wanted)
        except TurnAbandoned:
            state.turns[request.turn_id] = turn.answer.outcome if turn.answer else "cancelled"
        except ActivityError as error:
            # Only what no retry can mend comes here; the interview goes on without this turn.
            state.turns[request.turn_id] = turn.answer.outcome if turn.answer else "failed"
            self._restart_silence(workflow.now())
            if turn.answer is not None and turn.answer.outcome == "committed":
                await self._go_on_without_reply(turn)
            else:
                await announce_failure(turn.ref, error)
        else:
            state.turns[request.turn_id] = answer.outcome
            await self._settle(turn, answer, reply, speech, began)
        if turn.answer is not None and turn.answer.outcome == "committed":
            state.answers_committed += 1
        self._running = None
        self._turns_this_run += 1
        self._show()

    async def _settle(
        self,
        turn: RunningTurn,
        answer: TranscribeResult,
        reply: ConverseResult,
        speech: SpeakResult,
        began: datetime,
    ) -> None:
        state = self._state
        if answer.outcome == "failed":
            await announce(self._interview_id, scripts.type_instead(turn.ref.turn_id))
        if answer.outcome in ("cancelled", "stalled"):
            # Nothing was said: the silence goes on as if the turn had not begun.
            state.next_sequence = turn.ref.answer_sequence
            return
        spoken = timedelta(milliseconds=speech.duration_ms)
        if answer.outcome != "failed":
            # Neither our delays nor our failures are charged: only thinking, the answer, and
            # what was said in return.
            state.phase_time_used_s += self._waited_s(began) + answer.duration_ms / 1000
            state.phase_time_used_s += spoken.total_seconds()
        self._restart_silence(workflow.now() + spoken)
        directive = reply.directive
        if reply.outcome == "replied" and directive is not None:
            assert turn.brief is not None
            if directive in turn.brief.allowed:
                self._move(turn.brief, directive, reply.sentences)
            else:
                workflow.logger.error("directive.not_allowed", extra={"directive": directive})

    async def _go_on_without_reply(self, turn: RunningTurn) -> None:
        """The answer is safe, but its reply is not to be had: the plan goes on."""
        workflow.logger.error("reply.failed")
        assert turn.brief is not None, "it was an answer"
        onward = turn.brief.onward
        if Directive.CONTINUE in turn.brief.allowed:
            await self._say((self._phrases.code_on,), turn.brief.standing)
            self._move(turn.brief, Directive.CONTINUE)
            return
        lines = (self._phrases.reply_lost, *onward.lines)
        await self._say(lines, onward.standing, onward.directive)
        self._move(turn.brief, onward.directive)

    async def _say(
        self, lines: tuple[str, ...], there: Standing, directive: Directive | None = None
    ) -> None:
        """The interviewer speaks by itself."""
        state = self._state
        turn = self._new_turn(f"say-{state.turn_number + 1}", standing=there)
        self._running = turn
        try:
            speech = await turn.say(lines, directive, ending=lambda: self._end_wanted)
        except TurnAbandoned:
            pass
        except ActivityError as error:
            state.silence_since = workflow.now()
            await announce_failure(turn.ref, error)
        else:
            spoken = timedelta(milliseconds=speech.duration_ms)
            state.phase_time_used_s += spoken.total_seconds()
            state.silence_since = workflow.now() + spoken
        self._running = None
        self._turns_this_run += 1
        self._show()

    async def _close(self) -> CloseResult:
        state = self._state
        outcome: Outcome = self._end_wanted or "completed"
        if state.position.phase is Phase.COMPLETED and outcome != "withdrawn":
            outcome = "completed"  # the end was asked for during the goodbye
        self._end_wanted = outcome
        state.status = "ended"
        if self._waiting is not None:
            state.turns[self._waiting.turn_id] = "cancelled"
            self._waiting = None
        await self._end_code_run()
        result = await self._record_close(outcome)
        if outcome != "withdrawn" and self._end_wanted == "withdrawn":
            # Withdrawn while we closed: the recordings have to go all the same.
            result = await self._record_close("withdrawn")
        elif outcome != "withdrawn" and self._plan.rubric and workflow.patched("evaluation"):
            await self._begin_evaluation()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return result

    async def _end_code_run(self) -> None:
        """One that is under way has as long as an answer to come to its end."""
        if self._code is None or self._code[1].done():
            return
        task = self._code[1]
        grace = timedelta(seconds=self._limits.end_grace_s)
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: task.done() or self._end_wanted == "withdrawn",
                timeout=grace,
                timeout_summary="grace for the run in progress",
            )
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ActivityError):
            await task

    async def _begin_evaluation(self) -> None:
        """A child that outlives this workflow, which does not wait for it."""
        try:
            await workflow.start_child_workflow(
                EVALUATION,
                EvaluationInput(interview_id=self._interview_id, number=1),
                id=evaluation_workflow_id(self._interview_id),
                task_queue=EVALUATION_QUEUE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.warning("evaluation.already_begun")

    async def _record_close(self, outcome: Outcome) -> CloseResult:
        self._state.outcome = outcome
        show_in_search(OUTCOME.value_set(outcome))
        self._show()
        return await workflow.execute_activity_method(
            RecordActivities.close,
            CloseInput(interview_id=self._interview_id, outcome=outcome),
            summary=f"close · {outcome}",
            **record_options(),
        )

    # Helpers

    def _new_turn(
        self,
        turn_id: str,
        *,
        take: int = 0,
        standing: Standing | None = None,
        typed_text: str | None = None,
        mode: TurnMode = "hold",
        interruption: Interruption | None = None,
        brief: Brief | None = None,
    ) -> RunningTurn:
        state = self._state
        state.turn_number += 1
        answered = brief is not None
        sequence = state.next_sequence
        state.next_sequence += 2 if answered else 1
        question = current_question(self._plan, state.position)
        here = standing or (brief.standing if brief else Standing(phase=state.position.phase))
        return RunningTurn(
            ref=TurnRef(
                interview_id=self._interview_id,
                turn_id=turn_id,
                turn_number=state.turn_number,
                kind="proactive" if not answered else "audio" if typed_text is None else "typed",
                answer_sequence=sequence,
                reply_sequence=sequence + 1 if answered else sequence,
                phase=state.position.phase,
                question_id=question.question_id if question else None,
                take=take,
            ),
            position=state.position,
            brief=brief,
            standing=here,
            language=self._plan.language,
            limits=self._limits,
            extra_time_factor=state.extra_time_factor,
            typed_text=typed_text,
            mode=mode,
            interruption=interruption,
        )

    def _brief(self, waited_s: float = 0.0) -> Brief:
        """`waited_s` is silence that has not been charged yet."""
        state = self._state
        phase_s = state.phase_time_used_s + waited_s
        question_s = phase_s - state.question_began_s
        factor = state.extra_time_factor
        made = brief(self._plan, state.position, phase_s / factor, self._name, question_s / factor)
        if state.turn_number >= self._limits.max_turns:
            # However the answers are, the interview comes to its end.
            return made.model_copy(
                update={"allowed": (made.onward.directive,), "follow_ups_left": 0}
            )
        return made

    def _move(self, made: Brief, directive: Directive, said: tuple[str, ...] = ()) -> None:
        """`made` allowed it."""
        state = self._state
        if directive not in STAYING or directive is Directive.FOLLOW_UP:
            state.asked = probe_asked(directive, said)
        before: Position = state.position
        state.position = apply_directive(self._plan, before, directive, made.standing.budget_left_s)
        if state.position.phase is not before.phase:
            state.phase_time_used_s = 0.0
            self._show_phase()
        if directive not in STAYING:
            state.question_began_s = state.phase_time_used_s

    def _waited_s(self, until: datetime) -> float:
        question = current_question(self._plan, self._state.position)
        is_coding = question is not None and question.coding is not None
        return waited_s(self._state, self._limits, until, is_coding=is_coding)

    def _restart_silence(self, since: datetime) -> None:
        """The candidate was there: a new silence begins."""
        state = self._state
        state.silence_since, state.nudges, state.pushed_on = since, 0, False

    def _run_is_long(self) -> bool:
        limit = self._limits.continue_as_new_turns
        if limit and self._turns_this_run >= limit:
            return True
        return workflow.info().is_continue_as_new_suggested()

    def _show_phase(self) -> None:
        show_in_search(PHASE.value_set(self._state.position.phase.value))

    def _show(self) -> None:
        workflow.set_current_details(current_details(self._plan, self._state))
