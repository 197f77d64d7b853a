"""A deployment's keys, made once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interview.config import Settings
from interview.security.key_file import make_key_file
from interview.security.keys import parse_keys


def test_of_many_at_once_one_makes_it_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.env"
    with ThreadPoolExecutor() as threads:
        ended = list(threads.map(_run, [str(path)] * 3))
    assert len(ended) == 3
    made = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    make_key_file(path)
    assert path.read_text() == made


def test_settings_read_it_and_what_is_given_goes_before(
    tmp_path: Path, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.env"
    make_key_file(path)
    # As the containers have it.
    env_file.symlink_to(path)
    monkeypatch.setenv("AUTH_KEYS", "")
    settings = Settings()
    for name, value in (("AUTH_KEYS", settings.auth_keys), ("MASTER_KEYS", settings.master_keys)):
        assert not parse_keys(name, value).is_placeholder
    assert settings.auth_keys != settings.master_keys
    monkeypatch.setenv("AUTH_KEYS", "given")
    given = Settings()
    assert given.auth_keys is not None
    assert given.auth_keys.get_secret_value() == "given"
    assert given.master_keys == settings.master_keys


def _run(path: str) -> None:
    subprocess.run([sys.executable, "-m", "interview.security.key_file", path], check=True)
