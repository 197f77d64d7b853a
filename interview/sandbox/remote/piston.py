"""Piston, API version 2: https://github.com/engineer-man/piston/blob/master/docs/api-v2.md"""

from __future__ import annotations

from pydantic import BaseModel, RootModel

from interview.domain.code_runs import CaseResult, Ending, Language, clean
from interview.sandbox.remote.client import Measure, RemoteClient, RemoteFailure, checked
from interview.sandbox.remote.service import Attempt, Program, within

__all__ = ["Piston"]

_NAMES: dict[Language, tuple[str, ...]] = {
    "python": ("python", "python3"),
    "javascript": ("javascript", "node"),
    "typescript": ("typescript",),
    "java": ("java",),
    "cpp": ("c++", "cpp"),
    "go": ("go",),
    "sql": ("sqlite3", "sqlite"),
}
_FILES: dict[Language, str] = {
    **{"python": "main.py", "javascript": "main.js", "typescript": "main.ts"},
    **{"java": "Main.java", "cpp": "main.cpp", "go": "main.go", "sql": "main.sql"},
}
_COMPILE_S = 20.0
_SLACK_S = 15.0

# `status` of a stage, since version 3.1.
_STATUSES: dict[str, Ending] = {
    "TO": "time_limit",
    "OL": "output_limit",
    "EL": "output_limit",
    "RE": "runtime_error",
    "SG": "runtime_error",
}


class _Runtime(BaseModel):
    language: str
    version: str
    aliases: list[str] = []


class _Runtimes(RootModel[list[_Runtime]]):
    """`GET runtimes`."""


class _Stage(BaseModel):
    stdout: str = ""
    stderr: str = ""
    code: int | None = None
    signal: str | None = None
    status: str | None = None
    message: str | None = None
    cpu_time: Measure | None = None
    wall_time: Measure | None = None
    memory: Measure | None = None


class _Executed(BaseModel):
    run: _Stage
    compile: _Stage | None = None


class Piston:
    name = "piston"

    def __init__(self, url: str, token: str = "") -> None:
        self._client = RemoteClient(url, {"Authorization": token} if token else {})

    async def close(self) -> None:
        await self._client.close()

    async def languages(self) -> dict[Language, str]:
        answer = await self._client.ask("GET", "runtimes", timeout_s=10)
        found = checked(_Runtimes, answer).root
        there: dict[str, str] = {}
        for runtime in found:
            for name in (runtime.language, *runtime.aliases):
                there.setdefault(name, f"{runtime.language}:{runtime.version}")
        return {
            language: there[name]
            for language, names in _NAMES.items()
            if (name := next((one for one in names if one in there), None)) is not None
        }

    async def attempt(self, program: Program, called: str) -> Attempt:
        limits = program.limits
        language, _, version = called.partition(":")
        body = {
            "language": language,
            "version": version,
            "files": [{"name": _FILES[program.language], "content": program.whole}],
            "stdin": program.stdin,
            "compile_timeout": int(_COMPILE_S * 1000),
            "run_timeout": int(limits.wall_s * 1000),
            "run_memory_limit": limits.memory_bytes,
        }
        timeout_s = _COMPILE_S + limits.wall_s + _SLACK_S
        answer = await self._client.ask("POST", "execute", body=body, timeout_s=timeout_s)
        done = checked(_Executed, answer)
        if done.compile is not None and done.compile.code != 0:
            _require_own_failure(done.compile)
            return Attempt(None, clean(done.compile.stderr + done.compile.stdout))
        _require_own_failure(done.run)
        return Attempt(_case(done.run, program))


def _require_own_failure(stage: _Stage) -> None:
    if stage.status == "XX":
        raise RemoteFailure("it broke down itself")


def _case(run: _Stage, program: Program) -> CaseResult:
    limits = program.limits
    stdout, stderr, over = within(limits.output_bytes, clean(run.stdout), clean(run.stderr))
    return CaseResult(
        ending="output_limit" if over else _ending(run, limits.memory_bytes),
        exit_status=run.code,
        stdout=stdout,
        stderr=stderr,
        wall_ms=round(run.wall_time or 0),
        cpu_ms=round(run.cpu_time or 0),
        memory_bytes=round(run.memory or 0),
    )


def _ending(run: _Stage, memory_limit: int) -> Ending:
    if run.code == 0 and run.status is None:
        return "finished"
    if run.memory is not None and run.memory >= memory_limit * 0.95:
        return "memory_limit"
    if run.status in _STATUSES:
        return _STATUSES[run.status]
    # Before version 3.1 a program that took too long is one that was killed.
    return "time_limit" if run.signal == "SIGKILL" else "runtime_error"
