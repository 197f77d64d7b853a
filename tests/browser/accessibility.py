"""The rules of accessibility, asked of a page by axe, and keyboards."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser.accounts import Visit
from tests.browser.fake_room_server import WEB_OUT

__all__ = ["check", "press_on", "shift", "tab_to", "watch_shifts"]

AXE = WEB_OUT.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_MOST_TABS = 150
_OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


async def watch_shifts(visit: Visit) -> None:
    """Of the pages that are opened from now on."""
    await visit.page.add_init_script(_SHIFTS)


async def shift(visit: Visit) -> float:
    """Chromium's cumulative layout shift of the page, so far; below 0.1 is good."""
    return await visit.page.evaluate("() => window.shifted")


async def check(visit: Visit, where: str) -> None:
    """In the light by all rules; in the dark only colours are different. Nothing is wider than the
    window."""
    await expect(visit.page.locator("h1")).to_be_visible()
    # Our policy forbids scripts of others: this one comes by the debugger.
    await visit.page.evaluate(await asyncio.to_thread(Path(AXE).read_text))
    await visit.page.emulate_media(color_scheme="light")
    broken = await _broken(visit, RULES)
    assert not broken, f"{where}: {broken}"
    await visit.page.emulate_media(color_scheme="dark")
    broken = await _broken(visit, ["color-contrast"])
    assert not broken, f"{where}, in the dark: {broken}"
    await visit.page.emulate_media(color_scheme="light")
    assert not await visit.page.evaluate(_OVERFLOWS), f"{where} is wider than a phone"


async def tab_to(visit: Visit, wanted: Locator, *, back: bool = False) -> None:
    """Goes there by the tab key alone, onwards or back."""
    handle = await wanted.element_handle()
    for _ in range(_MOST_TABS):
        if await visit.page.evaluate("(wanted) => document.activeElement === wanted", handle):
            return
        await visit.page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"no tab leads to {wanted}")


async def press_on(
    visit: Visit, wanted: Locator, key: str = "Enter", *, back: bool = False
) -> None:
    await tab_to(visit, wanted, back=back)
    await visit.page.keyboard.press(key)


async def _broken(visit: Visit, rules: list[str]) -> list[str]:
    results = await visit.page.evaluate("(only) => axe.run({ runOnly: only })", rules)
    return [
        f"{broken['id']}: {node['target']} {node['failureSummary']}"
        for broken in results["violations"]
        for node in broken["nodes"]
    ]
