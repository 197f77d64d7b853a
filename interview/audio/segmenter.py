"""Cuts an answer into segments of speech at its pauses, while it is being given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interview.audio.vad import FRAME_SAMPLES, VoiceDetector
from interview.ports import STT_SAMPLE_RATE_HZ

__all__ = ["Cuts", "Segment", "Segmenter"]

_FRAME_BYTES = FRAME_SAMPLES * 2
_FRAME_MS = FRAME_SAMPLES * 1000 // STT_SAMPLE_RATE_HZ
_AT_ONCE_FRAMES = 8
"""A call of the model for each frame costs twice as much. What is left of this quarter of a second
is judged when the answer ends and somebody waits."""
_MOST_FRAMES = 64
"""Bounds the memory of one call when a whole recording is fed at once."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`pcm` is mono at 16 kHz; times are of the recording it was cut from."""

    start_ms: int
    end_ms: int
    pcm: bytes
    speech_end_ms: int = 0
    """What follows it until `end_ms` is padding."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where to cut. Defaults: a pause for breath is 200–500 ms, one between thoughts longer;
    recognition wants at least a short sentence, and Whisper hears 30 s at most."""

    pause_ms: int = 600
    min_segment_ms: int = 2_000
    max_segment_ms: int = 25_000
    pause_segment_ms: int = 6_000
    """A segment this long is cut at any pause that the candidate's client reports: shorter ones
    are better understood as a whole, but hearing a long one twice costs."""
    padding_ms: int = 200
    min_speech_ms: int = 64
    """A click is shorter; "no" is not."""
    speech_above: float = 0.5
    silence_below: float = 0.35


