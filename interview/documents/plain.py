"""Plain text in the encodings that are met: Unicode's, and Windows-1252."""

from __future__ import annotations

import codecs

from interview.documents.flow import Flow
from interview.documents.results import Extraction, RefusedDocument

__all__ = ["extract_plain"]

# The longer mark first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PROBE_BYTES = 2_000
# A form feed, a tab and the like are met in texts; of the others a few, as damage.
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\x0b\x0c\x1b")
_MOST_CONTROLS = 0.002


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Five bytes that Windows-1252 leaves open are control characters of Latin-1."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


_OPEN = "intervue.latin-1"
codecs.register_error(_OPEN, _as_latin_1)


def extract_plain(data: bytes) -> Extraction:
    """Raises `RefusedDocument`: `document.unsupported_format` where it is no text."""
    flow = Flow()
    flow.show(_decoded(data))
    return flow.finish("text")


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _in(encoding, data)
    if wide := _wide(data):
        return _in(wide, data)
    if sum(map(data.count, _CONTROLS)) > len(data) * _MOST_CONTROLS:
        raise RefusedDocument("document.unsupported_format")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors=_OPEN)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: of Western text every other byte is zero."""
    probe = data[:_PROBE_BYTES]
    even, odd = probe[::2], probe[1::2]
    if len(probe) < 4 or len(data) % 2:
        return None
    if odd.count(0) > 0.4 * len(odd) and not even.count(0):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def _in(encoding: str, data: bytes) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise RefusedDocument("document.unreadable") from None
    if sum(map(text.count, map(chr, _CONTROLS))) > len(text) * _MOST_CONTROLS:
        raise RefusedDocument("document.unsupported_format")
    return text
