"""Runs, from the worker's request to the end of their pods."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from interview.domain.code_runs import Limits, Run
from interview.sandbox.kubernetes.backend import Kubernetes
from interview.sandbox.kubernetes.manifest import Place
from tests.cluster.checks import Checks
from tests.cluster.node import Node
from tests.cluster.servers import Admin

__all__ = ["check_runs"]

_SLOW = "import time\nprint('begun', flush=True)\ntime.sleep(2)\nprint('done')"
_KINDS = {"jobs": "apis/batch/v1", "secrets": "api/v1", "pods": "api/v1"}


async def check_runs(
    checks: Checks, admin: Admin, here: Node, place: Place, credentials: Path
) -> None:
    sandbox = Kubernetes(admin.url, place, credentials)
    try:
        status = await sandbox.check()
        checks.that("its own test passes", "python" in status.available, status.reason)
        if not status.available:
            return
        print(f"  languages: {', '.join(status.available)}")
        for one in status.languages:
            if not one.available:
                print(f"    not {one.language}: {one.reason}")
        times: list[float] = []
        for _ in range(5):
            began = time.monotonic()
            result = await sandbox.run(_python("print(input())", "a", "b"), lambda _: None)
            times.append(time.monotonic() - began)
            if [case.stdout for case in result.cases] != ["a\n", "b\n"]:
                checks.that("a program runs", False, result)
                return
        print(f"  a run takes {sorted(times)[2] * 1000:.0f} ms")
        checks.that("a program runs", True)
        big = _python("print(len(input()))", "".join(map(chr, range(0x4E00, 0x9FA5))) * 16)
        result = await sandbox.run(big, lambda _: None)
        checks.that("and one that is large", result.ending == "finished", result.reason)
        await _cancelled(checks, sandbox, here)
        await _ends_of_pods(checks, sandbox, here)
        await _attempts(checks, sandbox, here)
        here.kubelet.whims.network_open = True
        result = await sandbox.run(_python("print()"), lambda _: None)
        checks.that("an open network is found", "network is open" in result.reason, result)
        here.kubelet.whims.network_open = False
        left = await _left(admin, place.namespace)
        checks.that("Jobs, pods and Secrets are gone in the end", not left, left)
    finally:
        await sandbox.close()


async def _cancelled(checks: Checks, sandbox: Kubernetes, here: Node) -> None:
    begun = asyncio.Event()
    source = "print(1, flush=True)\nimport time\ntime.sleep(60)"
    run = asyncio.create_task(sandbox.run(_python(source), lambda _: begun.set()))
    await begun.wait()
    run.cancel()
    await asyncio.wait([run])
    checks.that("one that is cancelled ends", here.kubelet.processes == [])


async def _ends_of_pods(checks: Checks, sandbox: Kubernetes, here: Node) -> None:
    source = "print('begun', flush=True)\nx = bytearray(100 << 20)\nimport time\ntime.sleep(20)"
    for whim, value, ending in (
        ("memory_bytes", 60 * 2**20, "memory_limit"),
        ("deadline_s", 1.5, "time_limit"),
        ("kill_after_s", 1.5, "runtime_error"),
    ):
        setattr(here.kubelet.whims, whim, value)
        result = await sandbox.run(_python(source), lambda _: None)
        setattr(here.kubelet.whims, whim, None)
        endings = [case.ending for case in result.cases]
        checks.that(f"a pod that the cluster ends is a {ending}", endings == [ending], result)


async def _attempts(checks: Checks, sandbox: Kubernetes, here: Node) -> None:
    begun, started = asyncio.Event(), here.kubelet.started
    first = asyncio.create_task(sandbox.run(_python(_SLOW), lambda _: begun.set(), "again"))
    await begun.wait()
    begun.clear()
    second = asyncio.create_task(sandbox.run(_python(_SLOW), lambda _: begun.set(), "again"))
    await begun.wait()
    first.cancel()
    result = await second
    whole = [case.stdout for case in result.cases] == ["begun\ndone\n"]
    once = here.kubelet.started == started + 1
    checks.that("a second attempt goes on with the first one's pod", whole and once, result)


async def _left(admin: Admin, namespace: str) -> list[str]:
    left: list[str] = ["not asked yet"]
    for _ in range(150):
        left = [
            f"{kind}/{one['metadata']['name']}"
            for kind, group in _KINDS.items()
            for one in admin.ask("GET", f"/{group}/namespaces/{namespace}/{kind}")["items"]
        ]
        if not left:
            break
        await asyncio.sleep(0.2)
    return left


def _python(source: str, *inputs: str) -> Run:
    limits = Limits(wall_s=20, memory_bytes=256 * 2**20)
    return Run(language="python", source=source, inputs=inputs or ("",), limits=limits)
