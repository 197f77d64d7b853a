"""Binary WebSocket frames of version 2. All numbers are little-endian.

Uplink, one audio chunk of the running turn::

    0   u32  chunk index, from 0
    4   …    bytes of the container or PCM16

Downlink, a piece of an interviewer's sentence::

    0   u8   frame version, 2
    1   u8   codec: 1 = PCM16 mono 24 kHz
    2   u16  sentence index within the utterance
    4   u32  utterance sequence (as in `utterance_start`)
    8   u32  offset of the first sample within the sentence
    12  u32  reserved, 0
    16  u64  seq, below 2**53
    24  …    samples
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from interview.errors import InvalidInputError

__all__ = ["DOWNLINK_HEADER_BYTES", "AudioFrame", "pack_uplink", "unpack_uplink", "with_seq"]

_UPLINK = struct.Struct("<I")
_DOWNLINK = struct.Struct("<BBHIIIQ")
_SEQ = struct.Struct("<Q")
_SEQ_OFFSET = 16
DOWNLINK_HEADER_BYTES = _DOWNLINK.size
_VERSION = 2
_PCM16 = 1


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A piece of a spoken sentence. `pcm16` is mono 24 kHz."""

    sequence: int
    sentence: int
    offset_samples: int
    pcm16: bytes
    seq: int = 0

    def pack(self) -> bytes:
        return (
            _DOWNLINK.pack(
                _VERSION, _PCM16, self.sentence, self.sequence, self.offset_samples, 0, self.seq
            )
            + self.pcm16
        )

    @classmethod
    def unpack(cls, data: bytes) -> AudioFrame:
        """Raises `InvalidInputError` (`protocol.violation`)."""
        if len(data) < DOWNLINK_HEADER_BYTES or data[0] != _VERSION or data[1] != _PCM16:
            raise InvalidInputError("protocol.violation", "not an audio frame of version 2")
        _, _, sentence, sequence, offset, _, seq = _DOWNLINK.unpack_from(data)
        return cls(sequence, sentence, offset, data[DOWNLINK_HEADER_BYTES:], seq)


def with_seq(frame: bytes, seq: int) -> bytes:
    """The packed `frame` with its seq set."""
    return frame[:_SEQ_OFFSET] + _SEQ.pack(seq) + frame[_SEQ_OFFSET + _SEQ.size :]


def pack_uplink(index: int, data: bytes) -> bytes:
    """One chunk of an answer, as a client sends it."""
    return _UPLINK.pack(index) + data


def unpack_uplink(frame: bytes) -> tuple[int, bytes]:
    """Chunk index and audio bytes. Raises `InvalidInputError` (`protocol.violation`)."""
    if len(frame) <= _UPLINK.size:
        raise InvalidInputError("protocol.violation", "binary frame is too short")
    return _UPLINK.unpack_from(frame)[0], frame[_UPLINK.size :]
