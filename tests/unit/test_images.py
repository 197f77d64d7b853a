"""The images hold all that their processes import, and nothing that was not meant for them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_DOCKERFILE = Path("deploy/Dockerfile").read_text()
_STAGES = re.split(r"^(?=FROM )", _DOCKERFILE, flags=re.MULTILINE)[1:]
_FROM = re.compile(r"FROM (\S+) AS (\S+)")


def _stage(name: str) -> tuple[str, str]:
    """Its base, and its lines with those that go on joined."""
    for stage in _STAGES:
        head = _FROM.match(stage)
        assert head is not None
        if head[2] == name:
            return head[1], stage.replace("\\\n", " ")
    raise AssertionError(f"there is no stage {name}")


def _copied(name: str) -> list[str]:
    """What a stage and its bases take from the context."""
    base, text = _stage(name)
    below = [] if base.startswith("${") else _copied(base)
    lines = re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
    return below + [source for line in lines for source in line.split()[:-1]]


def _context() -> set[str]:
    """What `.dockerignore` lets through, by its first folder."""
    lines = Path(".dockerignore").read_text().splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def _laid_out(target: str, folder: Path) -> Path:
    for source in _copied(target):
        if Path(source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".next", "out")
            shutil.copytree(source, folder / source, ignore=ignored)
        else:
            shutil.copy(source, folder)
    return folder


@pytest.mark.parametrize("target", ["page", "packages", "api", "worker", "code"])
def test_what_is_copied_is_there_and_let_through(target: str) -> None:
    for source in _copied(target):
        assert Path(source).exists(), source
        assert source.partition("/")[0] in _context(), source


_API = "import api.__main__, interview.security.key_file, interview.persistence.migrate"
_MIGRATIONS = """
from alembic.config import Config
from alembic.script import ScriptDirectory
assert ScriptDirectory.from_config(Config("alembic.ini")).get_heads()
"""


@pytest.mark.parametrize(
    ("target", "program"),
    [
        ("api", _API),
        ("api", _MIGRATIONS),
        ("worker", "import worker"),
        ("code", "import code_worker, interview.sandbox.bubblewrap.backend"),
        ("code", "import interview.sandbox.kubernetes.inside.__main__, code_worker"),
    ],
    ids=["api", "migrations", "worker", "code", "program"],
)
def test_nothing_is_missing(target: str, program: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=_laid_out(target, tmp_path),
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("target", ["api", "worker", "code"])
def test_what_is_for_others_is_left_out(target: str) -> None:
    copied = set(_copied(target))
    assert not copied & {"web", "tests", "launcher", "demo", "bench", "chaos", ".", ".env"}
    assert ("activities" in copied) is (target != "api")
    for of_worker in ("worker.py", "workers"):
        assert (of_worker in copied) is (target == "worker")


def _users(target: str) -> list[str]:
    users: list[str] = []
    name = target
    while not name.startswith("${"):
        name, text = _stage(name)
        users = re.findall(r"^USER (\S+)$", text, re.MULTILINE) + users
    return users


@pytest.mark.parametrize("target", ["api", "worker"])
def test_it_runs_as_nobody_of_importance(target: str) -> None:
    assert _users(target)[-1] == "10001:10001"


def test_programs_of_strangers_find_no_keys() -> None:
    """Where root gives each of them a user of its own."""
    assert _users("code")[-1] == "0:0"
    text = _stage("code")[1]
    assert "rm -rf /var/lib/apt/lists/* .env" in text, "the link that leads to keys is gone"


@pytest.mark.parametrize("target", ["api", "worker", "code"])
def test_it_tells_whether_it_is_well(target: str) -> None:
    assert "HEALTHCHECK " in _stage(target)[1]
