"""The audio stream of a turn: bridge → `transcribe`. Chunks may arrive twice, never unnoticed
out of order: the index tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from interview.protocol.client import UplinkFormat
from interview.streams.log import Entry, StreamLog

__all__ = [
    "AudioCancel",
    "AudioChunk",
    "AudioEnd",
    "AudioFrame",
    "AudioLeft",
    "AudioPause",
    "AudioResume",
    "AudioStart",
    "AudioStream",
]


AFTERLIFE_S = 60
"""Of a settled answer's stream: stages that are being retried may still read it."""


@dataclass(frozen=True, slots=True)
class AudioStart:
    format: UplinkFormat
    sample_rate_hz: int


@dataclass(frozen=True, slots=True)
class AudioChunk:
    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AudioPause:
    """The candidate has fallen silent, perhaps for good. Chunks may go on."""


@dataclass(frozen=True, slots=True)
class AudioResume:
    """They speak again."""


@dataclass(frozen=True, slots=True)
class AudioEnd:
    chunks: int
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class AudioCancel:
    pass


@dataclass(frozen=True, slots=True)
class AudioLeft:
    """Nothing of it came, and nobody is there to send it. It may be begun again."""


AudioFrame = AudioStart | AudioChunk | AudioPause | AudioResume | AudioEnd | AudioCancel | AudioLeft


class AudioStream:
    """One turn's audio. Every method raises `StreamError`."""

    def __init__(self, log: StreamLog, interview_id: str, turn_id: str) -> None:
        self._log = log
        self.key = f"intervue:{{{interview_id}}}:turn:{turn_id}:audio"

    async def start(self, frame: AudioStart) -> None:
        await self._log.replace(
            self.key,
            {b"k": b"start", b"f": frame.format.encode(), b"r": b"%d" % frame.sample_rate_hz},
        )

    async def append(self, *frames: AudioChunk | AudioPause | AudioResume | AudioEnd) -> None:
        """In order, in one round trip."""
        await self._log.append(self.key, *map(_fields, frames))

    async def chunk(self, frame: AudioChunk) -> None:
        await self.append(frame)

    async def end(self, frame: AudioEnd) -> None:
        await self.append(frame)

    async def cancel(self) -> None:
        """Only the mark stays, for whoever listens."""
        await self._log.replace(self.key, {b"k": b"cancel"}, ttl_s=AFTERLIFE_S)

    async def close(self) -> None:
        """Of an answer whose sender is gone: what arrived is the answer."""
        next_chunk, ended = await self.received()
        if ended:
            return
        if next_chunk:
            await self.end(AudioEnd(next_chunk, None))
        else:
            await self._log.replace(self.key, {b"k": b"left"}, ttl_s=AFTERLIFE_S)

    async def settled(self) -> None:
        """Nobody needs the sound here any more: it is stored, or nothing was said."""
        await self._log.expire(self.key, AFTERLIFE_S)

    async def frames(self) -> AsyncIterator[list[AudioFrame]]:
        """All frames from the first; an empty list after each idle second."""
        async for entries in self._log.tail(self.key):
            yield [_frame(entry) for entry in entries]

    async def exists(self) -> bool:
        return await self._log.exists(self.key)

    async def received(self) -> tuple[int, bool]:
        """Chunks present without a gap, and whether the answer's end is there."""
        next_chunk, ended = 0, False
        after = b"0-0"
        while entries := await self._log.read(self.key, after):
            after = entries[-1].entry_id
            for frame in map(_frame, entries):
                match frame:
                    case AudioChunk(index=index) if index == next_chunk:
                        next_chunk += 1
                    case AudioEnd(chunks=chunks):
                        ended = chunks <= next_chunk
                    case AudioCancel():
                        ended = True
                    case _:
                        pass
        return next_chunk, ended

    async def collect(self) -> tuple[bytes, AudioStart | None]:
        """All bytes present without a gap, and how they are to be read."""
        chunks: list[bytes] = []
        start: AudioStart | None = None
        after = b"0-0"
        while entries := await self._log.read(self.key, after):
            after = entries[-1].entry_id
            for frame in map(_frame, entries):
                if isinstance(frame, AudioStart):
                    start = start or frame
                elif isinstance(frame, AudioChunk) and frame.index == len(chunks):
                    chunks.append(frame.data)
        return b"".join(chunks), start


def _fields(frame: AudioChunk | AudioPause | AudioResume | AudioEnd) -> dict[bytes, bytes]:
    match frame:
        case AudioChunk():
            return {b"k": b"chunk", b"i": b"%d" % frame.index, b"d": frame.data}
        case AudioPause():
            return {b"k": b"pause"}
        case AudioResume():
            return {b"k": b"resume"}
        case AudioEnd():
            duration = b"" if frame.duration_ms is None else b"%d" % frame.duration_ms
            return {b"k": b"end", b"n": b"%d" % frame.chunks, b"ms": duration}


def _frame(entry: Entry) -> AudioFrame:
    fields = entry.fields
    match fields[b"k"]:
        case b"chunk":
            return AudioChunk(int(fields[b"i"]), fields[b"d"])
        case b"pause":
            return AudioPause()
        case b"resume":
            return AudioResume()
        case b"end":
            return AudioEnd(int(fields[b"n"]), int(fields[b"ms"]) if fields[b"ms"] else None)
        case b"cancel":
            return AudioCancel()
        case b"left":
            return AudioLeft()
        case _:
            # Written by AudioStart from a validated UplinkFormat.
            return AudioStart(fields[b"f"].decode(), int(fields[b"r"]))  # type: ignore[arg-type]
