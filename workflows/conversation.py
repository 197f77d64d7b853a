"""Turns from their beginning to what comes of them: answers with their replies, and what the
interviewer says by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.turns import ConverseResult, SpeakResult, TranscribeResult
    from interview.domain import scripts
    from interview.domain.directives import Directive, Standing
    from interview.domain.phrases import phrases

from workflows.course import Course
from workflows.floor import Floor
from workflows.room import announce, announce_failure
from workflows.turn import RunningTurn, TurnAbandoned
from workflows.wishes import Wishes

__all__ = ["Conversation"]


class Conversation:
    """Awaited by the loop, one turn at a time."""

    def __init__(self, interview_id: str, course: Course, wishes: Wishes, floor: Floor) -> None:
        self.phrases = phrases(course.plan.language)
        self._interview_id = interview_id
        self._course = course
        self._wishes = wishes
        self._floor = floor

    async def take_turn(self) -> None:
        """One answer and its reply."""
        course, wishes, state = self._course, self._wishes, self._course.state
        request, wishes.turn = wishes.turn, None
        wishes.repeat = False  # the answer came first
        assert request is not None, "the loop saw it"
        brief = course.brief(course.waited_s(workflow.now()))
        turn = self._floor.take(request, brief)
        began = workflow.now()
        try:
            answer, reply, speech = await turn.run(ending=lambda: wishes.end)
        except TurnAbandoned:
            state.turns[request.turn_id] = turn.answer.outcome if turn.answer else "cancelled"
        except ActivityError as error:
            # Only what no retry can mend comes here; the interview goes on without this turn.
            state.turns[request.turn_id] = turn.answer.outcome if turn.answer else "failed"
            course.restart_silence(workflow.now())
            if turn.answer is not None and turn.answer.outcome == "committed":
                await self._go_on_without_reply(turn)
            else:
                await announce_failure(turn.ref, error)
        else:
            state.turns[request.turn_id] = answer.outcome
            await self._settle(turn, answer, reply, speech, began)
        if turn.answer is not None and turn.answer.outcome == "committed":
            state.answers_committed += 1
        self._floor.leave()

    async def say(
        self, lines: tuple[str, ...], there: Standing, directive: Directive | None = None
    ) -> None:
        """The interviewer speaks by itself."""
        state = self._course.state
        turn = self._floor.take_unasked(there)
        try:
            speech = await turn.say(lines, directive, ending=lambda: self._wishes.end)
        except TurnAbandoned:
            pass
        except ActivityError as error:
            state.silence_since = workflow.now()
            await announce_failure(turn.ref, error)
        else:
            spoken = timedelta(milliseconds=speech.duration_ms)
            state.phase_time_used_s += spoken.total_seconds()
            state.silence_since = workflow.now() + spoken
        self._floor.leave()

    async def ask_again(self, *before: str) -> None:
        """What was asked last, after `before`. Nobody is charged for it."""
        course, state = self._course, self._course.state
        question = course.question
        used_s = state.phase_time_used_s + course.waited_s(workflow.now())
        here = course.standing(used_s)
        if question is not None:
            await self.say((*before, state.asked or question.text), here)
        state.phase_time_used_s = used_s
        course.restart_silence(state.silence_since or workflow.now())

    async def _settle(
        self,
        turn: RunningTurn,
        answer: TranscribeResult,
        reply: ConverseResult,
        speech: SpeakResult,
        began: datetime,
    ) -> None:
        course, state = self._course, self._course.state
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
            state.phase_time_used_s += course.waited_s(began) + answer.duration_ms / 1000
            state.phase_time_used_s += spoken.total_seconds()
        course.restart_silence(workflow.now() + spoken)
        directive = reply.directive
        if reply.outcome == "replied" and directive is not None:
            assert turn.brief is not None
            if directive in turn.brief.allowed:
                course.move(turn.brief, directive, reply.sentences)
            else:
                workflow.logger.error("directive.not_allowed", extra={"directive": directive})

    async def _go_on_without_reply(self, turn: RunningTurn) -> None:
        """The answer is safe, but its reply is not to be had: the plan goes on."""
        workflow.logger.error("reply.failed")
        assert turn.brief is not None, "it was an answer"
        onward = turn.brief.onward
        if Directive.CONTINUE in turn.brief.allowed:
            await self.say((self.phrases.code_on,), turn.brief.standing)
            self._course.move(turn.brief, Directive.CONTINUE)
            return
        lines = (self.phrases.reply_lost, *onward.lines)
        await self.say(lines, onward.standing, onward.directive)
        self._course.move(turn.brief, onward.directive)
