"""The page in a real Chromium, against a server that speaks the real protocol."""

from __future__ import annotations

import array
import math

import pytest
from playwright.async_api import Browser, expect

from tests.browser.fake_interview import (
    CLOSING,
    GREETING,
    HEARD_WORDS,
    QUESTIONS,
)
from tests.browser.fake_room_server import FakeRoomServer
from tests.browser.room import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_the_greeting_is_heard_and_captions_follow_it(
    browser: Browser, server: FakeRoomServer
) -> None:
    server.sentence_ms = 2_500
    room = await Room.start(browser, server.url)
    await room.wait_for_state("speaking")
    await expect(room.by_id("captions")).to_have_text(GREETING[0])
    assert 0 < await room.heard_ms() < 5_000
    await room.wait_for_own_turn()
    assert await room.captions() == list(GREETING)
    assert await room.heard_ms() == 5_000
    await server.until(lambda: server.interview.played, "playback_complete")
    assert server.interview.played == ["utterance-1"]
    assert await room.question() == QUESTIONS[0][1]
    await expect(room.by_id("progress")).to_have_text("Introduction · 1 of 4")
    assert room.problems == []


@pytest.mark.parametrize("key", [False, True], ids=["button", "space"])
async def test_a_held_button_sends_what_is_said(
    browser: Browser, server: FakeRoomServer, key: bool
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await room.page.locator("h1").click()
    await room.press_talk(key=key)
    await expect(room.by_id("own-words")).to_contain_text("I moved the")
    await room.release_talk(key=key)
    await server.until(lambda: server.interview.committed, "the answer is committed")
    (turn,) = server.interview.turns.values()
    assert turn.starts == 1
    assert turn.format == "pcm16"
    assert turn.interrupted is None
    assert _loudness(turn.audio[:7_680]) > 0.01, "the 240 ms before the press are in it"
    assert _loudness(turn.audio[7_680:]) > 0.01
    assert {len(turn.chunks[i]) for i in range(len(turn.chunks) - 1)} == {6_400}
    await expect(room.by_id("own-words")).to_contain_text(HEARD_WORDS)
    await room.wait_for_own_turn()
    assert await room.question() == QUESTIONS[1][1]
    assert room.problems == []


async def test_talking_over_the_interviewer_silences_them(
    browser: Browser, server: FakeRoomServer
) -> None:
    server.sentence_ms = 3_000
    room = await Room.start(browser, server.url)
    await expect(room.by_id("captions")).to_have_text(GREETING[0])
    await room.press_talk()
    await room.wait_for_state("listening")
    heard = await room.heard_ms()
    await server.until(lambda: server.interview.turns, "turn_start")
    (turn,) = server.interview.turns.values()
    assert turn.interrupted is not None
    assert turn.interrupted.utterance_id == "utterance-1"
    assert turn.interrupted.heard_ms == heard
    assert 0 < heard < 6_000
    assert await room.captions() == list(GREETING[: 1 + heard // 3_000])
    await server.until(lambda: len(turn.chunks) > 5, "the answer goes on")
    await room.release_talk()
    await room.wait_for_own_turn()
    assert "utterance-1" not in server.interview.played


async def test_a_tap_keeps_the_microphone_open_and_a_discarded_answer_is_gone(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await room.by_id("talk").click()
    await expect(room.by_id("talk")).to_have_attribute("data-recording", "true")
    await server.until(lambda: server.interview.turns, "turn_start")
    await room.by_id("discard").click()
    await server.until(lambda: not server.interview.turns, "turn_cancel")
    await room.wait_for_own_turn()
    await expect(room.by_id("own-words")).to_be_hidden()


async def test_typed_answers_to_the_end(browser: Browser, server: FakeRoomServer) -> None:
    room = await Room.start(browser, server.url)
    answers = ["Yes, it is.", "A queue.\nAnd a cache.", "The billing service.", "What is next?"]
    for answer in answers:
        await room.wait_for_own_turn()
        await room.type_answer(answer)
    await expect(room.by_id("captions")).to_have_text(CLOSING)
    await room.wait_for_done()
    spoken = [text for role, text in await room.transcript() if role == "candidate"]
    assert spoken == answers
    assert len(await room.transcript()) == 9
    await expect(room.by_id("done")).to_have_attribute("data-outcome", "completed")
    assert room.problems == []


async def test_space_in_the_typing_box_is_a_space(browser: Browser, server: FakeRoomServer) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await room.by_id("answer-text").press_sequentially("a b")
    await expect(room.by_id("answer-text")).to_have_value("a b")
    assert server.interview.turns == {}
    await room.press_talk(key=True)
    await server.until(lambda: server.interview.turns, "after Escape, Space talks")
    await room.release_talk(key=True)
    await expect(room.by_id("answer-text")).to_have_value("a b")


async def test_a_question_is_asked_for_again(browser: Browser, server: FakeRoomServer) -> None:
    server.sentence_ms = 1_500
    room = await Room.start(browser, server.url)
    await room.wait_for_state("speaking")
    repeat = room.by_id("repeat")
    await expect(repeat).to_have_attribute("aria-disabled", "true")
    await room.wait_for_own_turn()
    await expect(repeat).to_have_attribute("aria-disabled", "false")
    await repeat.click()
    await server.until(lambda: server.interview.repeats, "repeat")
    await room.press_talk()
    await expect(repeat).to_have_count(0)
    await room.release_talk()


async def test_pause_resume_and_end(browser: Browser, server: FakeRoomServer) -> None:
    server.sentence_ms = 2_000
    room = await Room.start(browser, server.url)
    await room.wait_for_state("speaking")
    await room.by_id("pause").click()
    await room.wait_for_state("paused")
    await expect(room.by_id("paused-banner")).to_be_visible()
    await server.until(lambda: server.interview.status == "paused", "pause")
    held = await room.heard_ms()
    await room.by_id("resume").click()
    await room.wait_for_own_turn()
    assert held < 4_000
    assert await room.heard_ms() == 4_000
    assert await room.captions() == list(GREETING), "it went on where it had stopped"
    await room.by_id("end").click()
    await room.by_id("cancel-end").click()
    await room.wait_for_own_turn()
    await room.end()
    await room.wait_for_done()
    await expect(room.by_id("done")).to_have_attribute("data-outcome", "ended_by_candidate")
    assert room.problems == []


async def test_a_server_killed_in_mid_answer_gets_the_rest_and_commits_once(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await room.press_talk()
    await server.until(lambda: _chunks(server) > 8, "the answer is under way")
    await server.kill()
    await expect(room.by_id("banner")).to_contain_text("Your answer is saved")
    await expect(room.by_id("banner")).to_contain_text("Reconnecting…")
    before = _chunks(server)
    await server.start()
    await server.until(lambda: _chunks(server) > before + 12, "the answer goes on")
    await expect(room.by_id("notice")).to_contain_text("everything you said has been kept")
    await room.release_talk()
    await server.until(lambda: server.interview.committed, "the answer is committed")
    (turn,) = server.interview.turns.values()
    assert turn.next_chunk == len(turn.chunks), "no chunk is missing"
    assert server.interview.committed == [turn.turn_id]
    assert server.hellos[-1].last_seq is not None
    await room.wait_for_own_turn()
    lines = await room.transcript()
    assert [role for role, _ in lines] == ["interviewer", "candidate", "interviewer"]


async def test_a_server_that_lost_chunks_asks_for_them(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await room.press_talk()
    await server.until(lambda: _chunks(server) > 12, "the answer is under way")
    (turn,) = server.interview.turns.values()
    lost = [turn.chunks.pop(i) for i in (3, 4, 11)]
    await room.release_talk()
    await server.until(lambda: server.interview.committed, "the answer is committed")
    assert [turn.chunks[i] for i in (3, 4, 11)] == lost


async def test_an_answer_typed_without_a_server_is_sent_when_it_is_back(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await server.kill()
    await room.wait_for_state("reconnecting")
    await room.type_answer("Typed in the dark.")
    await expect(room.by_id("banner")).to_have_text("Your answer is saved. Reconnecting…")
    await server.start()
    await server.until(lambda: server.interview.committed, "the answer is committed")
    (turn,) = server.interview.turns.values()
    assert turn.text == "Typed in the dark."
    await room.wait_for_own_turn()
    assert await room.question() == QUESTIONS[1][1]


async def test_a_frozen_server_is_noticed_without_a_close_event(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    server.frozen = True
    await room.type_answer("Anyone there?")
    await room.wait_for_state("reconnecting", timeout_s=8)
    await server.thaw()
    await server.until(lambda: server.interview.committed, "the answer is committed")


async def test_a_reloaded_page_sends_the_answer_it_left(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await server.kill()
    await room.wait_for_state("reconnecting")
    await room.type_answer("Written down before the reload.")
    await expect(room.by_id("banner")).to_contain_text("Your answer is saved")
    await room.page.close()  # else it comes back too, and perhaps last
    await server.start()
    again = await Room.join(
        browser, server.url, server.interview.interview_id, context=room.page.context
    )
    await server.until(lambda: server.interview.committed, "the answer is committed")
    (turn,) = server.interview.turns.values()
    assert turn.text == "Written down before the reload."
    await again.wait_for_own_turn()


async def test_a_second_window_takes_over(browser: Browser, server: FakeRoomServer) -> None:
    first = await Room.start(browser, server.url)
    await first.wait_for_own_turn()
    second = await Room.join(browser, server.url, server.interview.interview_id)
    await first.wait_for_superseded()
    # The last words are said again there.
    await expect(second.by_id("captions")).to_have_text(" ".join(GREETING))
    await second.wait_for_own_turn()
    assert len(server.hellos) == 2
    await first.by_id("take-back").click()
    await second.wait_for_superseded()
    await first.wait_for_own_turn()


async def test_a_window_taken_over_in_mid_answer_lets_go_of_the_microphone(
    browser: Browser, server: FakeRoomServer
) -> None:
    first = await Room.start(browser, server.url)
    await first.wait_for_own_turn()
    await first.press_talk()
    await server.until(lambda: _chunks(server) > 4, "the answer is under way")
    second = await Room.join(browser, server.url, server.interview.interview_id)
    await first.wait_for_superseded()
    await server.until(lambda: server.interview.committed, "what arrived is the answer")
    await second.wait_for_own_turn()
    await first.by_id("take-back").click()
    await first.wait_for_own_turn()
    await expect(first.by_id("talk")).to_have_attribute("data-recording", "false")
    assert len(server.interview.committed) == 1


async def test_the_link_of_a_finished_interview_shows_what_was_said(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.start(browser, server.url)
    await room.wait_for_own_turn()
    await room.end()
    await room.wait_for_done()
    again = await Room.blank(browser)
    await again.page.goto(room.page.url)
    await again.wait_for_done()
    assert await again.transcript() == [("interviewer", " ".join(GREETING))]


async def test_without_the_microphone_one_types(browser: Browser, server: FakeRoomServer) -> None:
    room = await Room.start(browser, server.url, allow_microphone=False)
    await expect(room.by_id("microphone-help")).to_have_attribute("data-problem", "blocked")
    await room.wait_for_state("listening")
    await room.type_answer("By keyboard.")
    await server.until(lambda: server.interview.committed, "the answer is committed")
    await room.page.context.grant_permissions(["microphone"])
    await room.by_id("retry-microphone").click()
    await room.wait_for_own_turn()


async def test_without_worklets_the_recorder_and_the_scheduler_do(
    browser: Browser, server: FakeRoomServer
) -> None:
    room = await Room.blank(browser)
    await room.page.add_init_script("delete BaseAudioContext.prototype.audioWorklet")
    await room.page.goto(f"{server.url}/interview/?id={server.create()}")
    await room.by_id("join").click()
    await expect(room.by_id("captions")).to_have_text(" ".join(GREETING))
    await room.wait_for_own_turn()
    await room.press_talk()
    await server.until(lambda: _chunks(server) > 5, "the answer is under way")
    await room.release_talk()
    await server.until(lambda: server.interview.committed, "the answer is committed")
    (turn,) = server.interview.turns.values()
    assert turn.format == "webm"
    assert turn.audio.startswith(b"\x1aE\xdf\xa3")


async def test_an_unknown_interview_is_refused(browser: Browser, server: FakeRoomServer) -> None:
    room = await Room.blank(browser)
    await room.page.goto(f"{server.url}/interview/?id=nobody")
    await expect(room.by_id("refused")).to_contain_text("no interview at this address")


async def test_roles_that_cannot_be_read_can_be_asked_for_again(
    browser: Browser, server: FakeRoomServer
) -> None:
    server.roles_fail = True
    room = await Room.blank(browser)
    await room.page.goto(server.url)
    await expect(room.by_id("roles-failed")).to_contain_text("The database cannot be reached.")
    await expect(room.by_id("start-interview")).to_be_disabled()
    server.roles_fail = False
    await room.by_id("roles-failed").get_by_role("button").click()
    await expect(room.by_id("start-interview")).to_be_enabled()


def _chunks(server: FakeRoomServer) -> int:
    return sum(len(turn.chunks) for turn in server.interview.turns.values())


def _loudness(pcm16: bytes) -> float:
    """Root mean square, 0 to 1."""
    samples = array.array("h", pcm16[: len(pcm16) // 2 * 2])
    return math.sqrt(sum(s * s for s in samples) / max(1, len(samples))) / 32_768
