"""Opaque places in a list of interviews."""

from __future__ import annotations

import base64
import binascii
import struct
import uuid
from datetime import UTC, datetime, timedelta

from interview.errors import InvalidInputError

__all__ = ["decode", "encode"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAYOUT = struct.Struct(">q16s")


def encode(created_at: datetime, interview_id: str) -> str:
    """32 URL-safe characters that name the row exactly, to the microsecond."""
    microseconds = (created_at - _EPOCH) // timedelta(microseconds=1)
    packed = _LAYOUT.pack(microseconds, uuid.UUID(interview_id).bytes)
    return base64.urlsafe_b64encode(packed).decode()


def decode(cursor: str) -> tuple[datetime, str]:
    """Raises `InvalidInputError` (`page.invalid_cursor`)."""
    try:
        microseconds, raw = _LAYOUT.unpack(base64.b64decode(cursor, b"-_", validate=True))
        return _EPOCH + timedelta(microseconds=microseconds), str(uuid.UUID(bytes=raw))
    except (binascii.Error, struct.error, ValueError, OverflowError):
        raise InvalidInputError("page.invalid_cursor", "not a cursor of this list") from None
