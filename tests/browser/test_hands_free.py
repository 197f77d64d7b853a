"""Answers without a button: the page's own voice detector hears a synthesized voice."""

from __future__ import annotations

import wave
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from demo.voice import CandidateVoice
from interview.domain.endpointing import Sound
from interview.ports import TTS_SAMPLE_RATE_HZ
from tests.browser.fake_room_server import FakeRoomServer
from tests.browser.room import Room, chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

QUIET_S = 3.0


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def talking(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Browser]:
    """A microphone that hears a sentence, three seconds of silence, the sentence again…"""
    path: Path = tmp_path_factory.mktemp("microphone") / "talking.wav"
    spoken = await CandidateVoice().say("I moved the billing service to a queue.", pause_ms=0)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TTS_SAMPLE_RATE_HZ)
        out.writeframes(bytes(int(QUIET_S * TTS_SAMPLE_RATE_HZ) * 2) + spoken.pcm16)
    async with chromium(microphone=path, loop_audio=True) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def room(talking: Browser, server: FakeRoomServer) -> AsyncGenerator[Room]:
    room = await Room.start(talking, server.url)
    yield room
    await room.page.context.close()


async def switch_on(room: Room) -> None:
    await room.by_id("hands-free").click()
    await expect(room.by_id("hands-free")).to_have_attribute("data-state", "on", timeout=20_000)


async def test_a_voice_begins_an_answer_and_silence_ends_it(
    room: Room, server: FakeRoomServer
) -> None:
    await room.wait_for_own_turn()
    await switch_on(room)
    await server.until(lambda: len(server.interview.committed) >= 2, "two answers", 30)
    first, second, *_ = server.interview.committed
    for turn in (server.interview.turns[first], server.interview.turns[second]):
        assert (turn.mode, turn.format, turn.starts) == ("hands_free", "pcm16", 1)
        assert turn.silences, "the server is told of the silence before the answer is over"
        assert turn.silences[-1] < turn.next_chunk, "and the recording goes on meanwhile"
    # The first may have been under way when the switch was turned.
    heard = np.frombuffer(server.interview.turns[second].audio, np.int16).astype(float) / 32_768
    loud = np.flatnonzero(np.abs(heard) > 0.05) / 16_000
    assert loud[0] > 0.1, "it begins before the first sound"
    assert loud[-1] - loud[0] > 1.5, "and holds the whole sentence"
    assert room.problems == []


@pytest.mark.parametrize("sounds", ["complete", "unfinished"])
async def test_how_an_answer_sounds_says_how_long_the_silence_is(
    room: Room, server: FakeRoomServer, sounds: Sound
) -> None:
    server.interview.sounds = sounds
    await room.wait_for_own_turn()
    await switch_on(room)

    def silences_ms() -> list[float]:
        # The first may have been under way when the switch was turned.
        turns = [server.interview.turns[turn_id] for turn_id in server.interview.committed[1:]]
        heard = [np.frombuffer(turn.audio, np.int16).astype(float) for turn in turns]
        return [(len(one) - np.flatnonzero(np.abs(one) > 1_600)[-1]) / 16 for one in heard]

    # The usual wait is 700 ms, and the detector goes on hearing a voice for a moment. On a busy
    # machine a pause may be over before anything is said of it.
    def is_other(ms: float) -> bool:
        return ms < 700 if sounds == "complete" else ms >= 1_050

    await server.until(lambda: any(map(is_other, silences_ms())), "another silence than usual", 40)
    assert room.problems == []


async def test_a_voice_silences_the_interviewer(room: Room, server: FakeRoomServer) -> None:
    server.interview.sentence_ms = 12_000
    await room.wait_for_own_turn()
    await room.type_answer("Yes.")
    await room.wait_for_state("speaking")
    server.interview.deaf = True
    await switch_on(room)
    await server.until(lambda: server.interview.running, "a voice begins an answer")
    running = server.interview.running
    assert running is not None
    turn = server.interview.turns[running]
    assert turn.interrupted is not None
    await room.wait_for_state("listening")
    assert turn.interrupted.utterance_id == "utterance-3"
    before = turn.interrupted.heard_ms
    assert 0 < before < 12_000
    # It was only a cough: the interviewer goes on from there.
    await server.until(lambda: not server.interview.deaf, "silence ends it")
    await room.by_id("hands-free").click()
    await room.wait_for_state("speaking")
    assert before <= await room.heard_ms() < before + 3_000
    await room.wait_for_own_turn()
    assert "utterance-3" in server.interview.played
    assert room.problems == []


async def test_it_stays_on_in_this_browser_until_it_is_switched_off(
    room: Room, server: FakeRoomServer
) -> None:
    await switch_on(room)
    await room.page.reload()
    await room.by_id("join").click()
    await expect(room.by_id("hands-free")).to_have_attribute("data-state", "on", timeout=20_000)
    await room.by_id("hands-free").click()
    await expect(room.by_id("hands-free")).to_have_attribute("aria-checked", "false")
    await room.page.reload()
    await room.by_id("join").click()
    await expect(room.by_id("hands-free")).to_have_attribute("data-state", "off")
