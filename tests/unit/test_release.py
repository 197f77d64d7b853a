"""A release speaks of one version, and its chart of the images that were signed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from deploy.release.notes import NotReleasable, notes
from deploy.release.pin import pinned

_LOG = """# Changelog

## [Unreleased]

## [1.2.3] - 2026-01-01

### Added

- Rooms.

## [1.2.2] - 2025-12-01

- Doors.
"""
_VALUES = Path("deploy/helm/intervue/values.yaml").read_text()
_DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    chart = tmp_path / "deploy/helm/intervue/Chart.yaml"
    chart.parent.mkdir(parents=True)
    chart.write_text("apiVersion: v2\nversion: 1.2.3\nappVersion: 1.2.3\n")
    (tmp_path / "CHANGELOG.md").write_text(_LOG)
    return tmp_path


def test_notes_are_of_that_version_alone(root: Path) -> None:
    assert notes("1.2.3", root) == "### Added\n\n- Rooms.\n"


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("pyproject.toml", "pyproject.toml says 1.2.4"),
        ("deploy/helm/intervue/Chart.yaml", "Chart.yaml, appVersion says 1.2.4"),
        ("CHANGELOG.md", "CHANGELOG.md says nothing of 1.2.3"),
    ],
)
def test_another_version_is_not_released(root: Path, file: str, says: str) -> None:
    (root / file).write_text((root / file).read_text().replace("1.2.3", "1.2.4"))
    with pytest.raises(NotReleasable, match=says):
        notes("1.2.3", root)


def test_package_and_chart_agree_today() -> None:
    chart = yaml.safe_load(Path("deploy/helm/intervue/Chart.yaml").read_text())
    package = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    assert {chart["version"], chart["appVersion"]} == {package["version"]}


def test_images_are_pinned() -> None:
    digests = {component: _DIGEST for component in ("api", "worker", "code")}
    image = yaml.safe_load(pinned(_VALUES, "1.2.3", digests, "Acme/Intervue"))["image"]
    assert image["repository"] == "ghcr.io/acme/intervue"
    assert image["tag"] == "1.2.3"
    assert image["digests"] == digests


@pytest.mark.parametrize("digest", ["", "latest", "sha256:abc"])
def test_what_is_no_digest_is_not_pinned(digest: str) -> None:
    with pytest.raises(ValueError, match="is no digest"):
        pinned(_VALUES, "1.2.3", {"api": digest}, "acme/intervue")


@pytest.mark.parametrize("repository", ["", "acme", "ghcr.io/acme/intervue", "acme/a b"])
def test_what_is_no_repository_is_not_pinned(repository: str) -> None:
    with pytest.raises(ValueError, match="is no repository"):
        pinned(_VALUES, "1.2.3", {"api": _DIGEST}, repository)


def test_images_are_pushed_under_the_name_that_is_pinned(tmp_path: Path) -> None:
    """By what the workflow runs itself."""
    jobs = yaml.safe_load(Path(".github/workflows/images.yml").read_text())["jobs"]
    (naming,) = (step for step in jobs["image"]["steps"] if step.get("name") == "Its name")
    told = tmp_path / "env"
    given = {"GITHUB_REPOSITORY": "Acme/Intervue", "TARGET": "api", "GITHUB_ENV": str(told)}
    subprocess.run(["bash", "-euc", naming["run"]], check=True, env=given)
    pushed = [step for step in jobs["image"]["steps"] if "tags" in step.get("with", {})]
    assert pushed[-1]["with"]["tags"].startswith("${{ env.IMAGE }}:")
    image = yaml.safe_load(pinned(_VALUES, "1.2.3", {}, "Acme/Intervue"))["image"]
    assert told.read_text() == f"IMAGE={image['repository']}-api\n"


def test_a_release_pins_as_the_command_says(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(_VALUES)
    digests = json.dumps({"api": _DIGEST})
    command = [sys.executable, "deploy/release/pin.py", "1.2.3", digests, values, "Acme/Intervue"]
    subprocess.run(command, check=True)
    assert values.read_text() == pinned(_VALUES, "1.2.3", {"api": _DIGEST}, "Acme/Intervue")


def test_an_image_that_the_chart_has_not() -> None:
    with pytest.raises(ValueError, match="0 places"):
        pinned(_VALUES, "1.2.3", {"desk": _DIGEST}, "acme/intervue")
