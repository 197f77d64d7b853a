"""What was spoken before a retry is not spoken again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.directives import Directive
from interview.ports import DirectiveChosen, TextDelta
from interview.providers.continuation import Continuation
from interview.providers.reply import ReplyReader
from tests.fakes.briefs import a_request

SAID = ("You moved it yourself, thanks.", "That took a year.")


def after(said: tuple[str, ...], text: str, size: int) -> str:
    continuation = Continuation(said)
    pieces = [continuation.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join(pieces) + continuation.finish()


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("How long did it take?", "How long did it take?"),
        (" ".join(SAID) + " How long?", "How long?"),
        ("That took a year. How long?", "How long?"),
        ("You moved it yourself, thanks — that took a year! How long?", "How long?"),
        ("that took a year", ""),
        (" ".join(SAID), ""),
        ("You moved it to which platform?", "You moved it to which platform?"),
        ("That took a year of whose time?", "That took a year of whose time?"),
        ("You", "You"),
        ("", ""),
    ],
)
def test_repetitions_are_left_out(text: str, new: str, size: int) -> None:
    assert after(SAID, text, size) == new


@given(text=st.text(), size=st.integers(1, 9))
def test_without_a_beginning_nothing_changes(text: str, size: int) -> None:
    assert after((), text, size) == text


@given(said=st.lists(st.text(max_size=12), max_size=3), text=st.text(), size=st.integers(1, 9))
def test_what_comes_out_is_an_end_of_what_went_in(said: list[str], text: str, size: int) -> None:
    assert text.endswith(after(tuple(said), text, size))


def test_a_reply_that_begins_again_may_begin_with_its_opener() -> None:
    begun = a_request(already_said=("You moved it.",), directive=Directive.FOLLOW_UP)
    reader = ReplyReader(replace(begun, opener="Okay."))
    text = '{"directive": "follow_up", "reply": "Okay. You moved it. Why was that?"}'
    said = [*reader.feed(text), *reader.finish()]
    assert said == [DirectiveChosen(Directive.FOLLOW_UP), TextDelta("Why was that?")]


def test_after_an_opener_alone_the_reply_is_still_to_be_given() -> None:
    reader = ReplyReader(replace(a_request(), opener="Okay."))
    with pytest.raises(Exception, match="an empty reply"):
        _ = (*reader.feed('{"directive": "follow_up", "reply": ""}'), *reader.finish())
