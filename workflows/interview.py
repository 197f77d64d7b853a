"""The interview as a durable state machine.

One loop owns the state. Update handlers only validate, record what is wanted and return; the
loop takes it up in the same workflow task. So there is nothing to lock: between two awaits of
the loop, nobody else changes position, clock or status.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.ids import SPEAK_QUEUE
    from interview.contracts.interview import (
        Accommodation,
        AnswerTextInput,
        BeginTurnInput,
        EndInput,
        InterviewInput,
        InterviewSnapshot,
        InterviewState,
        RecoverTurnInput,
        Request,
        TurnAck,
        TurnOutcome,
    )
    from interview.contracts.records import (
        CloseInput,
        CloseResult,
        Outcome,
        RecordActivities,
    )
    from interview.contracts.turns import (
        ConverseResult,
        PrepareSpeechInput,
        SpeakResult,
        TranscribeResult,
        TurnActivities,
        TurnRef,
    )
    from interview.domain import scripts
    from interview.domain.directives import Brief, Directive, Standing
    from interview.domain.phases import Phase
    from interview.domain.progress import (
        Position,
        apply_directive,
        brief,
        current_question,
        first_position,
        greeting_lines,
        standing,
    )
    from interview.protocol.client import Interruption
    from interview.protocol.server import Paused, Resumed

from workflows.audit import current_details
from workflows.options import record_options, stage_options
from workflows.room import announce, announce_failure
from workflows.search_attributes import OUTCOME, PHASE, ROLE, show_in_search
from workflows.silence import Due, next_due
from workflows.turn import RunningTurn, TurnAbandoned

__all__ = ["InterviewWorkflow"]

KEPT_TURNS = 500
"""Turn ids remembered for idempotency, across runs."""


@workflow.defn(name="Interview")
class InterviewWorkflow:
    """Id `interview-{interview_id}`; returns the transcript by reference."""

    @workflow.init
    def __init__(self, request: InterviewInput) -> None:
        self._interview_id = request.interview_id
        self._plan = request.plan
        self._name = request.candidate_name
        self._limits = request.limits
        self._state = request.state or InterviewState(position=first_position(request.plan))
        self._request = request
        self._turns_this_run = 0
        # What the updates want; the loop takes it up.
        self._waiting: BeginTurnInput | AnswerTextInput | None = None
        self._pause_wanted = False
        self._resume_wanted = False
        self._end_wanted: Outcome | None = None
        self._running: RunningTurn | None = None

    @workflow.run
    async def run(self, request: InterviewInput) -> CloseResult:
        state = self._state
        if not state.greeted:
            await self._greet()
        while self._end_wanted is None and state.position.phase is not Phase.COMPLETED:
            if state.status == "paused":
                await self._stay_paused()
            elif self._waiting is not None:
                await self._take_turn()
            elif self._pause_wanted:
                await self._pause("candidate")
            else:
                await self._wait()
            if self._run_is_long():
                await workflow.wait_condition(workflow.all_handlers_finished)
                # No await from here on: a turn accepted now is still in `_waiting`.
                if self._waiting is None and self._end_wanted is None:
                    workflow.continue_as_new(
                        self._request.model_copy(update={"state": self._state})
                    )
        return await self._close(self._end_wanted or "completed")

    # Updates and queries

    @workflow.update
    async def begin_turn(self, request: BeginTurnInput) -> TurnAck:
        """An answer begins on the audio stream. Its stages start now; idempotent by turn id."""
        return self._accept(request)

    @begin_turn.validator
    def _validate_begin_turn(self, request: BeginTurnInput) -> None:
        self._validate_turn(request.turn_id)

    @workflow.update
    async def answer_text(self, request: AnswerTextInput) -> TurnAck:
        """A typed answer. Idempotent by turn id."""
        return self._accept(request)

    @answer_text.validator
    def _validate_answer_text(self, request: AnswerTextInput) -> None:
        self._validate_turn(request.turn_id)

    @workflow.update
    async def pause(self, request: Request) -> None:
        """Takes effect once a running turn is over."""
        self._pause_wanted = True

    @workflow.update
    async def resume(self, request: Request) -> None:
        self._pause_wanted = False
        self._resume_wanted = self._state.status == "paused"

    @workflow.update
    async def end_interview(self, request: EndInput) -> None:
        """An answer in progress is committed first, if its end arrives in time."""
        self._end_wanted = self._end_wanted or request.outcome

    @workflow.update
    async def withdraw_consent(self, request: Request) -> None:
        """Stops at once; recordings are erased when the interview closes."""
        self._end_wanted = "withdrawn"

    @workflow.update
    async def grant_accommodation(self, request: Accommodation) -> None:
        """From the next timer and turn on."""
        self._state.extra_time_factor = request.extra_time_factor

    @workflow.update
    async def recover_turn(self, request: RecoverTurnInput) -> bool:
        """Runs the turn's unfinished stages again; false when it is not running."""
        if self._running is None or self._running.ref.turn_id != request.turn_id:
            return False
        workflow.logger.warning("turn.recovering", extra={"reason": request.reason})
        self._running.reschedule += 1
        return True

    @pause.validator
    def _validate_pause(self, request: Request) -> None:
        self._validate_open()

    @resume.validator
    def _validate_resume(self, request: Request) -> None:
        self._validate_open()

    @grant_accommodation.validator
    def _validate_accommodation(self, request: Accommodation) -> None:
        self._validate_open()

    @workflow.query
    def snapshot(self) -> InterviewSnapshot:
        question = current_question(self._plan, self._state.position)
        return InterviewSnapshot(
            interview_id=self._interview_id,
            state=self._state,
            question_id=question.question_id if question else None,
            question_text=question.text if question else "",
            running_turn_id=self._running.ref.turn_id if self._running else None,
        )

    def _validate_open(self) -> None:
        if self._end_wanted is not None or self._state.position.phase is Phase.COMPLETED:
            raise ApplicationError(
                "the interview is over", type="interview.ended", non_retryable=True
            )

    def _validate_turn(self, turn_id: str) -> None:
        if self._known_outcome(turn_id) is not None:
            return
        self._validate_open()
        if self._waiting is not None:
            raise ApplicationError(
                "another answer is waiting", type="turn.out_of_order", non_retryable=True
            )

    def _known_outcome(self, turn_id: str) -> TurnOutcome | None:
        """None for a turn that may begin: a new one, or one that stalled."""
        if self._waiting is not None and self._waiting.turn_id == turn_id:
            return "running"
        outcome = self._state.turns.get(turn_id)
        return None if outcome == "stalled" else outcome

    def _accept(self, request: BeginTurnInput | AnswerTextInput) -> TurnAck:
        outcome = self._known_outcome(request.turn_id)
        if outcome is None:
            self._waiting = request
            outcome = "running"
        return TurnAck(turn_id=request.turn_id, outcome=outcome)

    # The loop's steps

    async def _greet(self) -> None:
        show_in_search(ROLE.value_set(self._plan.role))
        self._show_phase()
        self._state.greeted = True
        here = standing(self._plan, self._state.position, 0.0)
        prepare = workflow.start_activity_method(
            TurnActivities.prepare_speech,
            PrepareSpeechInput(
                language=self._plan.language, lines=scripts.fixed_lines(self._plan, self._name)
            ),
            task_queue=SPEAK_QUEUE,
            summary="synthesize the plan's fixed lines",
            **stage_options(self._limits, 1.0),
        )
        await self._say(greeting_lines(self._plan, self._name), here)
        try:
            await prepare
        except ActivityError:
            workflow.logger.warning("speech.prepare_failed")

    async def _wait(self) -> None:
        """Until something is wanted, or silence or the phase budget is due."""
        state = self._state
        due = next_due(state, self._limits, self._brief(), workflow.now())
        started = workflow.now()
        try:
            await workflow.wait_condition(
                lambda: (
                    self._waiting is not None or self._pause_wanted or self._end_wanted is not None
                ),
                timeout=max(due.at - started, timedelta(0)),
                timeout_summary=due.kind,
            )
        except TimeoutError:
            await self._on_due(due)
        else:
            self._charge_silence(workflow.now())

    async def _on_due(self, due: Due) -> None:
        state = self._state
        here = standing(self._plan, state.position, state.phase_time_used_s)
        match due.kind:
            case "nudge":
                lines = scripts.NUDGES[min(state.nudges, len(scripts.NUDGES) - 1)]
                state.nudges += 1
                since = state.silence_since
                await self._say((lines,), here)
                state.silence_since = since
            case "pause":
                await self._pause("silence")
            case "budget":
                self._charge_silence(workflow.now())
                onward = self._brief().onward
                await self._say(
                    (scripts.TIME_TO_MOVE_ON, *onward.lines), onward.standing, onward.directive
                )
                self._move(onward.directive)

    async def _pause(self, reason: str) -> None:
        state = self._state
        self._pause_wanted = self._resume_wanted = False
        state.status, state.paused_at = "paused", workflow.now()
        self._show()
        message = Paused(reason="silence" if reason == "silence" else "candidate")
        await announce(self._interview_id, message, status="paused")

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
            self._end_wanted = self._end_wanted or "expired"
        if self._end_wanted is not None:
            return
        away = workflow.now() - paused_at
        self._resume_wanted = False
        state.status, state.paused_at = "active", None
        state.silence_since, state.nudges = workflow.now(), 0
        self._show()
        await announce(self._interview_id, Resumed(), status="active")
        question = current_question(self._plan, state.position)
        if self._waiting is None and question is not None:
            here = standing(self._plan, state.position, state.phase_time_used_s)
            long = away.total_seconds() >= self._limits.recap_after_s
            await self._say(scripts.welcome_back(question, long=long), here)

    async def _take_turn(self) -> None:
        """One answer and its reply."""
        request, self._waiting = self._waiting, None
        assert request is not None, "the loop saw it"
        state = self._state
        take = 1 + state.turn_number if state.turns.pop(request.turn_id, None) else 0
        typed = request.text if isinstance(request, AnswerTextInput) else None
        turn = self._new_turn(
            request.turn_id,
            take=take,
            typed_text=typed,
            interruption=request.interruption,
            brief=self._brief(),
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
        # Our own delays are not charged: only the answer, and what was said in return.
        spoken = timedelta(milliseconds=speech.duration_ms)
        state.phase_time_used_s += (answer.duration_ms + speech.duration_ms) / 1000
        state.silence_since, state.nudges = workflow.now() + spoken, 0
        directive = reply.directive
        if reply.outcome == "replied" and directive is not None:
            assert turn.brief is not None
            if directive in turn.brief.allowed:
                self._move(directive)
            else:
                workflow.logger.error("directive.not_allowed", extra={"directive": directive})

    async def _say(
        self, lines: tuple[str, ...], there: Standing, directive: Directive | None = None
    ) -> None:
        """The interviewer speaks by itself."""
        state = self._state
        turn = self._new_turn(f"say-{state.turn_number + 1}", standing=there)
        self._running = turn
        try:
            speech = await turn.speak(lines, directive)
        except ActivityError as error:
            await announce_failure(turn.ref, error)
        else:
            spoken = timedelta(milliseconds=speech.duration_ms)
            state.phase_time_used_s += speech.duration_ms / 1000
            state.silence_since = workflow.now() + spoken
        self._running = None
        self._turns_this_run += 1
        self._show()

    async def _close(self, outcome: Outcome) -> CloseResult:
        self._end_wanted = self._state.outcome = outcome
        self._state.status = "ended"
        show_in_search(OUTCOME.value_set(outcome))
        result = await workflow.execute_activity_method(
            RecordActivities.close,
            CloseInput(interview_id=self._interview_id, outcome=outcome),
            summary=f"close · {outcome}",
            **record_options(),
        )
        self._show()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return result

    # Helpers

    def _new_turn(
        self,
        turn_id: str,
        *,
        take: int = 0,
        standing: Standing | None = None,
        typed_text: str | None = None,
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
            interruption=interruption,
        )

    def _brief(self) -> Brief:
        state = self._state
        used = state.phase_time_used_s / state.extra_time_factor
        return brief(self._plan, state.position, used, self._name)

    def _move(self, directive: Directive) -> None:
        state = self._state
        before: Position = state.position
        state.position = apply_directive(self._plan, before, directive)
        if state.position.phase is not before.phase:
            state.phase_time_used_s = 0.0
            self._show_phase()

    def _charge_silence(self, until: datetime) -> None:
        """Waiting for an answer is active time, up to the moment the interview would pause."""
        state = self._state
        if state.silence_since is not None and until > state.silence_since:
            waited = (until - state.silence_since).total_seconds()
            state.phase_time_used_s += min(waited, self._limits.pause_after_s)

    def _run_is_long(self) -> bool:
        limit = self._limits.continue_as_new_turns
        if limit and self._turns_this_run >= limit:
            return True
        return workflow.info().is_continue_as_new_suggested()

    def _show_phase(self) -> None:
        show_in_search(PHASE.value_set(self._state.position.phase.value))

    def _show(self) -> None:
        workflow.set_current_details(current_details(self._plan, self._state))
