"""`.env.example` explains every setting, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from interview.config import Settings

_LINES = Path(".env.example").read_text().splitlines()
_SHOWN = {
    match[1]: match[2]
    for line in _LINES
    if (match := re.match(r"(?:# )?([A-Z][A-Z0-9_]*)=(.*)", line))
}
_COMPOSE_ONLY = {
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD", "CODE_REDIS_PASSWORD", "EXTRA"),
    *("BACKUP_DIR", "BACKUP_KEYS_DIR", "BACKUP_KEEP"),
}
_SERVER_ONLY = {"DOMAIN", "ACME_EMAIL", "EDGE_SUBNET"}
_NOT_SETTINGS = {
    "NEXT_PUBLIC_API_URL",
    "NEXT_PUBLIC_WS_URL",
    "INTERVUE_HOME",
    *(_COMPOSE_ONLY | _SERVER_ONLY),
}
_NOT_IN_CONTAINERS = {"WEB_DIR", "WORKER_READY_FILE"}
"""The image knows."""
_OTHER_BACKENDS = {
    name.upper()
    for name in Settings.model_fields
    if name.startswith(("temporal_", "s3_", "code_kubernetes_"))
} - {"TEMPORAL_ADDRESS", "TEMPORAL_UI_URL"}
"""The containers bring their own Temporal and a folder for the recordings, and are no cluster."""
_OTHER_THAN_DEFAULT = {"DEBUG"}  # a copy is for development, where interviews are allowed


def _as_written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] a field's default is of any type
    return str(value)


def test_every_setting_is_there_and_nothing_else() -> None:
    assert set(_SHOWN) - _NOT_SETTINGS == {name.upper() for name in Settings.model_fields}


def test_the_defaults_shown_are_the_real_ones() -> None:
    for name, field in Settings.model_fields.items():
        assert field.default is not PydanticUndefined
        if name.upper() not in _OTHER_THAN_DEFAULT:
            assert _SHOWN[name.upper()] == _as_written(field.default), name


def test_every_setting_is_explained() -> None:
    for number, line in enumerate(_LINES):
        name = re.match(r"(?:# )?([A-Z][A-Z0-9_]*)=", line)
        above = _LINES[number - 1]
        if name is not None:
            assert above.startswith("# "), f"{name[1]} has nothing above it"


def test_a_plain_copy_is_valid() -> None:
    settings = Settings(_env_file=".env.example")  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds

    assert settings.openai_api_key is None
    assert settings.debug


def test_every_setting_reaches_the_containers() -> None:
    compose = Path("docker-compose.yml").read_text()
    passed = set(re.findall(r"^ +([A-Z][A-Z0-9_]*):", compose, re.MULTILINE))
    wanted = {name.upper() for name in Settings.model_fields}
    assert wanted - passed == _NOT_IN_CONTAINERS | _OTHER_BACKENDS


def test_what_only_the_containers_know_is_explained_too() -> None:
    compose = Path("docker-compose.yml").read_text()
    named = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", compose))
    assert named - {name.upper() for name in Settings.model_fields} == _COMPOSE_ONLY


def test_what_only_a_server_knows_is_explained_too() -> None:
    server = Path("deploy/compose/server.yml").read_text()
    named = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", server))
    assert named - {name.upper() for name in Settings.model_fields} - _COMPOSE_ONLY == _SERVER_ONLY
