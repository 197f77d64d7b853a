"""`Sandbox` on this machine."""

from __future__ import annotations

import asyncio
import codecs
import shutil
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import structlog

from interview.domain.code_runs import (
    LANGUAGES,
    CaseResult,
    Ending,
    Language,
    LanguageStatus,
    OutputPiece,
    Run,
    RunResult,
    SandboxStatus,
    clean,
)
from interview.sandbox.bubblewrap.job import (
    COMPILING,
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

    async def run(self, run: Run, output: OutputSink) -> RunResult:
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
        pieces = _Pieces(output)
        ends: dict[int, StepEnd] = {}
        began = time.monotonic()
        async with aclosing(self._keeper.converse(job)) as frames:
            async for kind, case, body in frames:
                if kind in (STDOUT, STDERR):
                    pieces.add(case, kind, body)
                elif kind == STEP:
                    ends[case] = StepEnd.decoded(body)
                elif kind == FAILED:
                    reason = clean(body)[:500]
                    log.warning("sandbox.broken", backend=self.name, reason=reason)
                    return self._unavailable(reason)
        log.debug("sandbox.ran", language=run.language, took_s=round(time.monotonic() - began, 3))
        return self._result(run, toolchain, pieces, ends)

    def _result(
        self, run: Run, toolchain: Toolchain, pieces: _Pieces, ends: dict[int, StepEnd]
    ) -> RunResult:
        compiled = ends.get(COMPILING)
        compiler = pieces.text(COMPILING, STDERR) + pieces.text(COMPILING, STDOUT)
        if compiled is not None and (compiled.limit or compiled.status != 0):
            if compiled.limit:
                compiler += f"\nstopped: {compiled.limit.replace('_', ' ')} while compiling\n"
            return RunResult(
                ending="compile_error",
                compiler=compiler,
                compile_ms=compiled.wall_ms,
                backend=self.name,
            )
        cases = [
            CaseResult(
                ending=_ending(run, toolchain, ends[at], pieces.text(at, STDERR)),
                exit_status=ends[at].status,
                stdout=pieces.text(at, STDOUT),
                stderr=pieces.text(at, STDERR),
                wall_ms=ends[at].wall_ms,
                cpu_ms=ends[at].cpu_ms,
                memory_bytes=ends[at].memory_bytes,
            )
            for at in range(len(run.inputs))
        ]
        return RunResult(
            ending="finished",
            cases=tuple(cases),
            compiler=compiler,
            compile_ms=compiled.wall_ms if compiled else 0,
            backend=self.name,
        )

    def _unavailable(self, reason: str) -> RunResult:
        return RunResult(ending="sandbox_unavailable", reason=reason, backend=self.name)


def _unfit(bwrap: str) -> str:
    if not bwrap or not Path(bwrap).is_file():
        return "bubblewrap is missing: install the package bubblewrap"
    if Path(bwrap).stat().st_mode & 0o6000:
        return "bubblewrap is set to run as root here, and must not be"
    return ""


class _Pieces:
    """Output as it comes, for whoever watches, and whole."""

    def __init__(self, output: OutputSink) -> None:
        self._output = output
        self._whole: defaultdict[tuple[int, bytes], bytearray] = defaultdict(bytearray)
        self._decoders: defaultdict[tuple[int, bytes], codecs.IncrementalDecoder] = defaultdict(
            lambda: codecs.getincrementaldecoder("utf-8")("replace")
        )

    def add(self, case: int, stream: bytes, body: bytes) -> None:
        self._whole[case, stream] += body
        if text := clean(self._decoders[case, stream].decode(body)):
            self._output(
                OutputPiece(
                    case=None if case == COMPILING else case,
                    stream="stdout" if stream == STDOUT else "stderr",
                    text=text,
                )
            )

    def text(self, case: int, stream: bytes) -> str:
        return clean(bytes(self._whole[case, stream]))


def _ending(run: Run, toolchain: Toolchain, end: StepEnd, stderr: str) -> Ending:
    match end.limit:
        case "time_limit" | "memory_limit" | "output_limit":
            return end.limit
        case _ if end.status == 0:
            return "finished"
        case _ if toolchain.out_of_memory in stderr:
            return "memory_limit"
        case _ if end.memory_bytes >= run.limits.memory_bytes * 0.95:
            return "memory_limit"
        case _:
            return "runtime_error"
