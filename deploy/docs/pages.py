"""MkDocs calls this: reference pages that are written from the code when the site is built."""

from __future__ import annotations

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from deploy.docs import commands, protocol, rest, settings  # noqa: E402 MkDocs loads this by path

PAGES = {
    "reference/protocol.md": protocol.page,
    "reference/settings.md": settings.page,
    "reference/rest.md": rest.page,
    "reference/commands.md": commands.page,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    return files
