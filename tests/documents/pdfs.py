"""PDF files written by hand: what a word processor would write, and what none would."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from pypdf import PdfReader, PdfWriter

__all__ = ["HELVETICA", "Pdf", "encrypted", "lines", "page_of"]

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
A4 = (0, 0, 595, 842)


@dataclass
class Pdf:
    """Objects by number; the first two are the catalogue and the page tree."""

    objects: list[bytes] = field(default_factory=lambda: [b"", b""])
    pages: list[int] = field(default_factory=list[int])
    catalogue: bytes = b""

    def add(self, body: bytes) -> int:
        self.objects.append(body)
        return len(self.objects)

    def stream(self, data: bytes, head: bytes = b"", *, deflate: bool = True) -> int:
        if deflate:
            head, data = head + b"/Filter/FlateDecode", zlib.compress(data, 9)
        return self.add(
            b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(data), data),
        )

    def page(self, content: bytes, resources: bytes = b"") -> None:
        """With Helvetica as /F1."""
        font = self.add(HELVETICA)
        fonts = b"/Font<</F1 %d 0 R>>" % font
        self.page_with(self.stream(content), b"<<%b%b>>" % (fonts, resources))

    def page_with(self, content: int, resources: bytes, box: Sequence[int] = A4) -> None:
        corners = b" ".join(b"%d" % corner for corner in box)
        self.pages.append(
            self.add(
                b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Resources%b/Contents %d 0 R>>"
                % (corners, resources, content)
            )
        )

    def file(self) -> bytes:
        self.objects[0] = b"<</Type/Catalog/Pages 2 0 R%b>>" % self.catalogue
        kids = b" ".join(b"%d 0 R" % page for page in self.pages)
        self.objects[1] = b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(self.pages))
        made, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), list[int]()
        for number, body in enumerate(self.objects, start=1):
            offsets.append(len(made))
            made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        start = len(made)
        made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
        made += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        made += b"trailer<</Size %d/Root 1 0 R>>\n" % (len(offsets) + 1)
        made += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(made)


def lines(
    *texts: str, x: float = 72, y: float = 770, size: float = 11, before: bytes = b""
) -> bytes:
    """A block of text; `before`: operators within it."""
    shown = b" T*\n".join(b"(%b) Tj" % _escaped(text) for text in texts)
    return b"BT %b /F1 %g Tf 14 TL %g %g Td\n%b ET\n" % (before, size, x, y, shown)


def page_of(content: bytes, resources: bytes = b"") -> bytes:
    """A file of one page."""
    pdf = Pdf()
    pdf.page(content, resources)
    return pdf.file()


def encrypted(file: bytes, *, password: str, owner: str = "owner") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(file)))
    writer.encrypt(password, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _escaped(text: str) -> bytes:
    for character in "\\()":
        text = text.replace(character, f"\\{character}")
    return text.encode("cp1252")
