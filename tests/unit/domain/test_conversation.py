"""What a candidate heard of an interrupted utterance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.conversation import SpokenSentence, heard_text

REPLY = (
    SpokenSentence(text="Thank you for that.", start_ms=0, end_ms=1000),
    SpokenSentence(text="What would you do differently?", start_ms=1000, end_ms=3000),
    SpokenSentence(text="Take your time.", start_ms=3000, end_ms=4000),
)


@pytest.mark.parametrize(
    ("heard_ms", "expected"),
    [
        (0, ""),
        (100, ""),
        (400, "Thank"),
        (999, "Thank you for"),
        (1000, "Thank you for that."),
        (1500, "Thank you for that. What"),
        (2200, "Thank you for that. What would you do"),
        (3000, "Thank you for that. What would you do differently?"),
        (3400, "Thank you for that. What would you do differently? Take"),
        (60_000, "Thank you for that. What would you do differently? Take your time."),
    ],
)
def test_whole_sentences_and_the_words_reached(heard_ms: int, expected: str) -> None:
    assert heard_text(REPLY, heard_ms) == expected


def test_repeated_words_and_odd_spacing_are_cut_where_they_were_reached() -> None:
    sentence = SpokenSentence(text="no  no no never", start_ms=0, end_ms=1500)
    assert heard_text([sentence], 700) == "no  no"


def test_a_sentence_without_sound_was_seen_when_its_turn_came() -> None:
    shown = SpokenSentence(text="Shown only.", start_ms=0, end_ms=0)
    later = SpokenSentence(text="Never reached.", start_ms=500, end_ms=500)
    assert heard_text([shown, later], 0) == "Shown only."


def test_nothing_was_said() -> None:
    assert heard_text([], 5000) == ""


@given(
    texts=st.lists(st.text(alphabet="ab c.", min_size=1, max_size=20), max_size=5),
    sooner=st.integers(0, 6000),
    later=st.integers(0, 6000),
)
def test_hearing_longer_never_hears_less(texts: list[str], sooner: int, later: int) -> None:
    sentences = [
        SpokenSentence(text=text, start_ms=i * 1000, end_ms=(i + 1) * 1000)
        for i, text in enumerate(texts)
    ]
    sooner, later = sorted((sooner, later))
    assert heard_text(sentences, later).startswith(heard_text(sentences, sooner))
