"""The text of a PDF file, page by page."""

from __future__ import annotations

import io
from typing import Any

import pypdf
from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError
from pypdf.generic import ContentStream, DictionaryObject, NameObject

from interview.documents.flow import Flow
from interview.documents.limits import MAX_PAGES, MAX_PAINT_OPERATIONS, MAX_UNZIPPED_BYTES
from interview.documents.pdf_paint import Painted, Walk
from interview.documents.pdf_shapes import Rectangle, number
from interview.documents.results import Extraction, HiddenReason, RefusedDocument

__all__ = ["extract_pdf"]

_LIMITS: dict[str, Any] = {
    "maximum_declared_stream_length": MAX_UNZIPPED_BYTES,
    "array_based_stream_maximum_output_length": MAX_UNZIPPED_BYTES,
    "lzw_maximum_output_length": MAX_UNZIPPED_BYTES,
    "run_length_maximum_output_length": MAX_UNZIPPED_BYTES,
    "zlib_maximum_output_length": MAX_UNZIPPED_BYTES,
    "brotli_maximum_output_length": MAX_UNZIPPED_BYTES,
    "stream_decoding_work_maximum_length": 2 * MAX_UNZIPPED_BYTES,
    "stream_parsing_work_maximum_count": 2 * MAX_PAINT_OPERATIONS,
    "jbig2dec_binary": None,
}
_NEW_LINE_BEFORE = {b"'", b'"'}


def extract_pdf(data: bytes) -> Extraction:
    """Raises `RefusedDocument`, and, for damage, whatever pypdf does."""
    try:
        with pypdf.apply_configuration(**_LIMITS):
            return _extract(PdfReader(io.BytesIO(data), strict=False))
    except LimitReachedError:
        raise RefusedDocument("document.too_large") from None
    except (FileNotDecryptedError, DependencyError):
        raise RefusedDocument("document.encrypted") from None


def _extract(reader: PdfReader) -> Extraction:
    # Many are encrypted with an empty password, only to forbid printing them.
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedDocument("document.encrypted")
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise RefusedDocument("document.too_long")
    flow, budget = Flow(), [MAX_PAINT_OPERATIONS]
    for at, page in enumerate(reader.pages, start=1):
        flow.show("\n\n")
        _add_page(flow, reader, page, at, budget)
    return flow.finish("pdf", pages=count)


def _add_page(flow: Flow, reader: PdfReader, page: PageObject, at: int, budget: list[int]) -> None:
    given = page.get("/Contents")
    if given is None:
        return
    # Strings stay as they are: only the fonts know what they mean.
    content = ContentStream(given, reader, "bytes")
    resources = page.get("/Resources")
    resources = None if resources is None else resources.get_object()
    if not isinstance(resources, DictionaryObject):
        return
    walk = Walk(reader, _box(page), budget)
    painted = walk.walk(content, resources)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): walk.fonts})
    reasons: list[HiddenReason] = [one.reason for one in painted if one.reason is not None]
    for reason in dict.fromkeys(reasons):
        flow.hide(_text(page, reader, painted, reason), reason, page=at)
    flow.show(_text(page, reader, painted, None))


def _text(
    page: PageObject, reader: PdfReader, painted: list[Painted], reason: HiddenReason | None
) -> str:
    """Of what is seen, or of what is not for this reason: pypdf puts the glyphs into lines."""
    content = ContentStream(None, reader, "bytes")
    content.operations = [
        operation for one in painted if (operation := _kept(one, reason)) is not None
    ]
    page[NameObject("/Contents")] = content
    return page.extract_text()


def _kept(one: Painted, reason: HiddenReason | None) -> tuple[list[Any], bytes] | None:
    if one.operator not in (b"Tj", b"TJ", b"'", b'"') or one.reason == reason:
        return one.operands, one.operator
    return ([], b"T*") if one.operator in _NEW_LINE_BEFORE else None


def _box(page: PageObject) -> Rectangle:
    edges = list(page.cropbox)
    left, bottom, right, top = (number(edges, index) for index in range(4))
    return Rectangle(min(left, right), min(bottom, top), max(left, right), max(bottom, top))
