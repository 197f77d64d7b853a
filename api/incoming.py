"""Reading what clients send: hostile until proven otherwise."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import pydantic
from pydantic import TypeAdapter

from interview.audio.sniff import SNIFF_BYTES, sniff_container
from interview.errors import InvalidInputError
from interview.protocol import limits
from interview.protocol.client import (
    CLIENT_MESSAGE_V1,
    CLIENT_MESSAGE_V2,
    Audio,
    ClientMessageV1,
    ClientMessageV2,
    UplinkFormat,
)

__all__ = ["RateLimit", "decode_answer", "parse_v1", "parse_v2"]

M = TypeVar("M")

_ROUNDING = 1e-6

_FORMATS: dict[str, UplinkFormat] = {
    "matroska": "webm",
    "ogg": "ogg",
    "mp4": "mp4",
    "wav": "wav",
    "mp3": "mp3",
}


def parse_v1(text: str) -> ClientMessageV1:
    """Raises `InvalidInputError` (`protocol.*`). Its length is bounded by the socket."""
    return _parse(CLIENT_MESSAGE_V1, text)


def parse_v2(text: str) -> ClientMessageV2:
    """Raises `InvalidInputError` (`protocol.*`, `message.too_large`)."""
    if len(text) > limits.MAX_JSON_BYTES or _bytes_of(text) > limits.MAX_JSON_BYTES:
        raise InvalidInputError(
            "message.too_large", f"a message holds at most {limits.MAX_JSON_BYTES} bytes"
        )
    return _parse(CLIENT_MESSAGE_V2, text)


def decode_answer(message: Audio) -> tuple[bytes, UplinkFormat]:
    """A version 1 answer's bytes, and the format they really have.

    Raises `InvalidInputError` (`audio.invalid_base64`, `audio.too_large`, `audio.empty`,
    `audio.unsupported_format`).
    """
    if len(message.data) > limits.MAX_V1_AUDIO_BYTES * 4 // 3 + 4:
        raise _too_large()
    try:
        data = base64.b64decode(message.data, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInputError("audio.invalid_base64", "`data` is not base64") from None
    if len(data) > limits.MAX_V1_AUDIO_BYTES:
        raise _too_large()
    if not data:
        raise InvalidInputError("audio.empty", "the answer holds no audio")
    if message.format == "pcm16":
        return data, "pcm16"
    container = sniff_container(data[:SNIFF_BYTES])
    if container is None:
        raise InvalidInputError(
            "audio.unsupported_format", "this is none of WebM, Ogg, MP4, WAV and MP3"
        )
    return data, _FORMATS[container]


class RateLimit:
    """A token bucket: `per_s` on average over `window_s`. Times in seconds of any clock."""

    def __init__(self, per_s: float, window_s: float, now: float) -> None:
        self._per_s = per_s
        self._capacity = per_s * window_s
        self._tokens = self._capacity
        self._filled_at = now

    def take(self, now: float) -> float:
        """Seconds until this one is within the rate; 0 when it is."""
        earned = (now - self._filled_at) * self._per_s
        self._tokens = min(self._capacity, self._tokens + earned) - 1
        self._filled_at = now
        return 0.0 if self._tokens > -_ROUNDING else -self._tokens / self._per_s


def _parse(adapter: TypeAdapter[M], text: str) -> M:
    try:
        return adapter.validate_json(text)
    except pydantic.ValidationError as error:
        # Never the input itself: it may hold what somebody said.
        raise _violation(error.errors(include_input=False, include_url=False)[0]) from None


def _violation(error: Any) -> InvalidInputError:
    match error["type"]:
        case "json_invalid":
            return InvalidInputError("protocol.malformed_json", "this is not JSON")
        case "union_tag_invalid":
            return InvalidInputError("protocol.unknown_message", "there is no message of this type")
        case kind:
            place = ".".join(str(part) for part in error["loc"]) or "message"
            return InvalidInputError("protocol.violation", f"{place}: {kind}")


def _too_large() -> InvalidInputError:
    return InvalidInputError(
        "audio.too_large", f"an answer holds at most {limits.MAX_V1_AUDIO_BYTES} bytes"
    )


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
