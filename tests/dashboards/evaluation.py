"""Panels, asked of Prometheus as Grafana asks: over a range, in steps, with its own variables."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.dashboards.boards import Annotation, Board, Panel
from tests.fakes.prometheus import QueryRefused

__all__ = ["Asked", "Evaluated", "Series", "Window", "evaluate", "instant", "marks"]

_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_COLUMN_PX = 65


class Asked(Protocol):
    """A `Prometheus`."""

    def ask(self, path: str, **params: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Window:
    """What is shown. Times in seconds since 1970; `scrape_s` is what the data source is told."""

    start: float
    end: float
    scrape_s: int

    def step_s(self, width: int) -> int:
        """Of a panel `width` columns wide: no finer than there are samples or pixels."""
        fine = (self.end - self.start) / (width * _COLUMN_PX)
        return self.scrape_s * max(1, math.ceil(fine / self.scrape_s))

    def rate_interval_s(self, step_s: int) -> int:
        """Grafana's `$__rate_interval`: always as wide as four samples."""
        return max(step_s + self.scrape_s, 4 * self.scrape_s)


@dataclass(frozen=True, slots=True)
class Series:
    """One value a step; NaN where there is none."""

    name: str
    times: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def last(self) -> float | None:
        """The last there is."""
        return next((value for value in reversed(self.values) if not math.isnan(value)), None)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """`error` is what Prometheus says is wrong with the panel's queries."""

    series: tuple[Series, ...] = ()
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return all(series.last is None for series in self.series)


def instant(expression: str, rate_interval_s: int) -> str:
    """`expression` without Grafana's variables. Raises `QueryRefused` where one is left."""
    plain = expression.replace("$__rate_interval", f"{rate_interval_s}s")
    if "$" in plain:
        raise QueryRefused(f"a variable that nobody sets: {plain}")
    return plain


def evaluate(prometheus: Asked, panel: Panel, window: Window) -> Evaluated:
    step_s = window.step_s(panel.w)
    series: list[Series] = []
    try:
        for target in panel.targets:
            plain = instant(target.expression, window.rate_interval_s(step_s))
            for found in _range(prometheus, plain, window, step_s):
                series.append(_series(found, target.legend, window, step_s))
    except QueryRefused as refused:
        return Evaluated(error=str(refused))
    return Evaluated(tuple(series))


def marks(prometheus: Asked, board: Board, window: Window) -> tuple[tuple[Annotation, Series], ...]:
    """What the board notes beside its panels. Raises `QueryRefused`."""
    return tuple(
        (note, _series(found, note.title, window, window.scrape_s))
        for note in board.annotations
        for found in _range(prometheus, note.expression, window, window.scrape_s)
    )


def _range(prometheus: Asked, expression: str, window: Window, step_s: int) -> list[dict[str, Any]]:
    asked = {"start": f"{window.start:.0f}", "end": f"{window.end:.0f}", "step": str(step_s)}
    return prometheus.ask("/query_range", query=expression, **asked)["result"]


def _series(found: dict[str, Any], legend: str, window: Window, step_s: int) -> Series:
    given = {round(float(at)): float(value) for at, value in found["values"]}
    times = range(round(window.start), round(window.end) + 1, step_s)
    values = tuple(given.get(at, math.nan) for at in times)
    return Series(_named(legend, found["metric"]), tuple(map(float, times)), values)


def _named(legend: str, labels: Mapping[str, str]) -> str:
    """Without a format Grafana shows all labels; a label that is not there shows as nothing."""
    if legend:
        return _LABEL.sub(lambda match: labels.get(match[1], ""), legend).strip()
    return ", ".join(f"{name}={value}" for name, value in labels.items())
