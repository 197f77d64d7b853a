"""The text stream of a turn: `transcribe` → `converse`.

While the candidate is silent, and may be done, the text so far is `Tentative`: a reply to it may
be made, and nobody may hear it. `Withdrawn` takes it back, `Final` is the answer. A tentative text
is the answer when the final text is the same, whichever run has written it. `Ended` comes before
`Final` where the text takes its time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from interview.contracts.turns import TranscribeResult, TurnRef
from interview.errors import StreamError
from interview.streams.fence import Fence
from interview.streams.log import Entry, StreamLog

__all__ = ["Ended", "Final", "Tentative", "TextReader", "TextWriter", "Withdrawn"]

LOOK_S = 3.0
"""What waits for a whole answer looks this often whether its stream is still there: each look costs
three processes, and hundreds wait at a time."""
ORPHAN_LOOKS = 3
"""At a key that is not there, before its reader calls it lost."""


@dataclass(frozen=True, slots=True)
class Tentative:
    answer: TranscribeResult


@dataclass(frozen=True, slots=True)
class Withdrawn:
    pass


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is complete and whole, and something of it is still to be recognized."""

    spoken_ms: int
    """As in its result, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Final:
    answer: TranscribeResult


Frame = Tentative | Withdrawn | Ended | Final


def _key(turn: TurnRef) -> str:
    return f"intervue:{{{turn.interview_id}}}:turn:{turn.stream_id}:text"


class TextWriter:
    """Written by one run of `transcribe`. Entries are appended by the caller, beside others."""

    def __init__(self, log: StreamLog, turn: TurnRef, epoch: int) -> None:
        self._log = log
        self.key = _key(turn)
        self._epoch = b"%d" % epoch

    async def open(self) -> TranscribeResult | None:
        """Fences earlier runs; returns the final text one of them has already published."""
        began = await self._log.open(self.key, self._entry(b"begin"))
        for frame in _admit(await self._log.before(self.key, began), Fence()):
            if isinstance(frame, Final):
                return frame.answer
        return None

    def tentative(self, answer: TranscribeResult) -> dict[bytes, bytes]:
        return self._entry(b"tentative", answer)

    def withdrawn(self) -> dict[bytes, bytes]:
        return self._entry(b"withdrawn")

    def ended(self, spoken_ms: int) -> dict[bytes, bytes]:
        return {b"k": b"ended", b"e": self._epoch, b"d": b"%d" % spoken_ms}

    def final(self, answer: TranscribeResult) -> dict[bytes, bytes]:
        return self._entry(b"final", answer)

    def _entry(self, kind: bytes, answer: TranscribeResult | None = None) -> dict[bytes, bytes]:
        data = b"" if answer is None else answer.model_dump_json().encode()
        return {b"k": kind, b"e": self._epoch, b"d": data}


class TextReader:
    def __init__(self, log: StreamLog, turn: TurnRef) -> None:
        self._log = log
        self._key = _key(turn)

    async def frames(self) -> AsyncIterator[Frame]:
        """Until `Final`; of what arrives together only what counts in the end, and `Ended`.

        Raises `StreamError` (`stream.lost`) when the stream is gone.
        """
        fence, missed = Fence(), 0
        async for entries in self._log.tail(self._key, idle_s=LOOK_S):
            latest: Frame | None = None
            ended: Ended | None = None
            for frame in _admit(entries, fence):
                if isinstance(frame, Ended):
                    ended = frame
                    continue
                latest = frame
                if isinstance(frame, Final):
                    yield frame
                    return
            for frame in (ended, latest):
                if frame is not None:
                    yield frame
            missed = 0 if entries or await self._log.exists(self._key) else missed + 1
            if missed >= ORPHAN_LOOKS:
                raise StreamError("stream.lost", "the text stream is gone", retryable=False)


def _admit(entries: Iterable[Entry], fence: Fence) -> list[Frame]:
    frames: list[Frame] = []
    for entry in entries:
        if not fence.admits(int(entry.fields[b"e"])):
            continue
        match entry.fields[b"k"]:
            case b"tentative":
                frames.append(Tentative(_answer(entry)))
            case b"withdrawn":
                frames.append(Withdrawn())
            case b"ended":
                frames.append(Ended(int(entry.fields[b"d"])))
            case b"final":
                frames.append(Final(_answer(entry)))
            case _:
                pass  # a run begins
    return frames


def _answer(entry: Entry) -> TranscribeResult:
    return TranscribeResult.model_validate_json(entry.fields[b"d"])
