"""Whether a page can be heard, and what it keeps of an answer that is not safe yet."""

from __future__ import annotations

import asyncio

from playwright.async_api import BrowserContext

from tests.browser.room import Room

__all__ = ["hears", "keep_said", "listen_to"]

_EARS = """
const connect = AudioNode.prototype.connect;
const ears = [];
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    const ear = new AnalyserNode(this.context, { fftSize: 2048 });
    connect.call(this, ear);
    ears.push(ear);
  }
  return connect.call(this, to, ...rest);
};
window.loudest = () => Math.max(0, ...ears.flatMap((ear) => {
  const heard = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(heard);
  return [...heard].map(Math.abs);
}));
"""

_KEPT = """
async (wanted) => {
  const open = indexedDB.open("intervue", 1);
  const database = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
  const keptMs = () => new Promise((resolve) => {
    const all = database.transaction("chunks").objectStore("chunks").getAll();
    all.onsuccess = () => {
      const chunks = all.result.flatMap((run) => run.chunks);
      resolve(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0) / 32);
    };
  });
  while ((await keptMs()) < wanted) await new Promise((resolve) => setTimeout(resolve, 50));
  database.close();
}
"""


async def listen_to(context: BrowserContext) -> None:
    """To what reaches the loudspeaker on the pages that are opened from now on."""
    await context.add_init_script(_EARS)


async def hears(room: Room, timeout_s: float = 15.0) -> None:
    """Once something does."""
    await room.page.wait_for_function(
        "() => window.loudest() > 0.01", polling=50, timeout=timeout_s * 1000
    )


async def keep_said(room: Room, ms: float) -> None:
    """Once the page's database holds so much of the answer (of 16 kHz PCM16)."""
    async with asyncio.timeout(ms / 1000 + 20):
        await room.page.evaluate(_KEPT, ms)
