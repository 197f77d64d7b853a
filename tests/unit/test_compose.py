"""In containers, the one that runs programs of strangers is a stranger to the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_COMPOSE: dict[str, Any] = yaml.safe_load(Path("docker-compose.yml").read_text())
_SERVICES: dict[str, dict[str, Any]] = _COMPOSE["services"]
_CODE = _SERVICES["code"]


def test_it_meets_redis_and_temporal_alone() -> None:
    (network,) = _CODE["networks"]
    assert {name for name, one in _SERVICES.items() if network in one.get("networks", ())} == {
        "code",
        "redis",
        "temporal",
    }
    assert _COMPOSE["networks"][network]["internal"]


def test_whoever_has_a_network_has_named_it() -> None:
    """The default one is everybody's."""
    named = {name for name, one in _SERVICES.items() if "networks" in one or "network_mode" in one}
    assert named == set(_SERVICES)


def test_it_has_the_rights_that_make_walls_and_no_others() -> None:
    assert _CODE["cap_drop"] == ["ALL"]
    assert set(_CODE["cap_add"]) == {
        *("SYS_ADMIN", "SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE", "KILL"),
        *("SYS_PTRACE", "SYS_NICE", "SYS_RESOURCE"),
    }
    assert _CODE["read_only"]
    assert "no-new-privileges:true" in _CODE["security_opt"]
    assert "privileged" not in _CODE


def test_it_cannot_take_the_machine_away() -> None:
    assert {"mem_limit", "memswap_limit", "pids_limit"} <= set(_CODE)
    assert _CODE["mem_limit"] == _CODE["memswap_limit"]


def test_it_is_given_nothing_worth_having() -> None:
    assert not [name for name in _CODE["environment"] if "KEY" in name or "DATABASE" in name]
    assert _CODE["environment"]["REDIS_URL"].startswith("redis://code:")
    assert _CODE["volumes"] == ["code-uids:/run/intervue-code"]
    assert _CODE["environment"]["CODE_UID_LOCKS"] == "/run/intervue-code"
