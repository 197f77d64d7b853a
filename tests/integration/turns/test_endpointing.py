"""What the room is told of a pause, by how the answer sounds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
import structlog

from activities.judging import Judge
from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase
from interview.protocol.server import EndpointingChanged
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration


@dataclass
class WordJudge:
    """`it` is an end, `and` is none, and of anything else it cannot tell."""

    heard: list[str] = field(default_factory=list[str])
    free: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def judge(self, pcm16: bytes) -> float:
        self.heard.append(pcm16.decode())
        assert self.free.wait(20)
        return {"it": 0.99, "and": 0.01}.get(pcm16.decode().split()[-1], 0.5)


@pytest.fixture
def words(desk: Desk) -> WordJudge:
    words = WordJudge()
    desk.judge, desk.endpointing = Judge(lambda: words), Endpointing()
    return words


async def told(desk: Desk) -> list[EndpointingChanged]:
    return [m for m in await desk.out() if isinstance(m, EndpointingChanged)]


async def is_told(desk: Desk) -> bool:
    return bool(await told(desk))


@pytest.mark.parametrize(
    ("phase", "said", "wait_ms"),
    [
        (Phase.INTRODUCTION, "I moved it", 350),
        (Phase.WARMUP, "I moved it", 350),
        (Phase.WRAP_UP, "I moved it", 400),
        (Phase.WARMUP, "I moved it and", 1_050),
        (Phase.MAIN_QUESTIONS, "I moved it and", 1_800),
    ],
)
async def test_the_room_is_told_beside_what_is_recognized(
    desk: Desk, words: WordJudge, phase: Phase, said: str, wait_ms: int
) -> None:
    desk.phase = phase
    desk.stt.gate.close()
    stage = desk.transcribe()
    await desk.start()
    await desk.say(said[:4])
    await desk.say(said[4:])
    await desk.pause()
    await desk.until(lambda: is_told(desk))
    sounds = "complete" if said.endswith("it") else "unfinished"
    usual_ms = Endpointing().wait_ms(phase)
    assert await told(desk) == [
        EndpointingChanged(
            turn_id=desk.turn.turn_id, chunks=2, sounds=sounds, wait_ms=wait_ms, usual_ms=usual_ms
        )
    ]
    desk.stt.gate.open()
    await desk.end()
    assert (await desk.done(stage)).text == said
    assert words.heard == [said]


async def test_each_pause_is_judged_once_by_all_that_was_said(desk: Desk, words: WordJudge) -> None:
    desk.phase = Phase.WARMUP
    stage = desk.transcribe()
    await desk.start()
    for part in ("I moved it", " and", " well"):
        await desk.say(part)
        await desk.pause()
        await desk.pause()  # told again, it is the same one
        await desk.until(lambda part=part: any(h.endswith(part) for h in words.heard))
        if part != " well":
            await desk.until(lambda part=part: _has(desk, 1 + (part == " and")))
            await desk.resume()
    await desk.end()
    await desk.done(stage)
    assert words.heard == ["I moved it", "I moved it and", "I moved it and well"]
    assert [(m.chunks, m.sounds) for m in await told(desk)] == [(1, "complete"), (2, "unfinished")]


async def test_extra_time_is_not_shortened(desk: Desk, words: WordJudge) -> None:
    desk.endpointing = Endpointing().stretched(1.5)
    stage = desk.transcribe()
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()
    await desk.until(lambda: words.heard == ["I moved it"])
    await desk.until(lambda: desk.has("text", "tentative"))
    await desk.resume()
    await desk.say(" and")
    await desk.pause()
    await desk.until(lambda: is_told(desk))
    await desk.end()
    await desk.done(stage)
    assert [(m.sounds, m.usual_ms, m.wait_ms) for m in await told(desk)] == [
        ("unfinished", 1_800, 2_700)
    ]


async def test_who_speaks_again_is_told_nothing(desk: Desk, words: WordJudge) -> None:
    words.free.clear()
    stage = desk.transcribe()
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()
    await desk.until(lambda: bool(words.heard))
    await desk.resume()
    await desk.say(" and")
    await desk.until(lambda: desk.has("text", "withdrawn"))
    words.free.set()
    await desk.end()
    assert (await desk.done(stage)).text == "I moved it and"
    assert await told(desk) == []


@pytest.mark.parametrize("why", ["held", "off", "earlier workflow"])
async def test_by_silence_alone(desk: Desk, words: WordJudge, why: str) -> None:
    if why == "held":
        desk.mode = "hold"
    if why == "off":
        desk.judge = None
    if why == "earlier workflow":
        desk.endpointing = None
    stage = desk.transcribe()
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()
    await desk.until(lambda: desk.has("text", "tentative"))
    await desk.end()
    assert (await desk.done(stage)).outcome == "committed"
    assert (words.heard, await told(desk)) == ([], [])


async def test_a_model_that_is_missing_is_reported_once(desk: Desk) -> None:
    def load() -> WordJudge:
        raise FileNotFoundError("smart_turn.onnx")

    desk.judge, desk.endpointing = Judge(load), Endpointing()
    stage = desk.transcribe()
    with structlog.testing.capture_logs() as logs:
        await desk.start()
        for part in ("I moved", " it"):
            await desk.say(part)
            await desk.pause()
            await desk.until(lambda part=part: any(part in heard for heard in desk.stt.heard))
            if part == "I moved":
                await desk.until(lambda: bool(_failures(logs)))
                await desk.resume()
        await desk.end()
        assert (await desk.done(stage)).text == "I moved it"
    assert len(_failures(logs)) == 1
    assert await told(desk) == []


async def _has(desk: Desk, number: int) -> bool:
    return len(await told(desk)) == number


def _failures(logs: list[structlog.typing.EventDict]) -> list[structlog.typing.EventDict]:
    return [entry for entry in logs if entry["event"] == "turn_end.failed"]
