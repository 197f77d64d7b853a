"""What candidates are told before they consent: a file a version and language, which never
changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["CURRENT_VERSION", "LANGUAGES", "Notice", "current_notices", "notice_in_force"]

CURRENT_VERSION = "v1"
LANGUAGES = ("en", "de")
"""The notice says the same in all of them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` is Markdown; `sha256` is over the file. `version` names the language too, so that a
    consent tells which one was read: `v1.en`."""

    version: str
    language: str
    sha256: str
    text: str


@cache
def current_notices() -> tuple[Notice, ...]:
    """Today's, in every language; English comes first."""
    return tuple(_read(CURRENT_VERSION, language) for language in LANGUAGES)


def notice_in_force(version: str) -> Notice | None:
    return next((notice for notice in current_notices() if notice.version == version), None)


def _read(version: str, language: str) -> Notice:
    name = f"{version}.{language}"
    content = Path(__file__).with_name(f"{name}.md").read_bytes()
    return Notice(name, language, hashlib.sha256(content).hexdigest(), content.decode())
