"""The sentence stream of a turn: `converse` → `speak`.

Frames with a revision above 0 belong to a reply that was begun before the answer was known to be
complete. Readers hold them until that revision is released, in one entry, and forget them when it
is dropped, when another revision or an unrevised frame comes, or when another run begins. A run
that begins finds only what was released.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Literal

from interview.contracts.turns import TurnRef
from interview.domain.directives import Directive, Standing
from interview.errors import StreamError
from interview.streams.fence import Fence
from interview.streams.log import Entry, StreamLog
from interview.streams.text import LOOK_S, ORPHAN_LOOKS

__all__ = [
    "Ahead",
    "DirectiveFrame",
    "Dropped",
    "EndFrame",
    "Published",
    "SentenceFrame",
    "SentenceKind",
    "SentenceReader",
    "SentenceWriter",
]


@dataclass(frozen=True, slots=True)
class DirectiveFrame:
    """Comes before the first sentence that is no opener."""

    directive: Directive
    standing: Standing
    """Where the interview stands once the reply has been said."""


SentenceKind = Literal["own", "planned", "opener"]
"""Of the model's; of the plan's; said before either is known. The sound of the latter two is worth
caching."""


@dataclass(frozen=True, slots=True)
class SentenceFrame:
    index: int
    text: str
    kind: SentenceKind = "own"


@dataclass(frozen=True, slots=True)
class EndFrame:
    """`sentences` is 0 when the turn holds nothing to reply to."""

    sentences: int
    provider: str = ""
    prompt_version: str = ""


Frame = DirectiveFrame | SentenceFrame | EndFrame


@dataclass(frozen=True, slots=True)
class Ahead:
    """May be said: its sound may be made, and nobody may hear it yet."""

    sentence: SentenceFrame


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing that came ahead will be said."""


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
        """Fences earlier runs; what they published stands and is continued, as far as nothing
        of it was lost."""
        began = await self._log.open(self._key, {b"k": b"begin", b"e": self._epoch})
        published = Published()
        for frame in _Ordered().admit(await self._log.before(self._key, began)):
            match frame:
                case Ahead() | Dropped():
                    pass
                case DirectiveFrame():
                    published.directive = frame
                case SentenceFrame():
                    published.sentences.append(frame)
                case EndFrame():
                    published.end = frame
        return published

    async def write(self, *frames: Frame, revision: int = 0) -> None:
        """One round trip."""
        tag = {b"v": b"%d" % revision} if revision else {}
        await self._log.append(self._key, *({**self._fields(frame), **tag} for frame in frames))

    async def release(self, revision: int) -> None:
        """It is said: what was written of it, and what is still to come."""
        await self._log.append(self._key, self._entry(b"release", v=b"%d" % revision))

    async def drop(self, revision: int) -> None:
        """It is not said."""
        await self._log.append(self._key, self._entry(b"drop", v=b"%d" % revision))

    def _fields(self, frame: Frame) -> dict[bytes, bytes]:
        match frame:
            case DirectiveFrame():
                standing = frame.standing.model_dump_json().encode()
                return self._entry(b"directive", d=frame.directive.encode(), s=standing)
            case SentenceFrame():
                index, kind = b"%d" % frame.index, _KINDS[frame.kind]
                return self._entry(b"sentence", d=frame.text.encode(), i=index, x=kind)
            case EndFrame():
                told = {"p": frame.prompt_version.encode()} if frame.prompt_version else {}
                count = b"%d" % frame.sentences
                return self._entry(b"end", i=count, d=frame.provider.encode(), **told)

    def _entry(self, kind: bytes, **fields: bytes) -> dict[bytes, bytes]:
        return {b"k": kind, b"e": self._epoch, **{k.encode(): v for k, v in fields.items()}}


_KINDS: dict[SentenceKind, bytes] = {"own": b"0", "planned": b"1", "opener": b"2"}
_KIND_OF: dict[bytes, SentenceKind] = {field: kind for kind, field in _KINDS.items()}


