"""The candidate of the hands-free bench listens as the page does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import microphone
from bench.microphone import Listener, Sign
from interview.audio.vad import FRAME_SAMPLES, Floats

FRAME_MS = 32
PAGE = Path("web/src/session/listening.ts")


@dataclass
class ScriptedDetector:
    probability: float = 0.0

    def probabilities(self, frames: Floats) -> Floats:
        return np.full(len(frames), self.probability, dtype=np.float32)


class Candidate:
    """What was told, and after how many ms."""

    def __init__(self, endpointing_ms: float) -> None:
        self.detector = ScriptedDetector()
        self.listener = Listener(self.detector, endpointing_ms)
        self._now = 0

    def hear(self, probability: float, ms: int) -> list[tuple[Sign, int]]:
        self.detector.probability = probability
        told: list[tuple[Sign, int]] = []
        for _ in range(-(-ms // FRAME_MS)):
            self._now += FRAME_MS
            told += self._at(self.listener.hear(bytes(2 * FRAME_SAMPLES)))
        return told

    def _at(self, signs: Iterable[Sign]) -> list[tuple[Sign, int]]:
        return [(sign, self._now) for sign in signs]


def test_the_numbers_are_the_pages() -> None:
    page = dict(re.findall(r"^const (\w+) = ([\d._]+);", PAGE.read_text(), re.M))
    for name in ("VOICE", "SILENCE", "ONSET_MS", "FALSE_START_MS", "LONGEST_DOUBT_MS", "PAUSE_MS"):
        assert getattr(microphone, f"_{name}") == float(page[name].replace("_", "")), name


def test_silence_is_reported_and_ends_an_answer() -> None:
    candidate = Candidate(960)
    assert candidate.hear(0.9, 960) == [(Sign.STARTED, 256)]
    assert candidate.hear(0.0, 5_000) == [(Sign.PAUSED, 1_184), (Sign.ENDED, 1_920)]


def test_a_cough_is_no_answer_and_a_murmur_no_pause() -> None:
    candidate = Candidate(960)
    assert candidate.hear(0.9, 100) + candidate.hear(0.0, 5_000) == []
    assert len(candidate.hear(0.9, 960)) == 1
    assert candidate.hear(0.5, 3_000) == []


def test_what_is_said_of_a_pause_holds_for_it_alone() -> None:
    candidate = Candidate(704)
    candidate.hear(0.9, 960)
    assert candidate.listener.wait_otherwise(400) is None
    assert candidate.hear(0.0, 256) == [(Sign.PAUSED, 1_184)]
    assert candidate.listener.wait_otherwise(400) is None
    assert candidate.hear(0.0, 5_000) == [(Sign.ENDED, 1_376)]
    candidate.hear(0.9, 320)
    candidate.hear(0.0, 608)
    assert candidate.listener.wait_otherwise(400) is Sign.ENDED
