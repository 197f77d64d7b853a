"""The keys of a local stack."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from launcher.errors import StartError
from launcher.keys import keep_keys, local_keys
from launcher.paths import Home


def test_keys_are_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    made = keep_keys(home, local_keys(home))

    assert keep_keys(home, local_keys(home)) == local_keys(home) == made
    assert keep_keys(home, {"AUTH_KEYS": "a:b", "MASTER_KEYS": "c:d"}) == made
    assert set(made) == {"AUTH_KEYS", "MASTER_KEYS"}
    assert made["AUTH_KEYS"] != made["MASTER_KEYS"]
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.env"]


def test_keys_are_on_disk_before_anything_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file, and then the folder: a file whose name is lost is lost."""
    synced: list[bool] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    home = Home(tmp_path)
    keep_keys(home, local_keys(home))
    assert synced == [False, True]


def test_a_damaged_file_is_not_replaced(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keys.write_text("AUTH_KEYS=a:b\n")
    with pytest.raises(StartError, match="MASTER_KEYS"):
        local_keys(home)
    assert home.keys.read_text() == "AUTH_KEYS=a:b\n"
