"""Answers on their way into the streams: in order, once, and asked for again when lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

import api.uplink
from api.uplink import Answer, Uplink, gathering_s
from interview.contracts.interview import BeginTurnInput
from interview.errors import ConflictError, InvalidInputError, StreamError
from interview.protocol import limits
from interview.protocol.client import TurnMode
from interview.streams.audio import AudioStart, AudioStream
from tests.unit.api.fakes import FakePending, FakeStreams

START = AudioStart("webm", 16_000)


@dataclass
class Desk:
    """An uplink at work, and what it says."""

    uplink: Uplink
    streams: FakeStreams
    pending: FakePending
    said: list[str]

    def answer(self, turn_id: str = "turn-one", mode: TurnMode = "hold") -> Answer:
        stream = AudioStream(self.streams, "interview", turn_id)
        return Answer(BeginTurnInput(turn_id=turn_id, mode=mode), stream, START)

    def kinds(self, answer: Answer) -> list[bytes]:
        return self.streams.kinds(answer.stream.key)

    async def appended(self, answer: Answer, kind: bytes) -> None:
        async with asyncio.timeout(5):
            while kind not in self.kinds(answer):  # noqa: ASYNC110 - a plain list
                await asyncio.sleep(0.001)

    async def heard(self, *said: str) -> None:
        async with asyncio.timeout(5):
            while self.said != list(said):  # noqa: ASYNC110 - `said` is a plain list
                await asyncio.sleep(0)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Desk]:
    monkeypatch.setattr(api.uplink, "_RETRY_S", 0)
    said: list[str] = []
    streams, pending = FakeStreams(), FakePending()
    uplink = Uplink(
        pending,
        on_away=lambda error: said.append(error.code),
        on_back=lambda: said.append("back"),
        on_missing=lambda message: said.append(f"{message.turn_id} from {message.from_chunk}"),
    )
    running = asyncio.create_task(uplink.run())
    yield Desk(uplink, streams, pending, said)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_burst_goes_in_few_trips_and_in_order(desk: Desk) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    for index in range(5):
        desk.uplink.chunk(answer, index, b"data")
    desk.uplink.end(answer, 5, 1000)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"start", b"0", b"1", b"2", b"3", b"4", b"end"]
    assert desk.streams.trips == [1, 2]
    assert answer.state == "ended"
    assert desk.pending.turn == answer.begun


async def test_chunks_that_are_there_are_skipped_and_gaps_asked_for_once(desk: Desk) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    for index in (0, 0, 2, 3, 4):
        desk.uplink.chunk(answer, index, b"data")
    desk.uplink.end(answer, 5, None)
    assert desk.said == ["turn-one from 1", "turn-one from 1"]
    for index in range(5):
        desk.uplink.chunk(answer, index, b"data")
    desk.uplink.end(answer, 5, None)
    desk.uplink.end(answer, 5, None)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"start", b"0", b"1", b"2", b"3", b"4", b"end"]


async def test_an_answer_that_grows_too_large_ends_with_what_arrived(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ANSWER_BYTES", 10)
    answer = desk.answer()
    desk.uplink.start(answer)
    desk.uplink.chunk(answer, 0, b"12345678")
    with pytest.raises(InvalidInputError) as caught:
        desk.uplink.chunk(answer, 1, b"12345678")
    assert caught.value.code == "audio.too_large"
    desk.uplink.finish(answer)
    desk.uplink.chunk(answer, 1, b"1")
    desk.uplink.end(answer, 2, None)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"start", b"0", b"end"]


async def test_nothing_arrived_is_a_cancel(desk: Desk) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    desk.uplink.finish(answer)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"cancel"]
    assert desk.pending.turn is None


async def test_what_a_stage_asks_for_again_is_no_duplicate(desk: Desk) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    for index in range(3):
        desk.uplink.chunk(answer, index, b"data")
    desk.uplink.end(answer, 3, None)
    await desk.uplink.drain()
    desk.streams.lose()
    desk.uplink.sent_again_from("another-turn", 0)
    assert answer.state == "ended"
    desk.uplink.sent_again_from("turn-one", 1)
    for index in range(1, 3):
        desk.uplink.chunk(answer, index, b"data")
    desk.uplink.end(answer, 3, None)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"1", b"2", b"end"]


@pytest.mark.parametrize("lost", [False, True])
async def test_when_the_streams_are_back_the_client_is_asked_for_the_rest(
    desk: Desk, lost: bool
) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    for index in range(3):
        desk.uplink.chunk(answer, index, b"data")
    await desk.uplink.drain()
    desk.streams.away = True
    desk.uplink.chunk(answer, 3, b"data")
    desk.uplink.end(answer, 4, None)
    await desk.heard("stream.unavailable")
    desk.uplink.chunk(answer, 4, b"passed over")
    if lost:
        desk.streams.lose()
    desk.streams.away = False
    first = 0 if lost else 3
    await desk.heard("stream.unavailable", f"turn-one from {first}", "back")
    for index in range(first, 5):
        desk.uplink.chunk(answer, index, b"data")
    desk.uplink.end(answer, 5, None)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"start", b"0", b"1", b"2", b"3", b"4", b"end"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_erased_interviews_streams_are_not_asked_again(desk: Desk, at_once: bool) -> None:
    """At once, or found out while they were away."""
    answer = desk.answer()
    desk.uplink.start(answer)
    await desk.uplink.drain()
    erased = StreamError("key.destroyed", "erased", retryable=False)
    desk.streams.away = True
    if at_once:
        desk.streams.failure = erased
    desk.uplink.chunk(answer, 0, b"data")
    await desk.heard(desk.streams.failure.code)
    desk.streams.failure = erased
    for _ in range(100):
        await asyncio.sleep(0)
    calls = desk.streams.calls
    for index in range(1, 100):
        desk.uplink.chunk(answer, index, b"data")
        await asyncio.sleep(0)
    assert desk.streams.calls == calls
    assert "back" not in desk.said


async def test_an_end_that_got_through_needs_nothing_again(desk: Desk) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    desk.uplink.chunk(answer, 0, b"data")
    desk.uplink.end(answer, 1, None)
    await desk.uplink.drain()
    desk.streams.away = True
    other = desk.answer("turn-two")
    desk.uplink.start(other)
    await desk.heard("stream.unavailable")
    desk.uplink.adopt(answer)
    desk.streams.away = False
    await desk.heard("stream.unavailable", "back")
    assert answer.state == "ended"


async def test_a_cancel_is_kept_while_the_streams_are_away(desk: Desk) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    desk.uplink.chunk(answer, 0, b"data")
    await desk.uplink.drain()
    desk.streams.away = True
    desk.uplink.cancel(answer)
    await desk.heard("stream.unavailable")
    desk.streams.away = False
    await desk.heard("stream.unavailable", "back")
    assert desk.kinds(answer)[-1] == b"cancel"
    assert desk.pending.turn is None


async def test_pauses_and_resumptions_keep_their_place_among_the_chunks(desk: Desk) -> None:
    answer = desk.answer(mode="hands_free")
    desk.uplink.start(answer)
    desk.uplink.chunk(answer, 0, b"data")
    desk.uplink.pause(answer, 1, now=0.0)
    desk.uplink.pause(answer, 1, now=0.1)
    desk.uplink.chunk(answer, 1, b"silence")
    desk.uplink.resume(answer)
    desk.uplink.chunk(answer, 2, b"data")
    desk.uplink.pause(answer, 3, now=2.0)
    desk.uplink.end(answer, 3, None)
    desk.uplink.pause(answer, 3, now=3.0)
    desk.uplink.resume(answer)
    await desk.uplink.drain()
    kinds = [b"start", b"0", b"pause", b"1", b"resume", b"2", b"pause", b"end"]
    assert desk.kinds(answer) == kinds


async def test_a_pause_that_does_not_fit_is_refused(desk: Desk) -> None:
    held, free = desk.answer("turn-held"), desk.answer(mode="hands_free")
    for answer in (held, free):
        desk.uplink.start(answer)
        desk.uplink.chunk(answer, 0, b"data")
    for call in (lambda: desk.uplink.pause(held, 1, 0.0), lambda: desk.uplink.resume(held)):
        with pytest.raises(InvalidInputError) as refused:
            call()
        assert refused.value.code == "protocol.violation"
    for call in (lambda: desk.uplink.pause(free, 2, 0.0), lambda: desk.uplink.resume(free)):
        with pytest.raises(ConflictError) as conflict:
            call()
        assert conflict.value.code == "turn.out_of_order"
    # What is missing has been asked for: a pause after it is no violation, and says nothing yet.
    desk.uplink.chunk(free, 2, b"data")
    desk.uplink.pause(free, 3, 0.0)
    await desk.uplink.drain()
    assert desk.kinds(free) == [b"start", b"0"]


async def test_thousands_of_pauses_are_passed_over(desk: Desk) -> None:
    answer = desk.answer(mode="hands_free")
    desk.uplink.start(answer)
    desk.uplink.chunk(answer, 0, b"data")
    refused = 0
    for number in range(3_000):
        try:
            desk.uplink.pause(answer, 1, now=number / 50)
        except InvalidInputError as error:
            refused += error.code == "rate.exceeded"
        desk.uplink.resume(answer)
    await desk.uplink.drain()
    kinds = desk.kinds(answer)
    assert kinds.count(b"pause") == kinds.count(b"resume") == 3_000 - refused
    # 10 at once; the flood has used up what a minute earns.
    assert kinds.count(b"pause") < 20


async def test_another_connection_may_resume_a_pause_it_has_not_seen(desk: Desk) -> None:
    answer = desk.answer(mode="hands_free")
    desk.uplink.adopt(answer)
    desk.uplink.resume(answer)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"resume"]


async def test_chunks_are_gathered_where_many_talk_and_the_end_takes_them_along(
    desk: Desk,
) -> None:
    answer = desk.answer()
    desk.uplink.start(answer)
    await desk.uplink.drain()
    desk.uplink.gather_s = lambda: 60.0
    for index in range(3):
        desk.uplink.chunk(answer, index, b"data")
        await asyncio.sleep(0.01)
    assert desk.streams.trips == [1]
    desk.uplink.end(answer, 3, 300)
    await desk.uplink.drain()
    assert desk.streams.trips == [1, 2]


async def test_gathered_chunks_are_appended_in_time_at_a_mark_and_when_the_sender_hangs_up(
    desk: Desk,
) -> None:
    answer = desk.answer(mode="hands_free")
    desk.uplink.start(answer)
    desk.uplink.gather_s = lambda: 0.01
    desk.uplink.chunk(answer, 0, b"data")
    await desk.appended(answer, b"0")
    desk.uplink.gather_s = lambda: 60.0
    desk.uplink.chunk(answer, 1, b"data")
    desk.uplink.pause(answer, 2, now=0.0)
    await desk.appended(answer, b"pause")
    desk.uplink.chunk(answer, 2, bytes(65_536))
    await desk.appended(answer, b"2")
    desk.uplink.chunk(answer, 3, b"data")
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"start", b"0", b"1", b"pause", b"2", b"3"]


async def test_draining_what_is_empty_disturbs_nothing(desk: Desk) -> None:
    await desk.uplink.drain()
    await desk.uplink.drain()
    answer = desk.answer()
    desk.uplink.start(answer)
    await desk.uplink.drain()
    assert desk.kinds(answer) == [b"start"]


@pytest.mark.parametrize(("rooms", "wait_s"), [(1, 0.002), (99, 0.002), (120, 0.3), (1_000, 0.5)])
def test_few_rooms_wait_for_no_more_than_an_end(rooms: int, wait_s: float) -> None:
    assert gathering_s(rooms) == pytest.approx(wait_s)
