"""The same events in each version's words."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from api.dialect import Dialect
from api.outbox import Close, Outbox
from api.version1 import Version1
from api.version2 import Version2, Version2Mp3
from interview.audio.decode import decode_all
from interview.domain.phases import Phase
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    SERVER_MESSAGE,
    ErrorMessage,
    PhaseChanged,
    Pong,
    Sentence,
    SessionEnded,
    SessionStarted,
    Status,
    Transcript,
    TurnCommitted,
    TurnDiscarded,
    TurnResend,
    UtteranceEnd,
    UtteranceStart,
)
from interview.streams.outbound import OutEvent

PIECE = bytes(4_800)  # 100 ms
PADDING_S = 0.1
"""MP3 comes in whole frames, with silence around."""


def _said(sequence: int, *, sound: bool = True) -> list[BaseModel | AudioFrame]:
    """An utterance of two sentences, half a second and a second long."""
    name = f"utterance-{sequence}"
    items: list[BaseModel | AudioFrame] = [
        Status(state="speaking"),
        PhaseChanged(
            phase=Phase.WARMUP,
            question_id="q",
            question_text="Well?",
            question_number=2,
            question_count=4,
            budget_left_s=60,
            endpointing_ms=700,
        ),
        UtteranceStart(utterance_id=name, turn_id="turn", sequence=sequence),
    ]
    for sentence, pieces in ((0, 5), (1, 10)):
        text = Sentence(utterance_id=name, index=sentence, text="Well.", start_ms=sentence * 500)
        items.append(text)
        for piece in range(pieces if sound else 0):
            items.append(AudioFrame(sequence, sentence, piece * 2_400, PIECE))
            if piece == 2:
                # Another stage's word in the middle of the sound.
                items.append(TurnCommitted(turn_id="turn", sequence=sequence - 1))
    items.append(UtteranceEnd(utterance_id=name, duration_ms=1500, sentences=2))
    items.append(
        Transcript(
            role="interviewer",
            text="Well. Well.",
            sequence=sequence,
            turn_id="turn",
            utterance_id=name,
        )
    )
    return items


def _events(items: Sequence[BaseModel | AudioFrame], first_seq: int = 1_000) -> list[OutEvent]:
    return [
        OutEvent(first_seq + 10 * index, "audio", item.pack())
        if isinstance(item, AudioFrame)
        else OutEvent(first_seq + 10 * index, "message", item.model_dump_json().encode())
        for index, item in enumerate(items)
    ]


async def relayed(dialect: Dialect, outbox: Outbox, events: Sequence[OutEvent]) -> list[Any]:
    """Texts parsed, frames as they are."""
    for event in events:
        if (work := dialect.relay(event)) is not None:
            await work
    outbox.close(1000)
    sent: list[Any] = []
    while not isinstance(item := await outbox.take(), Close):
        sent.append(json.loads(item) if isinstance(item, str) else item)
    return sent


def _seconds(message: dict[str, Any]) -> float:
    return len(decode_all(base64.b64decode(message["data"]), limit_s=60)) / 32_000


async def test_version_2_passes_everything_on_with_its_seq() -> None:
    outbox = Outbox()
    events = _events(_said(3))
    sent = await relayed(Version2(outbox, 0), outbox, events)
    assert len(sent) == len(events)
    for event, item in zip(events, sent, strict=True):
        if event.kind == "audio":
            frame = AudioFrame.unpack(item)
            assert frame.seq == event.seq
            assert frame.pcm16 == AudioFrame.unpack(event.data).pcm16
        else:
            assert item.pop("seq") == event.seq
            assert SERVER_MESSAGE.validate_python(item) == SERVER_MESSAGE.validate_json(event.data)


async def test_version_2_tells_with_the_last_seq() -> None:
    outbox = Outbox()
    dialect = Version2(outbox, 77)
    dialect.tell(Pong(nonce=1))
    event = OutEvent(99, "message", Status(state="ready").model_dump_json().encode())
    dialect.relay(event)
    dialect.tell(Pong(nonce=2))
    sent = await relayed(dialect, outbox, [])
    assert [message["seq"] for message in sent] == [77, 99, 99]
    assert sent[0] == {"seq": 77, "type": "pong", "nonce": 1}


async def test_non_ascii_text_survives_the_splicing() -> None:
    outbox = Outbox()
    message = Transcript(role="candidate", text="Grüße 😀 \0", sequence=2)
    event = OutEvent(5, "message", message.model_dump_json().encode())
    (sent,) = await relayed(Version2(outbox, 0), outbox, [event])
    assert sent["text"] == "Grüße 😀 \0"


async def test_mp3_is_one_response_a_sentence_in_its_place() -> None:
    outbox = Outbox()
    sent = await relayed(Version2Mp3(outbox, 0), outbox, _events(_said(3)))
    kinds = [message["type"] for message in sent]
    assert kinds == [
        "status",
        "phase",
        "utterance_start",
        "sentence",
        "turn_committed",
        "audio_response",
        "sentence",
        "turn_committed",
        "audio_response",
        "utterance_end",
        "transcript",
    ]
    sounds = [message for message in sent if message["type"] == "audio_response"]
    assert [(s["utterance_id"], s["sentence"]) for s in sounds] == [
        ("utterance-3", 0),
        ("utterance-3", 1),
    ]
    assert [_seconds(sound) for sound in sounds] == pytest.approx([0.5, 1.0], abs=PADDING_S)
    seqs = [message["seq"] for message in sent]
    assert seqs == sorted(set(seqs))


async def test_mp3_goes_on_wherever_it_broke_off() -> None:
    events = _events(_said(3))
    first = Outbox()
    whole = await relayed(Version2Mp3(first, 0), first, events)
    for cut in range(len(whole)):
        outbox = Outbox()
        rest = await relayed(Version2Mp3(outbox, whole[cut]["seq"]), outbox, events)
        assert rest == whole[cut + 1 :]


async def test_mp3_of_a_stage_that_ran_again_has_each_sound_once() -> None:
    items = _said(3)
    outbox = Outbox()
    again = [*items[:8], *items[2:]]  # the start again, and three pieces that overlap
    sent = await relayed(Version2Mp3(outbox, 0), outbox, _events(again))
    sounds = [message for message in sent if message["type"] == "audio_response"]
    assert [_seconds(sound) for sound in sounds] == pytest.approx([0.5, 1.0], abs=PADDING_S)


async def test_version_1_speaks_to_the_letter_of_the_guide() -> None:
    outbox = Outbox()
    replied: list[str] = []
    dialect = Version1(outbox, replied.append)
    dialect.tell(SessionStarted(session_id="s", version=1))
    dialect.tell(Status(state="ready"))
    items = [
        Status(state="processing_stt"),
        Status(state="generating"),
        Transcript(role="candidate", text="I see.", sequence=2, turn_id="turn"),
        *_said(3),
        ErrorMessage(code="tts.unavailable", message="Read along.", recoverable=True),
        SessionEnded(session_id="s", total_turns=1),
    ]
    sent = await relayed(dialect, outbox, _events(items))
    sound = sent[7].pop("data")
    assert sent == [
        {"type": "session_started", "session_id": "s"},
        {"type": "status", "state": "ready"},
        {"type": "status", "state": "processing_stt"},
        {"type": "status", "state": "generating"},
        {"type": "transcript", "role": "candidate", "text": "I see.", "sequence": 2},
        {"type": "status", "state": "speaking"},
        {"type": "transcript", "role": "interviewer", "text": "Well. Well.", "sequence": 3},
        {"type": "audio_response", "format": "mp3"},
        {
            "type": "error",
            "code": "tts.unavailable",
            "message": "Read along.",
            "recoverable": True,
        },
        {"type": "session_ended", "session_id": "s", "total_turns": 1},
    ]
    assert _seconds({"data": sound}) == pytest.approx(1.5, abs=PADDING_S)
    assert replied == ["turn"]


async def test_version_1_hears_each_utterance_once_and_whole() -> None:
    """A stage that runs again sends the start, some sound and the end again."""
    items = _said(3)
    outbox = Outbox()
    sent = await relayed(Version1(outbox), outbox, _events([*items[:8], *items[2:], *items[-2:]]))
    assert [m["type"] for m in sent] == ["status", "transcript", "audio_response"]
    assert _seconds(sent[2]) == pytest.approx(1.5, abs=PADDING_S)


async def test_version_1_is_ready_where_nothing_will_be_played() -> None:
    ready = {"type": "status", "state": "ready"}
    outbox = Outbox()
    dialect = Version1(outbox)
    sent = await relayed(dialect, outbox, _events(_said(3, sound=False)))
    assert sent[-1] == ready
    for message, expected in (
        (TurnDiscarded(turn_id="t", reason="failed"), [ready]),
        (TurnDiscarded(turn_id="t", reason="cancelled"), [ready]),
        (TurnDiscarded(turn_id="t", reason="no_speech"), []),  # the interviewer asks again
        (TurnCommitted(turn_id="t", sequence=2), []),
    ):
        outbox = Outbox()
        assert await relayed(Version1(outbox), outbox, _events([message])) == expected


async def test_version_1_is_told_what_it_can_understand() -> None:
    outbox = Outbox()
    dialect = Version1(outbox)
    dialect.tell(TurnCommitted(turn_id="t", sequence=2))
    dialect.tell(TurnResend(turn_id="t", from_chunk=0))
    dialect.tell(Pong(nonce=1))
    sent = await relayed(dialect, outbox, [])
    assert [message.get("code") or message.get("state") for message in sent] == [
        "ready",
        "stream.lost",
        "ready",
    ]
