"""`make bench-web`: from letting go of the button to the first sample of the reply, in the page.

A real Chromium on loopback, with the whole stack behind it and providers that take no time. Both
ends are measured in the page: the pointer event's own time stamp, and the playback worklet's report
that it has begun to render, as it arrives on the main thread. `room_gzip_kb` is all that is fetched
until the room stands: the document, scripts, styles, fonts and worklets, gzipped where that makes
them smaller. The voice detector comes later, and only for who wants it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil

import httpx
from playwright.async_api import BrowserContext, Page, async_playwright

from bench.stats import p50, p95
from bench.stubs import INSTANT
from bench.systems import Intervue
from bench.weight import fetched, total_kb, weigh
from demo.interview import create_interview

TURNS = 36
WARM_UP_TURNS = 2
SPEAK_S = 0.6
"""How long the button is held."""
REST_S = 0.3
_PATIENCE_MS = 30_000
_ARGUMENTS = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
]
_STOPWATCH = """
window.measured = [];
let released = null;
addEventListener("pointerup", (event) => { released = event.timeStamp; }, { capture: true });
const Node = AudioWorkletNode;
window.AudioWorkletNode = class extends Node {
  constructor(context, name, options) {
    super(context, name, options);
    if (name !== "intervue-playback") return;
    this.port.addEventListener("message", ({ data }) => {
      if (released === null || !data.running) return;
      window.measured.push(performance.now() - released);
      released = null;
    });
  }
};
"""
_TALK = '[data-testid="room"][data-state="listening"] [data-testid="talk"][aria-disabled="false"]'
_DONE = '[data-testid="done"]'


async def _measure(turns: int) -> dict[str, object]:
    executable = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    system = Intervue()
    times: list[float] = []
    addresses: set[str] = set()
    async with system.stack(INSTANT) as stack, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        context = await browser.new_context(permissions=["microphone"])
        await context.add_init_script(_STOPWATCH)
        while len(times) < turns + WARM_UP_TURNS:
            most = turns + WARM_UP_TURNS - len(times)
            measured, names = await _interview(context, stack.app_url, most)
            times += measured
            addresses |= names
            print(f"{len(times)} turns, p50 {p50(times):.1f} ms", flush=True)
        await browser.close()
    counted = times[WARM_UP_TURNS:]
    sizes = await asyncio.to_thread(weigh, addresses)
    return {
        "bench": "web",
        "turns": len(counted),
        "mouse_up_to_sound_p50_ms": p50(counted),
        "mouse_up_to_sound_p95_ms": p95(counted),
        "room_gzip_kb": total_kb(sizes),
        **{f"room_{kind}_gzip_kb": round(size / 1024, 1) for kind, size in sizes.items()},
    }


async def _interview(context: BrowserContext, url: str, most: int) -> tuple[list[float], set[str]]:
    """The times of its turns, and what was fetched until the room stood."""
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "software-engineer", "")
    page = await context.new_page()
    await page.goto(f"{url}/interview/?id={interview_id}")
    await page.get_by_test_id("join").click()
    addresses: set[str] = set()
    while await _my_turn(page):
        addresses = addresses or await fetched(page)
        done = await page.evaluate("() => window.measured.length")
        if done >= most:
            break
        await asyncio.sleep(REST_S)
        await page.get_by_test_id("talk").hover()
        await page.mouse.down()
        await asyncio.sleep(SPEAK_S)
        await page.mouse.up()
        await page.wait_for_function(
            "(n) => window.measured.length > n", arg=done, timeout=_PATIENCE_MS
        )
    times: list[float] = await page.evaluate("() => window.measured")
    await page.close()
    return times, addresses


async def _my_turn(page: Page) -> bool:
    """False once the interview is over."""
    await page.locator(f"{_TALK}, {_DONE}").first.wait_for(timeout=_PATIENCE_MS)
    return not await page.locator(_DONE).is_visible()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(_measure(args.turns))))


if __name__ == "__main__":
    main()
