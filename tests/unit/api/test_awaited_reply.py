from __future__ import annotations

from api.awaited_reply import AwaitedReply
from interview.protocol.server import Sentence
from interview.streams.outbound import OutEvent
from interview.telemetry.metrics import REGISTRY

TURN = "4f9c6f4b"


def counted(mode: str = "hold") -> float:
    return REGISTRY.get_sample_value("intervue_first_sound_seconds_count", {"mode": mode}) or 0.0


def begins(turn_id: str) -> OutEvent:
    data = b'{"type":"utterance_start","turn_id":"%s"}' % turn_id.encode()
    return OutEvent(1, "message", data)


def caption(text: str) -> OutEvent:
    sentence = Sentence(utterance_id="u", index=0, text=text, start_ms=0)
    return OutEvent(1, "message", sentence.model_dump_json().encode())


SOUND = OutEvent(2, "audio", b"\0\0")


def test_the_first_sound_of_the_reply_counts_once() -> None:
    reply, before = AwaitedReply("i"), counted()
    reply.begun(TURN, "hold")
    reply.is_due(TURN)

    for event in (SOUND, begins("another"), SOUND, begins(TURN), SOUND, SOUND):
        reply.saw(event)

    assert counted() == before + 1


def test_sound_counts_for_nobody_who_has_not_answered() -> None:
    reply, before = AwaitedReply("i"), counted()

    for event in (begins(TURN), SOUND):
        reply.saw(event)

    assert counted() == before


def test_a_later_answer_takes_the_place_of_one_without_a_reply() -> None:
    reply, before = AwaitedReply("i"), counted("hands_free")
    reply.begun("other", "hold")
    reply.is_due("other")
    reply.begun(TURN, "hands_free")
    reply.is_due(TURN)

    for event in (begins("other"), SOUND, begins(TURN), SOUND):
        reply.saw(event)

    assert counted("hands_free") == before + 1


def test_an_opener_is_not_the_reply() -> None:
    reply, before = AwaitedReply("i"), counted()
    reply.begun(TURN, "hold")
    reply.is_due(TURN)

    for event in (begins(TURN), caption("Okay."), SOUND, SOUND):
        reply.saw(event)
    assert counted() == before
    for event in (caption("You moved it yourself."), SOUND):
        reply.saw(event)
    assert counted() == before + 1
