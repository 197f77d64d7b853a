"""A report as CSV (RFC 4180): a line for each competency."""

from __future__ import annotations

import csv
import io

from interview.reports.report import Report, rating_words

__all__ = ["as_csv", "plain"]

_HEAD = (
    *("interview_id", "candidate", "title", "ended_at", "competency_id", "competency", "weight"),
    *("score", "unscored", "spread", "samples", "needs_human", "ratings", "override"),
    *("override_reason", "decision", "quotes", "misheard", "reason"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to see that it is. `misheard`: for each
    of the `quotes` what was recognized, where a person set these words right."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(_HEAD)
    competencies = report.scorecard.competencies if report.scorecard is not None else ()
    for competency in competencies:
        override = competency.override
        ended = report.ended_at.isoformat() if report.ended_at is not None else ""
        writer.writerow(
            [
                report.interview_id,
                plain(report.candidate_name),
                plain(report.title),
                ended,
                competency.competency_id,
                plain(competency.name),
                competency.weight,
                "" if competency.score is None else competency.score,
                competency.unscored or "",
                competency.spread,
                " ".join("none" if s is None else str(s) for s in competency.samples),
                " ".join(competency.human),
                " ".join(rating_words(report, competency.competency_id)),
                "" if override is None else override.score,
                "" if override is None else plain(override.reason),
                "" if report.decision is None else report.decision.decision,
                plain(" | ".join(quote.words for quote in competency.evidence)),
                plain(
                    " | ".join(quote.misheard or "" for quote in competency.evidence).strip(" |")
                ),
                plain(competency.reason),
            ]
        )
    return b"\xef\xbb\xbf" + sink.getvalue().encode()


def plain(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
