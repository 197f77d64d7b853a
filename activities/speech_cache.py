"""Sound of fixed lines, by voice and text: in memory, and in the object store for everyone.

Lines that name the candidate are kept with the interview, in the object store alone: they are
sealed with its key, and go with it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from interview.errors import InterviewError, NotFoundError
from interview.ports import BlobStore

__all__ = ["SpeechCache"]

log = structlog.stdlib.get_logger(__name__)

MEMORY_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class SpeechCache:
    """PCM16 mono 24 kHz of whole lines."""

    blobs: BlobStore
    _memory: OrderedDict[str, bytes] = field(default_factory=OrderedDict[str, bytes])
    _bytes: int = 0

    async def get(self, voice: str, text: str, *, interview_id: str = "") -> bytes | None:
        """What is kept for everyone, or for that interview. What cannot be read is not there."""
        key = _key(voice, text)
        if (pcm16 := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
            return pcm16
        if not interview_id:
            shared, own = await self._read(key), None
        else:
            # Together, since somebody may be waiting for the first sound.
            shared, own = await asyncio.gather(
                self._read(key), self._read(_key(voice, text, interview_id))
            )
        if shared is not None:
            self._remember(key, shared)
        return own or shared

    async def put(self, voice: str, text: str, pcm16: bytes, *, interview_id: str = "") -> None:
        """For everyone, unless it is for an interview."""
        key = _key(voice, text, interview_id)
        if not interview_id:
            self._remember(key, pcm16)
        await self.blobs.put(key, pcm16, content_type="application/octet-stream")

    async def forget(self, voice: str, text: str) -> None:
        """What is kept for everyone. Other processes have it in memory until something newer takes
        its place."""
        key = _key(voice, text)
        self._bytes -= len(self._memory.pop(key, b""))
        await self.blobs.delete(key)

    async def _read(self, key: str) -> bytes | None:
        try:
            return await self.blobs.get(key)
        except NotFoundError:
            return None
        except InterviewError as error:
            log.warning("speech.not_read", code=error.code)
            return None  # it is made anew: a line is never left out for its cache

    def _remember(self, key: str, pcm16: bytes) -> None:
        self._bytes += len(pcm16) - len(self._memory.pop(key, b""))
        self._memory[key] = pcm16
        while self._bytes > MEMORY_BYTES:
            _, evicted = self._memory.popitem(last=False)
            self._bytes -= len(evicted)


def _key(voice: str, text: str, interview_id: str = "") -> str:
    digest = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()
    folder = f"interviews/{interview_id}/speech" if interview_id else "speech-cache"
    return f"{folder}/{digest}.pcm"
