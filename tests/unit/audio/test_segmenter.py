"""Where an answer is cut: with a detector that is told what to hear."""

from __future__ import annotations

import numpy as np
import pytest

from interview.audio.segmenter import Cuts, Segment, Segmenter
from interview.audio.vad import FRAME_SAMPLES, Floats

FRAME_MS = 32


class LoudIsSpeech:
    """Takes a frame's level for the probability that it is speech."""

    def probabilities(self, frames: Floats) -> Floats:
        return np.abs(frames).max(axis=1)


def level(ms: int, value: float) -> bytes:
    return np.full(16 * ms, value * 32767, dtype="<i2").tobytes()


def speech(ms: int) -> bytes:
    return level(ms, 0.9)


def pause(ms: int) -> bytes:
    return level(ms, 0.0)


def cut(pcm: bytes, chunk: int = 3_200, cuts: Cuts | None = None) -> list[Segment]:
    segmenter = Segmenter(LoudIsSpeech(), cuts)
    segments: list[Segment] = []
    for at in range(0, len(pcm), chunk):
        segments += segmenter.feed(pcm[at : at + chunk])
    return segments + segmenter.finish()


def spoken_ms(segment: Segment) -> int:
    return int((np.frombuffer(segment.pcm, dtype="<i2") > 1000).sum()) // 16


def test_a_pause_after_enough_speech_closes_a_segment_during_the_answer() -> None:
    segmenter = Segmenter(LoudIsSpeech())
    assert segmenter.feed(speech(2_400)) == []
    assert segmenter.feed(pause(500)) == []
    (segment,) = segmenter.feed(pause(400))
    assert spoken_ms(segment) == 2_400
    assert segmenter.finish() == []


def test_breaths_and_short_sentences_do_not_cut() -> None:
    (segment,) = cut(speech(1_000) + pause(700) + speech(900) + pause(400) + speech(1_000))
    assert spoken_ms(segment) == 2_900


def test_segments_know_where_they_were() -> None:
    first, second = cut(pause(1_000) + speech(3_000) + pause(2_000) + speech(1_000) + pause(800))
    assert first.start_ms == pytest.approx(800, abs=2 * FRAME_MS)
    assert first.end_ms == pytest.approx(4_200, abs=2 * FRAME_MS)
    assert second.start_ms == pytest.approx(5_800, abs=2 * FRAME_MS)
    assert second.end_ms == pytest.approx(7_200, abs=2 * FRAME_MS)
    assert len(first.pcm) == (first.end_ms - first.start_ms) * 32


def test_padding_keeps_soft_edges_and_long_silence_is_dropped() -> None:
    (segment,) = cut(pause(5_000) + speech(500) + pause(5_000))
    assert spoken_ms(segment) == 500
    assert 800 <= len(segment.pcm) // 32 <= 1_000


def test_silence_and_clicks_give_nothing() -> None:
    assert cut(pause(30_000)) == []
    assert cut(pause(960) + speech(FRAME_MS) + pause(3_000)) == []
    assert cut(b"") == []
    assert cut(b"\x00") == []


def test_endless_speech_is_cut_at_its_quietest_moment() -> None:
    first, second = cut(speech(20_000) + level(64, 0.6) + speech(10_000))
    assert first.end_ms == pytest.approx(20_000, abs=2 * FRAME_MS)
    assert second.start_ms == first.end_ms
    assert len(first.pcm + second.pcm) == 30_064 * 32


def test_nothing_of_endless_speech_is_lost_or_doubled() -> None:
    rng = np.random.default_rng(7)
    pcm = (rng.uniform(0.6, 0.9, 16 * 120_000) * 32767).astype("<i2").tobytes()
    segments = cut(pcm)
    assert b"".join(segment.pcm for segment in segments) == pcm
    assert max(segment.end_ms - segment.start_ms for segment in segments) <= 25_032


@pytest.mark.parametrize("chunk", [2, 999, 1024, 31_999, 10_000_000])
def test_the_cuts_do_not_depend_on_the_chunks(chunk: int) -> None:
    pcm = pause(300) + speech(3_000) + pause(900) + speech(2_500) + pause(700) + speech(777)
    assert cut(pcm, chunk) == cut(pcm)


def test_the_tail_ends_with_the_recording() -> None:
    (segment,) = cut(speech(1_001))
    assert len(segment.pcm) == 1_001 * 32
    assert len(segment.pcm) % (FRAME_SAMPLES * 2) != 0


def test_words_until_the_very_end_are_kept_without_being_judged() -> None:
    heard: list[int] = []

    class Counting(LoudIsSpeech):
        def probabilities(self, frames: Floats) -> Floats:
            heard.append(len(frames))
            return super().probabilities(frames)

    segmenter = Segmenter(Counting())
    assert segmenter.feed(speech(1_050)) == []
    calls = len(heard)
    (segment,) = segmenter.finish()
    assert len(heard) == calls
    assert spoken_ms(segment) == 1_050


def test_a_short_word_after_a_pause_at_the_very_end_is_kept() -> None:
    (segment,) = cut(speech(500) + pause(700) + speech(80))
    assert spoken_ms(segment) == 580


def test_a_click_at_the_very_end_is_no_answer() -> None:
    assert cut(pause(1_024) + speech(20) + pause(90), chunk=32 * 1_060) == []


def test_at_a_reported_pause_the_open_segment_is_seen_and_stays_open() -> None:
    segmenter = Segmenter(LoudIsSpeech())
    segmenter.feed(speech(1_500) + pause(250))
    closed, seen = segmenter.pause()
    assert closed == []
    assert seen is not None
    assert spoken_ms(seen) == 1_500
    segmenter.feed(speech(1_000) + pause(250))
    (segment,) = segmenter.finish()
    assert (segment.start_ms, spoken_ms(segment)) == (seen.start_ms, 2_500)
    assert segment.speech_end_ms > seen.end_ms


def test_a_segment_that_only_silence_follows_ends_where_it_was_seen_to_end() -> None:
    for silence_ms in (0, 100, 3_000):
        segmenter = Segmenter(LoudIsSpeech())
        segmenter.feed(speech(2_500) + pause(300))
        _, seen = segmenter.pause()
        assert seen is not None
        closed = segmenter.feed(pause(silence_ms)) + segmenter.finish()
        assert [s.start_ms for s in closed] == [seen.start_ms]
        assert closed[0].speech_end_ms <= seen.end_ms


def test_a_long_segment_is_cut_at_a_reported_pause() -> None:
    segmenter = Segmenter(LoudIsSpeech())
    segmenter.feed(speech(7_000) + pause(250))
    closed, seen = segmenter.pause()
    assert [spoken_ms(s) for s in closed] == [7_000]
    assert seen is None
    assert segmenter.pause() == ([], None)
    segmenter.feed(speech(20))
    assert segmenter.pause() == ([], None)


def test_less_sound_than_told_completes_no_segment() -> None:
    rng = np.random.default_rng(3)
    segmenter, completed = Segmenter(LoudIsSpeech()), 0
    for _ in range(60):
        length = int(rng.integers(50, 4_000))
        pcm = speech(length) if rng.random() < 0.5 else pause(length // 3)
        while pcm:
            size = max(0, segmenter.next_cut_ms * 32 - 2)
            assert segmenter.feed(pcm[:size]) == []
            completed += len(segmenter.feed(pcm[size : size + 64]))
            pcm = pcm[size + 64 :]
    assert completed > 10
