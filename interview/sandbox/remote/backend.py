"""`Sandbox` at somebody else's."""

from __future__ import annotations

import time

import structlog

from interview.domain.code_runs import (
    LANGUAGES,
    CaseResult,
    Language,
    LanguageStatus,
    Limits,
    OutputPiece,
    Run,
    RunResult,
    SandboxStatus,
)
from interview.sandbox.bubblewrap.languages import TOOLCHAINS
from interview.sandbox.port import OutputSink
from interview.sandbox.remote.client import RemoteFailure
from interview.sandbox.remote.service import Program, Service

__all__ = ["Remote"]

log = structlog.stdlib.get_logger(__name__)

_BUDGET_S = 180.0
_TRIAL = Limits(cpu_s=5, wall_s=10)
_ENDLESS = Limits(cpu_s=1, wall_s=1)


class Remote:
    """Nothing runs before `check` has found that it keeps time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._called: dict[Language, str] = {}
        self._refusal = "the sandbox was not tried yet"

    @property
    def name(self) -> str:
        return self._service.name

    async def check(self) -> SandboxStatus:
        try:
            self._called = await self._service.languages()
            self._refusal = await self._reason_against()
        except RemoteFailure as error:
            self._refusal = f"{self.name}: {error}"
        if self._refusal:
            log.warning("sandbox.refused", backend=self.name, reason=self._refusal)
            return SandboxStatus(backend=self.name, reason=self._refusal)
        statuses = [await self._status(language) for language in LANGUAGES]
        return SandboxStatus(backend=self.name, languages=tuple(statuses))

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        if self._refusal:
            return self._unavailable(self._refusal)
        if (called := self._called.get(run.language)) is None:
            return self._unavailable(f"{run.language} is not installed there")
        try:
            return await self._run(run, called, output)
        except RemoteFailure as error:
            log.warning("sandbox.broken", backend=self.name, reason=str(error))
            return self._unavailable(f"{self.name}: {error}")

    async def close(self) -> None:
        await self._service.close()

    async def _run(self, run: Run, called: str, output: OutputSink) -> RunResult:
        give_up_at = time.monotonic() + _BUDGET_S
        cases: list[CaseResult] = []
        for at, text in enumerate(run.inputs):
            if time.monotonic() > give_up_at:
                cases.append(CaseResult(ending="time_limit"))
                continue
            program = Program(run.language, run.source, text, run.limits)
            attempt = await self._service.attempt(program, called)
            if attempt.case is None:
                said = attempt.compiler[: run.limits.output_bytes]
                return RunResult(ending="compile_error", compiler=said, backend=self.name)
            cases.append(attempt.case)
            _show(at, attempt.case, output)
        return RunResult(ending="finished", cases=tuple(cases), backend=self.name)

    async def _reason_against(self) -> str:
        if "python" not in self._called:
            return f"{self.name}: it has no Python to be tried with"
        endless = Program("python", "import time\ntime.sleep(60)", "", _ENDLESS)
        attempt = await self._service.attempt(endless, self._called["python"])
        if attempt.case is None or attempt.case.ending != "time_limit":
            return f"{self.name}: it does not keep the limit on time"
        return ""

    async def _status(self, language: Language) -> LanguageStatus:
        if (called := self._called.get(language)) is None:
            return LanguageStatus(
                language=language, available=False, reason="it is not installed there"
            )
        hello = Program(language, TOOLCHAINS[language].hello, "", _TRIAL)
        reason = ""
        try:
            attempt = await self._service.attempt(hello, called)
            said = attempt.case.stdout if attempt.case else ""
            ok, _, version = said.strip().partition(" ")
            if ok == "ok":
                return LanguageStatus(language=language, available=True, version=version)
            reason = "it does not run there"
        except RemoteFailure as error:
            reason = str(error)
        del self._called[language]
        return LanguageStatus(language=language, available=False, reason=reason)

    def _unavailable(self, reason: str) -> RunResult:
        return RunResult(ending="sandbox_unavailable", reason=reason, backend=self.name)


def _show(at: int, case: CaseResult, output: OutputSink) -> None:
    for stream, text in (("stdout", case.stdout), ("stderr", case.stderr)):
        if text:
            output(
                OutputPiece(case=at, stream="stdout" if stream == "stdout" else "stderr", text=text)
            )
