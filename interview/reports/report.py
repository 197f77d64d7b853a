"""A report, put together: whose interview it was, the scorecard, and where each quote stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from interview.evaluation.scorecard import Scorecard
from interview.persistence.decisions import DecisionRow
from interview.persistence.reviews import ReviewRow
from interview.persistence.rows import InterviewRecord, TranscriptLine
from interview.persistence.vocabulary import Outcome

__all__ = ["METHOD", "Place", "Report", "rating_words", "report"]

METHOD = (
    "Each competency is scored by itself, from the answers to its own questions alone. The scorer "
    "does not see the candidate's name, résumé, voice or pace, and may give no score without "
    "quotes; every quote was checked, word for word, against what was said. The score is the "
    "median of several independent samples, each with the levels in another order. The total is "
    "the mean of the scores there are, by weight. A model proposes; a person decides."
)


class Place(BaseModel):
    """Of an utterance: its number in the transcript, and of its sound, where there is one.
    `confidence` is null also where a person has set it right."""

    sequence: int
    recording_id: str | None
    confidence: float | None


class Report(BaseModel):
    """`places` by utterance id, of all that is quoted. `scorecard` is null while nothing was
    scored. `reviews`: what people had handed in, oldest first; `decision`: theirs, the newest."""

    interview_id: str
    title: str
    candidate_name: str = Field(repr=False)
    outcome: Outcome | None
    started_at: datetime | None
    ended_at: datetime | None
    answers: int
    scorecard: Scorecard | None
    places: dict[str, Place]
    reviews: tuple[ReviewRow, ...] = ()
    decision: DecisionRow | None = None
    method: str = METHOD


def report(
    record: InterviewRecord,
    lines: Sequence[TranscriptLine],
    scored: Scorecard | None,
    reviews: Sequence[ReviewRow] = (),
    decision: DecisionRow | None = None,
) -> Report:
    quoted = {
        quote.utterance_id: quote
        for competency in (scored.competencies if scored is not None else ())
        for quote in competency.evidence
    }
    return Report(
        interview_id=record.interview_id,
        title=record.title,
        candidate_name=record.candidate_name,
        outcome=record.outcome,
        started_at=record.started_at,
        ended_at=record.ended_at,
        answers=record.total_turns,
        scorecard=scored,
        reviews=tuple(reviews),
        decision=decision,
        places={
            line.utterance_id: Place(
                sequence=line.sequence,
                recording_id=line.recording_id,
                confidence=None if quoted[line.utterance_id].correction else line.confidence,
            )
            for line in lines
            if line.utterance_id in quoted
        },
    )


def rating_words(report: Report, competency_id: str) -> list[str]:
    """What people rated it, oldest first; `none` where the interview did not show it to them."""
    return [
        "none" if rating.rating is None else str(rating.rating)
        for review in report.reviews
        for rating in review.ratings
        if rating.competency_id == competency_id
    ]
