"""Valid messages and recordings, damaged: in their structure, and byte by byte."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Sequence
from typing import Any, cast

import av
from av import AudioFrame

from interview.audio.wav import wav_file
from interview.protocol.frames import pack_uplink

__all__ = [
    "FORMATS",
    "Recording",
    "frame",
    "message_v1",
    "message_v2",
    "mutate_bytes",
    "recordings",
]

_V2: Sequence[dict[str, Any]] = (
    {"type": "hello", "last_seq": 5, "audio": "mp3"},
    {"type": "turn_start", "turn_id": "fuzz-0001", "format": "webm", "sample_rate_hz": 16000},
    {
        "type": "turn_start",
        "turn_id": "fuzz-0002",
        "format": "pcm16",
        "interrupted": {"utterance_id": "u", "heard_ms": 10},
    },
    {"type": "turn_end", "turn_id": "fuzz-0001", "chunks": 2, "duration_ms": 100},
    {"type": "turn_cancel", "turn_id": "fuzz-0001"},
    {"type": "answer_text", "turn_id": "fuzz-0003", "text": "I think so."},
    {"type": "playback_complete", "utterance_id": "u"},
    {"type": "ping", "nonce": 1},
)
_V1: Sequence[dict[str, Any]] = (
    {"type": "audio", "data": "GkXfow==", "format": "webm"},
    {"type": "playback_complete"},
    {"type": "end_session"},
)
_VALUES: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, -(2**63), 10**40, 0.5, 1e308, "", "\0", "9" * 400,
    "fuzz-0001", "pcm16", "webm", "x" * 70_000, "\u202e\U0001f600", [], {}, [[]], {"type": "hello"},
)  # fmt: skip


def message_v2(randomness: random.Random) -> str:
    return _message(randomness, _V2)


def message_v1(randomness: random.Random) -> str:
    """Never a well-formed end: it would be the end."""
    text = _message(randomness, _V1)
    return text.replace('"end_session"', '"end_sessions"')


def _message(randomness: random.Random, valid: Sequence[dict[str, Any]]) -> str:
    message = dict(randomness.choice(valid))
    if "turn_id" in message:
        message["turn_id"] = f"fuzz-{randomness.randrange(6):04d}"
    for _ in range(randomness.choice((0, 1, 1, 2, 3))):
        key = randomness.choice([*message, "extra"])
        if randomness.random() < 0.3:
            message.pop(key, None)
        else:
            message[key] = randomness.choice(_VALUES)
    text = json.dumps(message)
    if randomness.random() < 0.25:
        text = mutate_bytes(text.encode(), randomness).decode("utf-8", "replace")
    return text


def frame(randomness: random.Random) -> bytes:
    """A binary frame: a chunk with any index, or less than one."""
    body = randomness.randbytes(randomness.choice((0, 1, 20, 500, 5_000)))
    index = randomness.choice((0, 1, 2, 3, randomness.getrandbits(32)))
    packed = pack_uplink(index, body)
    return packed[: randomness.randrange(6)] if randomness.random() < 0.2 else packed


def mutate_bytes(data: bytes, randomness: random.Random) -> bytes:
    """One to eight of: flip, overwrite, insert, remove, repeat, cut off."""
    damaged = bytearray(data)
    for _ in range(randomness.randint(1, 8)):
        at = randomness.randrange(len(damaged) + 1)
        length = randomness.choice((1, 2, 8, 64, 1024))
        match randomness.randrange(6):
            case 0 if at < len(damaged):
                damaged[at] ^= 1 << randomness.randrange(8)
            case 1:
                damaged[at : at + length] = randomness.randbytes(length)
            case 2:
                damaged[at:at] = randomness.randbytes(length)
            case 3:
                del damaged[at : at + length]
            case 4:
                damaged[at:at] = damaged[at : at + length]
            case 5 if randomness.random() < 0.3:
                del damaged[at:]
            case _:
                pass
    return bytes(damaged)


Recording = tuple[str, bytes]
"""(format, bytes)."""

FORMATS = ("webm", "ogg", "wav", "mp3", "mp4")
_CODECS = {"webm": "libopus", "ogg": "libopus", "mp3": "libmp3lame", "mp4": "aac"}
_RATE_HZ = 24_000


def recordings(speech_pcm16: bytes) -> list[Recording]:
    """The same speech (mono, 24 kHz) in every container that is taken."""
    return [
        (name, wav_file(speech_pcm16, _RATE_HZ) if name == "wav" else _encode(speech_pcm16, name))
        for name in FORMATS
    ]


def _encode(pcm16: bytes, container: str) -> bytes:
    sink = io.BytesIO()
    # PyAV leaves the types of packets and streams partly unknown
    output = cast(Any, av.open(sink, mode="w", format=container))
    stream = output.add_stream(_CODECS[container], rate=48_000, layout="mono")
    sound = AudioFrame(format="s16", layout="mono", samples=len(pcm16) // 2)
    sound.planes[0].update(pcm16)
    sound.sample_rate = _RATE_HZ
    sound.pts = 0
    output.mux(stream.encode(sound))
    output.mux(stream.encode(None))
    output.close()
    return sink.getvalue()


def as_v1(recording: Recording) -> str:
    """One answer of version 1."""
    format, data = recording
    encoded = base64.b64encode(data).decode()
    return json.dumps({"type": "audio", "data": encoded, "format": format})
