"""The outbound stream of an interview: stages → every connected bridge."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from interview.protocol.frames import AudioFrame
from interview.streams.fence import Fence
from interview.streams.log import IDLE_S, Entry, StreamLog, entry_id, seq_of

__all__ = ["MAXLEN", "OutEvent", "OutboundReader", "OutboundWriter", "Told", "out_key", "told"]

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


class OutboundReader:
    def __init__(self, log: StreamLog, interview_id: str) -> None:
        self._log = log
        self._key = out_key(interview_id)

    async def events(
        self, after_seq: int, *, idle_s: float = IDLE_S
    ) -> AsyncIterator[list[OutEvent]]:
        """Events after `after_seq` as they come; an empty list after each `idle_s` without any."""
        fences: dict[bytes, Fence] = {}
        async for entries in self._log.tail(self._key, entry_id(after_seq), idle_s=idle_s):
            yield [event for entry in entries if (event := _event(entry, fences)) is not None]

    async def oldest(self) -> int | None:
        """Seq of the oldest event that is still kept."""
        entry = await self._log.oldest(self._key)
        return None if entry is None else seq_of(entry.entry_id)

    async def latest_utterance_start(self) -> int | None:
        """Seq just before the newest utterance began, and before the question that was announced
        with it; None when the stream holds none."""
        entry = await self._latest_message(b'{"type":"utterance_start"')
        if entry is None:
            return None
        older = await self._log.latest(self._key, count=1, before=b"(" + entry.entry_id)
        announced = older and older[0].fields.get(b"d", b"").startswith(b'{"type":"phase"')
        return seq_of((older[0] if announced else entry).entry_id) - 1

    async def latest_standing(self) -> Told | None:
        """As the room was told last; None when the stream does not say."""
        entry = await self._latest_message(b'{"type":"phase"')
        return None if entry is None else told(entry.fields[b"d"])

    async def _latest_message(self, beginning: bytes) -> Entry | None:
        before = b"+"
        while entries := await self._log.latest(self._key, count=200, before=before):
            for entry in entries:
                fields = entry.fields
                if fields[b"k"] == b"message" and fields[b"d"].startswith(beginning):
                    return entry
            before = b"(" + entries[-1].entry_id
        return None


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
