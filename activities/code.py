"""Runs a program in the sandbox, and tells what it writes as it writes it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from temporalio import activity

from interview.contracts.code import CodeActivities, CodeRan, CodeRun
from interview.domain.code_runs import MAX_TOLD_CHARS, OutputPiece, RunResult, bounded
from interview.errors import InterviewError
from interview.sandbox.exchange import CodeExchange, Taken
from interview.sandbox.port import Sandbox

__all__ = ["RunCode"]

log = structlog.stdlib.get_logger(__name__)

_TELL_EVERY_S = 0.03


class RunCode(CodeActivities):
    """`checked` is set once the sandbox has been tried: until then runs wait."""

    def __init__(self, exchange: CodeExchange, sandbox: Sandbox, checked: asyncio.Event) -> None:
        self._exchange = exchange
        self._sandbox = sandbox
        self._checked = checked

    @activity.defn(name="code.run")
    async def run(self, request: CodeRun) -> CodeRan:
        run_id, key = request.run_id, request.key
        if (before := await self._exchange.result(run_id, key)) is not None:
            return CodeRan(ending=before.ending)
        taken = await self._exchange.take(run_id, key)
        await self._checked.wait()
        result = await self._watched(request, taken)
        stands = await self._exchange.settle(run_id, key, result)
        return CodeRan(ending=stands.ending)

    async def _watched(self, request: CodeRun, taken: Taken) -> RunResult:
        telling = _Telling(self._exchange, request, taken.attempt)
        task = asyncio.create_task(telling.run())
        try:
            return bounded(await self._sandbox.run(taken.run, telling.add, request.run_id))
        finally:
            telling.end()
            await task


class _Telling:
    """Output that cannot be told now, or is too much, is part of the result all the same."""

    def __init__(self, exchange: CodeExchange, request: CodeRun, attempt: int) -> None:
        self._exchange = exchange
        self._request = request
        self._attempt = attempt
        self._pieces: list[OutputPiece] = []
        self._characters = 0
        self._something = asyncio.Event()
        self._over = asyncio.Event()

    def add(self, piece: OutputPiece) -> None:
        text = piece.text[: MAX_TOLD_CHARS - self._characters]
        if not text:
            return
        self._characters += len(text)
        piece = piece.model_copy(update={"text": text})
        last = self._pieces[-1] if self._pieces else None
        if last is not None and (last.case, last.stream) == (piece.case, piece.stream):
            self._pieces[-1] = last.model_copy(update={"text": last.text + piece.text})
        else:
            self._pieces.append(piece)
        self._something.set()

    def end(self) -> None:
        self._over.set()
        self._something.set()

    async def run(self) -> None:
        while not self._over.is_set():
            await self._something.wait()
            self._something.clear()
            with suppress(TimeoutError):
                # What comes within this time is told together.
                await asyncio.wait_for(self._over.wait(), _TELL_EVERY_S)
            await self._tell()

    async def _tell(self) -> None:
        pieces, self._pieces = self._pieces, []
        run_id, key = self._request.run_id, self._request.key
        if pieces:
            try:
                await self._exchange.write(run_id, key, self._attempt, pieces)
            except InterviewError as error:
                log.warning("code.output_untold", code=error.code)
