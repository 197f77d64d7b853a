"""The lines of a pod's log: what a supervisor tells, numbered and sealed.

::

    <index> <base64 of: kind, case and body, sealed with the index>

So a line cannot be forged, changed or moved, and one that is missing is missed.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass

from interview.security.seal import Cipher, EncryptionError

__all__ = ["ALIVE", "BODY_BYTES", "Line", "opened", "sealed"]

BODY_BYTES = 8 * 1024
"""At most: whoever keeps a pod's output cuts its lines at 16 KiB."""
ALIVE = b"a"
"""Beside the kinds of frames that a supervisor of one machine has."""

_HEAD = struct.Struct("!cH")


@dataclass(frozen=True, slots=True)
class Line:
    index: int
    kind: bytes
    case: int
    body: bytes


def sealed(cipher: Cipher, line: Line) -> bytes:
    index = b"%d" % line.index
    plain = _HEAD.pack(line.kind, line.case) + line.body
    return index + b" " + base64.b64encode(cipher.seal(plain, index)) + b"\n"


def opened(cipher: Cipher, text: bytes) -> Line | None:
    """None: it is not the supervisor's."""
    index, _, body = text.strip().partition(b" ")
    try:
        plain = cipher.open(base64.b64decode(body, validate=True), index)
        kind, case = _HEAD.unpack_from(plain)
        return Line(int(index), kind, case, plain[_HEAD.size :])
    except (EncryptionError, binascii.Error, ValueError, struct.error):
        return None
