"""The sentence stream of a turn: `converse` → `speak`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from interview.contracts.turns import TurnRef
from interview.domain.directives import Directive, Standing
from interview.errors import StreamError
from interview.streams.fence import Fence
from interview.streams.log import Entry, StreamLog
from interview.streams.text import ORPHAN_IDLE_S

__all__ = [
    "DirectiveFrame",
    "EndFrame",
    "Published",
    "SentenceFrame",
    "SentenceReader",
    "SentenceWriter",
]


@dataclass(frozen=True, slots=True)
class DirectiveFrame:
    """Comes before the first sentence."""

    directive: Directive
    standing: Standing
    """Where the interview stands once the reply has been said."""


@dataclass(frozen=True, slots=True)
class SentenceFrame:
    index: int
    text: str
    fixed: bool
    """Planned words, whose sound is worth caching."""


@dataclass(frozen=True, slots=True)
class EndFrame:
    """`sentences` is 0 when the turn holds nothing to reply to."""

    sentences: int
    provider: str = ""


Frame = DirectiveFrame | SentenceFrame | EndFrame


@dataclass(slots=True)
class Published:
    """What earlier runs of `converse` have already handed on."""

    directive: DirectiveFrame | None = None
    sentences: list[SentenceFrame] = field(default_factory=list[SentenceFrame])
    end: EndFrame | None = None


def _key(turn: TurnRef) -> str:
    return f"intervue:{{{turn.interview_id}}}:turn:{turn.stream_id}:sentences"


class SentenceWriter:
    """Written by one run of `converse`."""

    def __init__(self, log: StreamLog, turn: TurnRef, epoch: int) -> None:
        self._log = log
        self._key = _key(turn)
        self._epoch = b"%d" % epoch

    async def open(self) -> Published:
        """Fences earlier runs; what they published stands and is continued."""
        began = await self._log.open(self._key, {b"k": b"begin", b"e": self._epoch})
        published = Published()
        for frame in _Ordered().admit(await self._log.before(self._key, began)):
            match frame:
                case DirectiveFrame():
                    published.directive = frame
                case SentenceFrame():
                    published.sentences.append(frame)
                case EndFrame():
                    published.end = frame
        return published

    async def write(self, *frames: Frame) -> None:
        """One round trip."""
        await self._log.append(self._key, *(self._fields(frame) for frame in frames))

    def _fields(self, frame: Frame) -> dict[bytes, bytes]:
        match frame:
            case DirectiveFrame():
                standing = frame.standing.model_dump_json().encode()
                return self._entry(b"directive", d=frame.directive.encode(), s=standing)
            case SentenceFrame():
                index, fixed = b"%d" % frame.index, b"%d" % frame.fixed
                return self._entry(b"sentence", d=frame.text.encode(), i=index, x=fixed)
            case EndFrame():
                count = b"%d" % frame.sentences
                return self._entry(b"end", i=count, d=frame.provider.encode())

    def _entry(self, kind: bytes, **fields: bytes) -> dict[bytes, bytes]:
        return {b"k": kind, b"e": self._epoch, **{k.encode(): v for k, v in fields.items()}}


class SentenceReader:
    def __init__(self, log: StreamLog, turn: TurnRef) -> None:
        self._log = log
        self._key = _key(turn)

    async def frames(self) -> AsyncIterator[Frame]:
        """Each frame once, in order, until the `EndFrame`.

        Raises `StreamError` (`stream.lost`) when the stream is gone.
        """
        ordered, idle_s = _Ordered(), 0
        async for entries in self._log.tail(self._key):
            for frame in ordered.admit(entries):
                yield frame
                if isinstance(frame, EndFrame):
                    return
            idle_s = 0 if entries or await self._log.exists(self._key) else idle_s + 1
            if idle_s >= ORPHAN_IDLE_S:
                raise StreamError("stream.lost", "the sentence stream is gone", retryable=False)


class _Ordered:
    """Drops frames of fenced runs, and whatever a later run repeats."""

    def __init__(self) -> None:
        self._fence = Fence()
        self._next_index = 0
        self._directed = False

    def admit(self, entries: Iterable[Entry]) -> list[Frame]:
        admitted: list[Frame] = []
        for entry in entries:
            if not self._fence.admits(int(entry.fields[b"e"])):
                continue
            frame = _frame(entry)
            match frame:
                case None:
                    continue
                case DirectiveFrame():
                    if self._directed:
                        continue
                    self._directed = True
                case SentenceFrame():
                    if frame.index != self._next_index:
                        continue
                    self._next_index += 1
                case EndFrame():
                    pass
            admitted.append(frame)
        return admitted


def _frame(entry: Entry) -> Frame | None:
    fields = entry.fields
    match fields[b"k"]:
        case b"directive":
            return DirectiveFrame(
                Directive(fields[b"d"].decode()), Standing.model_validate_json(fields[b"s"])
            )
        case b"sentence":
            return SentenceFrame(int(fields[b"i"]), fields[b"d"].decode(), fields[b"x"] == b"1")
        case b"end":
            return EndFrame(int(fields[b"i"]), fields[b"d"].decode())
        case _:
            return None
