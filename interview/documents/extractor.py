"""Has documents read, each in a process of its own that is given little and trusted with nothing.

The process has no secrets: an empty environment, no descriptors but its pipes, and of the network
nothing that it would need. Python's own folders and this project's it may read.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

import interview
from interview.documents.limits import MAX_DOCUMENT_BYTES, MAX_OUTPUT_BYTES, WALL_S
from interview.documents.results import ErrorCode, Extraction, Refusal
from interview.errors import InvalidInputError, RateLimitedError

__all__ = ["Extractor", "refused"]

_MESSAGES: dict[ErrorCode, str] = {
    "document.unsupported_format": "only PDF, DOCX and plain text can be read",
    "document.encrypted": "the document is encrypted; save it without a password",
    "document.too_large": "the document is too large, as it is or once it is unpacked",
    "document.too_long": "the document has too many pages, or too much text",
    "document.unreadable": "the document is damaged, or could not be read",
    "document.empty": "the document holds no text that is seen; a scan has to be recognized",
    "document.timeout": "reading the document takes too long",
}

_ANSWER = TypeAdapter[Extraction | Refusal](Extraction | Refusal)
_PROJECT = Path(interview.__file__).resolve().parents[1]
# Without what would be inherited: PYTHON* variables, and packages of the user's own.
_ARGV = (sys.executable, "-E", "-s", "-m", "interview.documents.extract")
_PIECE_BYTES = 64 * 1024
_RETRY_S = 5.0
_END_S = 5.0


def refused(code: ErrorCode) -> InvalidInputError:
    error = InvalidInputError(code, _MESSAGES[code])
    if code == "document.too_large":
        error.http_status = 413
    return error


class Extractor:
    """At most `at_once` processes, and `waiting` documents that wait for one."""

    def __init__(
        self,
        *,
        at_once: int = 2,
        waiting: int = 16,
        timeout_s: float = WALL_S,
        argv: Sequence[str] = _ARGV,
    ) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._timeout_s = timeout_s
        self._argv = argv

    async def extract(self, data: bytes) -> Extraction:
        """Raises `InvalidInputError` with one of `results.ERROR_CODES`, and `RateLimitedError`
        where too many wait already."""
        if not data:
            raise refused("document.empty")
        if len(data) > MAX_DOCUMENT_BYTES:
            raise refused("document.too_large")
        if self._room == 0:
            raise RateLimitedError("too many documents are being read", retry_after_s=_RETRY_S)
        self._room -= 1
        try:
            async with self._slots:
                answer = await self._answer(data)
        finally:
            self._room += 1
        if isinstance(answer, Refusal):
            raise refused(answer.error)
        return answer

    async def _answer(self, data: bytes) -> Extraction | Refusal:
        process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_PROJECT,
            env={},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                output, _ = await asyncio.gather(_output(process), _feed(process, data))
                if output is None:
                    return Refusal("document.unreadable")
                status = await process.wait()
        except TimeoutError:
            return Refusal("document.timeout")
        finally:
            await asyncio.shield(_end(process))
        if status == -signal.SIGXCPU:
            return Refusal("document.timeout")
        if status != 0:
            return Refusal("document.unreadable")
        try:
            return await asyncio.to_thread(_ANSWER.validate_json, output)
        except ValidationError:
            return Refusal("document.unreadable")


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    """One that has died does not read."""
    assert process.stdin is not None
    with suppress(ConnectionError):
        for at in range(0, len(data), _PIECE_BYTES):
            process.stdin.write(data[at : at + _PIECE_BYTES])
            await process.stdin.drain()
    process.stdin.close()


async def _output(process: asyncio.subprocess.Process) -> bytes | None:
    """None where it says more than it may."""
    assert process.stdout is not None
    output = bytearray()
    while piece := await process.stdout.read(_PIECE_BYTES):
        output += piece
        if len(output) > MAX_OUTPUT_BYTES:
            _kill(process)  # it may not even read
            return None
    return bytes(output)


async def _end(process: asyncio.subprocess.Process) -> None:
    """And whatever it began, whether or not it has ended itself."""
    _kill(process)
    assert process.stdout is not None
    with suppress(TimeoutError):
        # What got away into a session of its own may hold the pipe.
        async with asyncio.timeout(_END_S):
            # asyncio counts it as ended only once all it said was taken.
            while await process.stdout.read(_PIECE_BYTES):
                pass
            await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
