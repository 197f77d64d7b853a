"""One running turn: three stages scheduled together, rerun when their streams are lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.ids import CONVERSE_QUEUE, SPEAK_QUEUE, TRANSCRIBE_QUEUE
    from interview.contracts.interview import Limits
    from interview.contracts.records import Outcome
    from interview.contracts.turns import (
        ConverseInput,
        ConverseResult,
        SpeakInput,
        SpeakResult,
        TranscribeInput,
        TranscribeResult,
        TurnActivities,
        TurnRef,
    )
    from interview.domain.directives import Brief, Directive, Standing
    from interview.domain.progress import Position
    from interview.protocol.client import Interruption, TurnMode

from workflows.audit import turn_summary
from workflows.options import MAX_RESCHEDULES, stage_options

__all__ = ["RunningTurn", "TurnAbandoned"]

T = TypeVar("T")


class TurnAbandoned(Exception):
    """The interview ended while the turn was under way."""


@dataclass
class RunningTurn:
    """Starts and attends the stages of one turn. Owned by the workflow's main loop.

    `abandoned` and `reschedule` are changed by update handlers and seen by every stage.
    """

    ref: TurnRef
    position: Position
    brief: Brief | None
    """None when proactive."""
    standing: Standing
    language: str
    limits: Limits
    extra_time_factor: float = 1.0
    typed_text: str | None = None
    mode: TurnMode = "hold"
    interruption: Interruption | None = None
    answer: TranscribeResult | None = None
    reply: ConverseResult | None = None
    reschedule: int = 0
    abandoned: bool = False

    @property
    def stalled(self) -> bool:
        return self.answer is not None and self.answer.outcome == "stalled"

    async def run(
        self, ending: Callable[[], Outcome | None]
    ) -> tuple[TranscribeResult, ConverseResult, SpeakResult]:
        """All three stages, scheduled in this order in one workflow task; the streams join them.

        Once `ending` gives an outcome, an answer in progress has `limits.end_grace_s` to be
        committed, or none when consent was withdrawn. Raises `TurnAbandoned`, or the first
        stage's `ActivityError`.
        """
        transcribe = asyncio.create_task(self.transcribe())
        converse = asyncio.create_task(self.converse())
        speak = asyncio.create_task(self.speak())
        tasks = (transcribe, converse, speak)
        await workflow.wait_condition(
            lambda: (
                all(t.done() for t in tasks)
                # The answer is committed whatever becomes of the reply.
                or (transcribe.done() and any(t.done() and t.exception() for t in tasks))
                or ending() is not None
            )
        )
        if not transcribe.done():
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: transcribe.done() or ending() == "withdrawn",
                    timeout=timedelta(seconds=self.limits.end_grace_s),
                    timeout_summary="grace for the answer in progress",
                )
        self.abandoned = not all(t.done() for t in tasks)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for kind in (ActivityError, BaseException):
            for result in results:
                if isinstance(result, kind):
                    raise result
        return transcribe.result(), converse.result(), speak.result()

    async def say(
        self,
        lines: tuple[str, ...],
        directive: Directive | None,
        ending: Callable[[], Outcome | None],
    ) -> SpeakResult:
        """Speech of the interviewer's own. Raises `TurnAbandoned` once `ending` gives an
        outcome, or the stage's `ActivityError`."""
        speak = asyncio.create_task(self.speak(lines, directive))
        await workflow.wait_condition(lambda: speak.done() or ending() is not None)
        self.abandoned = not speak.done()
        return await speak

    async def transcribe(self) -> TranscribeResult:
        self.answer = await self._attend(
            "transcribe",
            lambda ref, summary: workflow.start_activity_method(
                TurnActivities.transcribe,
                TranscribeInput(
                    turn=ref,
                    language=self.language,
                    max_answer_s=self.limits.max_answer_s * self.extra_time_factor,
                    stall_after_s=self.limits.stall_after_s,
                    provider_attempts=self.limits.provider_attempts,
                    typed_text=self.typed_text,
                    mode=self.mode,
                    interruption=self.interruption,
                    endpointing=self.limits.endpointing.stretched(self.extra_time_factor),
                ),
                task_queue=TRANSCRIBE_QUEUE,
                summary=summary,
                **stage_options(self.limits, self.extra_time_factor),
            ),
        )
        return self.answer

    async def converse(self) -> ConverseResult:
        brief = self.brief
        assert brief is not None, "only an answer is replied to"
        self.reply = await self._attend(
            "converse",
            lambda ref, summary: workflow.start_activity_method(
                TurnActivities.converse,
                ConverseInput(
                    turn=ref,
                    brief=brief,
                    provider_attempts=self.limits.provider_attempts,
                    answer=self.answer,
                    interruption=self.interruption,
                ),
                task_queue=CONVERSE_QUEUE,
                summary=summary,
                **stage_options(self.limits, self.extra_time_factor),
            ),
        )
        return self.reply

    async def speak(
        self, lines: tuple[str, ...] | None = None, directive: Directive | None = None
    ) -> SpeakResult:
        """`lines` are given for proactive speech only."""
        return await self._attend(
            "speak",
            lambda ref, summary: workflow.start_activity_method(
                TurnActivities.speak,
                self._speak_input(ref, lines, directive),
                task_queue=SPEAK_QUEUE,
                summary=summary,
                **stage_options(self.limits, self.extra_time_factor),
            ),
        )

    def _speak_input(
        self, ref: TurnRef, lines: tuple[str, ...] | None, directive: Directive | None
    ) -> SpeakInput:
        standing = self.standing
        reply = self.reply
        if lines is None and reply is not None:
            # A rerun after the reply is complete needs no sentence stream.
            lines, directive = reply.sentences, reply.directive
            if self.brief is not None and directive is self.brief.onward.directive:
                standing = self.brief.onward.standing
        return SpeakInput(
            turn=ref,
            language=self.language,
            standing=standing,
            provider_attempts=self.limits.provider_attempts,
            lines=lines,
            directive=directive,
            endpointing=self.limits.endpointing.stretched(self.extra_time_factor),
        )

    async def _attend(
        self, stage: str, start: Callable[[TurnRef, str], workflow.ActivityHandle[T]]
    ) -> T:
        """Runs a stage, again under a new epoch when its streams were lost or when recovery
        was asked for. Raises `TurnAbandoned`, or the stage's `ActivityError`."""
        while True:
            seen = self.reschedule
            ref = self.ref.model_copy(update={"reschedule": seen})
            handle = start(ref, turn_summary(stage, ref, self.standing, self.position))

            def settled(handle: workflow.ActivityHandle[T] = handle, seen: int = seen) -> bool:
                return handle.done() or self.reschedule > seen or self.abandoned

            await workflow.wait_condition(settled)
            if not handle.done():
                handle.cancel()
                if self.abandoned:
                    raise TurnAbandoned
                continue
            try:
                return await handle
            except ActivityError as error:
                if not _stream_lost(error) or self.reschedule >= MAX_RESCHEDULES:
                    raise
                # Seen by the turn's other unfinished stages too: they start over together.
                self.reschedule = max(self.reschedule, seen + 1)


def _stream_lost(error: ActivityError) -> bool:
    return isinstance(error.cause, ApplicationError) and error.cause.type == "stream.lost"
