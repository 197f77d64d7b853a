"""Where an interview stands in its plan, and what it has used of its time."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from interview.contracts.interview import InterviewInput, InterviewState
    from interview.domain.directives import STAYING, Brief, Directive, Standing
    from interview.domain.phases import Phase
    from interview.domain.plan import Question
    from interview.domain.progress import (
        apply_directive,
        brief,
        current_question,
        first_position,
        probe_asked,
        standing,
    )

from workflows.audit import current_details
from workflows.search_attributes import PHASE, show_in_search
from workflows.silence import waited_s

__all__ = ["Course"]


class Course:
    """`state` is all that a further run takes over. Changed by the loop alone."""

    def __init__(self, request: InterviewInput) -> None:
        self.plan = request.plan
        self.limits = request.limits
        self.name = request.candidate_name
        self.state = request.state or InterviewState(
            position=first_position(request.plan), extra_time_factor=request.extra_time_factor
        )

    @property
    def question(self) -> Question | None:
        return current_question(self.plan, self.state.position)

    @property
    def is_completed(self) -> bool:
        return self.state.position.phase is Phase.COMPLETED

    def standing(self, used_s: float | None = None) -> Standing:
        """`used_s` of the phase's time: as much as has been charged, if it is left out."""
        state = self.state
        return standing(
            self.plan, state.position, state.phase_time_used_s if used_s is None else used_s
        )

    def brief(self, waited_s: float = 0.0) -> Brief:
        """`waited_s` is silence that has not been charged yet."""
        state = self.state
        phase_s = state.phase_time_used_s + waited_s
        question_s = phase_s - state.question_began_s
        factor = state.extra_time_factor
        made = brief(self.plan, state.position, phase_s / factor, self.name, question_s / factor)
        if state.turn_number >= self.limits.max_turns:
            # However the answers are, the interview comes to its end.
            return made.model_copy(
                update={"allowed": (made.onward.directive,), "follow_ups_left": 0}
            )
        return made

    def move(self, made: Brief, directive: Directive, said: tuple[str, ...] = ()) -> None:
        """`made` allowed it."""
        state = self.state
        if directive not in STAYING or directive is Directive.FOLLOW_UP:
            state.asked = probe_asked(directive, said)
        before = state.position
        state.position = apply_directive(self.plan, before, directive, made.standing.budget_left_s)
        if state.position.phase is not before.phase:
            state.phase_time_used_s = 0.0
            self.show_phase()
        if directive not in STAYING:
            state.question_began_s = state.phase_time_used_s

    def waited_s(self, until: datetime) -> float:
        question = self.question
        is_coding = question is not None and question.coding is not None
        return waited_s(self.state, self.limits, until, is_coding=is_coding)

    def restart_silence(self, since: datetime) -> None:
        """The candidate was there: a new silence begins."""
        state = self.state
        state.silence_since, state.nudges, state.pushed_on = since, 0, False

    def show_phase(self) -> None:
        show_in_search(PHASE.value_set(self.state.position.phase.value))

    def show(self) -> None:
        workflow.set_current_details(current_details(self.plan, self.state))
