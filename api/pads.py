"""The pads of one connection: what is on them is kept, run, and shown to whoever enters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from api.dependencies import Services
from api.engine import Engine
from api.errors import error_message
from api.incoming import RateLimit
from api.rate_limits import RUNNING
from interview.coding.pads import Kept, RunRow, check_pad
from interview.contracts.coding import RunCodeInput
from interview.domain.code_runs import SandboxStatus
from interview.domain.coding import CodingTask, unavailable
from interview.errors import ConflictError, InterviewError, InvalidInputError, StreamError
from interview.persistence.rows import InterviewRecord
from interview.protocol.client import CodeRun, CodeSnapshot
from interview.protocol.server import (
    CodePad,
    CodeResult,
    CodeSaved,
    PadLanguage,
    PadTest,
    ServerMessage,
)

__all__ = ["PadDesk"]

log = structlog.stdlib.get_logger(__name__)

SAVES_PER_S = 2.0
RUNS_PER_S = 0.5
RUNS_WINDOW_S = 20.0
"""On one connection; `RUNNING` counts those of all."""
_RETRY_S = (0.2, 5.0)
_STATUS_S = 2.0
"""Nobody waits longer to hear what can be run."""


@dataclass(slots=True)
class PadDesk:
    """None of its methods waits for anything; what they began outlives the connection. Raises
    `InvalidInputError` and `ConflictError` for what does not fit, with the interview going on."""

    services: Services
    record: InterviewRecord
    engine: Engine
    connection_id: str
    tell: Callable[[ServerMessage], None]
    _question_id: str | None = field(init=False, default=None)
    _has_entered: bool = field(init=False, default=False)
    _unsaved: dict[str, CodeSnapshot] = field(init=False, default_factory=dict[str, CodeSnapshot])
    """By question, the newest of each."""
    _revisions: dict[str, int] = field(init=False, default_factory=dict[str, int])
    """By question, the newest that this connection knows of."""
    _to_run: dict[str, CodeRun] = field(init=False, default_factory=dict[str, CodeRun])
    """By question, what is to be kept before anything that came after it."""
    _is_saving: bool = field(init=False, default=False)
    _is_over: bool = field(init=False, default=False)
    _is_running: bool = field(init=False, default=False)
    _runs: RateLimit = field(init=False)
    _keeping: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    """Revisions are in the order in which they were written."""
    _run_is_kept: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._run_is_kept.set()
        self._runs = RateLimit(RUNS_PER_S, RUNS_WINDOW_S, _now())

    def at(self, question_id: str | None) -> None:
        """The interview is at this question now. Whoever enters after a pad sees it as it was
        left, and has it to send what they had still written on it."""
        enters, self._has_entered = not self._has_entered, True
        if question_id == self._question_id and not enters:
            return
        self._question_id = question_id
        if enters or (question_id is not None and self._task(question_id) is not None):
            self.services.background.spawn(self._show())

    def save(self, message: CodeSnapshot) -> None:
        self._check(message)
        self._unsaved[message.question_id] = message
        if not self._is_saving:
            self._is_saving = True
            self.services.background.spawn(self._save())

    def run(self, message: CodeRun) -> None:
        self._check(message)
        if self._runs.take(_now()):
            raise InvalidInputError("rate.exceeded", "too many runs, wait a little")
        if self._is_running:
            raise ConflictError("code.busy", "another run is being asked for")
        self._is_running = True
        # It saves what is run, and that is newer.
        self._unsaved.pop(message.question_id, None)
        self._to_run[message.question_id] = message
        self._run_is_kept.clear()
        self.services.background.spawn(self._run(message))

    def leave(self) -> None:
        """The connection is over. What waits is kept still, unless another one has kept more."""
        self._is_over = True

    def _check(self, message: CodeSnapshot | CodeRun) -> None:
        task = self._task(message.question_id)
        if task is None:
            raise InvalidInputError("code.not_asked", "this is no coding question")
        if message.language not in task.languages:
            raise InvalidInputError("code.language", "the task is not in this language")
        check_pad(message.text)

    def _task(self, question_id: str) -> CodingTask | None:
        questions = self.record.plan.questions
        return next((q.coding for q in questions if q.question_id == question_id), None)

    def _before(self, question_id: str | None) -> list[str]:
        """The coding questions that the plan has before this one, the last one first."""
        found: list[str] = []
        for question in self.record.plan.questions:
            if question.question_id == question_id:
                break
            if question.coding is not None:
                found.insert(0, question.question_id)
        return found

    # Beside the connection

    async def _save(self) -> None:
        """Until nothing waits; each time the newest, so that a flood is few rows."""
        try:
            while self._unsaved:
                if not self._run_is_kept.is_set():
                    await self._run_is_kept.wait()
                    continue
                async with self._keeping:
                    question_id = next(iter(self._unsaved))
                    await self._keep(self._unsaved.pop(question_id))
                await asyncio.sleep(1 / SAVES_PER_S)
        finally:
            self._is_saving = False

    async def _keep(self, message: CodeSnapshot | CodeRun) -> Kept | None:
        """Once it is stored; None where it cannot be, or a newer one takes over. Of a run it raises
        why it cannot be."""
        pause_s, longest_s = _RETRY_S
        told = False
        question_id = message.question_id
        while True:
            try:
                kept = await self._store(message)
            except InterviewError as error:
                if error.code == "code.outdated":
                    log.info("pad.outdated")
                    return None
                if not error.retryable and isinstance(message, CodeRun):
                    raise
                if not told:
                    log.warning("pad.not_saved", code=error.code)
                    self.tell(error_message(error, recoverable=error.code != "interview.ended"))
                    told = True
                if not error.retryable:
                    return None
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, longest_s)
                # Meanwhile there may be a newer one, which is what has to be kept.
                if isinstance(message, CodeSnapshot):
                    if question_id in self._to_run:
                        return None
                    message = self._unsaved.pop(question_id, message)
                continue
            self._revisions[question_id] = kept.revision
            self.tell(
                CodeSaved(
                    question_id=question_id,
                    edit=message.edit,
                    revision=kept.revision,
                    late=kept.late,
                )
            )
            return kept

    async def _store(self, message: CodeSnapshot | CodeRun) -> Kept:
        question_id = message.question_id
        known = self._revisions.get(question_id, 0) if self._is_over else None
        return await self.services.pads.save(
            self.record.interview_id, question_id, message.language, message.text, known=known
        )

    async def _keep_first(self, message: CodeRun) -> Kept | None:
        """Ahead of all that is written after it."""
        try:
            async with self._keeping:
                return await self._keep(message)
        finally:
            self._to_run.pop(message.question_id, None)
            self._run_is_kept.set()

    async def _run(self, message: CodeRun) -> None:
        try:
            await self._ask_for(message)
        except InterviewError as error:
            log.info("code.refused", code=error.code)
            goes_on = error.code != "interview.ended"
            self.tell(error_message(error, turn_id=message.run_id, recoverable=goes_on))
        finally:
            self._is_running = False

    async def _ask_for(self, message: CodeRun) -> None:
        interview_id, pads = self.record.interview_id, self.services.pads
        kept = await self._keep_first(message)
        if kept is None:
            return
        await self.services.throttle.hit(RUNNING, interview_id)
        is_new = await pads.ask(
            interview_id,
            message.run_id,
            message.question_id,
            kept.revision,
            tests=message.tests,
            input=None if message.tests else message.stdin,
        )
        if not is_new:
            known = await pads.run(interview_id, message.run_id)
            if known is not None and known.report is not None:
                self.tell(_result(known))
                return
        if message.language not in (await self._status()).available:
            report = await pads.finish(interview_id, message.run_id, unavailable())
            if report is not None:
                self.tell(
                    CodeResult(
                        run_id=message.run_id,
                        question_id=message.question_id,
                        with_tests=message.tests,
                        report=report,
                    )
                )
            return
        asked = RunCodeInput(
            run_id=message.run_id, question_id=message.question_id, tests=message.tests
        )
        update_id = f"run.{message.run_id}.{self.connection_id}"
        try:
            await self.engine.run_code(asked, update_id, lambda: None)
        except ConflictError:
            # Asked for before, it may be under way, whatever is said of it now.
            if is_new:
                await pads.forget_run(interview_id, message.run_id)
            raise

    async def _show(self) -> None:
        pause_s, longest_s = _RETRY_S
        at = self._question_id
        while self._question_id == at:
            try:
                if (pad := await self._shown(at)) is not None:
                    self.tell(pad)
                return
            except InterviewError as error:
                log.warning("pad.not_shown", code=error.code)
                if not error.retryable:
                    return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, longest_s)

    async def _shown(self, at: str | None) -> CodePad | None:
        """The pad of this question; where it has none, the last one that is over."""
        if at is not None and self._task(at) is not None:
            return await self._pad(at, over=False)
        for question_id in self._before(at):
            if await self.services.pads.is_over(self.record.interview_id, question_id):
                return await self._pad(question_id, over=True)
        return None

    async def _pad(self, question_id: str, *, over: bool) -> CodePad:
        interview_id, task = self.record.interview_id, self._task(question_id)
        assert task is not None, "it is a coding question"
        pads = self.services.pads
        newest = await pads.newest(interview_id, question_id)
        last_run = await pads.newest_run(interview_id, question_id)
        if newest is not None:
            known = self._revisions.get(question_id, 0)
            self._revisions[question_id] = max(known, newest.revision)
        available = (await self._status()).available
        language = newest.language if newest else task.languages[0]
        return CodePad(
            question_id=question_id,
            title=task.title,
            statement=task.statement,
            languages=[
                PadLanguage(
                    language=one.language, starter=one.code, available=one.language in available
                )
                for one in task.starters
            ],
            tests=[
                PadTest(name=test.name, stdin=test.stdin, expected=test.expected)
                for test in task.visible_tests
            ],
            hidden_tests=len(task.hidden_tests),
            revision=newest.revision if newest else 0,
            language=language,
            text=newest.text if newest else task.starter(language),
            last_result=_result(last_run) if last_run else None,
            over=over,
        )

    async def _status(self) -> SandboxStatus:
        if self.services.code is None:
            return SandboxStatus()
        try:
            async with asyncio.timeout(_STATUS_S):
                return await self.services.code.status()
        except (StreamError, TimeoutError):
            return SandboxStatus()


def _result(row: RunRow) -> CodeResult:
    assert row.report is not None, "it is over"
    return CodeResult(
        run_id=row.run_id, question_id=row.question_id, with_tests=row.tests, report=row.report
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
