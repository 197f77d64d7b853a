"""What is fetched until the room stands, on a link that is slow and metered."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from bench.weight import fetched, total_kb, weigh
from tests.browser.fake_room_server import WEB_OUT, FakeRoomServer
from tests.browser.room import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

MOST_KB = 225
LATER = {
    "the pad": "code_snapshot",
    "the editor": "cm-editor",
    "the voice detector": "ort-wasm",
    "the other language": "Interview betreten",
}
"""A word of each that no other script knows."""


async def test_the_room_is_light_and_what_few_need_comes_later(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.join(browser, server.url, server.create())
    await room.wait_for_own_turn()
    addresses = await fetched(room.page)
    assert {urlsplit(address).netloc for address in addresses} == {urlsplit(server.url).netloc}
    sizes = weigh(addresses)
    assert all(sizes.values()), "each kind is counted"
    assert total_kb(sizes) <= MOST_KB, sizes

    names = {urlsplit(address).path.rpartition("/")[2] for address in addresses}
    fonts = {name.partition("-latin")[0] for name in names if name.endswith(".woff2")}
    assert fonts == {"figtree", "newsreader"}
    assert len([name for name in names if name.endswith(".woff2")]) == 2, "letters that are used"
    scripts = await asyncio.to_thread(_scripts)
    for what, word in LATER.items():
        holding = {name for name, text in scripts.items() if word in text}
        assert holding, f"{what} is somewhere"
        assert not holding & names, f"{what} comes later"


def _scripts() -> dict[str, str]:
    return {file.name: file.read_text() for file in (WEB_OUT / "_next").rglob("*.js")}
