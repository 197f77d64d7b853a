"""A page by keyboard alone: one always sees where one is, and never falls out of it.

::

    keys = await Keys.begin(page)
    await keys.press("Enter", on=page.get_by_role("link", name="Roles"))
    await keys.assert_kept()
"""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

__all__ = ["Keys"]

_MOST_TABS = 150
_WATCH = """
window.lost = [];
window.pointed = [];
{
  const name = ({ tagName, dataset, id, textContent }) =>
    `${tagName} ${dataset.testid ?? id}: ${textContent.slice(0, 40)}`;
  let had = null;
  let where = "";
  let key = "";
  let frames = 0;
  addEventListener("focusin", ({ target }) => {
    had = name(target);
    where = location.pathname;
  }, true);
  addEventListener("keydown", (event) => { key = event.key; }, true);
  addEventListener("pointerdown", ({ target }) => window.pointed.push(name(target)), true);
  const look = () => {
    window.isNowhere = had !== null && [null, document.body].includes(document.activeElement);
    // Tab leads out of the page, and in again; of another page there may be nothing yet.
    const mayBe = key === "Tab" || where !== location.pathname;
    frames = window.isNowhere && !mayBe ? frames + 1 : 0;
    if (frames === 3) window.lost.push(`${had} (after ${key})`);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
_UNSEEN = """
() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return "";
  const shown = [element, element.closest("label"), element.parentElement].find((one) => {
    const { outlineStyle, outlineWidth } = one ? getComputedStyle(one) : {};
    return one && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  if (!shown) return `${element.outerHTML.slice(0, 200)} has no ring`;
  const { left, right, top, bottom } = shown.getBoundingClientRect();
  const at = (from, to) => [from + 2, (from + to) / 2, to - 2];
  const isSeen = at(left, right).some((x) => at(top, bottom).some((y) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (shown.contains(hit) || hit.contains(element));
  }));
  return isSeen ? "" : `${element.outerHTML.slice(0, 200)} is out of sight`;
}
"""


class Keys:
    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def begin(cls, page: Page) -> Keys:
        """Of a page that has not been opened yet."""
        await page.add_init_script(_WATCH)
        return cls(page)

    async def to(self, wanted: Locator, *, back: bool = False) -> None:
        """By the tab key, onwards or back; each stop on the way is seen."""
        await expect(wanted).to_be_visible()
        await self.assert_kept()
        handle = await wanted.element_handle()
        for _ in range(_MOST_TABS):
            if await self.page.evaluate("(one) => document.activeElement === one", handle):
                return
            await self.page.keyboard.press("Shift+Tab" if back else "Tab")
            unseen = await self.page.evaluate(_UNSEEN)
            assert not unseen, unseen
        raise AssertionError(f"no tab leads to {wanted}")

    async def press(self, key: str, *, on: Locator | None = None, back: bool = False) -> None:
        if on is not None:
            await self.to(on, back=back)
        await self.page.keyboard.press(key)

    async def type(self, text: str, *, into: Locator, back: bool = False) -> None:
        await self.to(into, back=back)
        await self.page.keyboard.type(text)

    async def assert_kept(self) -> None:
        """Of this document: nothing was pointed at, and the focus was always somewhere."""
        pointed = await self.page.evaluate("() => window.pointed")
        assert not pointed, pointed
        await self.page.wait_for_function("() => !window.isNowhere")
        lost = await self.page.evaluate("() => window.lost")
        assert not lost, lost
