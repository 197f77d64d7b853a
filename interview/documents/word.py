"""The text of a DOCX file: body, tables, text boxes, notes, headers and footers.

python-docx opens the package, with a parser that resolves no entities, and never follows a link out
of it. The text is read from the XML itself: what stands in text boxes, links and controls is seen
too.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Generator, Iterable
from typing import Any, cast

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from interview.documents.flow import Flow
from interview.documents.limits import MAX_UNZIPPED_BYTES, MAX_ZIP_ENTRIES
from interview.documents.results import Extraction, RefusedDocument
from interview.documents.word_styles import SHAPE, Look, Styles

__all__ = ["extract_word"]

_CONTENT_TYPES = "[Content_Types].xml"
_MACROS = "vbaProject.bin"
_ENCRYPTED_FLAG = 0x1
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_DEPTH = 200

# Beside the body, in the order in which they follow it. Their own parts hold paragraphs as well.
_MORE = (
    RELATIONSHIP_TYPE.HEADER,
    RELATIONSHIP_TYPE.FOOTER,
    RELATIONSHIP_TYPE.FOOTNOTES,
    RELATIONSHIP_TYPE.ENDNOTES,
)
_ALTERNATES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_PARAGRAPH, _RUN, _ROW, _CELL = qn("w:p"), qn("w:r"), qn("w:tr"), qn("w:tc")
_TEXT, _BREAKS = qn("w:t"), {qn("w:br"), qn("w:cr"), qn("w:lastRenderedPageBreak")}
_TAB, _HYPHEN = qn("w:tab"), qn("w:noBreakHyphen")
# What was deleted, how something looks, and what a field is computed from.
_UNREAD = {qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText")}


def extract_word(data: bytes) -> Extraction:
    """Raises `RefusedDocument`, and, for damage, whatever the libraries do."""
    check_archive(data)
    document = Document(io.BytesIO(data))
    flow = Flow()
    reader = _Reader(flow, Styles(document.styles.element))
    reader.read(cast(Any, document.element).body)
    for kind in _MORE:
        for relation in document.part.rels.values():
            if relation.reltype == kind and not relation.is_external:
                flow.show("\n\n")
                reader.read(_root(relation.target_part))
    return flow.finish("docx")


def check_archive(data: bytes) -> None:
    """That it is a DOCX file, and not one that fills the memory. Raises `RefusedDocument`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise RefusedDocument("document.too_large")
            if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
                raise RefusedDocument("document.encrypted")
            names = {entry.filename for entry in entries}
            has_macros = any(name.endswith(_MACROS) for name in names)
            if _CONTENT_TYPES not in names or "word/document.xml" not in names or has_macros:
                raise RefusedDocument("document.unsupported_format")
            if any(entry.compress_type not in _STORED_OR_DEFLATED for entry in entries):
                raise RefusedDocument("document.unreadable")
            if sum(entry.file_size for entry in entries) > MAX_UNZIPPED_BYTES:
                raise RefusedDocument("document.too_large")
            _check_sizes(archive, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise RefusedDocument("document.unreadable") from None


def _check_sizes(archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]) -> None:
    """What an entry says of its size may be a lie: `zipfile` stops there, and then says that the
    checksum is wrong. Two entries may also share their bytes, so all are read."""
    total = 0
    for entry in entries:
        with archive.open(entry) as opened:
            while part := opened.read(64 * 1024):
                total += len(part)
                if total > MAX_UNZIPPED_BYTES:
                    raise RefusedDocument("document.too_large")


def _root(part: Any) -> Any:
    element = getattr(part, "element", None)
    return parse_xml(part.blob) if element is None else element


class _Reader:
    def __init__(self, flow: Flow, styles: Styles) -> None:
        self._flow = flow
        self._styles = styles

    def read(self, root: Any) -> None:
        for element in root:
            self._block(element, self._styles.plain, 0)

    def _block(self, element: Any, look: Look, depth: int) -> None:
        """`look`: of what it stands in."""
        if depth > _MAX_DEPTH:
            raise RefusedDocument("document.unreadable")
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNREAD:
            return
        look = self._look(element, look)
        if (text := _shown(element)) is not None:
            if look.reason is None:
                self._flow.show(text)
            else:
                self._flow.hide(text, look.reason)
            return
        for child in _children(element):
            self._block(child, look, depth + 1)
        if tag in (_PARAGRAPH, _ROW):
            self._flow.show("\n")

    def _look(self, element: Any, around: Look) -> Look:
        if element.tag == _PARAGRAPH:
            return self._styles.of_paragraph(element, around)
        if element.tag == _RUN:
            return self._styles.of_run(element, around)
        if element.tag == SHAPE:
            return self._styles.of_shape(element, around)
        return self._styles.of_cell(element, around) if element.tag == _CELL else around


def _shown(element: Any) -> str | None:
    tag = element.tag
    if tag == _TEXT:
        return element.text or ""
    if tag in _BREAKS:
        return "\n"
    if tag == _TAB:
        return "\t"
    return "-" if tag == _HYPHEN else None


def _children(element: Any) -> Generator[Any]:
    """Of what is there in several versions, the first."""
    if element.tag != _ALTERNATES:
        yield from element
    elif len(element):
        yield element[0]
