"""What the interview needs from the outside. Adapters live in `interview/providers/`,
`interview/streams/` and `interview/persistence/`.

Audio in memory is 16-bit little-endian mono PCM: 16 kHz towards speech recognition,
24 kHz from speech synthesis.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from interview.domain.coding import CodeReport
from interview.domain.directives import Brief, Directive

__all__ = [
    "STT_SAMPLE_RATE_HZ",
    "TTS_SAMPLE_RATE_HZ",
    "BlobStore",
    "CodeSeen",
    "DirectiveChosen",
    "FoundBlob",
    "LanguageModel",
    "Line",
    "ReplyEvent",
    "ReplyRequest",
    "Sound",
    "SpeechToText",
    "StoredBlob",
    "StructuredAnswer",
    "StructuredModel",
    "StructuredRequest",
    "TextDelta",
    "TextToSpeech",
    "Transcription",
]

STT_SAMPLE_RATE_HZ = 16_000
TTS_SAMPLE_RATE_HZ = 24_000


@dataclass(frozen=True, slots=True)
class Transcription:
    """What was recognized. `confidence` is 0..1, or None where the provider gives none.
    `provider` is who did it, where there was a choice."""

    text: str
    confidence: float | None = None
    provider: str = field(default="", compare=False)


class SpeechToText(Protocol):
    """Transcribes one closed segment of speech."""

    @property
    def name(self) -> str:
        """Provider and model, for the audit: `openai/whisper-1`."""
        ...

    async def warm(self) -> None:
        """Open connections or load weights; never raises for a provider's failure."""
        ...

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        """`pcm16`: mono at `STT_SAMPLE_RATE_HZ`. `prompt`: text that came before. Empty text
        means no speech. Raises `ProviderError`."""
        ...


class Sound(bytes):
    """PCM16 of which it is known who made it, and in which voice."""

    provider: str
    voice: str

    @classmethod
    def of(cls, pcm16: bytes, provider: str, voice: str) -> Sound:
        sound = cls(pcm16)
        sound.provider, sound.voice = provider, voice
        return sound


class TextToSpeech(Protocol):
    """Speaks one sentence."""

    @property
    def name(self) -> str: ...

    @property
    def voice(self) -> str:
        """Names the sound: equal text under an equal voice gives a cached sound."""
        ...

    async def warm(self) -> None: ...

    def synthesize(self, text: str, *, language: str, timeout_s: float) -> AsyncIterator[bytes]:
        """Yields PCM16 mono at `TTS_SAMPLE_RATE_HZ` as it is made, whole samples in each
        chunk, as `Sound` where there was a choice of who makes it. `timeout_s` bounds the wait
        for each chunk. Raises `ProviderError`."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance of the conversation as the candidate heard it."""

    speaker: Literal["interviewer", "candidate"]
    text: str


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """What is on the candidate's pad, and what came of the last run of it."""

    language: str
    text: str
    report: CodeReport | None = None
    with_tests: bool = False


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """One reply to be made. `conversation` ends with the candidate's answer."""

    brief: Brief
    conversation: Sequence[Line]
    already_said: Sequence[str] = field(default_factory=tuple[str, ...])
    """Sentences of this reply that were spoken before a retry; the reply goes on after them."""
    opener: str = ""
    """Said before all of that; the reply goes on after it."""
    code: CodeSeen | None = None
    """Of a coding question, once something was written."""
    directive: Directive | None = None
    """The directive those sentences were said under; None on a first attempt."""


@dataclass(frozen=True, slots=True)
class DirectiveChosen:
    """Always the first event of a reply; one of `brief.allowed`. `provider` is who chose it,
    where there was a choice of providers."""

    directive: Directive
    provider: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the spoken text. Text is cut at any place, not at words. `provider` is who wrote
    it, where there was a choice."""

    text: str
    provider: str = field(default="", compare=False)


ReplyEvent = DirectiveChosen | TextDelta


class LanguageModel(Protocol):
    """Writes the interviewer's own words: an acknowledgement, and a probe when it follows up.
    Planned questions are appended by the pipeline and never come from a model."""

    @property
    def name(self) -> str: ...

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        """Open connections and prime prompt caches while the candidate still talks."""
        ...

    def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncIterator[ReplyEvent]:
        """Yields one `DirectiveChosen`, then `TextDelta`s. `timeout_s` bounds the wait for each
        event. Raises `ProviderError`; what was already yielded stands."""
        ...


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """An object and the proof of what it holds."""

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FoundBlob:
    """An object as it lies in the store."""

    key: str
    size_bytes: int


class BlobStore(Protocol):
    """Recordings and documents. Writing the same key twice leaves one object."""

    async def put(self, key: str, data: bytes, *, content_type: str) -> StoredBlob: ...

    async def get(self, key: str) -> bytes:
        """Raises `NotFoundError` (`blob.not_found`)."""
        ...

    async def delete(self, key: str) -> None:
        """Idempotent."""
        ...

    async def find(self, folder: str) -> list[FoundBlob]:
        """All objects whose keys begin with `folder` and a slash."""
        ...

    async def delete_all(self, folder: str) -> None:
        """Those, and what a broken-off `put` may have left there. Idempotent."""
        ...

    async def check(self) -> None:
        """Raises when the store cannot be used."""
        ...


T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class StructuredRequest(Generic[T]):
    """One question to a language model whose answer has a shape. `task` names it in logs;
    `content` is data, delimited by whoever wrote it. `timeout_s` is for one call: an answer that
    breaks the shape is asked for once more."""

    task: str
    system: str
    content: str
    schema: type[T]
    temperature: float
    max_tokens: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class StructuredAnswer(Generic[T]):
    """`provider` is provider and model; the tokens are those of all calls it took."""

    value: T
    provider: str
    input_tokens: int
    output_tokens: int


class StructuredModel(Protocol):
    """Answers in a shape, for plans and scores: nobody waits to hear it."""

    @property
    def name(self) -> str: ...

    async def complete(self, request: StructuredRequest[T]) -> StructuredAnswer[T]:
        """Raises `ProviderError`; `ProviderOutputInvalid` when a second try broke the shape
        too."""
        ...
