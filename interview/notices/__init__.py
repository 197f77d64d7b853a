"""What candidates are told before they consent: a file a version, which never changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["CURRENT_VERSION", "Notice", "current_notice"]

CURRENT_VERSION = "v1.en"


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` is Markdown; `sha256` is over the file."""

    version: str
    sha256: str
    text: str


@cache
def current_notice() -> Notice:
    content = Path(__file__).with_name(f"{CURRENT_VERSION}.md").read_bytes()
    return Notice(CURRENT_VERSION, hashlib.sha256(content).hexdigest(), content.decode())