class SentenceReader:
    """`quiet_s` bounds the wait for another frame once the first one has come; what follows an
    opener may take as long as what comes first."""

    def __init__(self, log: StreamLog, turn: TurnRef, *, quiet_s: float = math.inf) -> None:
        self._log = log
        self._key = _key(turn)
        self._quiet_s = quiet_s

    async def frames(self) -> AsyncIterator[Frame | Ahead | Dropped]:
        """Each frame once, in order, until the `EndFrame`.

        Raises `StreamError`: `stream.lost` when the stream is gone, or sentences before its end
        are and nobody writes them anew, `stream.stalled` when a reply that has begun does not go
        on.
        """
        ordered, missed, begun = _Ordered(), 0, False
        heard_at = time.monotonic()
        async for entries in self._log.tail(self._key, idle_s=LOOK_S):
            for frame in ordered.admit(entries):
                begun = begun or _begins(frame)
                yield frame
                if isinstance(frame, EndFrame):
                    return
            if entries:
                heard_at = time.monotonic()
            elif ordered.lacks_sentences:
                raise StreamError("stream.lost", "sentences are missing", retryable=False)
            elif begun and time.monotonic() - heard_at > self._quiet_s:
                raise StreamError("stream.stalled", "a reply that has begun does not go on")
            missed = 0 if entries or await self._log.exists(self._key) else missed + 1
            if missed >= ORPHAN_LOOKS:
                raise StreamError("stream.lost", "the sentence stream is gone", retryable=False)


class _Ordered:
    """Drops frames of fenced runs, whatever a later run repeats, and what follows a sentence that
    was lost; holds what is not released.

    `lacks_sentences` says that a run has ended of which sentences were lost. The next run writes
    them anew.
    """

    def __init__(self) -> None:
        self._fence = Fence()
        self._epoch = 0
        self._next_index = 0
        self._directed = False
        self._revision = 0
        """The newest one; older ones are dropped."""
        self._is_released = False
        self._held: list[Frame] = []
        self.lacks_sentences = False

    def admit(self, entries: Iterable[Entry]) -> list[Frame | Ahead | Dropped]:
        admitted: list[Frame | Ahead | Dropped] = []
        for entry in entries:
            epoch = int(entry.fields[b"e"])
            if self._fence.admits(epoch):
                if epoch != self._epoch:
                    self._epoch = epoch
                    self.lacks_sentences = False
                    admitted += self._begin(0)
                admitted += self._step(entry)
        return admitted

    def _step(self, entry: Entry) -> list[Frame | Ahead | Dropped]:
        revision = int(entry.fields.get(b"v", b"0"))
        if revision < self._revision and revision:
            return []  # written before the one that replaced it, and arrived after
        dropped: list[Frame | Ahead | Dropped] = []
        if revision > self._revision:
            dropped = self._begin(revision)
        frame = _frame(entry)
        match entry.fields[b"k"]:
            case b"release":
                self._is_released = True
                released, self._held = self._held, []
                return [*dropped, *(f for held in released for f in self._in_order(held))]
            case b"drop":
                return [*dropped, *self._begin(revision + 1)]
            case _ if frame is None:
                return dropped
            case _ if revision and not self._is_released:
                self._held.append(frame)
                return [*dropped, *([Ahead(frame)] if isinstance(frame, SentenceFrame) else [])]
            case _:
                if not revision and self._held:
                    dropped = self._begin(self._revision + 1)
                return [*dropped, *self._in_order(frame)]

    def _begin(self, revision: int) -> list[Frame | Ahead | Dropped]:
        """What is held belongs to another one."""
        held, self._held = self._held, []
        self._revision, self._is_released = revision, False
        return [Dropped()] if held else []

    def _in_order(self, frame: Frame) -> list[Frame]:
        match frame:
            case DirectiveFrame():
                if self._directed:
                    return []
                self._directed = True
            case SentenceFrame():
                if frame.index != self._next_index:
                    return []
                self._next_index += 1
            case EndFrame():
                self.lacks_sentences = frame.sentences > self._next_index
                if self.lacks_sentences:
                    return []
        return [frame]


def _begins(frame: Frame | Ahead | Dropped) -> bool:
    if isinstance(frame, SentenceFrame):
        return frame.kind != "opener"
    return not isinstance(frame, Ahead | Dropped)


def _frame(entry: Entry) -> Frame | None:
    fields = entry.fields
    match fields[b"k"]:
        case b"directive":
            return DirectiveFrame(
                Directive(fields[b"d"].decode()), Standing.model_validate_json(fields[b"s"])
            )
        case b"sentence":
            kind = _KIND_OF[fields[b"x"]]
            return SentenceFrame(int(fields[b"i"]), fields[b"d"].decode(), kind)
        case b"end":
            told = fields.get(b"p", b"").decode()
            return EndFrame(int(fields[b"i"]), fields[b"d"].decode(), told)
        case _:
            return None
