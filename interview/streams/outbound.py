"""The outbound stream of an interview: stages → every connected bridge."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from interview.protocol.frames import AudioFrame
from interview.streams.fence import Fence
from interview.streams.log import IDLE_S, Entry, StreamLog, entry_id, seq_of

__all__ = [
    "MAXLEN",
    "OutEvent",
    "OutboundReader",
    "OutboundWriter",
    "Recent",
    "Told",
    "out_key",
    "told",
]

_PHASE = b'{"type":"phase"'
_UTTERANCE = b'{"type":"utterance_start"'

MAXLEN = 500
"""Entries kept: 40 s of speech in pieces of 100 ms, as some providers send it; otherwise a dozen
turns, about 5 MB of PCM."""


def out_key(interview_id: str) -> str:
    return f"intervue:{{{interview_id}}}:out"


@dataclass(frozen=True, slots=True)
class OutEvent:
    """`message`: JSON of one server message without `seq`. `audio`: a packed `AudioFrame`.
    `takeover`: the id of the connection that has taken over."""

    seq: int
    kind: Literal["message", "audio", "takeover"]
    data: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """Of a `phase` message. None where it does not say."""

    question_id: str | None
    endpointing_ms: int | None


def told(phase: bytes) -> Told:
    """Read by hand: it may have been written by an older version."""
    values = json.loads(phase)
    question_id, waits = values.get("question_id"), values.get("endpointing_ms")
    return Told(
        question_id if isinstance(question_id, str) else None,
        waits if isinstance(waits, int) else None,
    )


class OutboundWriter:
    """Written by the stages of one turn. Messages without a turn use an empty `turn_id`.

    `stage` and `epoch` fence: once a later run of the same stage has opened the stream,
    readers drop what an earlier one still sends.
    """

    def __init__(
        self,
        log: StreamLog,
        interview_id: str,
        *,
        turn_id: str = "",
        stage: str = "",
        epoch: int = 0,
    ) -> None:
        self._log = log
        self.key = out_key(interview_id)
        self._tag = {
            b"t": f"{turn_id}/{stage}".encode() if stage else b"",
            b"e": b"%d" % epoch,
        }

    async def open(self) -> bytes:
        """Fences earlier runs; returns the id of the fence."""
        return await self._log.open(self.key, {b"k": b"fence", **self._tag}, maxlen=MAXLEN)

    async def say(self, item: BaseModel) -> None:
        """Of the interview itself, whose stream may have expired in a long pause."""
        await self._log.open(self.key, self.entry(item), maxlen=MAXLEN)

    async def send(self, *items: BaseModel | AudioFrame) -> None:
        """Messages and audio in order, in one round trip."""
        await self._log.append(self.key, *(self.entry(item) for item in items), maxlen=MAXLEN)

    def entry(self, item: BaseModel | AudioFrame) -> dict[bytes, bytes]:
        if isinstance(item, AudioFrame):
            return {b"k": b"audio", b"d": item.pack(), **self._tag}
        return {b"k": b"message", b"d": item.model_dump_json().encode(), **self._tag}

    async def take_over(self, connection_id: str) -> int:
        """Tells every other connection to leave; returns the seq from which this one reads."""
        fields = {b"k": b"takeover", b"d": connection_id.encode(), **self._tag}
        return seq_of(await self._log.open(self.key, fields, maxlen=MAXLEN))

    async def still_has(self, fence: bytes) -> bool:
        """False once the stream was lost, or trimmed as far as that."""
        return await self._log.has(self.key, fence)

    async def published_audio(self, sequence: int, before: bytes) -> dict[int, bytes]:
        """PCM16 of each sentence of utterance `sequence` that was sent before the fence.

        All but the last of them are complete.
        """
        sentences: dict[int, bytearray] = {}
        for entry in await self._log.before(self.key, before):
            if entry.fields[b"k"] != b"audio":
                continue
            frame = AudioFrame.unpack(entry.fields[b"d"])
            if frame.sequence == sequence:
                pcm16 = sentences.setdefault(frame.sentence, bytearray())
                if frame.offset_samples * 2 == len(pcm16):
                    pcm16 += frame.pcm16
        return {index: bytes(pcm16) for index, pcm16 in sentences.items()}


@dataclass(frozen=True, slots=True)
class Recent:
    """What the stream tells of the present, without what fenced runs sent late."""

    utterance_seq: int | None = None
    """Seq just before the newest utterance began, and before the question that was announced
    with it."""
    standing: Told | None = None
    """As the room was told last."""
    runs: tuple[tuple[int, bytes, int], ...] = ()
    """(seq, stage of a turn, epoch) of each entry that was looked at, oldest first."""

    def fences(self, after_seq: int) -> dict[bytes, Fence]:
        """As a reader knows them that has seen everything up to `after_seq`."""
        fences: dict[bytes, Fence] = {}
        for seq, tag, epoch in self.runs:
            if seq <= after_seq:
                fences.setdefault(tag, Fence()).admits(epoch)
        return fences


class OutboundReader:
    def __init__(self, log: StreamLog, interview_id: str) -> None:
        self._log = log
        self._key = out_key(interview_id)

    async def events(
        self,
        after_seq: int,
        fences: dict[bytes, Fence] | None = None,
        *,
        idle_s: float = IDLE_S,
    ) -> AsyncIterator[list[OutEvent]]:
        """Events after `after_seq` as they come; an empty list after each `idle_s` without any.
        `fences` are those that were put up before, and gather those that come."""
        known = {} if fences is None else fences
        async for entries in self._log.tail(self._key, entry_id(after_seq), idle_s=idle_s):
            yield [event for entry in entries if (event := _event(entry, known)) is not None]

    async def oldest(self) -> int | None:
        """Seq of the oldest event that is still kept."""
        entry = await self._log.oldest(self._key)
        return None if entry is None else seq_of(entry.entry_id)

    async def recent(self) -> Recent:
        """Looks back as far as the newest utterance, and some way beyond."""
        entries: list[Entry] = []
        before = b"+"
        while older := await self._log.latest(self._key, count=200, before=before):
            entries = [*reversed(older), *entries]
            recent = _recent(entries)
            if recent.utterance_seq is not None and recent.standing is not None:
                return recent
            before = b"(" + older[-1].entry_id
        return _recent(entries)


def _recent(entries: Sequence[Entry]) -> Recent:
    """Of the newest ones, in order."""
    fences: dict[bytes, Fence] = {}
    utterance_seq: int | None = None
    standing: Told | None = None
    runs: list[tuple[int, bytes, int]] = []
    before: OutEvent | None = None
    for entry in entries:
        event = _event(entry, fences)
        if tag := entry.fields[b"t"]:
            runs.append((seq_of(entry.entry_id), tag, int(entry.fields[b"e"])))
        if event is not None and event.kind == "message":
            if event.data.startswith(_PHASE):
                standing = told(event.data)
            elif event.data.startswith(_UTTERANCE):
                announced = before is not None and before.data.startswith(_PHASE)
                utterance_seq = (before if announced and before else event).seq - 1
        before = event
    return Recent(utterance_seq, standing, tuple(runs))


def _event(entry: Entry, fences: dict[bytes, Fence]) -> OutEvent | None:
    fields = entry.fields
    if tag := fields[b"t"]:
        fence = fences.setdefault(tag, Fence())
        if not fence.admits(int(fields[b"e"])):
            return None
    seq = seq_of(entry.entry_id)
    match fields[b"k"]:
        case b"message":
            return OutEvent(seq, "message", fields[b"d"])
        case b"audio":
            return OutEvent(seq, "audio", fields[b"d"])
        case b"takeover":
            return OutEvent(seq, "takeover", fields[b"d"])
        case _:
            return None
