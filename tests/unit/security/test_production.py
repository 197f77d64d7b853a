"""Settings that would open the door, and that no process starts with."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interview.config import Settings
from interview.errors import ConfigError
from interview.security.keys import new_key
from interview.security.production import check_production

ZEROS = f"zeros:{base64.b64encode(bytes(32)).decode()}"


def in_production(**changed: Any) -> Settings:
    right: dict[str, Any] = {
        "environment": "production",
        "public_url": "https://interviews.company.example",
        "auth_keys": new_key(),
        "master_keys": new_key(),
        "cors_origins": (),
    }
    return Settings.model_validate(right | changed)


def test_what_is_right_starts() -> None:
    check_production(in_production())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"debug": True}, "DEBUG"),
        ({"auth_keys": None}, "AUTH_KEYS"),
        ({"auth_keys": ""}, "AUTH_KEYS"),
        ({"auth_keys": "change-me"}, "AUTH_KEYS"),
        ({"auth_keys": ZEROS}, "AUTH_KEYS"),
        ({"master_keys": None}, "MASTER_KEYS"),
        ({"master_keys": f"{new_key()},{ZEROS}"}, "MASTER_KEYS"),
        ({"encryption": "off"}, "ENCRYPTION"),
        ({"public_url": "http://interviews.company.example"}, "PUBLIC_URL"),
        ({"public_url": "https://"}, "PUBLIC_URL"),
        ({"public_url": "https://[half"}, "PUBLIC_URL"),
        ({"cors_origins": ("*",)}, "CORS_ORIGINS"),
        ({"cors_origins": ("https://company.example", "*")}, "CORS_ORIGINS"),
    ],
)
def test_each_thing_that_is_wrong_is_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_production(in_production(**changed))
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{named}: ")


def test_in_development_all_of_it_is_allowed() -> None:
    check_production(Settings(environment="development", debug=True, cors_origins=("*",)))


@pytest.mark.parametrize("program", [["-m", "api"], ["worker.py"]])
def test_neither_program_starts_and_each_says_why(program: list[str], tmp_path: Path) -> None:
    secret = new_key()
    ended = subprocess.run(
        [sys.executable, *program],
        env={
            "PATH": os.environ["PATH"],
            "ENVIRONMENT": "production",
            "DEBUG": "true",
            "MASTER_KEYS": secret,
            "CORS_ORIGINS": "*",
            "BLOB_URL": tmp_path.as_uri(),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    said = [line.partition(":")[0] for line in ended.stderr.splitlines()]
    assert said == ["DEBUG", "AUTH_KEYS", "PUBLIC_URL", "CORS_ORIGINS"], ended.stderr
    assert secret not in ended.stderr
