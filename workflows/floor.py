"""Whose turn it is: the one that runs, the one that waits, and what became of those before."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from interview.contracts.interview import (
        AnswerTextInput,
        BeginTurnInput,
        TurnAck,
        TurnOutcome,
    )
    from interview.contracts.turns import TurnRef
    from interview.domain.directives import Brief, Standing
    from interview.protocol.client import Interruption, TurnMode

from workflows.course import Course
from workflows.turn import RunningTurn
from workflows.wishes import Wishes

__all__ = ["KEPT_TURNS", "Floor"]

KEPT_TURNS = 500
"""Turn ids remembered for idempotency, across runs."""


class Floor:
    """`turns_this_run` are those that are over, of this run of the workflow."""

    def __init__(self, interview_id: str, course: Course, wishes: Wishes) -> None:
        self.running: RunningTurn | None = None
        self.turns_this_run = 0
        self._interview_id = interview_id
        self._course = course
        self._wishes = wishes

    def accept(self, request: BeginTurnInput | AnswerTextInput) -> TurnAck:
        """Idempotent by turn id."""
        outcome = self.outcome_of(request.turn_id)
        if outcome is None:
            self._wishes.turn = request
            outcome = "running"
        waiting = self._wishes.turn
        waits = waiting is not None and waiting.turn_id == request.turn_id
        behind = self._listening_to() if waits else None
        return TurnAck(turn_id=request.turn_id, outcome=outcome, behind=behind)

    def outcome_of(self, turn_id: str) -> TurnOutcome | None:
        """None for a turn that may begin: a new one, or one that stalled."""
        waiting = self._wishes.turn
        if waiting is not None and waiting.turn_id == turn_id:
            return "running"
        running = self.running
        if running is not None and running.ref.turn_id == turn_id and running.stalled:
            return None  # its stages are only ending
        outcome = self._course.state.turns.get(turn_id)
        return None if outcome == "stalled" else outcome

    def take(self, request: BeginTurnInput | AnswerTextInput, brief: Brief) -> RunningTurn:
        """The answer's turn begins."""
        state = self._course.state
        take = 1 + state.turn_number if state.turns.pop(request.turn_id, None) else 0
        is_typed = isinstance(request, AnswerTextInput)
        turn = self._begin(
            request.turn_id,
            take=take,
            typed_text=request.text if is_typed else None,
            mode="hold" if is_typed else request.mode,
            interruption=request.interruption,
            brief=brief,
        )
        state.turns[request.turn_id] = "running"
        while len(state.turns) > KEPT_TURNS:
            del state.turns[next(iter(state.turns))]
        return turn

    def take_unasked(self, there: Standing) -> RunningTurn:
        """The interviewer's own turn begins."""
        return self._begin(f"say-{self._course.state.turn_number + 1}", standing=there)

    def leave(self) -> None:
        """The turn is over."""
        self.running = None
        self.turns_this_run += 1
        self._course.show()

    def _begin(
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
        course, state = self._course, self._course.state
        state.turn_number += 1
        answered = brief is not None
        sequence = state.next_sequence
        state.next_sequence += 2 if answered else 1
        question = course.question
        here = standing or (brief.standing if brief else Standing(phase=state.position.phase))
        self.running = RunningTurn(
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
            language=course.plan.language,
            limits=course.limits,
            extra_time_factor=state.extra_time_factor,
            typed_text=typed_text,
            mode=mode,
            interruption=interruption,
        )
        return self.running

    def _listening_to(self) -> str | None:
        running = self.running
        if running is None or running.brief is None or running.typed_text is not None:
            return None
        return running.ref.turn_id if running.answer is None else None
