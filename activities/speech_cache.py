"""Sound of fixed lines, by voice and text: in memory, and in the object store for everyone."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from interview.errors import NotFoundError
from interview.ports import BlobStore

__all__ = ["SpeechCache"]

MEMORY_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class SpeechCache:
    """PCM16 mono 24 kHz of whole lines."""

    blobs: BlobStore
    _memory: OrderedDict[str, bytes] = field(default_factory=OrderedDict[str, bytes])
    _bytes: int = 0

    async def get(self, voice: str, text: str) -> bytes | None:
        key = _key(voice, text)
        if (pcm16 := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
            return pcm16
        try:
            pcm16 = await self.blobs.get(key)
        except NotFoundError:
            return None
        self._remember(key, pcm16)
        return pcm16

    async def put(self, voice: str, text: str, pcm16: bytes) -> None:
        key = _key(voice, text)
        self._remember(key, pcm16)
        await self.blobs.put(key, pcm16, content_type="application/octet-stream")

    async def forget(self, voice: str, text: str) -> None:
        """Other processes have it in memory until something newer takes its place."""
        key = _key(voice, text)
        self._bytes -= len(self._memory.pop(key, b""))
        await self.blobs.delete(key)

    def _remember(self, key: str, pcm16: bytes) -> None:
        self._bytes += len(pcm16) - len(self._memory.pop(key, b""))
        self._memory[key] = pcm16
        while self._bytes > MEMORY_BYTES:
            _, evicted = self._memory.popitem(last=False)
            self._bytes -= len(evicted)


def _key(voice: str, text: str) -> str:
    digest = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()
    return f"speech-cache/{digest}.pcm"
