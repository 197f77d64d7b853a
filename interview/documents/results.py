"""What comes out of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "ERROR_CODES",
    "MEDIA_TYPES",
    "DocumentFormat",
    "ErrorCode",
    "Extraction",
    "HiddenReason",
    "HiddenSpan",
    "Refusal",
    "RefusedDocument",
]

DocumentFormat = Literal["pdf", "docx", "text"]

MEDIA_TYPES: dict[DocumentFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text": "text/plain; charset=utf-8",
}

HiddenReason = Literal[
    "background_colour",
    "tiny",
    "off_page",
    "invisible",
    "transparent",
    "covered",
    "zero_width",
    "bidi_control",
    "tag_characters",
]
"""`background_colour`: of the colour of the paper, or nearly. `off_page`: outside the page, or
clipped away. `invisible`: by a mode, a style or a layer that is not shown. `covered`: painted over.
The last three are characters: of no width, turning the direction of others, or spelling unseen."""

ErrorCode = Literal[
    "document.unsupported_format",
    "document.encrypted",
    "document.too_large",
    "document.too_long",
    "document.unreadable",
    "document.empty",
    "document.timeout",
]
ERROR_CODES: tuple[ErrorCode, ...] = get_args(ErrorCode)


@dataclass(frozen=True, slots=True)
class HiddenSpan:
    """`text` is what a reader of the page does not see; of characters without a shape of their
    own, their code points. It is not in the visible text: it would stand at `offset` there, in
    characters. Of a PDF page it is known only to which page (from 1) it belongs, and `offset` is
    where that page begins."""

    reason: HiddenReason
    text: str
    offset: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """`text` is what a reader sees, in NFC, without control characters but line breaks.
    `hidden_omitted`: how many more spans there were than are kept."""

    format: DocumentFormat
    text: str
    hidden: tuple[HiddenSpan, ...] = ()
    hidden_omitted: int = 0
    pages: int | None = None
    """Of a PDF."""


@dataclass(frozen=True, slots=True)
class Refusal:
    error: ErrorCode


class RefusedDocument(Exception):
    """Raised inside the process that reads it."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.code: ErrorCode = code
