"""What a fake provider can be told to do instead of answering."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "Answer",
    "Behaviour",
    "Body",
    "Cut",
    "ErrorInStream",
    "Hang",
    "Say",
    "Status",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """As it should be."""


@dataclass(frozen=True, slots=True)
class Status:
    """An error in the provider's own format, which repeats what it was asked."""

    code: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    type: str = ""
    error_code: str = ""
    param: str = ""
    """OpenAI: which one it does not take."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing more after so many parts of the answer, until the client goes away. With -1 not
    even the headers come."""

    after: int = -1


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends after so many parts of the answer, without a proper end."""

    after: int = 1


@dataclass(frozen=True, slots=True)
class Body:
    """These bytes, with status 200, whatever was asked."""

    data: bytes
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class ErrorInStream:
    """A stream that begins well and then tells an error of this type."""

    type: str
    after: int = 1


@dataclass(frozen=True, slots=True)
class Say:
    """A language model's output, word for word; cut into pieces of `piece` characters."""

    output: str
    piece: int = 5
    as_text: bool = False
    """Anthropic: as text, and not as the input of the tool."""
    finish_reason: str = ""


Behaviour = Answer | Status | Hang | Cut | Body | ErrorInStream | Say
