"""Attempts at one run that die, are cancelled, or come after one another."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import uuid

import pytest

from interview.domain.code_runs import OutputPiece
from interview.sandbox.kubernetes import manifest
from interview.sandbox.kubernetes.backend import Kubernetes
from interview.sandbox.kubernetes.client import ApiServer
from interview.sandbox.kubernetes.sweep import sweep
from launcher.paths import REPOSITORY
from tests.sandbox.cluster.conftest import PLACE, Cluster, python, ran

pytestmark = pytest.mark.integration

_SLOW = "import time\nprint('begun', flush=True)\ntime.sleep(2)\nprint('done')"
_DIES = """
import asyncio, sys
from pathlib import Path
from tests.sandbox.cluster.conftest import PLACE, python
from interview.sandbox.kubernetes.backend import Kubernetes

async def main():
    sandbox = Kubernetes(sys.argv[1], PLACE, Path(sys.argv[2]))
    sandbox._refusal = ""
    await sandbox.run(python(sys.argv[3]), lambda piece: print(piece.text, flush=True), sys.argv[4])

asyncio.run(main())
"""


class _Telling:
    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.text = ""

    def __call__(self, piece: OutputPiece) -> None:
        self.text += piece.text
        self.begun.set()


async def test_one_that_is_cancelled_leaves_nothing(sandbox: Kubernetes, cluster: Cluster) -> None:
    telling = _Telling()
    run = asyncio.create_task(sandbox.run(python("print(1)\nimport time\ntime.sleep(60)"), telling))
    await telling.begun.wait()
    assert len(cluster.api.kubelet.processes) == 1
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run

    assert cluster.left() == []


async def test_after_one_that_was_killed_the_next_goes_on(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    name, started = f"interview.{uuid.uuid4().hex}", cluster.api.kubelet.started
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _DIES, cluster.api.url, str(cluster.folder), _SLOW, name),
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    process.kill()
    await process.wait()
    result, told = await ran(sandbox, python(_SLOW), name)

    assert [case.stdout for case in result.cases] == ["begun\ndone\n"]
    assert told == "begun\ndone\n"
    assert cluster.api.kubelet.started == started + 1
    assert cluster.api.store.names("jobs") == []


async def test_one_that_was_given_up_takes_nothing_from_its_successor(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    name, first, second = uuid.uuid4().hex, _Telling(), _Telling()
    started = cluster.api.kubelet.started
    earlier = asyncio.create_task(sandbox.run(python(_SLOW), first, name))
    await first.begun.wait()
    later = asyncio.create_task(sandbox.run(python(_SLOW), second, name))
    await second.begun.wait()
    earlier.cancel()
    with pytest.raises(asyncio.CancelledError):
        await earlier
    result = await later

    assert [case.stdout for case in result.cases] == ["begun\ndone\n"]
    assert cluster.api.kubelet.started == started + 1
    assert cluster.api.store.names("jobs") == []


async def test_the_same_name_with_another_source_is_another_run(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    name, telling = uuid.uuid4().hex, _Telling()
    earlier = asyncio.create_task(sandbox.run(python(_SLOW), telling, name))
    await telling.begun.wait()
    result, _ = await ran(sandbox, python("print('other')"), name)

    assert [case.stdout for case in result.cases] == ["other\n"]
    assert [case.stdout for case in (await earlier).cases] == ["begun\ndone\n"]


@pytest.mark.parametrize("dies_at", [("create", "secrets"), ("patch", "jobs")], ids=str)
async def test_what_an_attempt_that_died_had_made_is_gone_on_with(
    sandbox: Kubernetes, cluster: Cluster, dies_at: tuple[str, str]
) -> None:
    """It could not even take away what it had made."""
    name = uuid.uuid4().hex
    cluster.faults.answers[dies_at] = [(403, "it dies here")]
    cluster.faults.answers["get", "jobs"] = [(403, "and does no more")]
    await ran(sandbox, python(_SLOW), name)
    (left,) = cluster.api.store.names("jobs")
    result, _ = await ran(sandbox, python(_SLOW), name)

    assert left == manifest.job_name(name, python(_SLOW))
    assert [case.stdout for case in result.cases] == ["begun\ndone\n"]
    assert cluster.api.store.names("jobs") == cluster.api.store.names("secrets") == []


async def test_what_is_left_behind_is_swept(cluster: Cluster) -> None:
    store = cluster.api.store
    name, _, value = manifest.OURS.partition("=")
    labels = {name: value}
    for name, date, suspend in (
        ("run-old", "2020-01-01T00:00:00Z", False),
        ("run-never-begun", "2020-01-01T00:00:00Z", True),
        ("run-new", None, False),
        ("others", "2020-01-01T00:00:00Z", False),
    ):
        metadata = {"name": name, "labels": labels if name.startswith("run-") else {}}
        store.add("jobs", {"kind": "Job", "metadata": metadata, "spec": {"suspend": suspend}})
        if date is not None:
            store.date_back("jobs", name, date)
    api = ApiServer(cluster.api.url, PLACE.namespace, cluster.folder)
    left = await sweep(api)
    await api.close()

    assert left == 2
    assert store.names("jobs") == ["run-new", "others"]


async def test_what_is_run_and_written_is_in_clear_nowhere(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    telling = _Telling()
    source = (
        "print('begun', flush=True)\nprint('marmalade'[::-1] + input())\nimport time\ntime.sleep(1)"
    )
    run = asyncio.create_task(sandbox.run(python(source, "quince"), telling, "an interview's"))
    await telling.begun.wait()
    while "quince" not in telling.text:
        telling.begun.clear()
        await telling.begun.wait()
    kept = json.dumps(list(cluster.api.store.everything().values()))
    logged = cluster.api.kubelet.everything_logged()
    secrets = [
        base64.b64decode(value)
        for (kind, _), one in cluster.api.store.everything().items()
        for value in (one["data"].values() if kind == "secrets" else ())
    ]
    await run

    assert logged.startswith(b"0 ")
    assert len(secrets) == 2
    for word in ("marmalade", "edalamram", "quince", "an interview"):
        assert word not in kept
        assert word.encode() not in logged + b"".join(secrets)
