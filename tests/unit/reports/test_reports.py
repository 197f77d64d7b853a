"""A report on paper and as a table, whatever its texts hold."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from interview.domain.roles import get_rubric
from interview.evaluation.quotes import Correction, Quote
from interview.evaluation.scorecard import CompetencyView, Cost, Scorecard
from interview.persistence.decisions import DecisionRow
from interview.persistence.overrides import OverrideRow
from interview.persistence.reviews import Rating, ReviewRow
from interview.reports.pdf import as_pdf
from interview.reports.report import METHOD, Place, Report
from interview.reports.table import as_csv
from interview.reports.wording import HUMAN, OTHER_WORDS, UNSCORED

_rubric = get_rubric("nursing")
assert _rubric is not None
RUBRIC = _rubric
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
COST = Cost(calls=18, models=("openai/x",), input_tokens=9, output_tokens=8, duration_ms=7)


def competency(number: int, **changes: Any) -> CompetencyView:
    found = RUBRIC.competencies[number]
    quote = Quote(utterance_id="u", turn_id="t", start=0, end=9, quote="I read the dose back.")
    values: dict[str, Any] = {
        **found.model_dump(include={"competency_id", "name", "definition", "anchors", "weight"}),
        "score": 4.0,
        "unscored": None,
        "spread": 1,
        "samples": (4, 4, 5),
        "human": (),
        "evidence": (quote,),
        "reason": "Read it back.",
    }
    return CompetencyView.model_validate(values | changes)


def a_report(*competencies: CompetencyView, **changes: Any) -> Report:
    card = Scorecard(
        interview_id="i",
        number=1,
        state="done",
        reason=None,
        total=4.0,
        coverage=0.5,
        needs_human=False,
        competencies=competencies,
        rubric_hash="ab" * 32,
        plan_hash="cd" * 32,
        prompt="1-abc",
        transcript_sha256="ef" * 32,
        cost=COST,
        requested_by=None,
        created_at=AT,
        finished_at=AT,
    )
    values: dict[str, Any] = {
        "interview_id": "i",
        "title": "Registered nurse",
        "candidate_name": "Ada Lovelace",
        "outcome": "completed",
        "started_at": AT,
        "ended_at": AT,
        "answers": 12,
        "scorecard": card,
        "places": {"u": Place(sequence=8, recording_id=None, confidence=0.9)},
    }
    return Report.model_validate(values | changes)


def words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_all_of_it_is_on_paper() -> None:
    unscored = competency(1, score=None, unscored="weak_transcript", evidence=(), samples=())
    marked = competency(2, human=("spread", "moved"))
    text = words(as_pdf(a_report(competency(0), unscored, marked)))
    for expected in (
        *("Ada Lovelace", "Registered nurse", "4 May 2026", "12 answers", "4.0 of 5", "50%"),
        *(RUBRIC.competencies[n].name for n in range(3)),
        RUBRIC.competencies[0].anchors[3],
        "\u201cI read the dose back.\u201d (8)",
        UNSCORED["weak_transcript"],
        *(HUMAN["spread"], HUMAN["moved"]),
        METHOD,
        *("abababababababab", "openai/x", "18 calls"),
    ):
        assert expected in text


def corrected(**changes: Any) -> Quote:
    """It was "I said the dose black." at first."""
    values: dict[str, Any] = {
        "recognized": "I said the <b>dose</b> black.",
        "now": "I read the dose back.",
        "start": 0,
        "end": 21,
        "is_scored": True,
        "corrected_by": "a",
        "corrected_at": AT,
    }
    quote = Quote(utterance_id="u", turn_id="t", start=0, end=9, quote="I read the dose back.")
    correction = Correction.model_validate(values | changes)
    return quote.model_copy(update={"correction": correction})


def test_words_that_were_set_right_say_what_was_recognized() -> None:
    report = a_report(competency(0, evidence=(corrected(),)))
    text = words(as_pdf(report))
    heard = "\u201cI said the <b>dose</b> black.\u201d"
    told = f"Set right by a person on 4 May 2026; recognized was {heard}."
    assert f"\u201cI read the dose back.\u201d (8) {told}" in text
    assert OTHER_WORDS not in text
    (row,) = csv.DictReader(io.StringIO(as_csv(report).decode("utf-8-sig")))
    assert row["quotes"] == "I read the dose back."
    assert row["misheard"] == "I said the <b>dose</b> black."


def test_words_that_were_set_right_since_stand_there_as_they_should_read() -> None:
    later = corrected(now="=I wrote the dose back.", is_scored=False, recognized="I read.")
    report = a_report(competency(0, evidence=(later, corrected(recognized="", now="I read."))))
    text = words(as_pdf(report))
    assert "\u201c=I wrote the dose back.\u201d" in text
    assert "I read the dose back." not in text
    assert text.count(OTHER_WORDS) == 1
    assert "recognized was nothing." in text
    (row,) = csv.DictReader(io.StringIO(as_csv(report).decode("utf-8-sig")))
    assert row["quotes"] == "'=I wrote the dose back. | I read."
    assert row["misheard"] == "I read."


def test_words_that_nobody_said_are_left_out_and_others_of_the_answer_stay_as_they_are() -> None:
    gone, same = corrected(now=""), corrected(recognized="I read the dose back.")
    report = a_report(competency(0, evidence=(gone, same)))
    text = words(as_pdf(report))
    assert "(Nothing was said here.)" in text
    assert text.count("Set right by a person") == 1
    (row,) = csv.DictReader(io.StringIO(as_csv(report).decode("utf-8-sig")))
    assert row["quotes"] == " | I read the dose back."


def test_without_scores_it_says_so() -> None:
    text = words(as_pdf(a_report(scorecard=None, places={})))
    assert "has not been scored" in text


def test_twice_it_is_the_same_file() -> None:
    report = a_report(competency(0))
    assert as_pdf(report) == as_pdf(report)


HOSTILE = [
    "<b>bold</b> </para><para>&amp; <a href='http://x'>x</a> <img src='/etc/passwd'/>",
    "x" * 20_000,
    "Ωμέγα Привет 你好 かな 한국어 \u202eevil",
    "\x00\x07\ud800 \ufffe",
    "%PDF-1.7 endobj (((",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_text_is_markup(text: str) -> None:
    quote = Quote(utterance_id="u", turn_id="t", start=0, end=9, quote=text)
    name = text[:120] or "Ada"
    made = as_pdf(a_report(competency(0, evidence=(quote,), reason=text), candidate_name=name))
    shown = words(made)
    assert RUBRIC.competencies[0].name in shown
    if "<b>" in text:
        assert "<b>bold</b>" in shown
        assert "/URI" not in made.decode("latin-1")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=300))
def test_any_text_makes_a_report(text: str) -> None:
    quote = Quote(utterance_id="u", turn_id="t", start=0, end=9, quote=text)
    report = a_report(competency(0, evidence=(quote,), reason=text), candidate_name=text)
    assert as_pdf(report).startswith(b"%PDF")
    rows = list(csv.reader(io.StringIO(as_csv(report).decode("utf-8-sig", "surrogatepass"))))
    assert len(rows) == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    report = a_report(competency(0, reason=text), candidate_name=text)
    _, row = csv.reader(io.StringIO(as_csv(report).decode("utf-8-sig"), newline=""))
    assert row[1].startswith("'")
    assert row[-1].startswith("'")


def test_a_table_has_a_line_for_each_competency() -> None:
    unscored = competency(1, score=None, unscored="no_answer", evidence=(), samples=(), spread=0)
    table = as_csv(a_report(competency(0), unscored)).decode("utf-8-sig")
    head, first, second = (
        csv.DictReader(io.StringIO(table)).fieldnames,
        *csv.DictReader(io.StringIO(table)),
    )
    assert head is not None
    assert (first["score"], first["samples"], second["unscored"]) == ("4.0", "4 4 5", "no_answer")
    assert second["score"] == ""


def test_what_people_said_stands_beside_the_scores() -> None:
    override = OverrideRow(
        override_id="o",
        competency_id=RUBRIC.competencies[0].competency_id,
        score=5,
        reason="=The <b>second</b> answer.",
        overridden_by="a",
        created_at=AT,
    )
    rated = [Rating(competency_id=c.competency_id, rating=2) for c in RUBRIC.competencies[:1]]
    unsure = [Rating(competency_id=c.competency_id, rating=None) for c in RUBRIC.competencies[:1]]
    reviews = [
        ReviewRow(
            review_id=str(n),
            reviewer_id="a",
            rubric_hash="ab" * 32,
            blind=True,
            note="",
            created_at=AT,
            ratings=tuple(ratings),
        )
        for n, ratings in enumerate((rated, unsure))
    ]
    decision = DecisionRow(
        decision_id="d", decision="hold", reason="Ask for papers.", decided_by="a", created_at=AT
    )
    found = a_report(competency(0, override=override), reviews=reviews, decision=decision)
    text = words(as_pdf(found))
    for expected in (
        "Rated by people: 2, none.",
        "A person's score instead: 5. =The <b>second</b> answer.",
        "On hold, decided by a person on 4 May 2026. Ask for papers.",
    ):
        assert expected in text
    (row,) = csv.DictReader(io.StringIO(as_csv(found).decode("utf-8-sig")))
    assert (row["ratings"], row["override"], row["decision"]) == ("2 none", "5", "hold")
    assert row["override_reason"].startswith("'=")


def test_of_what_was_decided_there_is_a_page_without_scores() -> None:
    decision = DecisionRow(
        decision_id="d", decision="reject", reason="Came late.", decided_by="a", created_at=AT
    )
    text = words(as_pdf(a_report(scorecard=None, places={}, decision=decision)))
    assert "Does not go on, decided by a person on 4 May 2026. Came late." in text
