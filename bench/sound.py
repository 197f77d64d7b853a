"""`make bench-sound`: processor time that sound costs, in ms a second of it.

An answer in WebM arrives in chunks of a tenth of a second, which are handed on as the listener does
it: half a second at a time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import uvloop

from bench.load_candidates import ANSWERS
from demo.voice import CandidateVoice, Spoken
from interview.audio.decode import StreamingDecoder, warm_decoder
from interview.audio.ear import AnswerEar
from interview.audio.flac import encode_flac
from interview.audio.mp3 import encode_mp3
from interview.audio.resample import Resampler
from interview.audio.segmenter import Segmenter
from interview.audio.vad import SileroVad
from interview.ports import STT_SAMPLE_RATE_HZ, TTS_SAMPLE_RATE_HZ

CHUNKS = 5
ROUNDS = 10
_PIECE_BYTES = STT_SAMPLE_RATE_HZ // 2 * 2
_LIMIT_S = 60.0


async def _say() -> list[Spoken]:
    voice = CandidateVoice()
    return [await voice.say(text) for text in ANSWERS]


def _pieces(answer: Spoken) -> Iterator[bytes]:
    chunks = [data for data, _ in answer.chunks]
    for at in range(0, len(chunks), CHUNKS):
        yield b"".join(chunks[at : at + CHUNKS])


def _decode(answer: Spoken) -> None:
    decoder = StreamingDecoder(limit_s=_LIMIT_S)
    for piece in _pieces(answer):
        decoder.feed(piece)
    decoder.finish()


def _hear(voice: SileroVad, answer: Spoken) -> None:
    ear = AnswerEar(voice, "webm", STT_SAMPLE_RATE_HZ, _LIMIT_S)
    for piece in _pieces(answer):
        ear.feed(piece)
    ear.finish()


def _detect(voice: SileroVad, pcm16: bytes) -> None:
    segmenter = Segmenter(voice.detector())
    for at in range(0, len(pcm16), _PIECE_BYTES):
        segmenter.feed(pcm16[at : at + _PIECE_BYTES])
    segmenter.finish()


def _measure(answers: list[Spoken]) -> dict[str, object]:
    warm_decoder()
    voice = SileroVad()
    seconds = sum(answer.duration_ms for answer in answers) / 1000

    def cost_ms(work: Callable[[Spoken], object]) -> float:
        """The least of all rounds: whatever else the machine does only adds."""
        costs: list[float] = []
        for _ in range(ROUNDS):
            began = time.process_time()
            for answer in answers:
                work(answer)
            costs.append(time.process_time() - began)
        return round(min(costs) * 1000 / seconds, 2)

    heard = {
        id(answer): Resampler(TTS_SAMPLE_RATE_HZ, STT_SAMPLE_RATE_HZ).feed(answer.pcm16)
        for answer in answers
    }
    return {
        "bench": "sound",
        "decode_ms": cost_ms(_decode),
        "detect_ms": cost_ms(lambda answer: _detect(voice, heard[id(answer)])),
        "hear_ms": cost_ms(lambda answer: _hear(voice, answer)),
        "flac_ms": cost_ms(lambda answer: encode_flac(answer.pcm16)),
        "mp3_ms": cost_ms(lambda answer: encode_mp3(answer.pcm16)),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    print(json.dumps(_measure(uvloop.run(_say()))))


if __name__ == "__main__":
    main()
