"""What clients may ask of an interview. Handlers only validate and record; the loop acts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.coding import RunCodeInput
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
    from interview.contracts.records import Outcome
    from interview.domain.phases import Phase
    from interview.domain.progress import current_question, first_position

from workflows.coding import run_code
from workflows.options import MAX_RESCHEDULES
from workflows.turn import RunningTurn

__all__ = ["InterviewHandlers"]

_SETTLE = timedelta(milliseconds=1)


class InterviewHandlers:
    """State, wishes, updates and the query of `InterviewWorkflow`, which owns the loop."""

    def __init__(self, request: InterviewInput) -> None:
        self._interview_id = request.interview_id
        self._plan = request.plan
        self._limits = request.limits
        self._state = request.state or InterviewState(
            position=first_position(request.plan), extra_time_factor=request.extra_time_factor
        )
        # What the updates want; the loop takes it up.
        self._waiting: BeginTurnInput | AnswerTextInput | None = None
        self._pause_wanted = False
        self._resume_wanted = False
        self._repeat_wanted = False
        self._end_wanted: Outcome | None = None
        self._running: RunningTurn | None = None
        self._code: tuple[str, asyncio.Task[None]] | None = None
        """The run of a pad that was asked for last, by its id."""

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
        """Takes effect once a running turn is over; a paused interview stays paused."""
        self._resume_wanted = False
        self._pause_wanted = self._state.status != "paused"

    @workflow.update
    async def resume(self, request: Request) -> None:
        self._pause_wanted = False
        self._resume_wanted = self._state.status == "paused"

    @workflow.update
    async def repeat_question(self, request: Request) -> None:
        """Says the current question again."""
        self._repeat_wanted = True

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
    async def run_code(self, request: RunCodeInput) -> None:
        """Runs what is on the pad, beside the conversation. Idempotent by run id while it runs."""
        if not self._code_is_running(request.run_id):
            task = asyncio.create_task(run_code(self._interview_id, request))
            self._code = request.run_id, task

    @run_code.validator
    def _validate_run_code(self, request: RunCodeInput) -> None:
        if self._code_is_running(request.run_id):
            return  # it was taken already, and goes on
        self._validate_open()
        asked = {
            question.question_id: question.coding is not None for question in self._plan.questions
        }
        if request.question_id not in self._asked_now() or not asked.get(request.question_id):
            raise ApplicationError(
                "this question is not being asked", type="code.not_asked", non_retryable=True
            )
        if self._code_is_running():
            raise ApplicationError("another run is under way", type="code.busy", non_retryable=True)

    @workflow.update
    async def recover_turn(self, request: RecoverTurnInput) -> bool:
        """Runs the turn's unfinished stages again; false when it is not running, or has been
        run again too often."""
        # An update is handled ahead of the stages' results that came with it, or after them,
        # depending on whether this worker reads the history anew. Whatever is unfinished once a
        # timer has fired is so for every worker.
        await workflow.sleep(_SETTLE)
        running = self._running
        if running is None or request.turn_id not in ("", running.ref.turn_id):
            return False
        if running.reschedule >= MAX_RESCHEDULES:
            return False
        told = {"reason": request.reason, "turn_id": request.turn_id}
        workflow.logger.warning("turn.recovering", extra=told)
        running.reschedule += 1
        return True

    @repeat_question.validator
    def _validate_repeat(self, request: Request) -> None:
        """Refused while somebody speaks, by our estimate of the playout."""
        self._validate_open()
        state = self._state
        speaking = state.silence_since is None or workflow.now() < state.silence_since
        if speaking or self._running or self._waiting or state.status != "active":
            raise ApplicationError(
                "a question is repeated when nobody speaks",
                type="turn.out_of_order",
                non_retryable=True,
            )

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

    def _asked_now(self) -> set[str | None]:
        """The question, and the one that is being read out: its pad is on the screen already."""
        question = current_question(self._plan, self._state.position)
        ids = {question.question_id if question else None}
        if self._running is not None and self._running.brief is not None:
            ids.add(self._running.brief.onward.standing.question_id)
        return ids - {None}

    def _code_is_running(self, run_id: str | None = None) -> bool:
        """Any run, or this one."""
        if self._code is None or self._code[1].done():
            return False
        return run_id is None or self._code[0] == run_id

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

    def _is_over(self) -> bool:
        """An answer that was accepted before the end is taken first, if consent still stands."""
        if self._state.position.phase is Phase.COMPLETED or self._end_wanted == "withdrawn":
            return True
        return self._end_wanted is not None and self._waiting is None

    def _is_wanted(self) -> bool:
        return (
            self._waiting is not None
            or self._pause_wanted
            or self._resume_wanted
            or self._repeat_wanted
            or self._end_wanted is not None
        )

    def _known_outcome(self, turn_id: str) -> TurnOutcome | None:
        """None for a turn that may begin: a new one, or one that stalled."""
        if self._waiting is not None and self._waiting.turn_id == turn_id:
            return "running"
        running = self._running
        if running is not None and running.ref.turn_id == turn_id and running.stalled:
            return None  # its stages are only ending
        outcome = self._state.turns.get(turn_id)
        return None if outcome == "stalled" else outcome

    def _accept(self, request: BeginTurnInput | AnswerTextInput) -> TurnAck:
        outcome = self._known_outcome(request.turn_id)
        if outcome is None:
            self._waiting = request
            outcome = "running"
        waits = self._waiting is not None and self._waiting.turn_id == request.turn_id
        behind = self._listening_to() if waits else None
        return TurnAck(turn_id=request.turn_id, outcome=outcome, behind=behind)

    def _listening_to(self) -> str | None:
        running = self._running
        if running is None or running.brief is None or running.typed_text is not None:
            return None
        return running.ref.turn_id if running.answer is None else None
