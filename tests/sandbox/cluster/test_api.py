"""What an API server answers when it does not do what it is asked, and what is made of it."""

from __future__ import annotations

import pytest

from interview.sandbox.kubernetes.backend import Kubernetes
from tests.sandbox.cluster.conftest import Cluster, python, ran

pytestmark = pytest.mark.integration

_TALKS = """
import time
for number in range(40):
    print('line', number, flush=True)
    time.sleep(0.02)
"""
_SAID = "".join(f"line {number}\n" for number in range(40))
_HELLO = python("print('hello')")


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        (("create", "jobs"), (403, "exceeded quota: programs, requested: count/jobs.batch=1"), ""),
        (("create", "jobs"), (422, "spec.template.spec.containers: Required value"), ""),
        (("create", "secrets"), (403, "exceeded quota: programs, requested: secrets=1"), ""),
        (("patch", "jobs"), (404, 'jobs.batch "run" not found'), ""),
        (("list", "pods"), (403, "pods is forbidden"), ""),
        (("get", "pods/log"), (403, "pods/log is forbidden"), ""),
    ],
    ids=["quota", "manifest", "secrets", "gone", "pods", "log"],
)
async def test_what_it_refuses_is_said_and_leaves_nothing(
    *,
    sandbox: Kubernetes,
    cluster: Cluster,
    asked: tuple[str, str],
    answer: tuple[int, str],
    said: str,
) -> None:
    cluster.faults.answers[asked] = [answer]
    result, _ = await ran(sandbox, python("print('marmalade')"))

    assert result.ending == "sandbox_unavailable"
    assert f"{answer[0]}: {answer[1]}" in result.reason
    assert "marmalade" not in result.reason
    assert cluster.left() == []


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    "asked",
    [("create", "jobs"), ("create", "secrets"), ("patch", "jobs"), ("list", "pods")],
    ids=["job", "secret", "begin", "pods"],
)
async def test_what_passes_is_asked_again(
    sandbox: Kubernetes, cluster: Cluster, asked: tuple[str, str], status: int
) -> None:
    cluster.faults.answers[asked] = [(status, "etcdserver: leader changed")] * 2
    result, told = await ran(sandbox, _HELLO)

    assert (result.ending, told) == ("finished", "hello\n")


async def test_what_does_not_pass_is_said(sandbox: Kubernetes, cluster: Cluster) -> None:
    cluster.faults.answers["create", "jobs"] = [(500, "etcdserver: no leader")] * 9
    result, _ = await ran(sandbox, _HELLO)

    assert (result.ending, result.reason) == (
        "sandbox_unavailable",
        "the API server answered 500: etcdserver: no leader",
    )


@pytest.mark.parametrize("asked", [("create", "jobs"), ("create", "secrets"), ("patch", "jobs")])
async def test_an_answer_that_is_lost(
    sandbox: Kubernetes, cluster: Cluster, asked: tuple[str, str]
) -> None:
    """It was done, and is asked for once more."""
    cluster.faults.lose_answers.append(asked)
    started = cluster.api.kubelet.started
    result, told = await ran(sandbox, _HELLO)

    assert (result.ending, told) == ("finished", "hello\n")
    assert cluster.api.kubelet.started == started + 1
    assert cluster.api.store.names("jobs") == []


async def test_a_token_that_was_replaced(sandbox: Kubernetes, cluster: Cluster) -> None:
    cluster.api.tokens = {"another"}
    refused, _ = await ran(sandbox, _HELLO)
    (cluster.folder / "token").write_text("another")
    result, _ = await ran(sandbox, _HELLO)

    assert (refused.ending, "401" in refused.reason) == ("sandbox_unavailable", True)
    assert "the-token" not in refused.reason
    assert result.ending == "finished"


@pytest.mark.parametrize("cuts", [[0], [37], [200, 201, 1200]], ids=str)
async def test_a_log_that_is_cut_is_read_on(
    sandbox: Kubernetes, cluster: Cluster, cuts: list[int]
) -> None:
    """Each line is told once."""
    cluster.faults.cuts += cuts
    result, told = await ran(sandbox, python(_TALKS))

    assert [case.stdout for case in result.cases] == [_SAID]
    assert told == _SAID
    assert cluster.api.asked_for("get", "pods/log") > len(cuts)


async def test_a_log_that_cannot_be_had_for_a_while(sandbox: Kubernetes, cluster: Cluster) -> None:
    cluster.faults.answers["get", "pods/log"] = [
        *((400, "container is waiting to start"), (500, "kubelet"), (502, "Bad Gateway"))
    ]
    result, told = await ran(sandbox, python(_TALKS))

    assert result.ending == "finished"
    assert told == _SAID


async def test_a_watch_whose_past_is_forgotten(sandbox: Kubernetes, cluster: Cluster) -> None:
    cluster.faults.expire_watches = 3
    cluster.whims.deadline_s = 2  # and it is watched to its end
    result, _ = await ran(sandbox, python("import time\ntime.sleep(9)", wall_s=20))

    assert [case.ending for case in result.cases] == ["time_limit"]


async def test_nobody_there(cluster: Cluster) -> None:
    sandbox = cluster.sandbox("https://127.0.0.1:1")
    status = await sandbox.check()
    await sandbox.close()

    assert "out of reach" in status.reason


async def test_a_server_of_another_authority(cluster: Cluster, tmp_path: object) -> None:
    from pathlib import Path

    from tests.fakes.cluster.credentials import write_credentials

    other = Path(str(tmp_path))
    write_credentials(other)
    (cluster.folder / "ca.crt").rename(cluster.folder / "kept")
    try:
        (cluster.folder / "ca.crt").write_bytes((other / "ca.crt").read_bytes())
        sandbox = cluster.sandbox()
    finally:
        (cluster.folder / "kept").rename(cluster.folder / "ca.crt")
    status = await sandbox.check()
    await sandbox.close()

    assert "out of reach" in status.reason
    assert cluster.api.asked == []
