"""What a recording is, by its first bytes and not by what its sender says."""

from __future__ import annotations

__all__ = ["SNIFF_BYTES", "sniff_container"]

SNIFF_BYTES = 12

# libavformat's demuxer for each container we take
_MATROSKA, _OGG, _MP4, _WAV, _MP3 = "matroska", "ogg", "mp4", "wav", "mp3"


def sniff_container(head: bytes) -> str | None:
    """The demuxer for a file that starts with `head` (`SNIFF_BYTES` or more), or None.

    Signatures: EBML (RFC 8794), Ogg (RFC 3533), ISO base media (ISO/IEC 14496-12),
    RIFF WAVE, ID3v2 and MPEG audio frame sync (ISO/IEC 11172-3).
    """
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _MATROSKA
    if head.startswith(b"OggS"):
        return _OGG
    if head[4:8] in (b"ftyp", b"styp"):
        return _MP4
    if head.startswith((b"RIFF", b"RF64")) and head[8:12] == b"WAVE":
        return _WAV
    if head.startswith(b"ID3") or _is_mpeg_audio_frame(head):
        return _MP3
    return None


def _is_mpeg_audio_frame(head: bytes) -> bool:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3
