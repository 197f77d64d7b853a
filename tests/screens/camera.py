"""Takes each screen as three people see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page

__all__ = ["Camera"]

Looks = tuple[str, int, int, Literal["light", "dark"]]
"""Folder, width, height, colours."""
_LOOKS: tuple[Looks, ...] = (
    ("light", 1280, 800, "light"),
    ("dark", 1280, 800, "dark"),
    ("phone", 390, 844, "light"),
)


@dataclass
class Camera:
    browser: Browser
    folder: Path
    taken: list[str] = field(default_factory=list[str])

    async def context(self, **more: Any) -> BrowserContext:
        """Without motion: a picture in the middle of one is blurred."""
        context = await self.browser.new_context(reduced_motion="reduce", **more)
        await context.grant_permissions(["microphone"])
        return context

    async def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """`whole`: all of the page, and not only what the window shows."""
        for folder, width, height, colours in _LOOKS:
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=colours)
            path = self.folder / folder / f"{name}.png"
            await page.screenshot(path=path, full_page=whole)
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.emulate_media(color_scheme="light")
        self.taken.append(name)
        print(f"  {name}", flush=True)