class Segmenter:
    """Fed PCM16 mono 16 kHz in chunks of any length; returns the segments they complete.

    A segment closes at a pause once it is long enough, or at its quietest moment when it grows
    too long. Silence around and between segments is dropped, but for a padding that keeps
    soft beginnings and ends of words.
    """

    def __init__(self, detector: VoiceDetector, cuts: Cuts | None = None) -> None:
        self._detector = detector
        self._cuts = cuts or Cuts()
        self._buffer = bytearray()
        self._buffer_frame = 0
        """Index of the buffer's first frame within the recording."""
        self._probabilities: list[float] = []
        """Of the judged frames in the buffer."""
        self._speech_from: int | None = None
        """Frame index at which the open segment's speech began."""
        self._speech_until = 0
        """Index of the frame after the last one with speech."""

    @property
    def next_cut_ms(self) -> int:
        """Less sound than this, on top of what was fed, completes no segment."""
        end = len(self._probabilities) + self._next_cut_frames()
        return (end * _FRAME_BYTES - len(self._buffer)) * _FRAME_MS // _FRAME_BYTES

    def feed(self, pcm16: bytes) -> list[Segment]:
        self._buffer += pcm16
        return self._judge()

    def pause(self) -> tuple[list[Segment], Segment | None]:
        """Somebody hears a pause here. The segments that are complete, and the open one as far
        as it has come: it stays open, and may be longer once it closes."""
        segments = self._judge(at_least=1)
        if self._speech_from is None:
            return segments, None
        if self._speech_until - self._speech_from >= _frames(self._cuts.pause_segment_ms):
            return segments + self._close(self._speech_until), None
        if self._speech_until - self._speech_from < _frames(self._cuts.min_speech_ms):
            return segments, None
        return segments, self._cut_out(self._speech_from, self._speech_until)

    def finish(self) -> list[Segment]:
        """The open segment, if there is one. The segmenter cannot be used afterwards."""
        total_bytes = self._buffer_frame * _FRAME_BYTES + (len(self._buffer) & ~1)
        self._buffer += bytes(-len(self._buffer) % _FRAME_BYTES)
        segments: list[Segment] = []
        if self._is_speaking():
            # The candidate waits, and the last moments are within the padding anyway.
            unjudged = self._unjudged_frames()
            self._probabilities += [self._cuts.speech_above] * unjudged
            if unjudged:
                self._speech_until = self._judged_frames()
        else:
            segments = self._judge(at_least=1)
        if self._speech_from is not None:
            segments += self._close(self._speech_until, limit_bytes=total_bytes)
        return segments

    def _is_speaking(self) -> bool:
        """In an open segment that is no click, and whatever came since is padding at most."""
        if self._speech_from is None:
            return False
        pause = self._judged_frames() + self._unjudged_frames() - self._speech_until
        is_click = self._speech_until - self._speech_from < _frames(self._cuts.min_speech_ms)
        return not is_click and pause <= _frames(self._cuts.padding_ms)

    def _judge(self, at_least: int = _AT_ONCE_FRAMES) -> list[Segment]:
        segments: list[Segment] = []
        while True:
            batch = min(self._unjudged_frames(), _MOST_FRAMES)
            if batch < min(at_least, self._next_cut_frames()):
                return segments
            start = len(self._probabilities) * _FRAME_BYTES
            samples = np.frombuffer(
                self._buffer, dtype="<i2", count=batch * FRAME_SAMPLES, offset=start
            )
            frames = samples.astype(np.float32).reshape(batch, FRAME_SAMPLES) / 32768.0
            del samples  # it pins the buffer, which is cut below
            for probability in self._detector.probabilities(frames).tolist():
                self._probabilities.append(probability)
                segments += self._step(probability)

    def _judged_frames(self) -> int:
        return self._buffer_frame + len(self._probabilities)

    def _unjudged_frames(self) -> int:
        return len(self._buffer) // _FRAME_BYTES - len(self._probabilities)

    def _next_cut_frames(self) -> int:
        """From the last judged frame to where a segment can be complete at the earliest."""
        cuts, after = self._cuts, self._judged_frames()
        if self._speech_from is None:
            return _frames(min(cuts.min_segment_ms, cuts.max_segment_ms))
        length = after - self._speech_from
        pause = after - self._speech_until
        at_pause = max(_frames(cuts.pause_ms) - pause, _frames(cuts.min_segment_ms) - length)
        return max(1, min(at_pause, _frames(cuts.max_segment_ms) - length))

    def _step(self, probability: float) -> list[Segment]:
        cuts = self._cuts
        after = self._judged_frames()
        if probability >= cuts.speech_above:
            if self._speech_from is None:
                self._speech_from = after - 1
            self._speech_until = after
        elif self._speech_from is not None and probability >= cuts.silence_below:
            self._speech_until = after
        if self._speech_from is None:
            self._drop_before(after - _frames(cuts.padding_ms))
            return []
        length = after - self._speech_from
        pause = after - self._speech_until
        if pause >= _frames(cuts.pause_ms) and length >= _frames(cuts.min_segment_ms):
            return self._close(self._speech_until)
        if length >= _frames(cuts.max_segment_ms):
            return self._split(after)
        return []

    def _split(self, after: int) -> list[Segment]:
        """Closes a segment that has no pause at the quietest moment of its last third."""
        assert self._speech_from is not None
        window = _frames(self._cuts.max_segment_ms) // 3
        recent = self._probabilities[-window:]
        cut = after - window + min(range(window), key=recent.__getitem__)
        still_speaking = self._speech_until > cut
        segments = self._close(cut, padding=False)
        if still_speaking:
            self._speech_from, self._speech_until = cut, after
        return segments

    def _close(
        self, until: int, *, padding: bool = True, limit_bytes: int | None = None
    ) -> list[Segment]:
        assert self._speech_from is not None
        speech_frames = until - self._speech_from
        segment = self._cut_out(self._speech_from, until, padding=padding, limit_bytes=limit_bytes)
        self._speech_from = None
        # Half the padding stays: the next segment may begin right away.
        pad = _frames(self._cuts.padding_ms)
        end = self._padded_end(until)
        self._drop_before(max(until, end - pad // 2) if padding else until)
        if speech_frames < _frames(self._cuts.min_speech_ms):
            return []
        return [segment]

    def _cut_out(
        self, speech_from: int, until: int, *, padding: bool = True, limit_bytes: int | None = None
    ) -> Segment:
        start = max(speech_from - _frames(self._cuts.padding_ms), self._buffer_frame)
        end_bytes = (self._padded_end(until) if padding else until) * _FRAME_BYTES
        if limit_bytes is not None:
            end_bytes = min(end_bytes, limit_bytes)
        offset = self._buffer_frame * _FRAME_BYTES
        pcm = bytes(self._buffer[start * _FRAME_BYTES - offset : end_bytes - offset])
        start_ms = start * _FRAME_MS
        return Segment(start_ms, start_ms + len(pcm) // 32, pcm, until * _FRAME_MS)

    def _padded_end(self, until: int) -> int:
        return min(until + _frames(self._cuts.padding_ms), self._judged_frames())

    def _drop_before(self, frame: int) -> None:
        drop = frame - self._buffer_frame
        if drop > 0:
            del self._buffer[: drop * _FRAME_BYTES]
            del self._probabilities[:drop]
            self._buffer_frame = frame


def _frames(milliseconds: int) -> int:
    return -(-milliseconds // _FRAME_MS)
