"""The order in which files of tests are handed out."""

from __future__ import annotations

from tests.order import in_good_order


def test_whole_stacks_are_spread_and_what_is_short_comes_last() -> None:
    stacks = [f"tests/{name}.py" for name in ("chaos/test_a", "e2e/test_b")]
    others = [f"tests/browser/test_{number}.py" for number in range(4)]
    short = [f"tests/unit/test_{number}.py" for number in range(5)]

    ordered = in_good_order([*others, *stacks, *short])

    assert ordered == [stacks[0], *others[:2], stacks[1], *others[2:], *short]


def test_none_is_lost_where_groups_are_empty() -> None:
    assert in_good_order([]) == []
    assert in_good_order(["tests/unit/test_a.py"]) == ["tests/unit/test_a.py"]
