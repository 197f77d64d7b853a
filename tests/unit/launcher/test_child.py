"""A child is restarted when it dies, not in a frenzy, and is gone when we are."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from launcher.errors import StartError
from launcher.paths import REPOSITORY
from tests.unit.launcher.conftest import LIVE, READY, Bench, alive, until


async def test_a_killed_child_is_started_again_at_once(bench: Bench) -> None:
    child = bench.child(LIVE)
    await child.start()
    first = child.pid
    began = time.monotonic()

    child.kill()
    assert child.pid is None
    await until(lambda: child.pid is not None)

    assert time.monotonic() - began < 0.5
    await child.wait_ready()
    assert child.pid != first
    assert child.restarts == 1
    assert bench.said == ["toy ended (SIGKILL): starting it again at once"]


async def test_a_child_that_keeps_dying_is_given_more_and_more_time(bench: Bench) -> None:
    (bench.folder / "deaths").touch()
    script = textwrap.dedent("""
        import os, pathlib, sys, time
        deaths = pathlib.Path('deaths')
        deaths.write_text(deaths.read_text() + f'{time.monotonic()} ')
        pathlib.Path(f'ready-{os.getpid()}').touch()
        time.sleep(600 if len(deaths.read_text().split()) == 1 else 0)
        print('first line'); print('the reason', file=sys.stderr); sys.exit(3)
    """)
    child = bench.child(script)
    await child.start()

    child.kill()
    await until(lambda: child.restarts >= 4)

    waits = [line for line in bench.said if "starting it again" in line]
    assert [wait.rpartition("again ")[2] for wait in waits[:4]] == [
        "at once",
        "in 0.1 s",
        "in 0.2 s",
        "in 0.4 s",
    ]
    assert "toy ended (exit 3): starting it again in 0.1 s" in bench.said
    assert "  toy | the reason" in bench.said


async def test_a_steady_life_forgets_earlier_deaths(bench: Bench) -> None:
    child = bench.child(LIVE, steady_s=0.0)
    await child.start()

    for restarts in range(1, 4):
        child.kill()
        await until(lambda restarts=restarts: child.restarts == restarts)
        await child.wait_ready()

    assert bench.said == ["toy ended (SIGKILL): starting it again at once"] * 3


async def test_a_child_that_cannot_start_says_why_in_its_own_words(bench: Bench) -> None:
    child = bench.child("import sys; sys.exit('SOME_KEY not set: put it into .env')")

    with pytest.raises(StartError, match=r"^toy could not start: SOME_KEY not set: put it into"):
        await child.start()


async def test_last_words_are_not_those_of_an_earlier_run(bench: Bench) -> None:
    (bench.folder / "toy.log").write_text("an old complaint\n")
    child = bench.child("import sys; sys.exit(1)")

    with pytest.raises(StartError, match=r"could not start: nothing in"):
        await child.start()


async def test_a_missing_program_is_named(bench: Bench) -> None:
    child = bench.child(bench.program("", cwd=bench.folder / "missing"))

    with pytest.raises(StartError, match="missing"):
        await child.start()


async def test_stop_asks_first(bench: Bench) -> None:
    script = READY + (
        "import signal; signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)));"
        "time.sleep(600)"
    )
    child = bench.child(script)
    await child.start()

    await child.stop()

    assert (bench.folder / "toy.log").read_text() == "bye\n"
    assert bench.said == []


async def test_stop_kills_who_does_not_listen_and_what_it_started(bench: Bench) -> None:
    script = (
        "import signal, subprocess; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "import sys, pathlib;"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "pathlib.Path('grandchild').write_text(str(other.pid));" + LIVE
    )
    child = bench.child(script, stop_timeout_s=0.2)
    await child.start()
    grandchild = int((bench.folder / "grandchild").read_text())

    await child.stop()

    await until(lambda: not alive(grandchild))


async def test_a_frozen_child_can_be_stopped(bench: Bench) -> None:
    child = bench.child(LIVE)
    await child.start()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    began = time.monotonic()

    await child.stop()

    assert time.monotonic() - began < 5


async def test_a_start_given_up_in_the_middle_leaves_nothing(bench: Bench) -> None:
    child = bench.child("import time; time.sleep(600)")  # never ready
    starting = asyncio.create_task(child.start())
    await until(lambda: child.pid is not None)
    pid = child.pid
    assert pid is not None

    starting.cancel()
    await asyncio.wait({starting})
    await child.stop()

    assert not alive(pid)


_LAUNCHER = """
import asyncio, pathlib, sys
from launcher.child import Child, ChildSpec
from launcher.process import Program

async def ready(pid): return pathlib.Path("grandchild").exists()

async def main():
    script = (
        "import pathlib, subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
        " if {tree} else None;"
        "pathlib.Path('grandchild.new').write_text(str(p.pid if p else 0));"
        "pathlib.Path('grandchild.new').rename('grandchild'); time.sleep(600)"
    )
    program = Program(
        [sys.executable, "-c", script], pathlib.Path("toy.log"),
        cwd=pathlib.Path.cwd(), tree={tree},
    )
    child = Child(ChildSpec("toy", program, ready))
    await child.start()
    print(child.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
@pytest.mark.parametrize("tree", [False, True])
async def test_kill_9_of_the_launcher_leaves_no_orphan(tmp_path: Path, tree: bool) -> None:
    launcher = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _LAUNCHER.replace("{tree}", str(tree))),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert launcher.stdout is not None
    child = int(await launcher.stdout.readline())
    grandchild = int((tmp_path / "grandchild").read_text())

    launcher.kill()
    await launcher.communicate()

    await until(lambda: not alive(child) and not (tree and alive(grandchild)))
