"""`python -m bench.turn_end [WAV…]`: how well the end-of-turn model tells sentences from halves.

The sentences are the recordings that are given, one each, mono at 16 kHz, or else are said by a
synthesized voice. Each is judged as a whole and cut in three places, at the quietest moment near
40, 60 and 75 % of it, with the silence behind it after which the page reports a pause. A table, how
long a judgement takes, and one line of JSON last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from activities.judging import COMPLETE_ABOVE, UNFINISHED_BELOW
from bench.answers import say
from bench.stats import p50
from interview.audio.turn_end import SmartTurn
from interview.audio.turn_features import log_mel
from interview.ports import STT_SAMPLE_RATE_HZ

SENTENCES = (
    "I moved it to a new database.",
    "I moved the billing service to a new database.",
    "Yes, I can hear you well.",
    "My name is Anna and I am a software engineer.",
    "No, thank you, I have no more questions.",
    "I have worked there for three years.",
    "We wrote the tests first and then we changed the code.",
    "The hardest part was the migration of the old records.",
    "Yes, the sound is good and I am ready to begin.",
    "I would like to know when I hear from you.",
)
CUTS = (0.4, 0.6, 0.75)
NEAR_MS = 120
PAUSE_MS = 224
"""Seven frames of the page's voice detector."""
_AUDIBLE = 300
_FADE = 160

Samples = npt.NDArray[np.int16]


def whole(samples: Samples) -> Samples:
    """From the first audible sample to the last."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _AUDIBLE)
    return samples[loud[0] : loud[-1] + 1]


def cut(samples: Samples, part: float) -> Samples:
    near = NEAR_MS * STT_SAMPLE_RATE_HZ // 1000
    at = int(len(samples) * part)
    energy = np.convolve(samples.astype(np.float64) ** 2, np.ones(2 * _FADE), "same")
    begin = max(at - near, _FADE)
    end = begin + int(energy[begin : at + near].argmin())
    faded = samples[:end].astype(np.float64)
    faded[-_FADE:] *= np.linspace(1, 0, _FADE)
    return faded.astype(np.int16)


def judged(model: SmartTurn, samples: Samples) -> float:
    return model.judge(samples.tobytes() + bytes(2 * PAUSE_MS * STT_SAMPLE_RATE_HZ // 1000))


def rates(probabilities: Sequence[float]) -> dict[str, float]:
    def part(count: int) -> float:
        return round(count / len(probabilities), 3)

    return {
        "complete": part(sum(p > COMPLETE_ABOVE for p in probabilities)),
        "unfinished": part(sum(p < UNFINISHED_BELOW for p in probabilities)),
    }


def took_ms(model: SmartTurn) -> dict[str, float]:
    """Of one judgement, and of its features alone."""
    pcm16 = np.random.default_rng(1).integers(-3_000, 3_000, 8 * STT_SAMPLE_RATE_HZ, np.int16)
    features: list[float] = []
    all_of_it: list[float] = []
    for _ in range(20):
        began = time.perf_counter()
        log_mel(pcm16.tobytes())
        between = time.perf_counter()
        model.judge(pcm16.tobytes())
        features.append((between - began) * 1000)
        all_of_it.append((time.perf_counter() - between) * 1000)
    return {"features_p50_ms": p50(features), "judge_p50_ms": p50(all_of_it)}


async def synthesized() -> list[tuple[str, Samples]]:
    answers = [(text, await say(text)) for text in SENTENCES]
    return [(t, np.frombuffer(b"".join(a.frames), dtype=np.int16)) for t, a in answers]


def recorded(paths: Sequence[Path]) -> list[tuple[str, Samples]]:
    sentences: list[tuple[str, Samples]] = []
    for path in paths:
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getnchannels()) != (STT_SAMPLE_RATE_HZ, 1):
                raise SystemExit(f"{path}: not mono at {STT_SAMPLE_RATE_HZ} Hz")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        sentences.append((path.stem, samples))
    return sentences


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.turn_end", description=__doc__)
    parser.add_argument("recordings", nargs="*", type=Path)
    paths: list[Path] = parser.parse_args().recordings
    sentences = recorded(paths) if paths else asyncio.run(synthesized())
    model = SmartTurn()
    complete: list[float] = []
    halves: list[float] = []
    for name, samples in sentences:
        said = whole(samples)
        complete.append(judged(model, said))
        of_this = [judged(model, cut(said, part)) for part in CUTS]
        halves += of_this
        row = "  ".join(f"{p:.2f}" for p in (complete[-1], *of_this))
        print(f"{name[:56]:56}  {row}", flush=True)
    report: dict[str, object] = {"bench": "turn_end", "sentences": len(sentences)}
    report |= {"whole": rates(complete), "cut": rates(halves), **took_ms(model)}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
