"""Programs that some tests need and that no package of ours brings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from launcher.temporal import shared_tools

__all__ = ["find_tool", "need_tool"]


def find_tool(name: str) -> Path | None:
    """On PATH, or among this user's tools."""
    found = shutil.which(name) or shutil.which(name, path=str(shared_tools()))
    return Path(found) if found else None


def need_tool(name: str, where: str) -> Path:
    """Skips the test where it is missing; `where` says what brings it."""
    if (found := find_tool(name)) is None:
        pytest.skip(f"{name} is not installed: {where}")
    return found
