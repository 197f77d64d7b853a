"""What a page weighs: all that it fetched of `web/out`, gzipped where that makes it smaller. What
the API answers is no part of the page."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page

from launcher.paths import REPOSITORY

__all__ = ["fetched", "total_kb", "weigh"]

WEB_OUT = REPOSITORY / "web" / "out"
_KINDS = {".js": "code", ".css": "style", ".woff2": "font", ".html": "document"}
_FETCHED = (
    """() => [location.href, ...performance.getEntriesByType("resource").map((e) => e.name)]"""
)


async def fetched(page: Page) -> set[str]:
    """The addresses, until now."""
    return set(await page.evaluate(_FETCHED))


def weigh(addresses: Iterable[str]) -> dict[str, int]:
    """In bytes, by kind: `code`, `style`, `font` and `document`."""
    sizes = dict.fromkeys(_KINDS.values(), 0)
    for path in {urlsplit(address).path for address in addresses}:
        file = WEB_OUT / path.lstrip("/")
        file = file / "index.html" if path.endswith("/") else file
        if file.suffix in _KINDS and file.is_file():
            sizes[_KINDS[file.suffix]] += _compressed(file)
    return sizes


def total_kb(sizes: dict[str, int]) -> float:
    return round(sum(sizes.values()) / 1024, 1)


def _compressed(file: Path) -> int:
    data = file.read_bytes()
    return min(len(data), len(gzip.compress(data, 6)))
