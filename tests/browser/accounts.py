"""Recruiters at their pages, in a real Chromium over the real API."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import uuid
from dataclasses import dataclass, field

import httpx
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from interview.config import Settings

__all__ = ["PASSWORD", "Recruiter", "Visit", "mailed_link", "some_address"]

PASSWORD = "a nanosecond of wire"
PHONE: ViewportSize = {"width": 390, "height": 844}


def some_address() -> str:
    return f"{uuid.uuid4().hex}@company.example"


_NO_MISTAKES = ("status of", "was preloaded using")
"""An answer that was expected; what was loaded ahead and waits for a busy machine."""


@dataclass(frozen=True)
class Recruiter:
    """The admin of an organization of their own."""

    email: str = field(default_factory=some_address)
    password: str = PASSWORD

    async def register(self, site: str) -> None:
        body = {"email": self.email, "password": self.password, "name": "Grace"}
        async with httpx.AsyncClient(base_url=site, trust_env=False) as http:
            more = {"organization": "Harbour & Sons", "transport": "bearer"}
            (await http.post("/api/v1/auth/register", json=body | more)).raise_for_status()


class Visit:
    """One page of a browser that remembers nothing. `problems`: what its console complained of,
    but for answers that refuse, which the tests ask for."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.problems.append(message.text)
                if message.type in ("error", "warning")
                and not any(known in message.text for known in _NO_MISTAKES)
                else None
            ),
        )

    @classmethod
    async def begin(
        cls, browser: Browser, site: str, context: BrowserContext | None = None
    ) -> Visit:
        context = context or await browser.new_context()
        page = await context.new_page()
        page.set_default_timeout(10_000)
        return cls(page, site)

    async def open(self, path: str) -> None:
        await self.page.goto(self.site + path)

    async def sign_in(self, who: Recruiter) -> None:
        await self.open("/login/")
        await self.fill_in(who.email, who.password)
        await self.page.wait_for_url(f"{self.site}/desk/")

    async def fill_in(self, address: str, password: str) -> None:
        """And send, by keyboard alone."""
        await self.page.get_by_label("Mail address").fill(address)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.insert_text(password)
        await self.page.keyboard.press("Enter")

    def by_id(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def is_told(self, words: str) -> None:
        await expect(self.page.get_by_role("alert").filter(has_text=words)).to_be_visible()


async def mailed_link(settings: Settings, to: str, site: str, page: str) -> str:
    """To `page`, of the last such mail to `to` in the local outbox, on `site`. Waits for it."""
    async with asyncio.timeout(10):
        while (link := _mailed(settings, to, page)) is None:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)
    return site + link


def _mailed(settings: Settings, to: str, page: str) -> str | None:
    for file in sorted(settings.mail_outbox.glob("*.eml"), reverse=True):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if message["To"] == to:
            ours = rf"{re.escape(settings.public_url)}({re.escape(page)}\S+)"
            if link := re.search(ours, message.get_content()):
                return link[1]
    return None
