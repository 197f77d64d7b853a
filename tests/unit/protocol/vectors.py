"""Frames and messages as this server writes them, for the web client's codec tests.

``python -m tests.unit.protocol.vectors`` writes ``web/tests/vectors.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from interview.protocol.frames import AudioFrame, pack_uplink, with_seq
from interview.protocol.server import Sentence, SessionStarted, TurnResend

VECTORS_PATH = Path(__file__).resolve().parents[3] / "web" / "tests" / "vectors.json"

_DOWNLINK = (
    (AudioFrame(1, 0, 0, b"\x00\x00\x01\x00\xff\xff"), 1),
    (AudioFrame(7, 3, 48_000, b"\xff\x7f\x00\x80"), 1_763_900_000_123_004),
    (AudioFrame(2**32 - 1, 2**16 - 1, 2**32 - 1, b"\x34\x12"), 2**53 - 1),
)
_UPLINK = ((0, b"\x01"), (258, bytes(range(8))), (2**32 - 1, b"\xff\x00"))


def vectors() -> dict[str, Any]:
    return {
        "downlink": [
            {
                "hex": with_seq(frame.pack(), seq).hex(),
                "sequence": frame.sequence,
                "sentence": frame.sentence,
                "offsetSamples": frame.offset_samples,
                "seq": seq,
                "samples": [
                    int.from_bytes(frame.pcm16[at : at + 2], "little", signed=True)
                    for at in range(0, len(frame.pcm16), 2)
                ],
            }
            for frame, seq in _DOWNLINK
        ],
        "uplink": [
            {"index": index, "data": data.hex(), "hex": pack_uplink(index, data).hex()}
            for index, data in _UPLINK
        ],
        "messages": [
            message.model_dump_json()
            for message in (
                SessionStarted(session_id="s", version=2),
                Sentence(utterance_id="u", index=1, text="Wie geht’s? 👋", start_ms=1200),
                TurnResend(turn_id="t" * 8, from_chunk=3),
            )
        ],
    }


def vectors_text() -> str:
    return json.dumps(vectors(), indent=2) + "\n"


if __name__ == "__main__":
    VECTORS_PATH.write_text(vectors_text(), encoding="utf-8")
