"""DOCX files by python-docx, and ZIP files that only look like one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Pt, RGBColor

__all__ = [
    "archive",
    "bomb",
    "hidden_runs",
    "lying",
    "paper",
    "replaced",
    "white_in_shapes",
    "white_on_dark",
    "word",
]

_SHADING = f'<w:shd {nsdecls("w")} w:val="clear" w:fill="1F3864"/>'


def word(write: Callable[[DocumentObject], None]) -> bytes:
    document = Document()
    write(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def paper(*paragraphs: str) -> bytes:
    def write(document: DocumentObject) -> None:
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)

    return word(write)


def archive(entries: Mapping[str, bytes], *, level: int = 9) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return out.getvalue()


def replaced(file: bytes, changes: Mapping[str, bytes]) -> bytes:
    """With entries of other content, or more of them."""
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    return archive({**entries, **changes})


def bomb(file: bytes, unzipped: int) -> bytes:
    return replaced(file, {"word/media/image1.bmp": bytes(unzipped)})


def lying(file: bytes) -> bytes:
    """A bomb whose directory says that everything in it is small."""
    made = bytearray(bomb(file, 60 * 1024 * 1024))
    at = -1
    while (at := made.find(b"PK\x01\x02", at + 1)) >= 0:
        if struct.unpack_from("<I", made, at + 24)[0] > 10**6:
            struct.pack_into("<I", made, at + 24, 1000)
    return bytes(made)


def hidden_runs(document: DocumentObject) -> None:
    """One of each kind, with what surrounds it."""
    _say(document, "Before.", "vanished words", lambda run: setattr(run.font, "hidden", True))
    _say(
        document,
        "Between.",
        "white words",
        lambda run: setattr(run.font.color, "rgb", RGBColor(0xFE, 0xFF, 0xFE)),
    )
    _say(document, "After.", "tiny words", lambda run: setattr(run.font, "size", Pt(1)))


def white_on_dark(document: DocumentObject) -> None:
    """As in the side column of many a template."""
    cell: Any = document.add_table(rows=1, cols=2).cell(0, 0)
    cell._tc.get_or_add_tcPr().append(parse_xml(_SHADING))
    run = cell.paragraphs[0].add_run("Ada Lovelace, in white on blue")
    run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)


def white_in_shapes(document: DocumentObject) -> None:
    """Text boxes, of which an older program is given another version: one is dark, one is not."""
    for fill, words in (
        ('<a:srgbClr val="1F3864"/>', "Ada Lovelace in a box"),
        ('<a:schemeClr val="bg1"/>', "unseen in a box"),
    ):
        run: Any = document.add_paragraph("Beside it. ").add_run()
        run._r.append(parse_xml(_BOX.format(fill=fill, words=words)))


_SHAPES = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_BOX = f"""<mc:AlternateContent xmlns:mc="{_COMPATIBLE}" {nsdecls("w", "a")}>
<mc:Choice Requires="wps"><w:drawing><wps:wsp xmlns:wps="{_SHAPES}">
<wps:spPr><a:solidFill>{{fill}}</a:solidFill></wps:spPr>
<wps:txbx><w:txbxContent><w:p><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>
<w:t>{{words}}</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></w:drawing></mc:Choice>
<mc:Fallback><w:pict><w:p><w:r><w:t>The same again</w:t></w:r></w:p></w:pict></mc:Fallback>
</mc:AlternateContent>"""


def _say(document: DocumentObject, seen: str, unseen: str, change: Callable[[Any], None]) -> None:
    paragraph = document.add_paragraph(f"{seen} ")
    change(paragraph.add_run(unseen))
