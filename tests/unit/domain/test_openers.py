"""The first words after an answer, and what a model may still say after them."""

from __future__ import annotations

import pytest

from interview.domain.directives import Directive
from interview.domain.manners import breaches
from interview.domain.openers import (
    MIN_SPOKEN_MS,
    is_worth_opening,
    opener_for,
    without_opener,
)
from interview.domain.phrases import phrases
from tests.fakes.briefs import a_brief

LANGUAGES = ("en", "de", "fr", "es")


@pytest.mark.parametrize("language", LANGUAGES)
def test_openers_are_short_and_judge_nothing(language: str) -> None:
    openers = phrases(language).openers
    assert len(set(openers)) == len(openers) >= 3
    for opener in openers:
        assert opener.endswith(".")
        assert len(opener.split()) <= 2
        assert breaches(opener) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_one_never_comes_twice_in_a_row(language: str) -> None:
    said: list[str] = []
    for turn in (1, 2, 3, 7, 11, 12, 16, 20, 21):  # others were typed, or not answered
        opener = opener_for(language, turn, [f"{one} What then?" for one in reversed(said)])
        assert opener != (said or [""])[-1]
        assert opener == opener_for(language, turn, [f"{one} And?" for one in reversed(said)])
        said.append(opener)
    assert set(said) == set(phrases(language).openers)


def test_what_was_said_in_between_does_not_count() -> None:
    last = opener_for("en", 1, [])
    assert opener_for("en", 5, ["Take your time.", f"{last} And why?"]) != last


@pytest.mark.parametrize(
    ("spoken_ms", "text", "onward", "is_worth"),
    [
        (MIN_SPOKEN_MS, None, Directive.NEXT_QUESTION, True),
        (MIN_SPOKEN_MS, "I moved it.", Directive.ADVANCE_PHASE, True),
        (MIN_SPOKEN_MS - 1, None, Directive.NEXT_QUESTION, False),
        (5_000, "Could you say that again? ", Directive.NEXT_QUESTION, False),
        (5_000, None, Directive.CLOSE, False),
        (0, "typed", Directive.NEXT_QUESTION, False),
    ],
)
def test_only_an_answer_is_worth_one(
    spoken_ms: int, text: str | None, onward: Directive, is_worth: bool
) -> None:
    assert is_worth_opening(a_brief(onward=onward), spoken_ms, text) is is_worth


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("Okay.", ""),
        ("Okay", ""),
        ("Okay, you moved it yourself.", "You moved it yourself."),
        ("okay – why was that?", "Why was that?"),
        ("Thank you. All right, on we go.", "On we go."),
        ("Thank you for the example.", "Thank you for the example."),
        ("I see that you moved it.", "I see that you moved it."),
        ("You moved it, okay.", "You moved it, okay."),
        ("okayed by nobody", "okayed by nobody"),
        ("", ""),
    ],
)
def test_a_model_does_not_begin_once_more(sentence: str, left: str) -> None:
    assert without_opener(sentence, "en") == left


def test_in_other_languages_as_well() -> None:
    assert without_opener("D'accord, vous l'avez fait.", "fr-CA") == "Vous l'avez fait."
    assert without_opener("Verstehe. Und dann?", "de") == "Und dann?"
