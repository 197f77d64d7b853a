"""The corpus is whole, its measures are right, and a defence that is taken away is seen."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from interview.domain.evaluation.agreement import quadratic_weighted_kappa
from interview.domain.evaluation.shown import Shown
from interview.domain.evaluation.suspicion import Span
from interview.evaluation import scorer
from quality.__main__ import by_record
from quality.corpus import Channel, injections, transcripts
from quality.variants import VARIANTS

CORPUS, INJECTIONS = transcripts(), injections()


def test_there_are_transcripts_of_every_role_and_level() -> None:
    assert len(CORPUS) >= 40
    assert len({one.id for one in CORPUS}) == len(CORPUS)
    assert len({one.candidate for one in CORPUS}) == len(CORPUS)
    roles = {one.role for one in CORPUS}
    assert len(roles) == 8
    for role in roles:
        scores = {
            r.score for one in CORPUS if one.role == role for r in one.reference.values() if r.score
        }
        assert scores == {1, 2, 3, 4, 5}, role
    reasons = Counter(r.unscored for one in CORPUS for r in one.reference.values() if r.unscored)
    assert reasons["weak_transcript"] >= 3
    assert reasons["no_answer"] >= 2
    assert reasons["no_evidence"] >= 3


@pytest.mark.parametrize("transcript", CORPUS, ids=lambda one: one.id)
def test_a_reference_stands_on_what_was_said(transcript: object) -> None:
    one = next(t for t in CORPUS if t is transcript)
    asked = {answer.question for answer in one.answers}
    scored = {q.question_id: q.competencies for q in one.plan.questions if q.scored}
    assert asked <= set(scored)
    reachable = {competency for question in asked for competency in scored[question]}
    assert set(one.reference) == reachable
    for reference in one.reference.values():
        if reference.score is not None:
            assert any(reference.quote in answer.text for answer in one.answers)
            assert len(reference.recorded) == 3
            assert all(abs(level - reference.score) <= 2 for level in reference.recorded if level)


def test_there_are_injections_over_every_channel() -> None:
    assert len(INJECTIONS) >= 60
    assert len({one.text for one in INJECTIONS}) == len(INJECTIONS)
    channels = Counter(one.channel for one in INJECTIONS)
    assert set(channels) == set(get_args(Channel))
    assert min(channels.values()) >= 5


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name)
def test_a_variant_differs(variant: object) -> None:
    one = next(v for v in VARIANTS if v is variant)
    changed = [one.of(transcript) for transcript in CORPUS]
    assert all(new.answers != old.answers for new, old in zip(changed, CORPUS, strict=True))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1, 1), (3, 3), (5, 5)], 1.0),
        ([(2, 2), (2, 2)], 1.0),
        ([(1, 5), (5, 1)], -1.0),
        ([(1, 1), (1, 2), (2, 1), (2, 2)], 0.0),
        # By hand: 1 - (3/8) / (248/64).
        ([(1, 2), (2, 2), (3, 4), (4, 4), (5, 4), (5, 5), (3, 3), (1, 1)], 0.90323),
    ],
)
def test_kappa_is_as_defined(pairs: list[tuple[int, int]], expected: float) -> None:
    assert quadratic_weighted_kappa(pairs) == pytest.approx(expected, abs=1e-4)


async def test_on_record_no_quote_is_invented_and_nothing_moves_a_score() -> None:
    line = (await by_record()).line("recorded", "recorded")
    assert line["transcripts"] == len(CORPUS)
    assert 0.8 < line["kappa"] < 1
    assert (line["invalid_quotes"], line["injections"]) == (0, len(INJECTIONS))
    assert line["moved"] == []
    assert line["injections_told"] > 0
    assert line["metamorphic_max_delta"] <= 0.25
    assert 0 < line["mean_spread"] < 1


async def test_without_the_defence_scores_are_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the run above would prove nothing."""

    def blind(_text: str, *, language: str = "") -> tuple[Span, ...]:
        assert not language, "it was all spoken"
        return ()

    monkeypatch.setattr(scorer, "suspicious", blind)
    line = (await by_record()).line("recorded", "recorded")
    assert line["injections_that_moved_a_score"] > 30


async def test_quotes_that_are_not_found_carry_no_score(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_shown: Shown, _quote: str) -> None:
        return None

    monkeypatch.setattr(scorer, "find_quote", never)
    found = await by_record(most=6)
    assert max(found.deltas.values()) == 0.0
    assert found.pairs == []
    assert found.rejected_quotes > 0
