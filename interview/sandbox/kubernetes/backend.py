"""`Sandbox` in a cluster."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Coroutine, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from interview.domain.code_runs import (
    LANGUAGES,
    Language,
    LanguageStatus,
    Run,
    RunResult,
    SandboxStatus,
)
from interview.sandbox.bubblewrap.languages import TOOLCHAINS, Toolchain
from interview.sandbox.bubblewrap.selftest import try_language
from interview.sandbox.kubernetes import manifest
from interview.sandbox.kubernetes.client import ApiServer, ClusterFailure
from interview.sandbox.kubernetes.journal import Journal
from interview.sandbox.kubernetes.making import begin
from interview.sandbox.kubernetes.manifest import Place
from interview.sandbox.kubernetes.selftest import broken_walls
from interview.sandbox.kubernetes.sweep import sweep
from interview.sandbox.kubernetes.watching import TheJob
from interview.sandbox.outcome import Outcome
from interview.sandbox.port import OutputSink

__all__ = ["BUDGET_S", "Kubernetes"]

log = structlog.stdlib.get_logger(__name__)

BUDGET_S = 180.0
"""Of a run, compiling and all inputs together: with its pod's start it is over before its activity
gives it up."""
_PATIENCE_S = 30.0
_TRIED_AT_ONCE = 3
_MOST_REASON = 500


class Kubernetes:
    """`slots` runs at once; more wait. Nothing runs before `check` has found that the walls hold.
    `credentials`: a service account's folder. Raises `OSError` where it is not there."""

    def __init__(self, url: str, place: Place, credentials: Path, *, slots: int = 8) -> None:
        self._url = url
        self._place = place
        self._api = ApiServer(url, place.namespace, credentials)
        self._free = asyncio.Semaphore(slots)
        self._refusal = "the sandbox was not tried yet"
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return "kubernetes"

    async def check(self, languages: Sequence[Language] = LANGUAGES) -> SandboxStatus:
        try:
            await sweep(self._api)
            self._refusal = await broken_walls(self._tried, await self._strangers())
        except ClusterFailure as failure:
            self._refusal = _said(failure)
        except (ValueError, LookupError, TypeError):
            log.exception("sandbox.check_failed")
            self._refusal = "what the cluster says has another shape"
        if self._refusal:
            log.warning("sandbox.refused", backend=self.name, reason=self._refusal)
            return SandboxStatus(backend=self.name, reason=self._refusal)
        gate = asyncio.Semaphore(_TRIED_AT_ONCE)

        async def one(toolchain: Toolchain) -> LanguageStatus:
            async with gate:
                return await try_language(toolchain, lambda run: self._tried(run, toolchain))

        tried = (TOOLCHAINS[language].tried() for language in languages)
        statuses = await asyncio.gather(*map(one, tried))
        return SandboxStatus(backend=self.name, languages=tuple(statuses))

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        if self._refusal:
            return self._unavailable(self._refusal)
        toolchain = TOOLCHAINS[run.language]
        return await self._run(run, toolchain, output, name or uuid.uuid4().hex)

    async def close(self) -> None:
        await asyncio.gather(*self._leaving)
        await self._api.close()

    async def _tried(self, run: Run, toolchain: Toolchain | None = None) -> RunResult:
        toolchain = toolchain or TOOLCHAINS[run.language]
        return await self._run(run, toolchain, lambda _: None, uuid.uuid4().hex)

    async def _run(
        self, run: Run, toolchain: Toolchain, output: OutputSink, name: str
    ) -> RunResult:
        outcome = Outcome(run, toolchain, self.name, output)
        job, whole = TheJob(self._api, manifest.job_name(name, run)), False
        async with self._free:
            try:
                async with asyncio.timeout(manifest.COMING_S + BUDGET_S + _PATIENCE_S):
                    cipher = await begin(
                        *(self._api, self._place, job, run, toolchain),
                        name=name,
                        budget_s=BUDGET_S,
                        strangers=await self._strangers(),
                    )
                    journal = Journal(self._api, cipher, outcome)
                    await self._attended(job, journal, outcome)
                whole = journal.over
                return outcome.result()
            except (ClusterFailure, TimeoutError) as error:
                reason = _said(error) or "the run did not end"
                log.warning("sandbox.broken", backend=self.name, reason=reason)
                return self._unavailable(reason)
            finally:
                await self._surely(job.remove(wait=not whole))

    async def _attended(self, job: TheJob, journal: Journal, outcome: Outcome) -> None:
        pod = await job.begun()
        if pod.spec.runtimeClassName != self._place.runtime_class:
            raise ClusterFailure("its pod was given another runtime than it asked for")
        await job.followed(pod, journal)
        if not journal.over:
            outcome.cut_short(await job.end(journal.heard > 0))

    async def _strangers(self) -> list[tuple[str, int]]:
        """Whom no program may reach, and who is there: the API server."""
        parts = urlsplit(self._url)
        port = parts.port or 443
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                parts.hostname, port, type=socket.SOCK_STREAM
            )
        except OSError as error:
            raise ClusterFailure(f"the API server has no address: {error.strerror}") from None
        return sorted({(str(address[0]), port) for *_, address in found})

    async def _surely(self, leaving: Coroutine[None, None, None]) -> None:
        """Whoever waits for it may be cancelled; it is not."""
        task = asyncio.ensure_future(leaving)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        await asyncio.shield(task)

    def _unavailable(self, reason: str) -> RunResult:
        return RunResult(ending="sandbox_unavailable", reason=reason, backend=self.name)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:_MOST_REASON]
