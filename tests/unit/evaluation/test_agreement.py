"""How far raters agree, and how sure an order of candidates is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.evaluation.agreement import agreement, quadratic_weighted_kappa
from interview.domain.evaluation.comparison import NOISE, Range, places, total_range
from interview.domain.evaluation.scores import total
from interview.domain.roles import get_rubric

_found = get_rubric("nursing")
assert _found is not None
RUBRIC = _found
NAMES = [c.competency_id for c in RUBRIC.competencies]
LEVELS = st.integers(1, 5)


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1))
def test_figures_are_of_all_pairs(pairs: list[tuple[int, int]]) -> None:
    found = agreement(Counter(pairs))
    assert found.pairs == len(pairs)
    assert found.exact == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
    assert found.within_one == pytest.approx(sum(abs(a - b) <= 1 for a, b in pairs) / len(pairs))
    if found.kappa is None:
        assert len(set(pairs)) == 1
    else:
        assert found.kappa == pytest.approx(quadratic_weighted_kappa(pairs))
        assert found.kappa <= 1


def test_kappa_is_one_in_agreement_and_less_than_chance_in_contradiction() -> None:
    same = agreement({(n, n): 2 for n in range(1, 6)})
    assert (same.exact, same.within_one, same.kappa) == (1, 1, 1)
    turned = agreement({(n, 6 - n): 1 for n in range(1, 6)})
    assert turned.kappa == pytest.approx(-1)
    assert agreement({(3, 3): 7}).kappa is None
    assert agreement({}) == agreement(Counter[Any]())
    assert agreement({}).exact is None


@given(st.dictionaries(st.sampled_from(NAMES), LEVELS))
def test_a_total_is_within_its_range(scores: dict[str, int]) -> None:
    within = total_range(RUBRIC, {name: Range(s, s) for name, s in scores.items()})
    summed = total(RUBRIC, dict(scores)).score
    assert 1 <= within.low <= within.high <= 5
    if summed is None:
        assert within == Range(1, 5)
    else:
        assert within.low <= summed <= within.high
    if len(scores) == len(NAMES):
        assert within.high - within.low <= 2 * NOISE + 1e-9


RANGES = st.dictionaries(
    st.text(min_size=1),
    st.tuples(st.floats(1, 5), st.floats(1, 5)).map(lambda ends: Range(min(ends), max(ends))),
    max_size=20,
)


@given(RANGES)
def test_who_is_surely_ahead_stands_before_and_others_are_tied(ranges: dict[str, Range]) -> None:
    found = places(ranges)
    for name, place in found.items():
        assert 1 <= place.best <= place.worst <= len(ranges)
        for other, its in found.items():
            ahead = ranges[name].low > ranges[other].high
            if ahead:
                assert place.best < its.best or place.worst < its.worst
                assert place.worst <= its.worst
            overlap = not ahead and ranges[other].low <= ranges[name].high
            if overlap:
                assert place.best <= its.worst
                assert its.best <= place.worst
