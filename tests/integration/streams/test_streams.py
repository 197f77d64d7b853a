"""What the stages hand each other through real streams, also when one of them is run again."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest

from interview.contracts.turns import TranscribeResult, TurnRef
from interview.domain.directives import Directive, Standing
from interview.domain.phases import Phase
from interview.protocol.frames import AudioFrame
from interview.protocol.server import PhaseChanged, Status, UtteranceStart
from interview.streams.log import StreamLog, entry_id, seq_of
from interview.streams.outbound import OutboundReader, OutboundWriter
from interview.streams.sentences import (
    DirectiveFrame,
    EndFrame,
    SentenceFrame,
    SentenceReader,
    SentenceWriter,
)
from interview.streams.text import Final, TextReader, TextWriter

pytestmark = pytest.mark.integration

STANDING = Standing(
    phase=Phase.WARMUP,
    question_id="q-1",
    question_text="And then?",
    question_number=1,
    question_count=2,
    budget_left_s=60,
)
ONWARD = DirectiveFrame(Directive.ADVANCE_PHASE, STANDING)


@pytest.fixture
def turn() -> TurnRef:
    return TurnRef(
        interview_id=uuid.uuid4().hex,
        turn_id=uuid.uuid4().hex,
        turn_number=1,
        kind="audio",
        answer_sequence=2,
        reply_sequence=3,
        phase=Phase.WARMUP,
        question_id="q-1",
    )


async def test_a_waiting_reader_gets_a_batch_as_a_whole(log: StreamLog) -> None:
    key = uuid.uuid4().hex
    for round_ in range(20):
        after = await log.append(key, {b"n": b"start"})
        reading = asyncio.create_task(log.read(key, after, block_ms=2_000))
        await asyncio.sleep(0.01 * (round_ % 2))
        await log.append(key, *({b"n": b"%d" % n} for n in range(5)))
        entries = await reading
        assert [entry.fields[b"n"] for entry in entries] == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_seq_grows_with_its_entry_and_leads_back_to_it(log: StreamLog) -> None:
    key = uuid.uuid4().hex
    ids = [await log.append(key, {b"n": b"%d" % n}) for n in range(5)]
    seqs = [seq_of(each) for each in ids]
    assert seqs == sorted(set(seqs))
    assert [entry_id(seq) for seq in seqs] == ids


async def test_the_first_text_stands_and_a_fenced_run_is_not_heard(
    log: StreamLog, turn: TurnRef
) -> None:
    first, second = TextWriter(log, turn, 1), TextWriter(log, turn, 2)
    answer = TranscribeResult(outcome="committed", text="one")
    assert await first.open() is None
    assert await second.open() is None
    await log.append_to((first.key, first.final(answer), None))
    await log.append_to((second.key, second.final(answer.model_copy(update={"text": "two"})), None))
    frames = [frame async for frame in TextReader(log, turn).frames()]
    assert frames == [Final(answer.model_copy(update={"text": "two"}))]
    third = await TextWriter(log, turn, 3).open()
    assert third is not None
    assert third.text == "two"


async def test_a_second_run_goes_on_behind_the_sentences_of_the_first(
    log: StreamLog, turn: TurnRef
) -> None:
    first = SentenceWriter(log, turn, 1)
    await first.open()
    await first.write(ONWARD, SentenceFrame(0, "I see."))

    second = SentenceWriter(log, turn, 2)
    published = await second.open()
    assert published.directive == ONWARD
    assert [sentence.text for sentence in published.sentences] == ["I see."]
    await first.write(SentenceFrame(1, "too late"))
    await second.write(ONWARD, SentenceFrame(0, "said again"))
    await second.write(SentenceFrame(1, "And then?", "planned"), EndFrame(2, "stub"))

    frames = [frame async for frame in SentenceReader(log, turn).frames()]
    assert frames == [
        ONWARD,
        SentenceFrame(0, "I see."),
        SentenceFrame(1, "And then?", "planned"),
        EndFrame(2, "stub"),
    ]


async def test_sound_that_was_sent_is_found_again_and_a_fenced_run_is_mute(
    log: StreamLog, turn: TurnRef
) -> None:
    first, second = (
        OutboundWriter(log, turn.interview_id, turn_id=turn.stream_id, stage="speak", epoch=epoch)
        for epoch in (1, 2)
    )
    await first.open()
    await first.send(AudioFrame(3, 0, 0, b"\1\0" * 4), AudioFrame(3, 0, 4, b"\2\0" * 4))
    await first.send(AudioFrame(3, 1, 0, b"\3\0" * 4))

    fence = await second.open()
    assert await second.published_audio(3, fence) == {
        0: b"\1\0" * 4 + b"\2\0" * 4,
        1: b"\3\0" * 4,
    }
    await first.send(Status(state="speaking"))
    await second.send(Status(state="ready"))

    seen: list[bytes] = []
    async for events in OutboundReader(log, turn.interview_id).events(0):
        seen += [event.data for event in events if event.kind == "message"]
        if not events or any(b'"ready"' in data for data in seen):
            break
    assert [b'"speaking"' in data for data in seen] == [False]


async def test_who_starts_afresh_is_told_the_question_with_its_utterance(
    log: StreamLog, turn: TurnRef
) -> None:
    asked = PhaseChanged(**STANDING.model_dump(), endpointing_ms=700)
    began = UtteranceStart(utterance_id="u-3", turn_id=turn.turn_id, sequence=3)
    writer = OutboundWriter(log, turn.interview_id, turn_id=turn.stream_id, stage="speak", epoch=1)
    await writer.send(Status(state="generating"))
    await writer.send(Status(state="speaking"), asked, began)
    reader = OutboundReader(log, turn.interview_id)
    after = (await reader.recent()).utterance_seq
    assert after is not None
    async for events in reader.events(after):
        assert [json.loads(event.data)["type"] for event in events] == ["phase", "utterance_start"]
        break


async def test_a_run_that_was_fenced_before_somebody_came_in_is_mute_for_them_too(
    log: StreamLog, turn: TurnRef
) -> None:
    """A worker that was frozen wakes: the turn has long been said, and the next one as well."""
    late, again = (
        OutboundWriter(log, turn.interview_id, turn_id=turn.stream_id, stage="speak", epoch=epoch)
        for epoch in (1, 2)
    )
    following = OutboundWriter(
        log, turn.interview_id, turn_id=uuid.uuid4().hex, stage="speak", epoch=1
    )
    before = PhaseChanged(**STANDING.model_dump(), endpointing_ms=700)
    now = before.model_copy(update={"question_id": "q-2"})
    began, begins = (
        UtteranceStart(utterance_id=f"u-{sequence}", turn_id="turn", sequence=sequence)
        for sequence in (3, 5)
    )
    for writer in (late, again):
        await writer.open()
    await again.send(before, began)
    await following.open()
    await following.send(now, begins)

    reader = OutboundReader(log, turn.interview_id)
    entered = await OutboundWriter(log, turn.interview_id).take_over("a page")
    await late.send(before, began)

    recent = await reader.recent()
    assert recent.standing is not None
    assert recent.standing.question_id == "q-2"
    assert recent.utterance_seq is not None
    for after in (entered, recent.utterance_seq):
        async for events in reader.events(after, recent.fences(after)):
            told = [json.loads(event.data) for event in events if event.kind == "message"]
            asked = [message["question_id"] for message in told if message["type"] == "phase"]
            assert asked == ([] if after == entered else ["q-2"])
            break
