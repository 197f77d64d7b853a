"""A report as PDF, on A4. Called in a thread: a page takes some milliseconds."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import font_source_sans_pro
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)

from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE
from interview.evaluation.quotes import Quote
from interview.evaluation.scorecard import CompetencyView, Scorecard
from interview.reports.report import Report, rating_words
from interview.reports.wording import DECISION, HUMAN, OTHER_WORDS, STATE, UNSCORED, WHOLE

__all__ = ["as_pdf"]

_INK, _SOFT, _LINE, _ACCENT, _WARN = (
    HexColor(color) for color in ("#22302e", "#5d6b68", "#d8dedb", "#1f6f63", "#8a5a12")
)
_TEXT, _BOLD = "Intervue", "Intervue-Bold"
_MARGIN = 20 * mm
_PADDING = 6
"""Of reportlab's frames, in points."""
_SCALE_HEIGHT = 11 * mm
_MOST_CHARS = 4_000
"""Of one paragraph: longer ones would not break well, and nobody reads them on paper."""

# Chinese, Japanese and Korean, which the typeface has not: by fonts that readers bring along.
_HAN, _KANA, _HANGUL = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
_EAST = re.compile(
    r"(?P<kana>[\u3040-\u30ff\uff66-\uff9f][\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f]*)"
    r"|(?P<hangul>[\u1100-\u11ff\uac00-\ud7af]+)"
    r"|(?P<han>[\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65]+)"
)
_EAST_FONTS = {"kana": _KANA, "hangul": _HANGUL, "han": _HAN}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def as_pdf(report: Report) -> bytes:
    """Letters that no font here has are shown as boxes; nothing in a text is markup."""
    _fonts()
    sink = io.BytesIO()
    title = f"Interview report · {report.title}"
    document = SimpleDocTemplate(
        sink,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        author="Intervue",
        # Nobody can tell from the file when, and with what, it was made.
        invariant=True,
        lang="en",
    )
    document.build(list(_story(report)), onFirstPage=_footed(report), onLaterPages=_footed(report))
    return sink.getvalue()


@cache
def _fonts() -> None:
    metrics: Any = pdfmetrics  # which has no types
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    for name, file in ((_TEXT, "Regular"), (_BOLD, "Semibold")):
        metrics.registerFont(TTFont(name, folder / f"SourceSansPro-{file}.ttf"))
    metrics.registerFontFamily(_TEXT, normal=_TEXT, bold=_BOLD, italic=_TEXT, boldItalic=_BOLD)
    for name in (_HAN, _KANA, _HANGUL):
        metrics.registerFont(UnicodeCIDFont(name))


def _style(name: str, **more: Any) -> ParagraphStyle:
    values: dict[str, Any] = {
        "fontName": _TEXT,
        "fontSize": 10.5,
        "leading": 14.5,
        "textColor": _INK,
        # Long words, of whoever means harm, are broken.
        "splitLongWords": True,
    }
    return ParagraphStyle(name, **values | more)


_TITLE = _style("title", fontName=_BOLD, fontSize=21, leading=26)
_LEAD = _style("lead", textColor=_SOFT, spaceAfter=4)
_HEADING = _style("heading", fontName=_BOLD, fontSize=13, leading=17, spaceBefore=10)
_BODY = _style("body", spaceAfter=4)
# Upright: the slanted face has no Greek and no Cyrillic.
_QUOTE = _style("quote", leftIndent=10, spaceAfter=3)
_SMALL = _style("small", fontSize=8.5, leading=11.5, textColor=_SOFT)
_CORRECTED = _style(
    "corrected", fontSize=8.5, leading=11.5, textColor=_SOFT, leftIndent=10, spaceAfter=3
)
_NOTE = _style("note", textColor=_WARN, spaceAfter=4)


