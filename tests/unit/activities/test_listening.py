"""Listening to an answer with pauses, in every order in which they may come."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.listening import TOLD_APART_S, Heard, Listener
from activities.recognizing import Recognizer
from interview.audio.segmenter import Segment
from interview.domain.endpointing import Sound
from interview.errors import StreamError
from interview.ports import Transcription
from interview.protocol.client import UplinkFormat
from interview.streams.audio import (
    AudioChunk,
    AudioEnd,
    AudioFrame,
    AudioLeft,
    AudioPause,
    AudioResume,
    AudioStart,
    AudioStream,
)
from tests.integration.turns.providers import WordEar, WordStt

START = AudioStart("pcm16", 16_000)


class Batches:
    """An audio stream whose frames come in these batches, time enough between them."""

    def __init__(self, batches: Sequence[Sequence[AudioFrame]]) -> None:
        self._batches = batches

    async def frames(self) -> AsyncIterator[Sequence[AudioFrame]]:
        for batch in self._batches:
            yield batch
            for _ in range(20):
                await asyncio.sleep(0)

    async def exists(self) -> bool:
        return True


@dataclass
class Notes:
    """What was told; after `None` the last text does not stand any more."""

    tentative_texts: list[str | None] = field(default_factory=list[str | None])
    spoken_ms: list[int] = field(default_factory=list[int])
    """Of each tentative text, and of an end that was told by itself."""

    async def partial(self, text: str) -> None:
        return

    async def missing(self, from_chunk: int) -> None:
        raise AssertionError("nothing is missing")

    async def ended(self, spoken_ms: int) -> None:
        self.spoken_ms.append(spoken_ms)

    async def tentative(self, heard: Transcription, duration_ms: int, spoken_ms: int) -> None:
        self.tentative_texts.append(heard.text)
        self.spoken_ms.append(spoken_ms)

    async def withdrawn(self) -> None:
        self.tentative_texts.append(None)

    async def sounded(self, sounds: Sound, chunks: int) -> None:
        raise AssertionError("nobody judges")


class CountingEar(WordEar):
    """Knows what it was fed at once."""

    def __init__(self) -> None:
        super().__init__()
        self.fed: list[str] = []

    def feed(self, data: bytes) -> list[Segment]:
        self.fed.append(data.decode())
        return super().feed(data)


async def listen(
    *batches: Sequence[AudioFrame], stt: WordStt | None = None, ear: WordEar | None = None
) -> tuple[Heard, Notes, list[str]]:
    notes, stt = Notes(), stt or WordStt()

    def new_ear(_format: UplinkFormat, _rate_hz: int, _limit_s: float) -> WordEar:
        return ear or WordEar()

    listener = Listener(
        audio=cast(AudioStream, Batches(batches)),
        new_ear=new_ear,
        recognizer=Recognizer(stt, "en", 5.0, notes.partial),
        max_answer_s=60,
        stall_after_s=60,
        reports=notes,
    )
    return await listener.listen(), notes, stt.heard


def chunk(index: int, words: str) -> AudioChunk:
    return AudioChunk(index, words.encode())


async def test_nothing_heard_since_the_pause_is_nothing_to_recognize() -> None:
    heard, notes, asked = await listen(
        [START, chunk(0, "I moved it")],
        [AudioPause()],
        [chunk(1, "...")],
        [AudioPause()],  # told again, by another connection
        [chunk(2, "...."), AudioEnd(3, None)],
    )
    assert (heard.outcome, heard.text) == ("answer", "I moved it")
    assert notes.tentative_texts == ["I moved it"]
    assert asked == ["I moved it"]


async def test_speech_that_goes_on_takes_the_text_back() -> None:
    heard, notes, asked = await listen(
        [START, chunk(0, "I moved"), AudioPause()],
        [AudioResume(), chunk(1, " it")],
        [AudioPause()],
        [AudioEnd(2, None)],
    )
    assert heard.text == "I moved it"
    assert notes.tentative_texts == ["I moved", None, "I moved it"]
    assert asked == ["I moved", "I moved it"]


async def test_an_answer_that_was_left_is_put_back() -> None:
    heard, _, asked = await listen([AudioLeft()], [])
    assert (heard.outcome, asked) == ("stalled", [])


async def test_an_answer_that_was_left_may_be_begun_again() -> None:
    heard, _, _ = await listen([AudioLeft()], [START, chunk(0, "I moved it"), AudioEnd(1, None)])
    assert (heard.outcome, heard.text) == ("answer", "I moved it")


async def test_what_is_over_when_it_is_read_is_not_worked_on() -> None:
    """A run that starts over finds all of it at once."""
    heard, notes, asked = await listen(
        [START, chunk(0, "I moved"), AudioPause(), AudioResume(), chunk(1, " it"), AudioPause()]
        + [chunk(2, "...."), AudioEnd(3, None)],
    )
    assert heard.text == "I moved it"
    assert notes.tentative_texts == []
    assert asked == ["I moved it"]


async def test_silence_has_no_text_and_a_false_alarm_keeps_what_was_recognized() -> None:
    _, notes, asked = await listen(
        [START, chunk(0, ".."), AudioPause()], [chunk(1, ".."), AudioEnd(2, None)]
    )
    assert (notes.tentative_texts, asked) == ([], [])
    heard, notes, asked = await listen(
        [START, chunk(0, "yes"), AudioPause()], [AudioResume()], [AudioEnd(1, None)]
    )
    assert (heard.text, asked) == ("yes", ["yes"])
    assert notes.tentative_texts == ["yes", None]


async def test_chunks_of_a_container_are_fed_together_and_at_once_where_it_matters() -> None:
    ear = CountingEar()
    heard, notes, _ = await listen(
        [AudioStart("webm", 48_000), chunk(0, "I ")],
        [chunk(1, "moved")],
        [chunk(2, " it")],
        [AudioPause()],
        [AudioResume()],
        [chunk(3, " away")],
        [chunk(4, "."), AudioEnd(5, None)],
        ear=ear,
    )
    assert ear.fed == ["I ", "moved it", " away."]
    assert notes.tentative_texts == ["I moved it", None]
    assert heard.text == "I moved it away"


async def test_chunks_are_fed_as_soon_as_they_may_complete_a_segment() -> None:
    class Impatient(CountingEar):
        @property
        def next_cut_ms(self) -> int:
            return 0

    ear = Impatient()
    await listen(
        [AudioStart("webm", 48_000), chunk(0, "I ")],
        [chunk(1, "moved")],
        [chunk(2, " it"), AudioEnd(3, None)],
        ear=ear,
    )
    assert ear.fed == ["I ", "moved", " it"]


class LongEar(CountingEar):
    """Completes no segment for a second. Knows where it heard what."""

    def __init__(self) -> None:
        super().__init__()
        self.is_at_once: list[bool] = []

    @property
    def next_cut_ms(self) -> int:
        return 1_000

    def feed(self, data: bytes) -> list[Segment]:
        self.is_at_once.append(threading.current_thread() is threading.main_thread())
        return super().feed(data)


async def test_where_many_are_heard_plain_sound_is_gathered_until_it_may_complete_a_segment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Listener, "count", 70)
    ear = LongEar()
    second = "a" * 32_000
    await listen(
        [START, chunk(0, "I ")],
        [chunk(1, "moved")],
        [chunk(2, " it")],
        [AudioPause()],
        [chunk(3, "and ")],
        [chunk(4, second)],
        [chunk(5, "."), AudioEnd(6, None)],
        ear=ear,
    )
    assert ear.fed == ["I ", "moved it", "and " + second, "."]


@pytest.mark.parametrize(("size", "is_at_once"), [(65_536, True), (65_538, False)])
async def test_what_is_waited_for_is_heard_without_a_thread_while_it_is_short(
    size: int, is_at_once: bool
) -> None:
    ear = LongEar()
    await listen([START, chunk(0, "." * size), AudioEnd(1, None)], ear=ear)
    assert ear.is_at_once == [is_at_once]


@pytest.mark.parametrize(("size", "is_at_once"), [(8_192, True), (8_194, False)])
async def test_little_is_heard_without_a_thread(size: int, is_at_once: bool) -> None:
    ear = LongEar()
    await listen([START, chunk(0, "." * size)], [AudioEnd(1, None)], ear=ear)
    assert ear.is_at_once == [is_at_once]


class DeafEar(WordEar):
    def feed(self, data: bytes) -> list[Segment]:
        raise StreamError("stream.lost", "gone")


async def test_who_listens_no_more_is_not_counted() -> None:
    before = Listener.count
    listening = asyncio.create_task(listen([START, chunk(0, "I")], *[list[AudioFrame]()] * 1_000))
    await asyncio.sleep(0)
    assert Listener.count == before + 1
    listening.cancel()
    await asyncio.wait([listening])
    assert Listener.count == before
    with pytest.raises(StreamError):
        await listen([START, chunk(0, "I")], ear=DeafEar())
    assert Listener.count == before


STEPS = st.lists(st.sampled_from(["a word ", "..", ".....", "pause", "resume", "|"]), max_size=25)


@settings(deadline=None, max_examples=150)
@given(STEPS, st.sampled_from([START, AudioStart("webm", 48_000)]))
def test_in_any_order_every_word_is_heard_once(steps: list[str], start: AudioStart) -> None:
    """`|` begins another batch."""
    batches: list[list[AudioFrame]] = [[start]]
    words, chunks = 0, 0
    for step in steps:
        match step:
            case "pause":
                batches[-1].append(AudioPause())
            case "resume":
                batches[-1].append(AudioResume())
            case "|":
                batches.append([])
            case _:
                batches[-1].append(chunk(chunks, step))
                chunks, words = chunks + 1, words + step.count("word")
    batches[-1].append(AudioEnd(chunks, None))
    heard, notes, _ = asyncio.run(listen(*batches))
    assert heard.text.split() == ["a", "word"] * words
    for text in notes.tentative_texts:
        assert text is None or heard.text.startswith(text)


@dataclass
class SlowStt(WordStt):
    """Hears no words in a hum."""

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        heard = await super().transcribe(pcm16, language=language, timeout_s=timeout_s)
        if "hum" in heard.text:
            return Transcription("")
        await asyncio.sleep(2 * TOLD_APART_S)
        return heard


async def test_how_long_was_spoken_is_told_with_the_end_and_with_the_text() -> None:
    heard, notes, _ = await listen(
        [START, chunk(0, "I moved it...."), AudioEnd(1, None)], stt=SlowStt()
    )
    assert (notes.spoken_ms, heard.spoken_ms) == ([1_000], 1_000)
    heard, notes, _ = await listen(
        [START, chunk(0, "I moved it"), AudioPause()], [AudioEnd(1, None)]
    )
    assert (notes.spoken_ms, heard.spoken_ms) == ([1_000], 1_000)


async def test_a_noise_is_not_spoken() -> None:
    hum = [START, chunk(0, "hum hum hum....")]
    heard, notes, _ = await listen(hum, [chunk(1, "no"), AudioEnd(2, None)], stt=SlowStt())
    assert (notes.spoken_ms, heard.spoken_ms) == ([200], 200)
    heard, notes, _ = await listen(hum, [AudioEnd(1, None)], stt=SlowStt())
    assert (heard.outcome, notes.spoken_ms, heard.spoken_ms) == ("no_speech", [], 0)


async def test_of_a_damaged_answer_nothing_is_known() -> None:
    heard, notes, _ = await listen(
        [START, chunk(0, "I moved it"), AudioEnd(1, 60_000)], stt=SlowStt()
    )
    assert heard.problem is not None
    assert (notes.spoken_ms, heard.spoken_ms) == ([0], 0)
