"""Around a run of what is on a pad: offered to workers without secrets, shown, judged, kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog
from temporalio import activity

from interview.coding.pads import Pads, RunRow
from interview.contracts.coding import CodeOffered, PadActivities, PadRun, SettleInput
from interview.domain.code_runs import OutputPiece, Run
from interview.domain.coding import CodeReport, CodingTask, judged, unavailable
from interview.persistence.records import Records
from interview.ports import CodeSeen
from interview.protocol.server import CodeOutput, CodeResult
from interview.sandbox.exchange import CodeExchange
from interview.security.seal import EncryptionError
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter

__all__ = ["RunPads", "code_on_pad"]

log = structlog.stdlib.get_logger(__name__)

GATHER_S = 0.1
MOST_SHOWN_CHARS = 16_000
MOST_MESSAGES = 40
"""Of an attempt at a run, as it is written; the result holds the rest. The room's stream holds 500
messages, and what is being said is among them."""
_LOOK_AGAIN_S = 0.05


@dataclass(slots=True)
class _Shown:
    """Output on its way to the room, of the cases that the candidate may see. Told again, it has
    the same places."""

    out: OutboundWriter
    run_id: str
    shown_cases: int
    attempt: int = 0
    characters: int = 0
    """Of this attempt."""
    messages: int = 0
    """Of it, too."""
    _waiting: list[OutputPiece] = field(default_factory=list[OutputPiece])

    def take(self, piece: OutputPiece) -> None:
        """What a program writes while it reads a hidden test may be that test."""
        if piece.case is not None and piece.case >= self.shown_cases:
            return
        if piece.attempt > self.attempt:
            self.attempt, self.characters, self.messages = piece.attempt, 0, 0
            self._waiting.clear()
        self._waiting.append(piece)

    async def flush(self) -> None:
        messages: list[CodeOutput] = []
        for piece in _joined(self._waiting):
            text = piece.text[: MOST_SHOWN_CHARS - self.characters]
            if text and self.messages < MOST_MESSAGES:
                messages.append(
                    CodeOutput(
                        run_id=self.run_id,
                        case=piece.case,
                        stream=piece.stream,
                        text=text,
                        attempt=self.attempt,
                        start=self.characters,
                    )
                )
                self.characters += len(text)
                self.messages += 1
        self._waiting.clear()
        if messages:
            await self.out.send(*messages)


def _joined(pieces: list[OutputPiece]) -> list[OutputPiece]:
    joined: list[OutputPiece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and (last.case, last.stream) == (piece.case, piece.stream):
            joined[-1] = last.model_copy(update={"text": last.text + piece.text})
        else:
            joined.append(piece)
    return joined


@dataclass(frozen=True)
class RunPads(PadActivities):
    log: StreamLog
    records: Records
    pads: Pads
    exchange: CodeExchange

    @activity.defn(name="pad.offer")
    async def offer(self, request: PadRun) -> CodeOffered:
        row = await self.pads.run(request.interview_id, request.run_id)
        if row is None or row.verdict is not None:
            return CodeOffered()
        task = await self._task(request)
        written = await self.pads.at(request.interview_id, row.question_id, row.revision)
        if task is None or written is None:
            # A newer version took its place before it was put on record that this one is run.
            log.warning("pad.nothing_to_run")
            await self._keep(request, row, unavailable())
            return CodeOffered()
        if row.tests:
            inputs = tuple(test.stdin for test in task.tests)
        else:
            inputs = (task.visible_tests[0].stdin if row.input is None else row.input,)
        run = Run(
            language=written.language,
            source=written.text,
            inputs=inputs,
            limits=task.limits.as_limits(),
        )
        return CodeOffered(key=await self.exchange.offer(request.name, run))

    @activity.defn(name="pad.settle")
    async def settle(self, request: SettleInput) -> None:
        row = await self.pads.run(request.interview_id, request.run_id)
        task = await self._task(request)
        if row is None or task is None:
            return
        if row.report is None:
            await self._show(request, row, task)
            result = await self.exchange.result(request.name, request.key)
            while result is None:
                await asyncio.sleep(_LOOK_AGAIN_S)
                result = await self.exchange.result(request.name, request.key)
            if result.ending == "sandbox_unavailable":
                log.error("code.not_run", backend=result.backend, reason=result.reason)
            await self._keep(request, row, judged(result, task, tests=row.tests))
        else:
            await self._tell(request, row, row.report)  # an earlier attempt may not have
        await self.exchange.taken(request.name)

    @activity.defn(name="pad.give_up")
    async def give_up(self, request: PadRun) -> None:
        row = await self.pads.run(request.interview_id, request.run_id)
        if row is not None:
            await self._keep(request, row, unavailable())
        await self.exchange.forget(request.name)

    async def _show(self, request: SettleInput, row: RunRow, task: CodingTask) -> None:
        """As it is written, gathered, so that a flood is few messages."""
        out = OutboundWriter(self.log, request.interview_id)
        shown = _Shown(out, request.run_id, len(task.visible_tests) if row.tests else 1)

        async def flush() -> None:
            while True:
                await asyncio.sleep(GATHER_S)
                await shown.flush()

        async with asyncio.TaskGroup() as tasks:
            flushing = tasks.create_task(flush())
            async for piece in self.exchange.output(request.name, request.key):
                shown.take(piece)
            flushing.cancel()
        await shown.flush()

    async def _keep(self, request: PadRun, row: RunRow, report: CodeReport) -> None:
        stands = await self.pads.finish(request.interview_id, request.run_id, report)
        if stands is not None:
            await self._tell(request, row, stands)

    async def _tell(self, request: PadRun, row: RunRow, report: CodeReport) -> None:
        await OutboundWriter(self.log, request.interview_id).say(
            CodeResult(
                run_id=request.run_id,
                question_id=request.question_id,
                with_tests=row.tests,
                report=report,
            )
        )

    async def _task(self, request: PadRun) -> CodingTask | None:
        record = await self.records.get_interview(request.interview_id)
        questions = record.plan.questions
        return next((q.coding for q in questions if q.question_id == request.question_id), None)


async def code_on_pad(pads: Pads, interview_id: str, question_id: str) -> CodeSeen | None:
    """None: nothing was written, or it cannot be opened, which keeps nobody from talking."""
    try:
        newest = await pads.newest(interview_id, question_id)
        last_run = None if newest is None else await pads.newest_run(interview_id, question_id)
    except EncryptionError as error:
        log.error("pad.not_opened", code=error.code)
        return None
    if newest is None:
        return None
    return CodeSeen(
        language=newest.language,
        text=newest.text,
        report=last_run.report if last_run else None,
        with_tests=last_run.tests if last_run else False,
    )
