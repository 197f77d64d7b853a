"""Cutting a reply into pieces to be spoken."""

from __future__ import annotations

import pytest

from interview.domain.sentences import SentenceSplitter


def split(text: str, step: int = 1, *, first_clause: bool = True) -> list[str]:
    splitter = SentenceSplitter(first_clause=first_clause)
    pieces: list[str] = []
    for at in range(0, len(text), step):
        pieces += splitter.feed(text[at : at + step])
    return pieces + splitter.finish()


MOVED = "You moved the billing service yourself, and you tested it well. What broke, then?"


def test_the_first_clause_is_given_away_before_its_sentence_is_complete() -> None:
    splitter = SentenceSplitter(first_clause=True)
    (clause,) = splitter.feed("You moved the billing service yourself, and you tested")
    assert clause == "You moved the billing service yourself,"
    assert splitter.feed(" it well, and you measured it, as one does. ") == [
        "and you tested it well, and you measured it, as one does."
    ]


def test_the_first_sentence_is_over_with_a_full_stop_that_comes_alone() -> None:
    splitter = SentenceSplitter(first_clause=True)
    assert splitter.feed("Thank you, that is clear") == []
    assert splitter.feed(".") == ["Thank you, that is clear."]
    assert splitter.feed(" What broke") == []
    assert splitter.feed("?") == []
    assert splitter.finish() == ["What broke?"]


@pytest.mark.parametrize(
    "tokens",
    [
        ("You use Node", ".js", " there."),
        ("That took 3", ".", "5 hours."),
        ("Thanks, Dr", ".", " Lovelace."),
        ("At Acme Inc", ".", " you moved it."),
        ("Sie haben Kafka bzw", ".", " Redis benutzt."),
        ("Some tools, e", ".", "g", ".", " those, failed."),
        ("Well", ",", " e", ".", "g", ".", " those."),
    ],
)
def test_a_point_is_no_end_in_the_middle_of_a_sentence(tokens: tuple[str, ...]) -> None:
    splitter = SentenceSplitter(first_clause=True)
    pieces = [piece for token in tokens for piece in splitter.feed(token)]
    assert pieces + splitter.finish() == ["".join(tokens)]


@pytest.mark.parametrize("step", [1, 3, 7, 1_000])
def test_the_pieces_do_not_depend_on_the_chunks_and_are_the_text(step: int) -> None:
    assert split(MOVED, step) == split(MOVED)
    assert " ".join(split(MOVED, step)) == MOVED
    assert len(split(MOVED, step)) == 3


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("You kept both running for a while; that is careful work.", "You kept both running for"),
        ("You kept both running for a while – that is careful work.", "You kept both running for"),
        ("Thanks, you moved the billing service yourself, and it held.", "Thanks, you moved the"),
    ],
)
def test_where_a_clause_may_end(text: str, clause: str) -> None:
    first, rest = split(text)
    assert first.startswith(clause)
    assert f"{first} {rest}" == text


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, that is clear to me now.",  # too short
        "You used Python, Redis, Kafka and a database for that.",  # a list
        "That took all of 1,000 hours and cost 2,500 in 2019, 2020 and 2021 together.",
        "You said “I moved it all by myself, and nobody helped” just now.",
        'You said "I moved it all by myself, and nobody helped" just now.',
        "You ran it (the whole of the billing, and more of it) alone.",
        "You have asked quite a few people e.g., your former team lead.",
        "Thank you very much for that, Ada.",  # a name
        "No comma is to be found in this sentence at all.",
    ],
)
def test_what_would_sound_cut_off_stays_whole(text: str) -> None:
    assert split(text) == [text]


def test_only_the_first_piece_may_be_a_clause() -> None:
    text = "Good. You moved the billing service yourself, and you tested it well."
    assert split(text) == ["Good.", text[6:]]
    assert split(MOVED, first_clause=False) == [MOVED[:-18], MOVED[-17:]]
