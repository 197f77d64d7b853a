"""How a program in a cluster ends: by itself, by a limit of ours, or by one of the cluster's."""

from __future__ import annotations

import pytest

from interview.domain.code_runs import Run
from interview.sandbox.kubernetes import watching
from interview.sandbox.kubernetes.backend import Kubernetes
from tests.sandbox.cluster.conftest import Cluster, python, ran

pytestmark = pytest.mark.integration

_SLEEPS = "print('begun', flush=True)\nimport time\ntime.sleep(30)"


async def test_it_runs_tells_and_leaves_nothing(sandbox: Kubernetes, cluster: Cluster) -> None:
    result, told = await ran(sandbox, python("print(input()[::-1])", "abc", "déf"))

    assert [(case.ending, case.stdout) for case in result.cases] == [
        *(("finished", "cba\n"), ("finished", "féd\n"))
    ]
    assert told == "cba\nféd\n"
    assert result.backend == "kubernetes"
    assert cluster.api.store.names("jobs") == cluster.api.store.names("secrets") == []


@pytest.mark.parametrize(
    ("source", "ending", "status"),
    [
        ("raise ValueError", "runtime_error", 1),
        ("raise SystemExit(3)", "runtime_error", 3),
        ("import os\nos.kill(os.getpid(), 11)", "runtime_error", -11),
        ("import time\ntime.sleep(60)", "time_limit", None),
        ("while True: pass", "time_limit", None),
        ("import os\nx=[]\nwhile 1: x.append(os.urandom(65536))", "memory_limit", None),
        ("while True: print('x' * 80)", "output_limit", None),
    ],
    ids=["raise", "exit", "signal", "sleep", "spin", "memory", "flood"],
)
async def test_how_it_ends(
    sandbox: Kubernetes, source: str, ending: str, status: int | None
) -> None:
    limits = {"cpu_s": 1, "wall_s": 2, "memory_bytes": 64 * 2**20, "output_bytes": 4096}
    result, told = await ran(sandbox, python(source, **limits))

    (case,) = result.cases
    assert (case.ending, case.exit_status) == (ending, status)
    assert len(case.stdout) <= 4096
    assert told == case.stdout + case.stderr


async def test_what_is_compiled_and_what_is_not(sandbox: Kubernetes) -> None:
    source = "#include <cstdio>\nint main() { std::puts(WHAT); }"
    wrong, told = await ran(sandbox, Run(language="cpp", source=source))
    right, _ = await ran(
        sandbox, Run(language="cpp", source=source.replace("WHAT", '"well"'), inputs=("", ""))
    )

    assert (wrong.ending, wrong.cases) == ("compile_error", ())
    assert "WHAT" in wrong.compiler
    assert "WHAT" in told
    assert [case.stdout for case in right.cases] == ["well\n", "well\n"]
    assert right.compile_ms > 0


async def test_a_pod_that_the_cluster_ends_for_its_memory(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    cluster.whims.memory_bytes = 60 * 2**20
    source = "print('begun', flush=True)\nx = bytearray(100 << 20)\nimport time\ntime.sleep(9)"
    result, _ = await ran(sandbox, python(source, "", ""))

    assert [(case.ending, case.stdout) for case in result.cases] == [
        *(("memory_limit", "begun\n"), ("memory_limit", ""))
    ]


@pytest.mark.parametrize("of", ["deadline_s", "job_deadline_s"])
async def test_a_pod_whose_time_is_over(sandbox: Kubernetes, cluster: Cluster, of: str) -> None:
    """A Job's own deadline takes the pod away, with what it had written."""
    setattr(cluster.whims, of, 1.5)
    result, told = await ran(sandbox, python(_SLEEPS, wall_s=20))

    assert [case.ending for case in result.cases] == ["time_limit"]
    assert told == "begun\n"


async def test_a_pod_that_is_killed_while_the_program_runs(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    cluster.whims.kill_after_s = 1.5
    result, _ = await ran(sandbox, python(_SLEEPS, wall_s=20))

    assert [(case.ending, case.exit_status) for case in result.cases] == [("runtime_error", -9)]


async def test_a_pod_that_its_node_could_not_keep(sandbox: Kubernetes, cluster: Cluster) -> None:
    cluster.whims.evict_after_s = 1.5
    result, _ = await ran(sandbox, python(_SLEEPS, wall_s=20))

    assert result.ending == "sandbox_unavailable"
    assert "Evicted" in result.reason


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "InvalidImageName"])
async def test_an_image_that_is_not_there(
    sandbox: Kubernetes, cluster: Cluster, reason: str
) -> None:
    cluster.whims.image_error = reason
    result, _ = await ran(sandbox, python("print()"))

    assert result.ending == "sandbox_unavailable"
    assert f"{reason}: pull access denied" in result.reason
    assert cluster.left() == []


@pytest.mark.parametrize(
    ("whim", "value", "said"),
    [
        ("no_pod", True, "no pod was made for it"),
        ("unschedulable", "0/3 nodes are available", "Unschedulable: 0/3 nodes are available"),
    ],
)
async def test_a_pod_that_does_not_start(
    *,
    sandbox: Kubernetes,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    whim: str,
    value: object,
    said: str,
) -> None:
    monkeypatch.setattr(watching, "COMING_S", 1)
    setattr(cluster.whims, whim, value)
    result, _ = await ran(sandbox, python("print()"))

    assert result.ending == "sandbox_unavailable"
    assert said in result.reason
    assert cluster.left() == []


async def test_more_than_a_secret_holds(sandbox: Kubernetes, cluster: Cluster) -> None:
    """Nothing can be taken out of what has no pattern."""
    import random

    # Twice the bytes that a letter of the alphabet has: what is packed is not much smaller.
    letters = "".join(chr(random.randrange(0x4E00, 0x9FA5)) for _ in range(349_000))
    result, _ = await ran(sandbox, python("print(len(input()))", letters))

    assert [case.stdout for case in result.cases] == ["349000\n"]
    assert cluster.api.asked_for("create", "secrets") == 2
