"""Quotes of an answer that was set right, found again in its other text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.evaluation.rewording import counterpart

HEARD = "I called the custom air twelve times in four weeks, and I wrote it down."
RIGHT = "I called the customer twenty times in four weeks, and then I wrote it down."
WORDS = st.lists(st.sampled_from(["a", "bb", "c,", "é", "🙂."]), max_size=12)


def there(quote: str, text: str = HEARD, other: str = RIGHT) -> str:
    start = text.index(quote)
    begin, end = counterpart(text, start, start + len(quote), other)
    return other[begin:end]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("I called the", "I called the"),
        ("wrote it down.", "wrote it down."),
        ("called the custom air twelve times", "called the customer twenty times"),
        # All that stands there instead: nobody can say which word is which.
        ("twelve", "customer twenty"),
        ("twelve times in", "customer twenty times in"),
        ("weeks, and I wrote", "weeks, and then I wrote"),
        ("weeks, and", "weeks, and"),
        # Parts of words that were kept.
        ("alled th", "alled th"),
        ("eks, and I wr", "eks, and then I wr"),
        (HEARD, RIGHT),
    ],
)
def test_what_stands_there_instead(quote: str, expected: str) -> None:
    assert there(quote) == expected


def test_what_was_left_out_has_no_place() -> None:
    assert there("it really was", "Then it really was so.", "Then so.") == ""
    assert there("Well", "Well, then.", "then.") == ""
    assert there("now.", "Then now.", "Then") == ""
    assert there("word", "word", "another") == "another"


@given(WORDS, WORDS, st.data())
def test_it_is_always_a_place_and_the_same_text_has_the_same(
    before: list[str], after: list[str], data: st.DataObject
) -> None:
    text, other = " ".join(before), " ".join(after)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    begin, stop = counterpart(text, start, end, other)
    assert 0 <= begin <= stop <= len(other)
    assert counterpart(text, start, end, text) in ((0, 0), _trimmed(text, start, end))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the spaces around it."""
    quote = text[start:end]
    left = len(quote) - len(quote.lstrip())
    return start + left, max(start + left, start + len(quote.rstrip()))


def test_whoever_says_the_same_word_all_the_time_holds_up_nobody() -> None:
    text = "no " * 6_000
    began = time.monotonic()
    assert counterpart(text, 9_000, 9_002, "yes " * 6_000) == (0, 6_000 * 4 - 1)
    assert time.monotonic() - began < 2