def _story(report: Report) -> Iterator[Flowable]:
    yield Paragraph(_said(report.candidate_name or "Candidate"), _TITLE)
    yield Paragraph(_said(_lead(report)), _LEAD)
    scored = report.scorecard
    if scored is None:
        yield Paragraph("This interview has not been scored.", _BODY)
    else:
        yield from _summary(scored)
        for competency in scored.competencies:
            yield from _competency(competency, report)
    if report.decision is not None:
        decided = report.decision
        words = f"{DECISION[decided.decision]}, decided by a person on {_day(decided.created_at)}."
        yield Paragraph("Decision", _HEADING)
        yield Paragraph(_said(words), _BODY)
        yield Paragraph(_said(decided.reason), _BODY)
    yield Spacer(0, 8)
    yield HRFlowable(width="100%", color=_LINE, thickness=0.6)
    yield Paragraph("How this was scored", _HEADING)
    yield Paragraph(_said(report.method), _SMALL)
    if scored is not None:
        yield Spacer(0, 4)
        yield Paragraph(_said(_origin(scored)), _SMALL)


def _lead(report: Report) -> str:
    parts = [report.title]
    if report.ended_at is not None:
        parts.append(_day(report.ended_at))
    parts.append(f"{report.answers} answers")
    return " · ".join(parts)


def _summary(scored: Scorecard) -> Iterator[Flowable]:
    yield HRFlowable(width="100%", color=_LINE, thickness=0.6, spaceBefore=2, spaceAfter=6)
    if scored.reason is not None:
        yield Paragraph(WHOLE[scored.reason], _NOTE)
        return
    if STATE[scored.state]:
        yield Paragraph(STATE[scored.state], _NOTE)
    if scored.total is None:
        yield Paragraph("There is no total: nothing could be scored.", _BODY)
    else:
        covered = f"{scored.coverage:.0%} of the weight is scored"
        words = f"<b>{scored.total:.1f} of {HIGHEST_SCORE}</b> in total; {covered}."
        yield Paragraph(words, _BODY)
    if any(competency.override is not None for competency in scored.competencies):
        yield Paragraph(_said(_reviewed(scored)), _BODY)
    if scored.needs_human:
        yield Paragraph("A person has to look at what is marked below.", _NOTE)


def _reviewed(scored: Scorecard) -> str:
    if scored.reviewed_total is None:
        return "With what people said instead there is no total."
    return (
        f"{scored.reviewed_total:.1f} of {HIGHEST_SCORE} with what people said instead; "
        f"{scored.reviewed_coverage:.0%} of the weight is scored."
    )


def _competency(competency: CompetencyView, report: Report) -> Iterator[Flowable]:
    head: list[Flowable] = [
        Paragraph(_said(competency.name), _HEADING),
        Paragraph(_said(competency.definition), _SMALL),
        Spacer(0, 3),
    ]
    if competency.score is None:
        assert competency.unscored is not None, "the schema holds one of the two"
        head.append(Paragraph(UNSCORED[competency.unscored], _NOTE))
    else:
        head.append(_Scale(competency))
        anchor = competency.anchors[round(competency.score) - LOWEST_SCORE]
        head.append(Paragraph(_said(anchor), _BODY))
    head += [Paragraph(HUMAN[reason], _NOTE) for reason in competency.human]
    yield KeepTogether(head)
    if rated := rating_words(report, competency.competency_id):
        yield Paragraph(f"Rated by people: {', '.join(rated)}.", _BODY)
    if (override := competency.override) is not None:
        words = f"A person's score instead: {override.score}. {override.reason}"
        yield Paragraph(_said(words), _BODY)
    if competency.reason:
        yield Paragraph(_said(competency.reason), _BODY)
    for quote in competency.evidence:
        place = report.places.get(quote.utterance_id)
        where = f" <font name='{_TEXT}' size='8.5'>({place.sequence})</font>" if place else ""
        words = f"\u201c{_said(quote.words)}\u201d" if quote.words else "(Nothing was said here.)"
        yield Paragraph(f"{words}{where}", _QUOTE)
        if note := _correction(quote):
            yield Paragraph(_said(note), _CORRECTED)


