"""What a file is, by its first bytes: neither its name nor what its sender says counts."""

from __future__ import annotations

from typing import Literal

__all__ = ["Kind", "sniff"]

Kind = Literal["pdf", "zip", "compound", "text"]
"""`compound`: Microsoft's container of before, which holds encrypted files of today too. `text`: it
may be, and whoever decodes it finds out."""

_HEAD_BYTES = 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"{\\rtf", b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<svg", b"%!ps")
_BLANKS = b"\xef\xbb\xbf \t\r\n\x0b\x0c"


def sniff(data: bytes) -> Kind | None:
    """None: certainly nothing that we read, such as RTF, HTML and PostScript, which are text in
    name only.

    Signatures: ISO 32000-1 (which, as readers do, may stand behind some bytes of junk), PKWARE's
    APPNOTE, MS-CFB.
    """
    head = data[:_HEAD_BYTES]
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_COMPOUND):
        return "compound"
    if b"%PDF-" in head:
        return "pdf"
    if head.lstrip(_BLANKS).lower().startswith(_MARKUP):
        return None
    return "text"
