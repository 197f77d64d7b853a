"""Settings that would open the door, and that no process starts with."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.main import create_app
from interview.config import Settings
from interview.errors import ConfigError
from interview.security.keys import new_key
from interview.security.production import check_production
from launcher.paths import REPOSITORY

ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
"""Of a program that is run elsewhere, where there is no `.env`."""
PROGRAMS = [["-m", "api"], [str(REPOSITORY / "worker.py")]]
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


@pytest.mark.parametrize("keys", [None, "", " ", "change-me", "placeholder:x", ZEROS])
@pytest.mark.parametrize("build", [check_production, create_app])
def test_where_people_sign_in_nobody_can_make_a_token(
    build: Callable[[Settings], object], keys: str | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        build(Settings.model_validate({"debug": False, "auth_keys": keys}))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("AUTH_KEYS: ")


def test_where_people_sign_in_with_keys_it_starts() -> None:
    check_production(Settings.model_validate({"debug": False, "auth_keys": new_key()}))


def test_the_containers_come_with_keys_that_nobody_knows() -> None:
    compose = Path("docker-compose.yml").read_text()
    assert re.findall(r"[HR]_KEYS: [$]{(?:AUTH|MASTER)_KEYS:-(.*)}", compose) == ["", ""]
    assert "/data/keys/keys.env .env" in Path("deploy/Dockerfile").read_text()
    assert "depends_on: &ready\n      keys:" in compose
    for service in ("api", "worker"):
        described = compose.split(f"\n  {service}:\n")[1].split("\n\n")[0]
        assert "volumes: &data" in described or "volumes: *data" in described
        assert re.search(r"depends_on: [&*]ready", described)


def test_in_development_all_of_it_is_allowed() -> None:
    check_production(Settings(environment="development", debug=True, cors_origins=("*",)))


@pytest.mark.parametrize("program", PROGRAMS, ids=["api", "worker"])
def test_neither_program_starts_and_each_says_why(program: list[str], tmp_path: Path) -> None:
    secret = new_key()
    ended = subprocess.run(
        [sys.executable, *program],
        cwd=tmp_path,
        env={
            **ENVIRONMENT,
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


@pytest.mark.parametrize("program", PROGRAMS, ids=["api", "worker"])
def test_neither_program_starts_for_people_without_a_key_of_its_own(
    program: list[str], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, *program],
        cwd=tmp_path,
        env={**ENVIRONMENT, "DEBUG": "false", "BLOB_URL": tmp_path.as_uri()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert ended.stderr == "AUTH_KEYS: missing; make one with `python -m interview.security.keys`\n"
