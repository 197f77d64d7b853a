"""Transcription and speech as OpenAI's servers give it."""

from __future__ import annotations

import io
import math
import wave

import pytest

from interview.errors import ProviderOutputInvalid
from interview.providers.pcm import CHUNK_BYTES
from tests.contract.adapters import KEY, openai_stt, openai_tts, opened
from tests.fakes.behaviours import Body, Hang
from tests.fakes.provider_server import FakeProviders, tone_pcm


async def test_a_transcription_request(fake: FakeProviders) -> None:
    fake.transcripts.append("  We moved it.  ")
    async with opened(openai_stt(fake.base_url)) as stt:
        heard = await stt.transcribe(tone_pcm(500), language="en-US", prompt="x", timeout_s=5.0)
    assert (heard.text, heard.confidence) == ("We moved it.", None)
    (request,) = fake.asked("stt")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.field("model") == "whisper-1"
    assert request.field("response_format") == "json"
    assert request.field("language") == "en"
    assert request.field("prompt") == "x"
    assert request.field("include[]") is None
    assert request.file().filename.endswith(".wav")
    with wave.open(io.BytesIO(request.file().data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert file.readframes(file.getnframes()) == tone_pcm(500)


@pytest.mark.parametrize("model", ["gpt-4o-transcribe", "gpt-4o-mini-transcribe"])
async def test_the_family_that_says_how_sure_it_is(fake: FakeProviders, model: str) -> None:
    async with opened(openai_stt(fake.base_url, model)) as stt:
        heard = await stt.transcribe(bytes(3200), language="en", timeout_s=5.0)
    assert heard.confidence == pytest.approx(math.exp(-0.1))
    (request,) = fake.asked("stt")
    assert request.field("include[]") == "logprobs"
    assert request.field("prompt") is None


async def test_broken_logprobs_do_not_cost_the_transcript(fake: FakeProviders) -> None:
    fake.will("stt", Body(b'{"text": "yes", "logprobs": [{"token": "yes"}]}'))
    async with opened(openai_stt(fake.base_url, "gpt-4o-transcribe")) as stt:
        heard = await stt.transcribe(bytes(3200), language="en", timeout_s=5.0)
    assert (heard.text, heard.confidence) == ("yes", None)


async def test_silence_is_no_failure_and_nothing_is_not_sent(fake: FakeProviders) -> None:
    fake.transcripts.append("")
    async with opened(openai_stt(fake.base_url)) as stt:
        assert (await stt.transcribe(bytes(3200), language="en", timeout_s=5.0)).text == ""
        assert (await stt.transcribe(b"", language="en", timeout_s=5.0)).text == ""
    assert len(fake.asked("stt")) == 1


@pytest.mark.parametrize("chunk_bytes", [1, 777, 4_801, 1_000_000])
async def test_speech_comes_in_whole_samples_however_it_is_cut(
    fake: FakeProviders, chunk_bytes: int
) -> None:
    fake.chunk_bytes = chunk_bytes
    text = "Hello." if chunk_bytes == 1 else "Hello, and welcome to this interview."
    async with opened(openai_tts(fake.base_url)) as tts:
        chunks = [c async for c in tts.synthesize(text, language="en", timeout_s=5.0)]
    assert b"".join(chunks) == tone_pcm(len(text) * 55)
    assert all(len(chunk) % 2 == 0 and 0 < len(chunk) <= CHUNK_BYTES for chunk in chunks)


async def test_a_speech_request(fake: FakeProviders) -> None:
    async with (
        opened(openai_tts(fake.base_url)) as tts,
        opened(openai_tts(fake.base_url, "tts-1")) as plain,
    ):
        assert tts.voice == "openai/gpt-4o-mini-tts/alloy"
        assert tts.voice != plain.voice
        for voice in (tts, plain):
            async for _ in voice.synthesize("Hi.", language="en", timeout_s=5.0):
                pass
    request, simple = fake.asked("tts")
    assert request.json["response_format"] == "pcm"
    assert request.json["voice"] == "alloy"
    assert request.json["input"] == "Hi."
    assert "instructions" in request.json
    assert "instructions" not in simple.json


async def test_the_first_sound_does_not_wait_for_the_last(fake: FakeProviders) -> None:
    fake.will("tts", Hang(after=3))
    async with opened(openai_tts(fake.base_url)) as tts:
        stream = tts.synthesize("A long sentence. " * 20, language="en", timeout_s=5.0)
        assert await anext(stream)
        await stream.aclose()


@pytest.mark.parametrize(
    "body",
    [
        Body(b"", "audio/pcm"),
        Body(b"\x00", "audio/pcm"),
        Body(b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        Body(b"ID3\x03\x00\x00\x00\x00", "audio/mpeg"),
        Body(b'{"audio": "AAAA"}', "application/json"),
        Body(b"<html></html>", "text/html"),
    ],
)
async def test_what_is_not_pcm_is_not_played(fake: FakeProviders, body: Body) -> None:
    fake.will("tts", body)
    async with opened(openai_tts(fake.base_url)) as tts:
        with pytest.raises(ProviderOutputInvalid):
            await anext(tts.synthesize("Hello.", language="en", timeout_s=5.0))


async def test_warm_opens_a_connection_and_never_raises(fake: FakeProviders) -> None:
    async with opened(openai_tts(fake.base_url)) as tts:
        await tts.warm()
    async with opened(openai_tts("http://127.0.0.1:9")) as nowhere:
        await nowhere.warm()
