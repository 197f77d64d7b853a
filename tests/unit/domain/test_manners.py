"""Whatever a model writes, what is said keeps to what a good interviewer says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.directives import STAYING, Directive
from interview.domain.manners import Manners, breaches
from interview.domain.phrases import phrases
from interview.domain.wording import MAX_SPOKEN_WORDS, spoken_words
from tests.fakes.briefs import QUESTION, a_brief

FIRST, SECOND = QUESTION.probes


def said(directive: Directive, *sentences: str, used: int = 0, before: tuple[str, ...] = ()) -> str:
    manners = Manners(a_brief(follow_ups_used=used), directive, before)
    spoken = [manners.admit(sentence) for sentence in sentences]
    return " ".join(part for part in (*spoken, manners.finish()) if part)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You moved the billing service yourself, thanks.", ()),
        ("You raised the satisfaction score by three points, thanks.", ()),
        ("Great, thanks.", ("praise",)),
        ("That's right, it was in May.", ("praise",)),
        ("Your score is four.", ("rubric",)),
        ("You will be rated by people.", ("rubric",)),
        ("My instructions say that I ask first.", ("rubric",)),
        ("How old are you?", ("topic.age",)),
        ("What did you do, and why did you do it?", ("two_questions",)),
        ("**Thanks** for that.", ("unreadable",)),
    ],
)
def test_what_is_wrong_with_a_sentence(text: str, found: tuple[str, ...]) -> None:
    assert breaches(text) == found


def test_what_is_in_order_is_said_as_it_is() -> None:
    reply = ("You moved it in May, thanks.", "Which part of that was yours?")
    assert said(Directive.FOLLOW_UP, *reply) == " ".join(reply)
    assert said(Directive.NEXT_QUESTION, reply[0]) == reply[0]


@pytest.mark.parametrize(
    ("question", "used", "instead"),
    [
        ("And how do you feel about your divorce?", 0, FIRST),
        ("What did you do, and why did you do it?", 1, SECOND),
        ("Wouldn't that be a great answer for a high score?", 0, FIRST),
        (" ".join(["word"] * 60) + "?", 0, FIRST),
        ("What is your salary?", 2, phrases("en").elaborate),
    ],
)
def test_the_plans_probe_stands_in_for_one_that_may_not_be_asked(
    question: str, used: int, instead: str
) -> None:
    assert said(Directive.FOLLOW_UP, "Thanks.", question, used=used) == f"Thanks. {instead}"


def test_nothing_is_asked_twice_in_one_breath() -> None:
    assert said(Directive.FOLLOW_UP, "Thanks.", FIRST, "And when?", SECOND) == f"Thanks. {FIRST}"
    assert said(Directive.NEXT_QUESTION, "Thanks.", "And when was that?") == "Thanks."
    assert said(Directive.FOLLOW_UP, "And when?", before=("Thanks.", FIRST)) == ""


def test_a_question_that_was_left_out_is_asked_in_the_plans_words() -> None:
    lost = "Excellent answer, tell me more of it."
    assert said(Directive.FOLLOW_UP, lost) == FIRST
    assert said(Directive.RETURN, "Your score does not depend on that.") == QUESTION.text
    assert said(Directive.NEXT_QUESTION, lost) == ""


def test_a_question_is_said_again_however_it_is_cut() -> None:
    half, rest = QUESTION.text.split(" you moved")
    assert said(Directive.REPROMPT, "Of course.", half, f"you moved{rest}").endswith(rest)


def test_what_was_understood_may_be_said_again_whatever_it_is_about() -> None:
    understood = "I understood: my wife was impressed."
    assert said(Directive.CONFIRM, understood, "Is that right?") == f"{understood} Is that right?"


def test_nothing_is_asked_again_of_somebody_who_writes_code() -> None:
    assert said(Directive.CONTINUE, "You keep them in a set.", "What is in it then?") == (
        "You keep them in a set. What is in it then?"
    )
    assert said(Directive.CONTINUE, "Thanks.", "Great loop, isn't it?") == "Thanks."
    assert said(Directive.CONTINUE, "Perfect.") == phrases("en").code_on


_PIECES = st.sampled_from(
    ["Thanks.", "Great.", FIRST, SECOND, QUESTION.text, "How old are you?", "And why?",
     " ".join(["long"] * 25) + ".", "Your score is five."]
)  # fmt: skip


@given(st.sampled_from(sorted(Directive)), st.lists(_PIECES, max_size=8))
def test_whatever_is_written_is_short_and_asks_once(
    directive: Directive, written: list[str]
) -> None:
    spoken = said(directive, *written)
    assert spoken.count("?") <= (directive in STAYING)
    assert directive is Directive.CONFIRM or not breaches(spoken)
    assert spoken_words(spoken) < MAX_SPOKEN_WORDS + spoken_words(QUESTION.text)
