"""Alarms and dashboards name what there is; each alarm has a runbook, and fires when it should."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from interview.telemetry.metrics import REGISTRY
from tests.fakes.prometheus import OBSERVABILITY
from tests.tools import need_tool

_RULES: list[dict[str, Any]] = yaml.safe_load((OBSERVABILITY / "alerts.yaml").read_text())[
    "groups"
][0]["rules"]
_TESTS = (OBSERVABILITY / "alerts.test.yaml").read_text()
_BOARDS = sorted((OBSERVABILITY / "dashboards").glob("*.json"))
_OURS = re.compile(r"\bintervue_[a-z_]+\b")
_DEBIAN = "apt-get install --no-install-recommends prometheus"


def series() -> set[str]:
    """Every name that a scrape can hold."""
    names: set[str] = set()
    for family in REGISTRY.collect():
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        names |= {f"{family.name}{ending}" for ending in endings.get(family.type, [""])}
    return names


def boards() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in _BOARDS]


def expressions() -> list[str]:
    panels = [
        target["expr"]
        for board in boards()
        for panel in board["panels"]
        for target in panel["targets"]
    ]
    return [*panels, *(rule["expr"] for rule in _RULES)]


def test_they_ask_for_nothing_that_is_not_told() -> None:
    asked = {name for expression in expressions() for name in _OURS.findall(expression)}

    assert asked - series() == set()


def test_all_that_is_told_is_shown_somewhere() -> None:
    asked = {name for expression in expressions() for name in _OURS.findall(expression)}
    shown = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in asked}
    told = {family.name for family in REGISTRY.collect() if family.name.startswith("intervue")}

    assert told - shown == set()


@pytest.mark.parametrize("rule", _RULES, ids=lambda rule: rule["alert"])
def test_each_alarm_has_a_runbook_and_a_test(rule: dict[str, Any]) -> None:
    runbook = Path(rule["annotations"]["runbook"])

    text = runbook.read_text()

    assert rule["alert"] in text
    for heading in ("## What people notice", "## Look", "## Do", "## Afterwards"):
        assert heading in text, heading
    assert rule["labels"]["severity"] in ("page", "warn")
    assert f"alertname: {rule['alert']}\n        exp_alerts:\n" in _TESTS


def test_no_runbook_is_of_no_alarm() -> None:
    named = {Path(rule["annotations"]["runbook"]).name for rule in _RULES}

    there = {path.name for path in Path("docs/operations/runbooks").glob("*.md")}

    assert there - {"README.md"} == named


def test_the_alarms_fire_when_they_should_and_not_else() -> None:
    promtool = need_tool("promtool", _DEBIAN)
    for arguments in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        done = subprocess.run(
            [promtool, *arguments], cwd=OBSERVABILITY, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_scrape_configuration_is_one() -> None:
    promtool = need_tool("promtool", _DEBIAN)
    done = subprocess.run(
        [promtool, "check", "config", "prometheus.yaml"],
        cwd=OBSERVABILITY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("board", boards(), ids=[path.stem for path in _BOARDS])
def test_panels_do_not_overlap_and_know_their_data_source(board: dict[str, Any]) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in board["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
