"""A browser, a fake server, and sound for the microphone."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from interview.config import Settings
from interview.security.keys import new_key
from tests.browser.fake_room_server import WEB_OUT, FakeRoomServer, room_server
from tests.browser.room import chromium
from tests.integration.api.servers import serving
from tests.services import RunningStack


@pytest.fixture(scope="session", autouse=True)
def built_page() -> None:
    """The page must have been built from what is in `web/` now."""
    index = WEB_OUT / "index.html"
    if not index.exists():
        pytest.fail("web/out is missing; build it: pnpm --dir web build")
    web = WEB_OUT.parent
    sources = [path for folder in ("src", "public") for path in (web / folder).rglob("*.*")]
    newer = [path.name for path in sources if path.stat().st_mtime > index.stat().st_mtime]
    if newer:
        pytest.fail(f"web/out is older than {newer[0]}; build it: pnpm --dir web build")


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of something like syllables: 4 bursts of a chord a second, at 48 kHz."""
    path = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    rate = 48_000
    samples = (
        int(
            9_000
            * max(0.0, math.sin(2 * math.pi * 4 * i / rate))
            * sum(math.sin(2 * math.pi * hz * i / rate) for hz in (180, 540, 1_260))
            / 2
        )
        for i in range(20 * rate)
    )
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(struct.pack(f"<{20 * rate}h", *samples))
    return path


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_browser(spoken: Path) -> AsyncGenerator[Browser]:
    async with chromium(microphone=spoken, loop_audio=True) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def browser(shared_browser: Browser) -> AsyncGenerator[Browser]:
    yield shared_browser
    # Pages that play and reconnect in the background would slow down the next test.
    for context in shared_browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncGenerator[FakeRoomServer]:
    async with room_server() as server:
        yield server


@pytest.fixture(scope="module")
def settings(services: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("accounts")
    return Settings.model_validate(
        {
            "debug": False,
            "auth_keys": new_key(),
            "database_url": services.urls["DATABASE_URL"],
            "redis_url": services.urls["REDIS_URL"],
            "temporal_address": services.urls["TEMPORAL_ADDRESS"],
            "blob_url": (folder / "blobs").as_uri(),
            "mail_outbox": folder / "outbox",
            "web_dir": WEB_OUT,
        }
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(settings: Settings) -> AsyncGenerator[str]:
    """The real API, without a worker."""
    async with serving(settings) as url:
        yield url
