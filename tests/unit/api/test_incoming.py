"""Parsing what clients send."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.incoming import RateLimit, decode_answer, parse_v1, parse_v2
from interview.errors import InvalidInputError
from interview.protocol import limits
from interview.protocol.client import Audio, Ping

SECRET = "what-somebody-said"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "protocol.malformed_json"),
        ('{"type":"ping"', "protocol.malformed_json"),
        ('{"type":"ping","nonce":"\\ud800"}', "protocol.malformed_json"),
        ('{"type":"sing"}', "protocol.unknown_message"),
        ("{}", "protocol.violation"),
        ("[]", "protocol.violation"),
        ('{"type":"ping","nonce":1e99}', "protocol.violation"),
        (f'{{"type":"answer_text","turn_id":"{SECRET}?","text":7}}', "protocol.violation"),
        (f'{{"type":"{SECRET}"}}', "protocol.unknown_message"),
        ('{"type":"ping","nonce":1,"x":"' + "é" * 40_000 + '"}', "message.too_large"),
    ],
)
def test_each_kind_of_nonsense_has_a_code_and_is_not_repeated(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_v2(text)
    assert caught.value.code == code
    assert SECRET not in caught.value.message


def test_what_is_valid_is_parsed_and_what_is_new_is_ignored() -> None:
    assert parse_v2('{"type":"ping","nonce":7,"later":true}') == Ping(type="ping", nonce=7)
    assert parse_v1('{"type":"audio","data":""}') == Audio(type="audio", data="")


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_nothing_but_our_own_error_comes_out(text: str) -> None:
    for parse in (parse_v1, parse_v2):
        try:
            parse(text)
        except InvalidInputError as error:
            assert error.code.startswith("protocol.")  # noqa: PT017 - any text may also be valid


@pytest.mark.parametrize(
    ("head", "declared", "found"),
    [
        (b"\x1a\x45\xdf\xa3", "webm", "webm"),
        (b"OggS", "webm", "ogg"),
        (b"RIFF\0\0\0\0WAVE", "mp3", "wav"),
        (b"\0\0\0\0ftyp", "webm", "mp4"),
        (b"ID3", "webm", "mp3"),
        (b"anything", "pcm16", "pcm16"),
    ],
)
def test_an_answer_is_what_its_first_bytes_say(head: bytes, declared: str, found: str) -> None:
    data = head.ljust(40, b"\0")
    message = Audio.model_validate(
        {"type": "audio", "data": base64.b64encode(data).decode(), "format": declared}
    )
    assert decode_answer(message) == (data, found)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "audio.empty"),
        ("====", "audio.invalid_base64"),
        ("AAA", "audio.invalid_base64"),
        ("A A=", "audio.invalid_base64"),
        ("ümlaut==", "audio.invalid_base64"),
        (base64.b64encode(b"#!/bin/sh").decode(), "audio.unsupported_format"),
        ("A" * (limits.MAX_V1_AUDIO_BYTES * 2), "audio.too_large"),
    ],
)
def test_what_is_no_answer_has_a_code(data: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        decode_answer(Audio(type="audio", data=data))
    assert caught.value.code == code


def test_a_burst_passes_and_the_average_holds() -> None:
    rate = RateLimit(per_s=10, window_s=2, now=100.0)
    assert [rate.take(100.0) for _ in range(20)] == [0.0] * 20
    assert rate.take(100.0) == pytest.approx(0.1)
    assert rate.take(100.0) == pytest.approx(0.2)
    assert rate.take(100.3) == 0.0
    assert rate.take(200.0) == 0.0
    assert [rate.take(200.0) for _ in range(19)] == [0.0] * 19
    assert rate.take(200.0) > 0
