"""The text stream of a turn: `transcribe` → `converse`."""

from __future__ import annotations

from interview.contracts.turns import TranscribeResult, TurnRef
from interview.errors import StreamError
from interview.streams.fence import Fence
from interview.streams.log import Entry, StreamLog

__all__ = ["TextReader", "TextWriter"]

ORPHAN_IDLE_S = 8
"""Idle seconds on a key that is not there before its reader calls it lost."""


def _key(turn: TurnRef) -> str:
    return f"intervue:{{{turn.interview_id}}}:turn:{turn.stream_id}:text"


class TextWriter:
    """Written by one run of `transcribe`."""

    def __init__(self, log: StreamLog, turn: TurnRef, epoch: int) -> None:
        self._log = log
        self.key = _key(turn)
        self._epoch = b"%d" % epoch

    async def open(self) -> TranscribeResult | None:
        """Fences earlier runs; returns the text one of them has already published."""
        began = await self._log.open(self.key, {b"k": b"begin", b"e": self._epoch})
        return _first_final(await self._log.before(self.key, began), Fence())

    def final(self, result: TranscribeResult) -> dict[bytes, bytes]:
        """The entry that hands the answer over; appended by the caller, beside others."""
        return {b"k": b"final", b"e": self._epoch, b"d": result.model_dump_json().encode()}


class TextReader:
    def __init__(self, log: StreamLog, turn: TurnRef) -> None:
        self._log = log
        self._key = _key(turn)

    async def answer(self) -> TranscribeResult:
        """Waits for the answer. Raises `StreamError` (`stream.lost`) when the stream is gone."""
        fence, idle_s = Fence(), 0
        async for entries in self._log.tail(self._key):
            if (result := _first_final(entries, fence)) is not None:
                return result
            idle_s = 0 if entries or await self._log.exists(self._key) else idle_s + 1
            if idle_s >= ORPHAN_IDLE_S:
                raise StreamError("stream.lost", "the text stream is gone", retryable=False)
        raise AssertionError("a tail never ends")


def _first_final(entries: list[Entry], fence: Fence) -> TranscribeResult | None:
    for entry in entries:
        if fence.admits(int(entry.fields[b"e"])) and entry.fields[b"k"] == b"final":
            return TranscribeResult.model_validate_json(entry.fields[b"d"])
    return None
