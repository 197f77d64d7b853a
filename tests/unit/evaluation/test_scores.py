"""From samples to scores: medians, spread, totals, and never a score without evidence."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.evaluation.answers import Said, relevant
from interview.domain.evaluation.scores import Evidence, Sample, combined, total
from interview.domain.roles import get_plan, get_rubric
from interview.domain.rubric import Rubric

PLAN = get_plan("software-engineer")
found_rubric = get_rubric("software-engineer")
assert found_rubric is not None
RUBRIC: Rubric = found_rubric
COMPETENCY = RUBRIC.competencies[0].competency_id
QUESTION = PLAN.scored_for(COMPETENCY)[0].question_id


def evidence(start: int = 0) -> Evidence:
    return Evidence(utterance_id="u", turn_id="t", start=start, end=start + 9, quote="I did it.")


def sample(score: int | None, start: int = 0) -> Sample:
    shown = (evidence(start),) if score else ()
    return Sample(score=score, evidence=shown, reason=str(score))


scores = st.one_of(st.none(), st.integers(1, 5))


@given(st.lists(scores, min_size=1, max_size=9))
def test_the_score_is_the_median_of_those_there_are(given_scores: list[int | None]) -> None:
    result = combined("c", [sample(s, n * 10) for n, s in enumerate(given_scores)])
    numbers = [s for s in given_scores if s is not None]
    if len(numbers) * 2 <= len(given_scores):
        assert (result.score, result.unscored, result.evidence) == (None, "no_evidence", ())
        return
    assert result.score == statistics.median(numbers)
    assert result.evidence
    assert result.spread == max(numbers) - min(numbers)
    assert ("spread" in result.human) == (result.spread >= 2)
    assert ("unsure" in result.human) == (len(numbers) < len(given_scores))


@given(st.data())
def test_the_total_is_its_formula(data: st.DataObject) -> None:
    ids = [c.competency_id for c in RUBRIC.competencies]
    found = {name: data.draw(st.one_of(st.none(), st.floats(1, 5))) for name in ids}
    summed = total(RUBRIC, found)
    weights = {c.competency_id: c.weight for c in RUBRIC.competencies}
    there = [name for name in ids if found[name] is not None]
    assert summed.coverage == pytest.approx(
        sum(weights[name] for name in there) / sum(weights.values())
    )
    if not there:
        assert summed.score is None
    else:
        expected = sum(weights[n] * (found[n] or 0) for n in there) / sum(weights[n] for n in there)
        assert summed.score == pytest.approx(expected)
        assert 1 <= (summed.score or 0) <= 5


def test_words_to_the_scorer_are_compared_and_count_for_nothing() -> None:
    honest = [sample(2), sample(2), sample(2)]
    result = combined("c", honest, with_suspicious=sample(5), is_suspicious=True)
    assert (result.score, result.human) == (2.0, ("suspicious", "moved"))
    same = combined("c", honest, with_suspicious=sample(2), is_suspicious=True)
    assert same.human == ("suspicious",)
    none = combined("c", honest, with_suspicious=sample(None), is_suspicious=True)
    assert "moved" in none.human


def said(text: str, confidence: float | None = 0.9, question_id: str | None = QUESTION) -> Said:
    return Said("u", "t", 2, "candidate", question_id, text, confidence)


ASKED = Said("q", "t", 1, "interviewer", QUESTION, "Tell me.", None)
WORDS = "I moved the billing service myself over two weekends."


@pytest.mark.parametrize(
    ("transcript", "why"),
    [
        ([], "not_asked"),
        ([said(WORDS, question_id="something-else")], "not_asked"),
        ([ASKED], "no_answer"),
        ([ASKED, said("I don't know.")], "no_answer"),
        ([ASKED, said(WORDS, 0.3)], "weak_transcript"),
        ([ASKED, said(WORDS, 0.2), said(WORDS, None)], None),
        ([ASKED, said(WORDS, 0.2), said(WORDS * 3, 0.4), said(WORDS, 0.9)], "weak_transcript"),
        ([ASKED, said(WORDS)], None),
    ],
)
def test_what_cannot_be_judged_is_not(transcript: list[Said], why: str | None) -> None:
    assert relevant(PLAN, COMPETENCY, transcript).unscored == why


@pytest.mark.parametrize(
    "text",
    [
        "我自己用两个周末把计费服务拆分出来了。",
        "私は二回の週末で請求サービスを自分で移行しました。",
        "저는 두 주말 동안 결제 서비스를 분리했습니다.",
        "ผมย้ายระบบเรียกเก็บเงินด้วยตัวเองในสองสัปดาห์",
    ],
)
def test_an_answer_counts_in_scripts_without_blanks_too(text: str) -> None:
    assert relevant(PLAN, COMPETENCY, [ASKED, said(text)]).unscored is None
    assert relevant(PLAN, COMPETENCY, [ASKED, said(text, 0.3)]).unscored == "weak_transcript"


@pytest.mark.parametrize(
    "text",
    [
        "我不知道。",
        "わかりません。",
        "잘 모르겠습니다.",
        "ไม่ทราบครับ",
        "- - - - - -",
        "…… …… …… …… ……",
    ],
)
def test_and_nothing_said_is_nothing_in_any(text: str) -> None:
    assert relevant(PLAN, COMPETENCY, [ASKED, said(text)]).unscored == "no_answer"