def _correction(quote: Quote) -> str | None:
    if quote.correction is None or quote.misheard is None:
        return None
    day = _day(quote.correction.corrected_at)
    heard = f"\u201c{quote.misheard}\u201d" if quote.misheard else "nothing"
    note = f"Set right by a person on {day}; recognized was {heard}."
    return note if quote.correction.is_scored else f"{note} {OTHER_WORDS}"


def _origin(scored: Scorecard) -> str:
    hashes = (("Rubric", scored.rubric_hash), ("plan", scored.plan_hash))
    known = ", ".join(f"{name} {value[:16]}" for name, value in hashes if value is not None)
    whose = f"Evaluation {scored.number} of interview {scored.interview_id}."
    cost = scored.cost
    if not cost.calls:
        return whose
    return (
        f"{known}, prompt {scored.prompt or 'none'}. Models: {', '.join(cost.models)}; "
        f"{cost.calls} calls, {cost.input_tokens} tokens read and {cost.output_tokens} written. "
        f"Numbers after quotes are places in the transcript. {whose}"
    )


class _Scale(Flowable):
    """The five levels in a row, the samples as dots on it, and the score."""

    def __init__(self, competency: CompetencyView) -> None:
        super().__init__()
        self._competency = competency

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        self._width = aW
        return aW, _SCALE_HEIGHT

    def draw(self) -> None:
        canvas: Any = self.canv
        score = self._competency.score
        assert score is not None, "only scores are drawn"
        levels = HIGHEST_SCORE - LOWEST_SCORE
        length = self._width - 24 * mm
        y = _SCALE_HEIGHT * 0.55

        def x(level: float) -> float:
            return 4 * mm + (level - LOWEST_SCORE) / levels * length

        canvas.setStrokeColor(_LINE)
        canvas.setLineWidth(2)
        canvas.line(x(LOWEST_SCORE), y, x(HIGHEST_SCORE), y)
        canvas.setFont(_TEXT, 7.5)
        for level in range(LOWEST_SCORE, HIGHEST_SCORE + 1):
            canvas.setFillColor(_LINE)
            canvas.circle(x(level), y, 1.6, stroke=0, fill=1)
            canvas.setFillColor(_SOFT)
            canvas.drawCentredString(x(level), y - 4.6 * mm, str(level))
        canvas.setFillColor(_ACCENT)
        canvas.setStrokeColor(_ACCENT)
        canvas.setLineWidth(0.8)
        stacked = Counter[int]()
        for sample in self._competency.samples:
            if sample is not None:
                stacked[sample] += 1
                canvas.circle(x(sample), y + (1.0 + stacked[sample]) * mm, 1.2, stroke=0, fill=1)
        canvas.circle(x(score), y, 4, stroke=0, fill=1)
        canvas.setFont(_BOLD, 12)
        canvas.drawRightString(self._width, y - 1.5 * mm, f"{score:g}")


def _footed(report: Report) -> Any:
    def foot(canvas: Canvas, _document: Any) -> None:
        canvas.saveState()
        canvas.setFont(_TEXT, 8)
        canvas.setFillColor(_SOFT)
        canvas.drawString(_MARGIN + _PADDING, 10 * mm, "Intervue · confidential")
        page = str(canvas.getPageNumber())
        canvas.drawRightString(A4[0] - _MARGIN - _PADDING, 10 * mm, page)
        canvas.restoreState()

    return foot


def _said(text: str) -> str:
    """As text: nothing in it is markup, and what another font has is set in it."""
    plain = _CONTROL.sub(" ", text)[:_MOST_CHARS]
    pieces: list[str] = []
    at = 0
    for found in _EAST.finditer(plain):
        pieces.append(escape(plain[at : found.start()]))
        font = _EAST_FONTS[str(found.lastgroup)]
        pieces.append(f"<font name='{font}'>{escape(found.group())}</font>")
        at = found.end()
    pieces.append(escape(plain[at:]))
    return "".join(pieces)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
