"""A spare has loaded its program already, and runs it when it is its turn."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from launcher.paths import REPOSITORY
from launcher.process import Program
from launcher.standby import Standby
from tests.unit.launcher.conftest import READY, Bench, alive, until

_PACKAGE = """
import os, pathlib, sys
pathlib.Path(f"{__name__}-{os.getpid()}").touch()
if __name__ == "__main__":
    print(sys.argv[1:], os.environ["WORD"], repr(sys.stdin.read()))
"""


def loaded(folder: Path) -> set[str]:
    return {path.name.rpartition("-")[2] for path in folder.glob("toy.__main__-*")}


def ran(folder: Path) -> bool:
    return any(folder.glob("__main__-*"))


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").touch()
    (tmp_path / "toy" / "__main__.py").write_text(_PACKAGE)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return Program([sys.executable, "-m", "toy", "--flag"], tmp_path / "toy.log", cwd=tmp_path)


async def test_it_loads_ahead_and_runs_on_demand(toy: Program, tmp_path: Path) -> None:
    standby = Standby(toy)
    await standby.fill()
    await until(lambda: len(loaded(tmp_path)) == 1)
    assert not ran(tmp_path)

    process = await standby.take({"WORD": "go"})

    assert {str(process.pid)} == loaded(tmp_path)
    assert await process.wait() == 0
    assert (tmp_path / "toy.log").read_text() == "['--flag'] go ''\n"


async def test_a_script_runs_too(tmp_path: Path, toy: Program) -> None:
    (tmp_path / "script.py").write_text("if __name__ == '__main__': print('ran')\n")
    standby = Standby(Program([sys.executable, "script.py"], tmp_path / "toy.log", cwd=tmp_path))

    process = await standby.take({})

    assert await process.wait() == 0
    assert (tmp_path / "toy.log").read_text() == "ran\n"


async def test_a_spare_that_is_not_needed_goes(toy: Program, tmp_path: Path) -> None:
    standby = Standby(toy)
    await standby.fill()
    await until(lambda: len(loaded(tmp_path)) == 1)

    await standby.empty()

    assert not alive(int(loaded(tmp_path).pop()))


async def test_a_killed_child_is_replaced_by_the_spare(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    (bench.folder / "program.py").write_text(
        "import os, pathlib, time\n"
        "pathlib.Path(f'loaded-{os.getpid()}').touch()\n"
        f"if __name__ == '__main__':\n    {READY} time.sleep(600)\n"
    )
    program = bench.program("", argv=[sys.executable, "program.py"])
    child = bench.child(program, standby=Standby(program))

    def spares() -> set[int]:
        found = {int(path.name.rpartition("-")[2]) for path in bench.folder.glob("loaded-*")}
        return {pid for pid in found if alive(pid)} - {child.pid or 0}

    await child.start()
    await until(lambda: len(spares()) == 1)
    spare = spares()

    child.kill()
    await child.wait_ready()

    assert child.pid in spare
