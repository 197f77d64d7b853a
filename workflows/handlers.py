"""What clients may ask of an interview. Handlers only validate and record; the loop acts."""

from __future__ import annotations

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
        RecoverTurnInput,
        Request,
        TurnAck,
    )

from workflows.coding import PadRuns
from workflows.course import Course
from workflows.floor import Floor
from workflows.options import MAX_RESCHEDULES
from workflows.wishes import Wishes

__all__ = ["InterviewHandlers"]

_SETTLE = timedelta(milliseconds=1)


class InterviewHandlers:
    """Updates and the query of `InterviewWorkflow`, which owns the loop."""

    def __init__(self, request: InterviewInput) -> None:
        self._interview_id = request.interview_id
        self._course = Course(request)
        self._wishes = Wishes()
        self._floor = Floor(request.interview_id, self._course, self._wishes)
        self._pads = PadRuns(request.interview_id)

    @workflow.update
    async def begin_turn(self, request: BeginTurnInput) -> TurnAck:
        """An answer begins on the audio stream. Its stages start now; idempotent by turn id."""
        return self._floor.accept(request)

    @begin_turn.validator
    def _validate_begin_turn(self, request: BeginTurnInput) -> None:
        self._validate_turn(request.turn_id)

    @workflow.update
    async def answer_text(self, request: AnswerTextInput) -> TurnAck:
        """A typed answer. Idempotent by turn id."""
        return self._floor.accept(request)

    @answer_text.validator
    def _validate_answer_text(self, request: AnswerTextInput) -> None:
        self._validate_turn(request.turn_id)

    @workflow.update
    async def pause(self, request: Request) -> None:
        """Takes effect once a running turn is over; a paused interview stays paused."""
        self._wishes.resume = False
        self._wishes.pause = self._course.state.status != "paused"

    @workflow.update
    async def resume(self, request: Request) -> None:
        self._wishes.pause = False
        self._wishes.resume = self._course.state.status == "paused"

    @workflow.update
    async def repeat_question(self, request: Request) -> None:
        """Says the current question again."""
        self._wishes.repeat = True

    @workflow.update
    async def end_interview(self, request: EndInput) -> None:
        """An answer in progress is committed first, if its end arrives in time."""
        self._wishes.end = self._wishes.end or request.outcome

    @workflow.update
    async def withdraw_consent(self, request: Request) -> None:
        """Stops at once; recordings are erased when the interview closes."""
        self._wishes.end = "withdrawn"

    @workflow.update
    async def grant_accommodation(self, request: Accommodation) -> None:
        """From the next timer and turn on."""
        self._course.state.extra_time_factor = request.extra_time_factor

    @workflow.update
    async def run_code(self, request: RunCodeInput) -> None:
        """Runs what is on the pad, beside the conversation. Idempotent by run id while it runs."""
        self._pads.begin(request)

    @run_code.validator
    def _validate_run_code(self, request: RunCodeInput) -> None:
        if self._pads.is_running(request.run_id):
            return  # it was taken already, and goes on
        self._validate_open()
        questions = self._course.plan.questions
        asked = {question.question_id: question.coding is not None for question in questions}
        if request.question_id not in self._asked_now() or not asked.get(request.question_id):
            raise ApplicationError(
                "this question is not being asked", type="code.not_asked", non_retryable=True
            )
        if self._pads.is_running():
            raise ApplicationError("another run is under way", type="code.busy", non_retryable=True)

    @workflow.update
    async def recover_turn(self, request: RecoverTurnInput) -> bool:
        """Runs the turn's unfinished stages again; false when it is not running, or has been
        run again too often."""
        # An update is handled ahead of the stages' results that came with it, or after them,
        # depending on whether this worker reads the history anew. Whatever is unfinished once a
        # timer has fired is so for every worker.
        await workflow.sleep(_SETTLE)
        running = self._floor.running
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
        state = self._course.state
        speaking = state.silence_since is None or workflow.now() < state.silence_since
        busy = speaking or self._floor.running or self._wishes.turn
        if busy or state.status != "active":
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
        question, running = self._course.question, self._floor.running
        return InterviewSnapshot(
            interview_id=self._interview_id,
            state=self._course.state,
            question_id=question.question_id if question else None,
            question_text=question.text if question else "",
            running_turn_id=running.ref.turn_id if running else None,
        )

    def _asked_now(self) -> set[str | None]:
        """The question, and the one that is being read out: its pad is on the screen already."""
        question, running = self._course.question, self._floor.running
        ids = {question.question_id if question else None}
        if running is not None and running.brief is not None:
            ids.add(running.brief.onward.standing.question_id)
        return ids - {None}

    def _validate_open(self) -> None:
        if self._wishes.end is not None or self._course.is_completed:
            raise ApplicationError(
                "the interview is over", type="interview.ended", non_retryable=True
            )

    def _validate_turn(self, turn_id: str) -> None:
        if self._floor.outcome_of(turn_id) is not None:
            return
        self._validate_open()
        if self._wishes.turn is not None:
            raise ApplicationError(
                "another answer is waiting", type="turn.out_of_order", non_retryable=True
            )
