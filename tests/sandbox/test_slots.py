"""No two sandboxes of one machine give out the same uid, though they do not see each other."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import sys
from pathlib import Path

import pytest

from interview.config import CodeSettings
from interview.errors import ConfigError
from interview.sandbox.bubblewrap.slots import Slot, claim
from interview.sandbox.factory import build_sandbox

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.getuid() != 0, reason="only root has uids to give"),
]

_CLAIMS = """
import json, sys
from pathlib import Path
from interview.sandbox.bubblewrap.slots import claim
print(json.dumps([slot.uid for slot in claim(3, Path(sys.argv[1]))]), flush=True)
sys.stdin.read()
"""


def uids(slots: list[Slot]) -> set[int | None]:
    return {slot.uid for slot in slots}


async def test_containers_share_a_folder(tmp_path: Path) -> None:
    # As in a container: with a network namespace of its own it sees none of our names.
    other = await asyncio.create_subprocess_exec(
        *("unshare", "--net", sys.executable, "-c", _CLAIMS, tmp_path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert other.stdout is not None
    theirs = set(json.loads(await other.stdout.readline()))
    assert len(theirs) == 3

    ours = claim(3, tmp_path)
    assert len(uids(ours)) == 3
    assert not uids(ours) & theirs

    for uid in theirs:
        assert not lockable(tmp_path / str(uid))
    # They are free when it ends, however it ends.
    other.kill()
    await other.wait()
    for uid in theirs:
        assert lockable(tmp_path / str(uid))
    for slot in ours:
        slot.free()


def lockable(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


async def test_a_uid_at_work_is_not_free() -> None:
    (slot,) = claim(1)
    slot.free()
    left = await asyncio.create_subprocess_exec(
        *("setpriv", f"--reuid={slot.uid}", f"--regid={slot.uid}", "--clear-groups"),
        *("sleep", "600"),
    )
    async with asyncio.timeout(10):
        while True:
            if os.stat(f"/proc/{left.pid}").st_uid == slot.uid:
                break
            await asyncio.sleep(0.01)

    others = claim(3)
    assert slot.uid not in uids(others)
    left.kill()
    await left.wait()
    for one in others:
        one.free()


def test_a_folder_that_is_not_there_is_told_at_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CODE_UID_LOCKS: No such file or directory"):
        build_sandbox(CodeSettings(code_uid_locks=str(tmp_path / "nowhere")))
