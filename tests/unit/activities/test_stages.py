"""A turn's stages report together where one process has them all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

import activities.stages
from activities.stages import TurnStages
from interview.contracts.turns import ConverseResult, SpeakResult, TranscribeResult, TurnRef
from interview.domain.phases import Phase


@dataclass
class Stage:
    """Ends with `result` once it may."""

    result: object
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    log: None = None

    async def run(self, request: object, attempt: int) -> object:
        await self.may_end.wait()
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@dataclass
class Request:
    turn: TurnRef


@dataclass
class Desk:
    answer: Stage
    reply: Stage
    speech: Stage

    def __post_init__(self) -> None:
        stages = cast("list[Any]", [self.answer, self.reply, self.speech])
        self.stages = TurnStages(*stages)

    def start(self, stage: str, turn_id: str = "one") -> asyncio.Task[object]:
        turn = TurnRef(
            interview_id="interview",
            turn_id=turn_id,
            turn_number=1,
            kind="audio",
            answer_sequence=1,
            reply_sequence=2,
            phase=Phase.WARMUP,
            question_id=None,
        )
        run: Any = ActivityEnvironment().run(getattr(self.stages, stage), Request(turn))
        return asyncio.create_task(run)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    async def at_once(*_: object) -> None: ...

    monkeypatch.setattr(activities.stages, "until_replied", at_once)
    return Desk(
        Stage(TranscribeResult(outcome="committed", text="Yes.")),
        Stage(ConverseResult(outcome="replied")),
        Stage(SpeakResult(outcome="spoken")),
    )


async def test_answer_and_reply_are_reported_when_all_is_said(desk: Desk) -> None:
    speak, transcribe, converse = map(desk.start, ("speak", "transcribe", "converse"))
    desk.answer.may_end.set()
    desk.reply.may_end.set()
    done, _ = await asyncio.wait([transcribe, converse], timeout=0.05)
    assert not done
    desk.speech.may_end.set()
    assert await asyncio.gather(transcribe, converse) == [desk.answer.result, desk.reply.result]
    assert await speak == desk.speech.result


async def test_speech_that_fails_keeps_nobody(desk: Desk) -> None:
    desk.speech.result = RuntimeError("no voice")
    speak, transcribe = map(desk.start, ("speak", "transcribe"))
    desk.answer.may_end.set()
    desk.speech.may_end.set()
    with pytest.raises(RuntimeError):
        await speak
    assert await transcribe == desk.answer.result


async def test_nobody_waits_for_a_voice_that_is_elsewhere(desk: Desk) -> None:
    other = desk.start("speak", "two")
    desk.reply.may_end.set()
    async with asyncio.timeout(1):
        assert await desk.start("converse") == desk.reply.result
    desk.speech.may_end.set()
    await other


async def test_long_speech_is_not_waited_for_to_its_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.stages, "LINGER_S", 0.01)
    speak, converse = map(desk.start, ("speak", "converse"))
    desk.reply.may_end.set()
    assert await converse == desk.reply.result
    assert not speak.done()
    desk.speech.may_end.set()
    await speak
