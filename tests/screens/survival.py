"""A moving picture: the API is killed in the middle of an answer, and the answer arrives."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, expect

from demo.interview import create_interview
from launcher.stack import LocalStack
from tests.browser.room import Room

__all__ = ["film_survival"]

_EVERY_S = 0.2
_SIZE = (880, 700)
_LAST_MS = 2_500
_NARRATOR = """
(text) => {
  let line = document.getElementById("narrator");
  if (!line) {
    line = document.createElement("p");
    line.id = "narrator";
    Object.assign(line.style, {
      position: "fixed", zIndex: 9, left: "50%", top: "0.9rem", translate: "-50% 0",
      padding: "0.45rem 1rem", borderRadius: "0.6rem", background: "#1a1816", color: "#f1ebe2",
      font: "500 1rem/1.4 ui-monospace, monospace", whiteSpace: "pre",
    });
    document.body.append(line);
  }
  line.textContent = text;
  line.hidden = text === "";
}
"""


@dataclass
class _Film:
    page: Page
    frames: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])

    async def roll(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            self.frames.append((time.monotonic(), await self.page.screenshot()))
            await asyncio.sleep(_EVERY_S)

    async def narrate(self, text: str) -> None:
        await self.page.evaluate(_NARRATOR, text)

    def develop(self, path: Path) -> None:
        """Frames that show the same are one that lasts longer."""
        images: list[Image.Image] = []
        lasting: list[int] = []
        before = b""
        for number, (at, png) in enumerate(self.frames):
            after = self.frames[number + 1][0] if number + 1 < len(self.frames) else None
            ms = _LAST_MS if after is None else round((after - at) * 1000)
            if png == before:
                lasting[-1] += ms
                continue
            before = png
            images.append(Image.open(io.BytesIO(png)).convert("RGB"))
            lasting.append(ms)
        path.parent.mkdir(parents=True, exist_ok=True)
        first, *others = images
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=lasting,
            loop=0,
            quality=55,
            method=4,
        )


async def film_survival(browser: Browser, stack: LocalStack, path: Path) -> None:
    """And beside it, as `.png`, the room just before."""
    async with httpx.AsyncClient(base_url=stack.app_url, trust_env=False) as api:
        interview_id = await create_interview(api, "software-engineer", "Ada")
    width, height = _SIZE
    context = await browser.new_context(viewport={"width": width, "height": height})
    await context.grant_permissions(["microphone"])
    room = await Room.join(browser, stack.app_url, interview_id, context=context)
    await room.wait_for_own_turn(60)
    await room.type_answer("It is.")
    await room.wait_for_state("speaking", 30)
    await room.wait_for_own_turn(60)
    film = _Film(room.page)
    over = asyncio.Event()
    rolling = asyncio.create_task(film.roll(over.is_set))
    await room.press_talk()
    await expect(room.by_id("own-words")).to_contain_text("billing", timeout=20_000)
    await room.page.screenshot(path=path.with_suffix(".png"))
    await film.narrate("$ kill -9 $(pgrep -f 'python -m api')")
    stack.kill("api")
    await expect(room.by_id("banner")).to_be_visible()
    await stack.wait_ready("api")
    await expect(room.by_id("notice")).to_be_visible(timeout=20_000)
    await film.narrate("the API is back; nothing was lost")
    await expect(room.by_id("own-words")).to_contain_text("billing", timeout=20_000)
    await room.release_talk()
    await room.wait_for_state("speaking", 30)
    await film.narrate("")
    await room.wait_for_own_turn(60)
    over.set()
    await rolling
    await context.close()
    await asyncio.to_thread(film.develop, path)
