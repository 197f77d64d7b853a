"""Somebody opens the link they were sent: a real Chromium, over the whole stack."""

from __future__ import annotations

import uuid

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.room import Room, chromium
from tests.services import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_a_candidate_comes_in_by_a_link_and_is_greeted(stack: RunningStack) -> None:
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        address = f"{uuid.uuid4().hex}@company.example"
        body = {
            "email": address,
            "password": "a nanosecond of wire",
            "organization": "Company",
            "transport": "bearer",
        }
        admin = (await api.post("/api/v1/auth/register", json=body)).raise_for_status().json()
        headers = {"Authorization": f"Bearer {admin['access_token']}"}
        wanted = {"role": "demo", "candidate_name": "Ada"}
        made = await api.post("/api/v1/invitations", json=wanted, headers=headers)
        invitation = made.raise_for_status().json()
        secret = invitation["link"].partition("#")[2]
        async with chromium(devices=False) as browser:
            room = await Room.blank(browser)
            await room.page.goto(f"{url}/join/#{secret}")
            await expect(room.by_id("join-notice")).to_contain_text("AI interviews you")
            assert secret not in room.page.url
            await room.by_id("join-text-only").check()
            await room.by_id("join-consent").click()
            await room.by_id("join").click()
            await expect(room.by_id("room")).to_be_visible()
            greeted = room.page.locator('[data-testid="room"][data-state="listening"]')
            await expect(greeted).to_be_visible(timeout=60_000)
            await expect(room.by_id("talk")).to_have_count(0)  # who types is shown no microphone
            assert (await room.transcript())[0][0] == "interviewer"
            assert secret not in room.page.url
        path = f"/api/v1/interviews/{invitation['interview_id']}"
        consent = await api.get(f"{path}/consent", headers=headers)
        assert consent.raise_for_status().json()["consent"] is not None
        assert (await api.get(path, headers=headers)).json()["text_only"] is True
    logs = [file.read_bytes() for file in stack.home.logs.glob("*.log")]
    assert logs
    assert not any(secret.encode() in log for log in logs)
