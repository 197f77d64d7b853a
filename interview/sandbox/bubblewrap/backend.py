"""`Sandbox` on this machine."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import structlog

from interview.domain.code_runs import (
    LANGUAGES,
    Language,
    LanguageStatus,
    Run,
    RunResult,
    SandboxStatus,
    clean,
)
from interview.sandbox.bubblewrap.job import (
    FAILED,
    STDERR,
    STDOUT,
    STEP,
    Job,
    StepEnd,
    Tmpfs,
)
from interview.sandbox.bubblewrap.languages import (
    PROGRAM_FOLDERS,
    TOOLCHAINS,
    Toolchain,
    find_typescript,
)
from interview.sandbox.bubblewrap.selftest import broken_walls, try_language
from interview.sandbox.bubblewrap.slots import Slot, claim
from interview.sandbox.bubblewrap.wire import Keeper, Lost
from interview.sandbox.outcome import Outcome
from interview.sandbox.port import OutputSink

__all__ = ["Bubblewrap"]

log = structlog.stdlib.get_logger(__name__)

_MB = 2**20
_BOX = Tmpfs(size_bytes=64 * _MB, inodes=1_000)
BUDGET_S = 180.0
"""Of a run, compiling and all inputs together."""
_PATIENCE_S = 30.0
"""Beyond what a supervisor takes by itself."""


class Bubblewrap:
    """`slots` runs at once; more wait. Nothing runs before `check` has found that the walls hold.
    `typescript` is the folder of that package, where it is not in a usual place; `uid_locks` one
    that all sandboxes of this machine have in common. Raises `OSError` where that is not there."""

    def __init__(
        self,
        *,
        slots: int = 8,
        bwrap: str = "",
        typescript: str = "",
        cgroup: str = "",
        uid_locks: str = "",
    ) -> None:
        self._bwrap = bwrap or shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin") or ""
        self._typescript = find_typescript(typescript)
        self._cgroup = cgroup
        self._slots = claim(slots, Path(uid_locks) if uid_locks else None)
        self._free: asyncio.Queue[Slot] = asyncio.Queue()
        for slot in self._slots:
            self._free.put_nowait(slot)
        self._keeper = Keeper()
        self._refusal = "the sandbox was not tried yet"

    @property
    def name(self) -> str:
        return "bubblewrap"

    @property
    def slots(self) -> int:
        return len(self._slots)

    @property
    def uids(self) -> frozenset[int]:
        """Of its slots, where each has one of its own."""
        return frozenset(slot.uid for slot in self._slots if slot.uid is not None)

    async def check(self, languages: Sequence[Language] = LANGUAGES) -> SandboxStatus:
        self._refusal = await self._reason_against()
        if self._refusal:
            log.warning("sandbox.refused", backend=self.name, reason=self._refusal)
            return SandboxStatus(backend=self.name, reason=self._refusal)
        # Two at a time: this is the start of a worker on a machine that does more than this.
        gate = asyncio.Semaphore(2)

        async def one(toolchain: Toolchain) -> LanguageStatus:
            async with gate:
                return await self._language(toolchain)

        statuses = await asyncio.gather(*(one(TOOLCHAINS[name]) for name in languages))
        return SandboxStatus(backend=self.name, languages=tuple(statuses))

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        if self._refusal:
            return self._unavailable(self._refusal)
        toolchain = TOOLCHAINS[run.language]
        if missing := toolchain.missing(PROGRAM_FOLDERS, self._typescript):
            return self._unavailable(missing)
        return await self._run(run, toolchain, output)

    async def raw(self, run: Run, uid: int) -> AsyncGenerator[tuple[bytes, int, bytes]]:
        """What a supervisor says that is asked to run something as `uid`."""
        job = replace(self._job(run, TOOLCHAINS[run.language], self._slots[0]), uid=uid)
        async for frame in self._keeper.converse(job):
            yield frame

    async def close(self) -> None:
        await self._keeper.close()
        for slot in self._slots:
            slot.free()

    async def _reason_against(self) -> str:
        if reason := _unfit(self._bwrap):
            return reason
        if not self._slots:
            return "no uid is free to run programs as"
        return await broken_walls(self._unchecked)

    async def _unchecked(self, run: Run) -> RunResult:
        return await self._run(run, TOOLCHAINS[run.language], lambda _: None)

    async def _language(self, toolchain: Toolchain) -> LanguageStatus:
        if missing := toolchain.missing(PROGRAM_FOLDERS, self._typescript):
            return LanguageStatus(language=toolchain.language, available=False, reason=missing)
        tried = toolchain.tried()
        return await try_language(tried, lambda run: self._run(run, tried, lambda _: None))

    async def _run(self, run: Run, toolchain: Toolchain, output: OutputSink) -> RunResult:
        slot = await self._free.get()
        try:
            job = self._job(run, toolchain, slot)
            async with asyncio.timeout(BUDGET_S + _PATIENCE_S):
                return await self._converse(run, toolchain, job, output)
        except (Lost, TimeoutError) as error:
            log.warning("sandbox.lost", error=str(error))
            return self._unavailable(str(error) or "the run did not end")
        finally:
            self._free.put_nowait(slot)

    def _job(self, run: Run, toolchain: Toolchain, slot: Slot) -> Job:
        recipe = toolchain.recipe(run.source, run.limits)
        tools = {}
        if toolchain.needs_typescript:
            tools = {str(self._typescript): "/opt/typescript"}
        return Job(
            bwrap=self._bwrap,
            uid=slot.uid,
            files=recipe.files,
            tools=tools,
            box=_BOX,
            scratch=toolchain.scratch,
            compile=recipe.compile,
            run=recipe.run,
            inputs=list(run.inputs),
            budget_s=BUDGET_S,
            cgroup=self._cgroup or None,
        )

    async def _converse(
        self, run: Run, toolchain: Toolchain, job: Job, output: OutputSink
    ) -> RunResult:
        outcome = Outcome(run, toolchain, self.name, output)
        began = time.monotonic()
        async with aclosing(self._keeper.converse(job)) as frames:
            async for kind, case, body in frames:
                if kind in (STDOUT, STDERR):
                    outcome.wrote(case, kind, body)
                elif kind == STEP:
                    outcome.ended(case, StepEnd.decoded(body))
                elif kind == FAILED:
                    reason = clean(body)[:500]
                    log.warning("sandbox.broken", backend=self.name, reason=reason)
                    return self._unavailable(reason)
        log.debug("sandbox.ran", language=run.language, took_s=round(time.monotonic() - began, 3))
        return outcome.result()

    def _unavailable(self, reason: str) -> RunResult:
        return RunResult(ending="sandbox_unavailable", reason=reason, backend=self.name)


def _unfit(bwrap: str) -> str:
    if not bwrap or not Path(bwrap).is_file():
        return "bubblewrap is missing: install the package bubblewrap"
    if Path(bwrap).stat().st_mode & 0o6000:
        return "bubblewrap is set to run as root here, and must not be"
    return ""
