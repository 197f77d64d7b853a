"""What code can find wrong with a question that is read aloud."""

from __future__ import annotations

import pytest

from interview.domain.wording import TOPICS_NOT_ASKED, faults, topics_not_asked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What did you do? Why?", "two_questions"),
        ("What did you do, and how did it end?", "two_questions"),
        ("Which deal was it and for whom did you do it?", "two_questions"),
        ("What did you do (roughly)?", "unreadable"),
        ("What tools, e.g. spreadsheets, did you use?", "unreadable"),
        ("Say " + "very " * 39 + "much.", "too_long"),
    ],
)
def test_faults_of_form(text: str, found: str) -> None:
    assert faults(text) == (found,)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("pay", "What salary did you have in your last position?"),
        ("pay", "How much did you earn there?"),
        ("family", "Are you married?"),
        ("family", "Do you plan to have children?"),
        ("family", "Does your family mind that you travel?"),
        ("health", "How many sick days did you take last year?"),
        ("health", "Do you have a disability that we should know of?"),
        ("age", "How old are you?"),
        ("age", "In which year were you born?"),
        ("religion", "Which church do you go to?"),
        ("origin", "Where are you really from?"),
        ("origin", "What is your mother tongue?"),
        ("gender", "As a woman, how do you lead engineers?"),
        ("politics", "Which party did you vote for?"),
        ("record", "Have you ever been arrested?"),
    ],
)
def test_topics_that_are_not_asked_are_found(topic: str, text: str) -> None:
    assert topic in topics_not_asked(text)


def test_every_topic_is_tried() -> None:
    tried = {"pay", "family", "health", "age", "religion", "origin", "gender", "politics", "record"}
    assert set(TOPICS_NOT_ASKED) == tried


@pytest.mark.parametrize(
    "text",
    [
        "What would you like to ask me about the role, the team or what happens next?",
        "Tell me about a race condition in the agent that handles payments.",
        "How did you explain the illness to the child's parents?",
        "Tell me about a patient whose heart stopped, from the first sign to the end.",
        "Which system did you retire first?",
        "Suppose a parent tells you angrily that a mark is unfair. What do you do?",
    ],
)
def test_what_work_is_about_is_asked(text: str) -> None:
    assert faults(text) == ()
