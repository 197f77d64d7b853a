"""Decoding and cutting of one answer: bytes as they arrive to closed segments of speech."""

from __future__ import annotations

from interview.audio.decode import StreamingDecoder
from interview.audio.segmenter import Cuts, Segment, Segmenter
from interview.audio.vad import VoiceModel
from interview.ports import STT_SAMPLE_RATE_HZ
from interview.protocol.client import UplinkFormat

__all__ = ["AnswerEar"]


class AnswerEar:
    """Hears one answer. CPU-bound: call it in a thread but for little of it, one call at a time.

    `format`: as the client declared it; only `pcm16` is taken at its word, containers are told
    by their bytes. Raises `InvalidInputError` as `StreamingDecoder`.
    """

    def __init__(
        self,
        voice: VoiceModel,
        format: UplinkFormat,
        sample_rate_hz: int,
        max_answer_s: float,
        *,
        cuts: Cuts | None = None,
    ) -> None:
        rate_hz = sample_rate_hz if format == "pcm16" else None
        self._decoder = StreamingDecoder(limit_s=max_answer_s, pcm_rate_hz=rate_hz)
        self._segmenter = Segmenter(voice.detector(), cuts)
        self._recent = bytearray()
        self._recent_bytes = 0

    @property
    def decoded_ms(self) -> int:
        return self._decoder.duration_ms

    @property
    def next_cut_ms(self) -> int:
        """As `Segmenter.next_cut_ms`, of sound that is not decoded yet."""
        return self._segmenter.next_cut_ms

    @property
    def damaged(self) -> bool:
        """Parts of the recording could not be decoded; the rest was."""
        return self._decoder.damaged

    def feed(self, data: bytes) -> list[Segment]:
        """The segments that `data` completes."""
        pcm16 = self._decoder.feed(data)
        if self._recent_bytes:
            self._recent += pcm16
            del self._recent[: -self._recent_bytes]
        return self._segmenter.feed(pcm16)

    def remember(self, ms: int) -> None:
        """From now on so much of what was decoded last is kept for `recent`."""
        self._recent_bytes = 2 * STT_SAMPLE_RATE_HZ * ms // 1000

    def recent(self) -> bytes:
        """PCM16 mono at 16 kHz, its silences included."""
        return bytes(self._recent)

    def pause(self) -> tuple[list[Segment], Segment | None]:
        """As `Segmenter.pause`; speech may go on."""
        return self._segmenter.pause()

    def finish(self) -> list[Segment]:
        """The rest of the speech."""
        rest = self._segmenter.feed(self._decoder.finish())
        return rest + self._segmenter.finish()

    def close(self) -> None:
        """For an answer that is not finished."""
        self._decoder.close()
