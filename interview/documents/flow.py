"""Text as it is put together: cleaned, bounded, and with what is hidden set apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from interview.documents.characters import seen_and_unseen
from interview.documents.limits import MAX_HIDDEN_CHARS, MAX_HIDDEN_SPANS, MAX_TEXT_CHARS
from interview.documents.results import (
    DocumentFormat,
    Extraction,
    HiddenReason,
    HiddenSpan,
    RefusedDocument,
)

__all__ = ["Flow"]

_MAX_RAW_CHARS = 4 * MAX_TEXT_CHARS
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Half a surrogate pair has no place in UTF-8, and a soft hyphen is seen at the end of a line only.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ud800-\udfff]")
# Ligatures, and Arabic letters by where they stand in a word: shapes, that a PDF file may have.
_SHAPES = re.compile(r"[\ufb00-\ufb06\ufb13-\ufb17\ufb50-\ufdff\ufe70-\ufefc]+")
_TOKENS = re.compile(r"\s+|\S+")


class Flow:
    """All methods raise `RefusedDocument` (`document.too_long`) when it becomes too much."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._gap = ""
        """Blanks or line breaks, of which nobody knows yet whether something follows."""
        self._raw_length = 0
        self._hidden: list[HiddenSpan] = []
        self._hidden_length = 0
        self._omitted = 0

    @property
    def length(self) -> int:
        """In characters, of what a reader sees."""
        return self._length

    def show(self, text: str) -> None:
        """More of what a reader sees."""
        for piece, reason in seen_and_unseen(self._cleaned(text)):
            if reason is None:
                self._append(piece)
            else:
                self._hide(piece, reason, None)

    def hide(self, text: str, reason: HiddenReason, *, page: int | None = None) -> None:
        """More of what a reader does not see. A run of it is one span."""
        text = self._cleaned(text)
        last = self._hidden[-1] if self._hidden else None
        if last is not None and (last.reason, last.page) == (reason, page):
            if last.offset == self._length:
                self._hidden[-1] = replace(last, text=last.text + self._bounded(text))
                return
        if text.strip():
            self._hide(text, reason, page)

    def finish(self, format: DocumentFormat, *, pages: int | None = None) -> Extraction:
        """Raises `RefusedDocument` (`document.empty`) where a reader sees nothing."""
        if not self._length:
            raise RefusedDocument("document.empty")
        hidden = tuple(replace(span, text=span.text.strip()) for span in self._hidden)
        return Extraction(format, "".join(self._parts), hidden, self._omitted, pages)

    def _cleaned(self, text: str) -> str:
        # Blanks and what is hidden count too, or they were a way around the limit.
        self._raw_length += len(text)
        if self._raw_length > _MAX_RAW_CHARS:
            raise RefusedDocument("document.too_long")
        text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
        text = _SHAPES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
        return unicodedata.normalize("NFC", text)

    def _append(self, piece: str) -> None:
        for token in _TOKENS.findall(piece):
            if token.isspace():
                breaks = (self._gap + token).count("\n")
                self._gap = "\n" * min(breaks, 2) or " "
                continue
            if self._length and self._gap:
                self._parts.append(self._gap)
                self._length += len(self._gap)
            self._gap = ""
            self._parts.append(token)
            self._length += len(token)
            if self._length > MAX_TEXT_CHARS:
                raise RefusedDocument("document.too_long")

    def _hide(self, text: str, reason: HiddenReason, page: int | None) -> None:
        if len(self._hidden) >= MAX_HIDDEN_SPANS or self._hidden_length >= MAX_HIDDEN_CHARS:
            self._omitted += 1
            return
        self._hidden.append(HiddenSpan(reason, self._bounded(text), self._length, page))

    def _bounded(self, text: str) -> str:
        """What there is room for, and counted."""
        text = text[: MAX_HIDDEN_CHARS - self._hidden_length]
        self._hidden_length += len(text)
        return text
