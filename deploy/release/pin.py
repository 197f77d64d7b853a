"""Writes a release's images into the chart's values:
``python pin.py VERSION DIGESTS VALUES OWNER/NAME``.

`DIGESTS` is JSON, ``{"api": "sha256:…", …}``; ``OWNER/NAME`` the repository that released them. By
text: comments are what values are read for.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def pinned(values: str, version: str, digests: dict[str, str], repository: str) -> str:
    """Raises `ValueError` for a digest or a repository that is none, and where a place is not
    found."""
    if not _REPOSITORY.fullmatch(repository):
        raise ValueError(f"{repository!r} is no repository")
    for component, digest in digests.items():
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{component}: {digest!r} is no digest")
        values = _put(values, rf'^(    {re.escape(component)}: )"[^"]*"$', digest)
    # The registry takes no capitals.
    values = _put(values, r"^(  repository: )\S+$", f"ghcr.io/{repository.lower()}")
    return _put(values, r'^(  tag: )"[^"]*"$', version)


def _put(text: str, place: str, value: str) -> str:
    changed, count = re.subn(place, lambda match: f'{match[1]}"{value}"', text, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{count} places for {place}")
    return changed


if __name__ == "__main__":
    version, given, values, repository = sys.argv[1:]
    path = Path(values)
    path.write_text(pinned(path.read_text(), version, json.loads(given), repository))
