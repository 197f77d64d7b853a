"""What a candidate is told of their answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.evaluation.feedback import ADVICE, advice

GOOD = (
    "When the ward was short of staff I read each dose back to the doctor before I gave it, and I "
    "wrote the time on the board. In the end we had 3 errors less in that month, and since then "
    "the others have done it as I do, every day of the week."
)


def test_a_whole_answer_is_told_so() -> None:
    assert advice([GOOD], "en") == ("keep",)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (GOOD.replace("3 errors less", "fewer errors"), "figure"),
        (GOOD.replace("In the end we had", "There were").replace("since then", "now"), "outcome"),
        (GOOD.replace(" I ", " we ").replace("as I do", "as we do"), "own_part"),
        ("I gave 3 doses, and in the end it was fine.", "tell_more"),
    ],
)
def test_what_is_missing_is_named(text: str, missing: str) -> None:
    assert advice([text], "en") == (missing,)


def test_two_things_at_most_and_the_first_matters_most() -> None:
    assert advice(["We did."], "en") == ("tell_more", "own_part")


def test_of_another_language_only_what_needs_no_words() -> None:
    german = " ".join(["Wir haben das gemacht."] * 20)
    assert advice([german], "de") == ("figure",)
    assert advice([german + " Es waren 3."], "de-AT") == ()


def test_where_nothing_was_said_there_is_nothing_to_say() -> None:
    assert advice([], "en") == advice([" "], "en") == ()


@given(st.lists(st.text(max_size=400), max_size=5), st.sampled_from(["en", "de", "", "en-GB"]))
def test_any_answers_can_be_told_about(answers: list[str], language: str) -> None:
    found = advice(answers, language)
    assert len(found) <= 2
    assert all(ADVICE[name] for name in found)


def test_a_long_answer_is_long_without_blanks() -> None:
    chinese = "去年病房人手不足的时候，我每次给药之前都把剂量念给医生听，并把时间写在白板上。" * 3
    assert advice([chinese + "那个月少了3次差错。"], "zh") == ()
    assert advice(["我少了3次差错。"], "zh") == ("tell_more",)
