"""A dashboard as one picture, laid out and coloured as Grafana does. Panels that are empty or that
cannot be asked have a red frame, and say so."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.dashboards.boards import Annotation, Board, Panel
from tests.dashboards.canvas import Canvas, Plot
from tests.dashboards.evaluation import Evaluated, Series, Window
from tests.dashboards.units import shown, ticks

__all__ = ["draw"]

_WIDTH, _HEADER, _ROW, _GAP = 1_600, 56, 38, 8
_PAGE, _PANEL, _MUTED, _BAD = "#111217", "#181b1f", "#8e8e96", "#f2495c"
_PALETTE = (
    *("#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0"),
    *("#37872d", "#fade2a", "#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477"),
)
_COLORS = {
    **{"green": "#73bf69", "red": "#f2495c", "orange": "#ff9830", "yellow": "#fade2a"},
    **{"blue": "#5794f2", "text": "#ccccdc"},
}
_LETTER, _LINE = 6.6, 18
_LEGEND_SHARE = 0.35
"""Of a panel's height, at most: Grafana scrolls what is beyond."""

Marks = Sequence[tuple[Annotation, Series]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Inside of a panel, in pixels."""

    x: float
    y: float
    w: float
    h: float


def draw(
    board: Board,
    found: Mapping[int, Evaluated],
    marked: Marks,
    window: Window,
    path: Path,
) -> None:
    """`found` by the panels' ids."""
    canvas = Canvas(_WIDTH, _HEADER + board.height * _ROW + _GAP, _PAGE)
    canvas.text(16, 28, board.title, size=20, bold=True)
    between = " to ".join(f"{_clock(at)}" for at in (window.start, window.end))
    canvas.text(_WIDTH - 190, 28, f"{between} UTC", size=14, color=_MUTED)
    column = (_WIDTH - _GAP) / 24
    for panel in board.panels:
        evaluated = found[panel.panel_id]
        x, y = _GAP + panel.x * column, _HEADER + panel.y * _ROW
        w, h = panel.w * column - _GAP, panel.h * _ROW - _GAP
        bad = bool(evaluated.error) or evaluated.is_empty
        canvas.box(x, y, w, h, _PANEL, edge=_BAD if bad else "#24272c")
        canvas.text(x + 10, y + 17, panel.title, bold=True)
        inside = _Place(x + 10, y + 34, w - 20, h - 42)
        if bad:
            said = evaluated.error or "No data"
            canvas.text(x + w / 2, y + h / 2, said[: int(w / _LETTER)], color=_BAD, centred=True)
        elif panel.kind == "stat":
            _draw_stat(canvas, panel, evaluated.series, inside)
        else:
            _draw_timeseries(canvas, panel, evaluated.series, inside, window, marked)
    canvas.save(path)


def _draw_stat(canvas: Canvas, panel: Panel, series: Sequence[Series], place: _Place) -> None:
    """The last value of each, beside each other, over its course."""
    width = place.w / len(series)
    for number, one in enumerate(series):
        last = one.last
        if last is None:
            continue
        left, color = place.x + number * width, _color_of(panel, last)
        course = [value for value in one.values if not math.isnan(value)]
        top = max(*course, 1e-9, last) * 1.05
        plot = canvas.plot(left, place.y + place.h * 0.55, width - 12, place.h * 0.45)
        plot.limit(one.times[0], one.times[-1], min(0.0, *course), top)
        plot.line(one.times, one.values, color, fill=0.2)
        text = shown(last, panel.unit, panel.decimals)
        size = min(44.0, (width - 16) / (len(text) * 0.6))
        middle = left + (width - 12) / 2
        named = len(series) > 1 or panel.names == "value_and_name"
        canvas.text(middle, place.y + 26 + named * 8, text, size=size, color=color, centred=True)
        if named:
            canvas.text(middle, place.y, one.name, size=13, centred=True)


def _draw_timeseries(
    canvas: Canvas,
    panel: Panel,
    series: Sequence[Series],
    place: _Place,
    window: Window,
    marked: Marks,
) -> None:
    rows = _legend_rows([one.name for one in series], place.w)
    kept = rows[: max(1, int(place.h * _LEGEND_SHARE / _LINE))]
    labels = 54
    height = place.h - len(kept) * _LINE - 26
    plot = canvas.plot(place.x + labels, place.y, place.w - labels - 22, height)
    highest = _draw_series(plot, panel, series, window)
    if panel.threshold_style != "off":
        for step in panel.thresholds:
            if step.value is not None:
                color, dashed = _COLORS[step.color], panel.threshold_style == "dashed"
                plot.level(step.value, color, dashed=dashed)
    for note, mark in marked:
        for start, end in _spans(mark):
            plot.moment(start, end, _COLORS[note.color])
    lowest = 0.0 if panel.minimum is None else panel.minimum
    if panel.maximum is not None:
        highest = panel.maximum
    up = ticks(lowest, highest if highest > lowest else lowest + 1, panel.unit)
    plot.limit(window.start, window.end, lowest, max(up[-1], highest) * 1.02)
    plot.scale(_moments(window), [(at, shown(at, panel.unit, panel.decimals)) for at in up])
    below = place.y + height + 34
    for number, row in enumerate(kept):
        at = place.x
        for index, name in row:
            color = _PALETTE[index % len(_PALETTE)]
            middle = below + number * _LINE
            canvas.box(at, middle - 1.5, 12, 3, color)
            canvas.text(at + 17, middle, name, size=12)
            at += _legend_width(name)
    if len(rows) > len(kept):
        hidden = sum(map(len, rows[len(kept) :]))
        canvas.text(place.x + place.w - 70, place.y - 17, f"{hidden} below", size=12, color=_BAD)


def _draw_series(plot: Plot, panel: Panel, series: Sequence[Series], window: Window) -> float:
    """The highest value that is drawn."""
    fill = panel.fill_percent / 100
    bottoms = [0.0] * len(series[0].values)
    highest = 0.0
    for index, one in enumerate(series):
        color = _PALETTE[index % len(_PALETTE)]
        values = one.values
        if panel.stacking == "normal":
            values = tuple(map(sum, zip(bottoms, _without_gaps(values), strict=True)))
        if panel.draws == "bars":
            heights = _without_gaps(one.values)
            width = (one.times[1] - one.times[0]) * 0.7
            plot.bars(one.times, heights, color, fill=fill, width=width, bottoms=bottoms)
        else:
            plot.line(one.times, values, color, fill=fill)
            if panel.points == "auto":
                plot.line(one.times, _alone(one.values), color, dotted=True)
        if panel.stacking == "normal":
            bottoms = list(values)
        highest = max([highest, *(value for value in values if not math.isnan(value))])
    return highest


def _without_gaps(values: Sequence[float]) -> list[float]:
    return [0.0 if math.isnan(value) else value for value in values]


def _alone(values: Sequence[float]) -> list[float]:
    """Those that no line goes to."""
    around = (math.nan, *values, math.nan)
    return [
        value if math.isnan(around[at]) and math.isnan(around[at + 2]) else math.nan
        for at, value in enumerate(values)
    ]


def _spans(mark: Series) -> list[tuple[float, float]]:
    """When there was one."""
    spans: list[tuple[float, float]] = []
    before = False
    for at, value in zip(mark.times, mark.values, strict=True):
        there = not math.isnan(value)
        if there:
            spans[-1:] = [(spans[-1][0], at)] if before else [*spans[-1:], (at, at)]
        before = there
    return spans


def _legend_rows(names: Sequence[str], width: float) -> list[list[tuple[int, str]]]:
    """Each with its place among the series."""
    rows: list[list[tuple[int, str]]] = [[]]
    used = 0.0
    for index, name in enumerate(names):
        if rows[-1] and used + _legend_width(name) > width:
            rows.append([])
            used = 0.0
        rows[-1].append((index, name))
        used += _legend_width(name)
    return rows


def _legend_width(name: str) -> float:
    return 17 + len(name) * _LETTER + 14


def _color_of(panel: Panel, value: float) -> str:
    color = next(
        step.color
        for step in reversed(panel.thresholds)
        if step.value is None or value >= step.value
    )
    return _COLORS[color]


def _moments(window: Window) -> list[tuple[float, str]]:
    length = window.end - window.start
    step = next((s for s in (10, 15, 30, 60, 120, 300, 600) if length / s <= 6), 1_800)
    first = math.ceil(window.start / step) * step
    return [(at, _clock(at)) for at in range(first, math.floor(window.end) + 1, step)]


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"
