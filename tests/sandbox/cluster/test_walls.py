"""A pod whose walls do not hold runs nothing; and what a program in one that do finds there."""

from __future__ import annotations

import os

import pytest

from interview.domain.code_runs import SandboxStatus
from interview.sandbox.kubernetes.backend import Kubernetes
from tests.sandbox.cluster.conftest import Cluster, python, ran

pytestmark = pytest.mark.integration

_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="nobody else can be made root")


async def test_walls_that_hold(cluster: Cluster) -> None:
    sandbox = cluster.sandbox()
    try:
        status = await sandbox.check(("python", "sql"))
        result, _ = await ran(sandbox, python("print('well')"))
    finally:
        await sandbox.close()

    assert status.available == ("python", "sql"), status
    assert [case.stdout for case in result.cases] == ["well\n"]


@pytest.mark.parametrize(
    ("whim", "value", "said"),
    [
        ("network_open", True, "the network is open"),
        ("root_writable", True, "does not hold here: files"),
        ("token_mounted", True, "does not hold here: no token"),
        pytest.param("as_root", True, "does not hold here: not root", marks=_ROOT),
        ("runtime_class", "runc", "another runtime"),
    ],
)
async def test_walls_that_do_not_hold_are_found(
    cluster: Cluster, whim: str, value: object, said: str
) -> None:
    setattr(cluster.whims, whim, value)
    sandbox = cluster.sandbox()
    try:
        before = await sandbox.run(python("print()"), lambda _: None)
        status = await sandbox.check()
        after = await sandbox.run(python("print()"), lambda _: None)
    finally:
        await sandbox.close()

    assert (before.ending, before.reason) == (
        "sandbox_unavailable",
        "the sandbox was not tried yet",
    )
    assert said in status.reason
    assert status == SandboxStatus(backend="kubernetes", reason=status.reason)
    assert (after.ending, after.reason) == ("sandbox_unavailable", status.reason)


async def test_a_network_that_opens_later_is_found_by_each_run(
    sandbox: Kubernetes, cluster: Cluster
) -> None:
    """The program has not begun by then."""
    cluster.whims.network_open = True
    result, told = await ran(sandbox, python("print('begun')"))

    assert "the network is open" in result.reason
    assert told == ""


async def test_nobody_but_its_supervisor_speaks_for_it(sandbox: Kubernetes) -> None:
    """Neither by its output, nor by what is said there of another input."""
    source = """
import glob, os
for path in ("/proc/1/fd/1", "/proc/1/mem", "/proc/1/environ", "/proc/1/fd/0"):
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.open(path, mode)
            print("opened", path)
        except OSError:
            pass
held = b"".join(open(path, "rb").read() for path in sorted(glob.glob("/task/*")))
print("TASK_KEY" in os.environ, len(held) > 100, b"quince" in held, input())
print("3 ZGVhdGg=")
"""
    result, _ = await ran(sandbox, python(source, "plum", "quince"))

    assert [case.stdout for case in result.cases] == [
        f"False True False {word}\n3 ZGVhdGg=\n" for word in ("plum", "quince")
    ]


async def test_an_input_finds_nothing_of_the_one_before(sandbox: Kubernetes) -> None:
    """Neither its files, however well they are hidden, nor its processes, whoever their parents
    are; and what ends everybody does not end its supervisor."""
    source = """
import os, signal, sys, time
alive = [pid for pid in os.listdir("/proc") if pid.isdigit()]
print(sorted(os.listdir("/tmp")), os.listdir("/dev/shm"), len(alive), flush=True)
for path in ("/tmp/a/b/c", "/dev/shm/d"):
    os.makedirs(path)
    open(path + "/file", "w").close()
    os.chmod(path, 0)
os.chmod("/tmp/a", 0)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    os._exit(0)
if sys.stdin.read() == "end":
    os.kill(-1, signal.SIGKILL)
"""
    result, _ = await ran(sandbox, python(source, "", "end", ""))

    assert {case.stdout for case in result.cases} == {"[] [] 2\n"}
    assert [case.ending for case in result.cases] == ["finished", "finished", "finished"]


@pytest.mark.parametrize(
    ("attack", "endings"),
    [
        ("os.kill(1, signal.SIGTERM)", ["finished", "finished"]),
        ("os.kill(1, signal.SIGINT)", ["finished", "finished"]),
        ("resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))", ["runtime_error", "runtime_error"]),
        ("resource.prlimit(1, resource.RLIMIT_AS, (1, 1))", None),
        ("resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))", None),
    ],
    ids=["terminate", "interrupt", "no files", "no memory", "no time"],
)
async def test_no_program_passes_off_its_failure_as_the_sandboxes(
    sandbox: Kubernetes, attack: str, endings: list[str] | None
) -> None:
    """Its supervisor is of the same user, so it may be signalled, and set limits to."""
    source = f"import os, resource, signal, time\n{attack}\ntime.sleep(0.3)"
    result, _ = await ran(sandbox, python(source, "", ""))

    assert result.ending == "finished", result.reason
    assert len(result.cases) == 2
    if endings is not None:
        assert [case.ending for case in result.cases] == endings
