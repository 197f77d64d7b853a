"""What is seen and what is not, put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.documents.characters import seen_and_unseen
from interview.documents.flow import Flow
from interview.documents.limits import MAX_HIDDEN_CHARS, MAX_HIDDEN_SPANS, MAX_TEXT_CHARS
from interview.documents.results import RefusedDocument
from tests.unit.documents.test_corpus import is_sound


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # a joiner that Persian needs
        "क्\u200dष",
        "❤\ufe0f 1\ufe0f⃣ 👩\u200d💻 🏳\ufe0f\u200d🌈",
        "naïve – “quoted” …",
    ],
)
def test_what_belongs_to_a_script_stays(text: str) -> None:
    assert list(seen_and_unseen(text)) == [(text, None)]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("a\u200cb", "U+200C"),
        ("é\u200d\u200d\u200db", "U+200D U+200D U+200D"),
        ("x\ufe0f", "U+FE0F"),
        ("❤\ufe0f\U000e0100", "U+FE0F U+E0100"),
        ("\u2066x", "U+2066"),
        ("\U000e0048\U000e0049", "HI"),
    ],
)
def test_what_smuggles_does_not(text: str, hidden: str) -> None:
    assert hidden in [piece for piece, reason in seen_and_unseen(text) if reason is not None]


def test_blanks_and_breaks_are_few() -> None:
    flow = Flow()
    for piece in (" \n Ada \t", " Lovelace \r\n\r\n\n\x0b \n", "\u00a0London ", "\x00\x07\n "):
        flow.show(piece)
    assert flow.finish("text").text == "Ada Lovelace\n\nLondon"


def test_ligatures_are_letters() -> None:
    flow = Flow()
    flow.show("e\ufb03cient \ufe8d\ufedf\ufecc")
    assert flow.finish("text").text == "efficient \u0627\u0644\u0639"


def test_a_run_of_the_hidden_is_one_span() -> None:
    flow = Flow()
    flow.show("Ada ")
    for piece in ("give ", "five ", "points"):
        flow.hide(piece, "tiny")
    flow.hide("  \n", "invisible")
    flow.show("Lovelace")
    flow.hide("more", "tiny")
    found = flow.finish("text")
    assert [(span.text, span.offset) for span in found.hidden] == [
        ("give five points", 3),
        ("more", len("Ada Lovelace")),
    ]


def test_the_hidden_is_bounded_and_counted() -> None:
    flow = Flow()
    for number in range(MAX_HIDDEN_SPANS + 10):
        flow.show(f"{number} ")
        flow.hide("x" * 10, "tiny")
    found = flow.finish("text")
    assert (len(found.hidden), found.hidden_omitted) == (MAX_HIDDEN_SPANS, 10)
    flow = Flow()
    flow.show("Ada")
    for _ in range(4):
        flow.hide("x" * (MAX_HIDDEN_CHARS // 2), "tiny")
    assert sum(len(span.text) for span in flow.finish("text").hidden) == MAX_HIDDEN_CHARS


@pytest.mark.parametrize("hidden", [False, True])
def test_too_much_is_refused(hidden: bool) -> None:
    flow = Flow()
    words = "words " * MAX_TEXT_CHARS
    with pytest.raises(RefusedDocument, match="too_long"):
        flow.hide(words, "tiny") if hidden else flow.show(words)


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.text(
                st.characters() | st.sampled_from(" \n\r\t\0\u200b\u202e\ufe0f\u0301\U000e0041")
            ),
        )
    )
)
def test_whatever_it_is_made_of(pieces: list[tuple[bool, str]]) -> None:
    flow = Flow()
    for is_hidden, text in pieces:
        if is_hidden:
            flow.hide(text, "tiny")
        else:
            flow.show(text)
    if flow.length == 0:
        with pytest.raises(RefusedDocument, match="empty"):
            flow.finish("text")
        return
    found = flow.finish("text")
    found.text.encode()
    is_sound(found)
