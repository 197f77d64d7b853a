"""Prints what the changelog says of a version: ``python notes.py 1.2.3``. Fails where the package,
the chart or the changelog speak of another one."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class NotReleasable(Exception):
    """The message says what to put right."""


def notes(version: str, root: Path = ROOT) -> str:
    """The changelog's section, without its heading. Raises `NotReleasable`."""
    package = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    chart = (root / "deploy/helm/intervue/Chart.yaml").read_text()
    said = {"pyproject.toml": package} | {
        f"Chart.yaml, {name}": found
        for name, found in re.findall(r"^(version|appVersion): (\S+)$", chart, re.MULTILINE)
    }
    if wrong := [f"{where} says {other}" for where, other in said.items() if other != version]:
        raise NotReleasable(f"{version} is to be released, but {'; '.join(wrong)}")
    log = (root / "CHANGELOG.md").read_text()
    section = re.search(
        rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)", log, re.MULTILINE | re.DOTALL
    )
    if section is None or not section[1].strip():
        raise NotReleasable(f"CHANGELOG.md says nothing of {version}")
    return section[1].strip() + "\n"


if __name__ == "__main__":
    try:
        print(notes(sys.argv[1]), end="")
    except NotReleasable as error:
        sys.exit(str(error))
