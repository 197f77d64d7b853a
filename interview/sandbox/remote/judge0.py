"""Judge0, version 1.13: https://github.com/judge0/judge0/blob/master/docs/api"""

from __future__ import annotations

import asyncio
import base64
import re
import time

from pydantic import BaseModel, RootModel

from interview.domain.code_runs import CaseResult, Ending, Language, clean
from interview.sandbox.remote.client import Measure, RemoteClient, RemoteFailure, checked
from interview.sandbox.remote.service import Attempt, Program, within

__all__ = ["Judge0"]

_NAMES: dict[Language, str] = {
    "python": r"Python \(3",
    "javascript": r"JavaScript \(Node",
    "typescript": r"TypeScript \(",
    "java": r"Java \((OpenJDK|JDK)",
    "cpp": r"C\+\+ \(GCC",
    "go": r"Go \(",
    "sql": r"SQL \(SQLite",
}
_FIELDS = "stdout,stderr,compile_output,message,status,time,wall_time,memory,exit_code"
_WAITING = (1, 2)
_TIME, _COMPILE, _INTERNAL, _EXEC_FORMAT = 5, 6, 13, 14
_RIGHT = (3, 4)
"""Accepted, and wrong answer: it is not told what is right, and both have run."""
_OUTPUT = 8
"""SIGXFSZ."""
_LOOK_EVERY_S = 0.1
_QUEUE_S = 60.0


class _Language(BaseModel):
    id: int
    name: str


class _Languages(RootModel[list[_Language]]):
    """`GET languages`."""


class _Token(BaseModel):
    token: str


class _Status(BaseModel):
    id: int


class _Submission(BaseModel):
    status: _Status
    stdout: str | None = None
    stderr: str | None = None
    compile_output: str | None = None
    message: str | None = None
    time: Measure | None = None
    wall_time: Measure | None = None
    memory: Measure | None = None
    exit_code: int | None = None


class Judge0:
    name = "judge0"

    def __init__(self, url: str, token: str = "") -> None:
        self._client = RemoteClient(url, {"X-Auth-Token": token} if token else {})

    async def close(self) -> None:
        await self._client.close()

    async def languages(self) -> dict[Language, str]:
        answer = await self._client.ask("GET", "languages", timeout_s=10)
        found = checked(_Languages, answer).root
        named: dict[Language, str] = {}
        for language, pattern in _NAMES.items():
            ids = [one.id for one in found if re.match(pattern, one.name)]
            if ids:
                named[language] = str(max(ids))
        return named

    async def attempt(self, program: Program, called: str) -> Attempt:
        limits = program.limits
        body = {
            "language_id": int(called),
            "source_code": _coded(program.whole),
            "stdin": _coded(program.stdin),
            "cpu_time_limit": limits.cpu_s,
            "wall_time_limit": limits.wall_s,
            "memory_limit": limits.memory_bytes // 1024,
            "enable_network": False,
        }
        path = "submissions?base64_encoded=true&wait=false"
        token = checked(_Token, await self._client.ask("POST", path, body=body, timeout_s=10)).token
        if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", token):
            raise RemoteFailure("its answer has another shape")
        return _attempt(await self._done(token, limits.wall_s), program)

    async def _done(self, token: str, wall_s: float) -> _Submission:
        give_up_at = time.monotonic() + wall_s + _QUEUE_S
        path = f"submissions/{token}?base64_encoded=true&fields={_FIELDS}"
        while True:
            answer = await self._client.ask("GET", path, timeout_s=10)
            submission = checked(_Submission, answer)
            if submission.status.id not in _WAITING:
                return submission
            if time.monotonic() > give_up_at:
                raise RemoteFailure("the run did not end")
            await asyncio.sleep(_LOOK_EVERY_S)


def _attempt(done: _Submission, program: Program) -> Attempt:
    status = done.status.id
    if status in (_INTERNAL, _EXEC_FORMAT):
        raise RemoteFailure("it broke down itself")
    if status == _COMPILE:
        return Attempt(None, _text(done.compile_output))
    limits = program.limits
    stdout, stderr, over = within(limits.output_bytes, _text(done.stdout), _text(done.stderr))
    memory_bytes = round((done.memory or 0) * 1024)
    return Attempt(
        CaseResult(
            ending="output_limit" if over else _ending(done, memory_bytes, limits.memory_bytes),
            exit_status=done.exit_code,
            stdout=stdout,
            stderr=stderr,
            wall_ms=round((done.wall_time or 0) * 1000),
            cpu_ms=round((done.time or 0) * 1000),
            memory_bytes=memory_bytes,
        )
    )


def _ending(done: _Submission, memory_bytes: int, memory_limit: int) -> Ending:
    match done.status.id:
        case status if status in _RIGHT:
            return "finished"
        case status if status == _TIME:
            return "time_limit"
        case status if status == _OUTPUT:
            return "output_limit"
        case _:
            return "memory_limit" if memory_bytes >= memory_limit * 0.95 else "runtime_error"


def _coded(text: str) -> str:
    return base64.b64encode(text.encode(errors="replace")).decode()


def _text(coded: str | None) -> str:
    try:
        return clean(base64.b64decode(coded or ""))
    except ValueError:
        raise RemoteFailure("its answer has another shape") from None
