"""The audio stream of a turn: bridge → `transcribe`. Chunks may arrive twice, never unnoticed
out of order: the index tells. Those that are appended together are one entry: each is sealed, kept
and read for what it is, whatever its length."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

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
_ENTRY_BYTES = 65_536
"""An entry grows no further: what was kept back while Redis was away comes all at once."""


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
    """One turn's audio. Without `joins` each chunk is an entry of its own. Every method raises
    `StreamError`."""

    def __init__(
        self, log: StreamLog, interview_id: str, turn_id: str, *, joins: bool = True
    ) -> None:
        self._log = log
        self._most_bytes = _ENTRY_BYTES if joins else 0
        self.key = f"intervue:{{{interview_id}}}:turn:{turn_id}:audio"

    async def start(self, frame: AudioStart) -> None:
        await self._log.replace(
            self.key,
            {b"k": b"start", b"f": frame.format.encode(), b"r": b"%d" % frame.sample_rate_hz},
        )

    async def append(self, *frames: AudioChunk | AudioPause | AudioResume | AudioEnd) -> None:
        """In order, in one round trip."""
        await self._log.append(self.key, *map(_fields, _runs(frames, self._most_bytes)))

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
            yield list(_all_frames(entries))

    async def exists(self) -> bool:
        return await self._log.exists(self.key)

    async def received(self) -> tuple[int, bool]:
        """Chunks present without a gap, and whether the answer's end is there."""
        next_chunk, ended = 0, False
        after = b"0-0"
        while entries := await self._log.read(self.key, after):
            after = entries[-1].entry_id
            for frame in _all_frames(entries):
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
            for frame in _all_frames(entries):
                if isinstance(frame, AudioStart):
                    start = start or frame
                elif isinstance(frame, AudioChunk) and frame.index == len(chunks):
                    chunks.append(frame.data)
        return b"".join(chunks), start


_Mark = AudioPause | AudioResume | AudioEnd


def _runs(
    frames: Sequence[AudioChunk | _Mark], most_bytes: int
) -> Iterator[list[AudioChunk] | _Mark]:
    """Chunks that follow each other, and what comes between them."""
    run: list[AudioChunk] = []
    size = 0
    for frame in frames:
        if run and not (
            isinstance(frame, AudioChunk)
            and frame.index == run[-1].index + 1
            and size + len(frame.data) <= most_bytes
        ):
            yield run
            run, size = [], 0
        if isinstance(frame, AudioChunk):
            run.append(frame)
            size += len(frame.data)
        else:
            yield frame
    if run:
        yield run


def _fields(piece: list[AudioChunk] | _Mark) -> dict[bytes, bytes]:
    match piece:
        case list():
            return _run_fields(piece)
        case AudioPause():
            return {b"k": b"pause"}
        case AudioResume():
            return {b"k": b"resume"}
        case AudioEnd():
            duration = b"" if piece.duration_ms is None else b"%d" % piece.duration_ms
            return {b"k": b"end", b"n": b"%d" % piece.chunks, b"ms": duration}


def _run_fields(run: Sequence[AudioChunk]) -> dict[bytes, bytes]:
    first = b"%d" % run[0].index
    if len(run) == 1:
        return {b"k": b"chunk", b"i": first, b"d": run[0].data}
    lengths = b",".join(b"%d" % len(chunk.data) for chunk in run)
    data = b"".join(chunk.data for chunk in run)
    return {b"k": b"chunks", b"i": first, b"n": lengths, b"d": data}


def _all_frames(entries: Sequence[Entry]) -> Iterator[AudioFrame]:
    return chain.from_iterable(_frames(entry.fields) for entry in entries)


def _frames(fields: Mapping[bytes, bytes]) -> Sequence[AudioFrame]:
    if fields[b"k"] != b"chunks":
        return (_frame(fields),)
    first, data = int(fields[b"i"]), fields[b"d"]
    ends = accumulate(map(int, fields[b"n"].split(b",")), initial=0)
    return [AudioChunk(first + n, data[at:end]) for n, (at, end) in enumerate(pairwise(ends))]


def _frame(fields: Mapping[bytes, bytes]) -> AudioFrame:
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
