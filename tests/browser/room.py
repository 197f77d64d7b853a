"""Driving the page as a candidate would, in a real Chromium. Used by every test that does.

::

    async with chromium(microphone=wav) as browser:
        room = await Room.start(browser, "http://127.0.0.1:8000", name="Sam")
        await room.wait_for_state("listening")
        await room.hold_to_talk(3.0)
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    async_playwright,
    expect,
)

__all__ = ["MicrophoneProblem", "Room", "RoomStateName", "chromium"]

RoomStateName = Literal["connecting", "listening", "thinking", "speaking", "paused", "reconnecting"]
"""`data-state` of the room. Over and elsewhere are pages of their own: `wait_for_done`,
`wait_for_superseded`."""
MicrophoneProblem = Literal["blocked", "missing", "busy", "insecure", "lost", "failed"]


@contextlib.asynccontextmanager
async def chromium(
    *,
    microphone: Path | None = None,
    devices: bool = True,
    loop_audio: bool = False,
    arguments: Sequence[str] = (),
) -> AsyncGenerator[Browser]:
    """A headless Chromium whose microphone plays the WAV file, once unless `loop_audio`.

    `devices=False` gives it no microphone at all; `arguments` are further ones of Chromium's.
    """
    args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *arguments]
    if devices:
        args.append("--use-fake-device-for-media-stream")
    if microphone is not None:
        once = "" if loop_audio else "%noloop"
        args.append(f"--use-file-for-fake-audio-capture={microphone}{once}")
    executable = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=args)
        try:
            yield browser
        finally:
            await browser.close()


class Room:
    """One page. `problems` collects console errors, warnings and uncaught exceptions."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._on_console)

    def _on_console(self, message: ConsoleMessage) -> None:
        # What was loaded ahead, and waits for a busy machine, is no mistake of the page's.
        if message.type in ("error", "warning") and "was preloaded using" not in message.text:
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")

    # Getting in

    @classmethod
    async def blank(
        cls,
        browser: Browser,
        *,
        allow_microphone: bool = True,
        context: BrowserContext | None = None,
    ) -> Room:
        """A page that shows nothing yet."""
        context = context or await browser.new_context()
        if allow_microphone:
            await context.grant_permissions(["microphone"])
        return cls(await context.new_page())

    @classmethod
    async def start(
        cls,
        browser: Browser,
        base_url: str,
        *,
        role: str = "",
        name: str = "Sam",
        allow_microphone: bool = True,
    ) -> Room:
        """Through the start page, with the first role unless one is named, into the room."""
        room = await cls.blank(browser, allow_microphone=allow_microphone)
        await room.page.goto(base_url)
        if role:
            await room.by_id(f"role-{role}").click()
        await room.by_id("candidate-name").fill(name)
        await expect(room.by_id("start-interview")).to_be_enabled()
        await room.by_id("start-interview").click()
        await expect(room.by_id("room")).to_be_visible()
        return room

    @classmethod
    async def join(
        cls,
        browser: Browser,
        base_url: str,
        interview_id: str,
        *,
        context: BrowserContext | None = None,
    ) -> Room:
        """By the interview's own address."""
        room = await cls.blank(browser, context=context)
        await room.page.goto(f"{base_url}/interview/?id={interview_id}")
        await room.by_id("join").click()
        await expect(room.by_id("room")).to_be_visible()
        return room

    # Doing

    async def hold_to_talk(self, seconds: float, *, key: bool = False) -> None:
        """Holds the button, or Space, for so long."""
        await self.press_talk(key=key)
        await self.page.wait_for_timeout(seconds * 1000)
        await self.release_talk(key=key)

    async def press_talk(self, *, key: bool = False) -> None:
        await self._talk_is("aria-disabled", "false", 10)
        if key:
            # Space is a space in the typing box; Escape leads out of it.
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.down("Space")
        else:
            await self.by_id("talk").hover()
            await self.page.mouse.down()
        await self._talk_is("data-recording", "true", 10)

    async def release_talk(self, *, key: bool = False) -> None:
        if key:
            await self.page.keyboard.up("Space")
        else:
            await self.page.mouse.up()

    async def type_answer(self, text: str) -> None:
        """Sent with Enter."""
        await self.by_id("answer-text").fill(text)
        await self.by_id("answer-text").press("Enter")

    async def end(self) -> None:
        await self.by_id("end").click()
        await self.by_id("confirm-end").click()

    # Looking

    def by_id(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    async def wait_for_state(self, state: RoomStateName, timeout_s: float = 10.0) -> None:
        room = self.page.locator(f'[data-testid="room"][data-state="{state}"]')
        await room.wait_for(timeout=timeout_s * 1000)

    async def wait_for_own_turn(self, timeout_s: float = 30.0) -> None:
        """The interviewer has been heard to the end, and the last answer is safe."""
        button = self.page.locator(
            '[data-testid="room"][data-state="listening"] '
            '[data-testid="talk"][aria-disabled="false"]'
        )
        await button.wait_for(timeout=timeout_s * 1000)

    async def wait_for_done(self, timeout_s: float = 10.0) -> None:
        await expect(self.by_id("done")).to_be_visible(timeout=timeout_s * 1000)

    async def wait_for_superseded(self, timeout_s: float = 10.0) -> None:
        await expect(self.by_id("superseded")).to_be_visible(timeout=timeout_s * 1000)

    async def _talk_is(self, attribute: str, value: str, timeout_s: float) -> None:
        button = self.page.locator(f'[data-testid="talk"][{attribute}="{value}"]')
        await button.wait_for(timeout=timeout_s * 1000)

    async def heard_ms(self) -> int:
        """How much of the running utterance has been played."""
        return int(await self.by_id("room").get_attribute("data-heard-ms") or 0)

    async def captions(self) -> list[str]:
        """The interviewer's sentences whose sound has begun."""
        texts = await self.by_id("captions").locator("[data-sentence]").all_text_contents()
        return [text.strip() for text in texts]

    async def question(self) -> str:
        return await self.by_id("question").inner_text()

    async def own_words(self) -> str:
        """What is shown of the last answer; empty once the next question has been heard."""
        if not await self.by_id("own-words").is_visible():
            return ""
        return await self.by_id("own-words").locator("p").last.inner_text()

    async def transcript(self) -> list[tuple[str, str]]:
        """Role and text of each line, in order."""
        lines = self.by_id("transcript").locator("li")
        return [
            (
                await line.get_attribute("data-role") or "",
                await line.locator("p").text_content() or "",
            )
            for line in await lines.all()
        ]
