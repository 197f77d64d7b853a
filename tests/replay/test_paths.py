"""Every named path is still kept, and its history still shows it."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.replay.paths import PATHS, Path
from tests.replay.stored import contains, marks, stored


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_its_history_shows_it(path: Path) -> None:
    assert path.stored.path.exists(), "python -m tests.replay.record"
    found = marks(path.stored.history())
    assert contains(found, path.shows)
    assert not set(path.lacks) & set(found)


def test_paths_have_names_of_their_own() -> None:
    assert Counter(str(path) for path in PATHS).most_common(1)[0][1] == 1


def test_every_history_of_fakes_belongs_to_a_path() -> None:
    """One whose path is gone shows nobody what it is kept for."""
    kept = {str(one) for one in stored() if one.path.suffix == ".gz"}
    assert kept == {str(path) for path in PATHS}


def test_together_they_show_what_an_interview_waits_for_and_hears() -> None:
    """What a new path may forget to name."""
    seen = {mark for path in PATHS for mark in marks(path.stored.history())}
    assert seen >= {
        *("update begin_turn", "update answer_text", "update pause", "update resume"),
        *("update repeat_question", "update recover_turn", "update end_interview"),
        *("update withdraw_consent", "update grant_accommodation", "signal look_again"),
        *("fired nudge", "fired pause", "fired budget", "fired pause expiry", "fired retention"),
        *("marker cut-off", "marker evaluation", "child Evaluation", "continued", "continues"),
    }


def test_marks_are_found_in_their_order_alone() -> None:
    found = ["started", "timer nudge", "fired nudge", "timer nudge"]
    assert contains(found, ("timer nudge", "fired nudge", "timer nudge"))
    assert not contains(found, ("fired nudge", "fired nudge"))
    assert not contains(found, ("fired nudge", "started"))
