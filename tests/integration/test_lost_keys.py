"""A local stack whose keys are gone does not begin anew over what they have sealed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.security.keys import new_key
from launcher.errors import StartError
from launcher.keys import local_keys
from launcher.paths import REPOSITORY, Home
from launcher.stack import LocalStack

pytestmark = pytest.mark.integration


async def test_lost_keys_are_not_replaced_while_anything_is_sealed_under_them(
    tmp_path: Path,
) -> None:
    home, interview_id = Home(tmp_path / "home"), str(uuid.uuid4())
    postgres = ("postgres",)
    async with LocalStack(home, services=postgres) as stack:
        kept = home.keys.read_text()
        master = local_keys(home)["MASTER_KEYS"]
        await _seal(stack.urls["DATABASE_URL"], interview_id, master.partition(":")[0])
    async with LocalStack(home, services=postgres):
        pass  # these are the keys

    home.keys.unlink()
    with pytest.raises(StartError) as caught:
        await LocalStack(home, services=postgres).__aenter__()
    said = str(caught.value)
    assert master.partition(":")[0] in said
    assert f"restore {home.keys} from a backup" in said
    assert "\n" not in said
    assert not home.keys.exists(), "nothing stands where the backup goes"

    wrong = new_key()
    with pytest.raises(StartError):
        await LocalStack(home, services=postgres, given={"MASTER_KEYS": wrong}).__aenter__()
    async with LocalStack(home, services=postgres, given={"MASTER_KEYS": f"{wrong},{master}"}):
        assert home.keys.exists()
    home.keys.write_text(kept)
    async with LocalStack(home, services=postgres) as stack:
        await _erase(stack.urls["DATABASE_URL"], interview_id)
    home.keys.unlink()
    async with LocalStack(home, services=postgres):
        assert home.keys.read_text() != kept, "nothing is sealed any more"


async def test_api_and_worker_refuse_to_start_without_a_key_that_is_in_use(
    tmp_path: Path,
) -> None:
    async with LocalStack(Home(tmp_path / "home"), services=("postgres",)) as stack:
        url = stack.urls["DATABASE_URL"]
        await _seal(url, str(uuid.uuid4()), "lost")
        env = {**os.environ, "DATABASE_URL": url, "MASTER_KEYS": new_key(), "DEBUG": "true"}
        for argv in (["-m", "api"], ["worker.py"]):
            result = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, *argv],
                cwd=REPOSITORY,
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert result.returncode == 1, argv
            (line,) = result.stderr.strip().splitlines()
            assert line.startswith("MASTER_KEYS has no key lost, ")


async def _seal(url: str, interview_id: str, master_key_id: str) -> None:
    database = Database(url)
    try:
        key = WrappedKey(str(uuid.uuid4()), interview_id, b"wrapped", master_key_id)
        await DataKeyRows(database).add(key)
    finally:
        await database.close()


async def _erase(url: str, interview_id: str) -> None:
    database = Database(url)
    try:
        await DataKeyRows(database).destroy(interview_id, master_key_id="")
    finally:
        await database.close()
