"""Dashboards as pictures: what is asked, how values are written, and what is marked."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from tests.dashboards.boards import Board, Panel, Step, read_boards
from tests.dashboards.drawing import draw
from tests.dashboards.evaluation import Evaluated, Series, Window, evaluate, instant, marks
from tests.dashboards.units import shown, ticks
from tests.fakes.prometheus import OBSERVABILITY, QueryRefused

WINDOW = Window(1_000.0, 1_060.0, 5)
PANEL: dict[str, Any] = {
    "id": 1,
    "type": "timeseries",
    "title": "Calls",
    "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
    "targets": [
        {
            "expr": "rate(calls[$__rate_interval])",
            "legendFormat": "{{kind}} {{ code }}",
            "datasource": {"uid": "${datasource}"},
        }
    ],
    "fieldConfig": {"defaults": {"unit": "reqps", "min": 0}},
}


def panel(**changed: Any) -> Panel:
    return Panel.model_validate({**PANEL, **changed})


class Prometheus:
    """Notes what it is asked, and gives `result`."""

    def __init__(self, *result: dict[str, Any]) -> None:
        self.asked: list[dict[str, str]] = []
        self._result = result

    def ask(self, path: str, **params: str) -> Any:
        assert path == "/query_range"
        self.asked.append(params)
        if "sum(" in params["query"]:
            raise QueryRefused("it cannot be summed")
        return {"result": list(self._result)}


def test_it_is_asked_as_grafana_asks() -> None:
    prometheus = Prometheus(
        {"metric": {"kind": "stt"}, "values": [[1_005, "2"], [1_010, "NaN"], [1_060, "4.5"]]}
    )

    [series] = evaluate(prometheus, panel(), WINDOW).series

    [asked] = prometheus.asked
    assert asked == {
        "query": "rate(calls[20s])",
        "start": "1000",
        "end": "1060",
        "step": "5",
    }
    assert series.name == "stt"
    assert (len(series.times), series.last) == (13, 4.5)
    there = [at for at, one in zip(series.times, series.values, strict=True) if not math.isnan(one)]
    assert there == [1_005, 1_060]


def test_steps_are_no_finer_than_pixels() -> None:
    day = Window(0, 86_400, 15)

    assert day.step_s(6) == 225
    assert day.rate_interval_s(225) == 240
    assert WINDOW.rate_interval_s(5) == 20


def test_a_query_that_is_refused_and_a_variable_that_nobody_sets_are_errors() -> None:
    refused = panel(targets=[{**PANEL["targets"][0], "expr": "sum(calls"}])
    unset = panel(targets=[{**PANEL["targets"][0], "expr": "rate(calls[$__interval])"}])

    assert evaluate(Prometheus(), refused, WINDOW).error == "it cannot be summed"
    assert "$__interval" in evaluate(Prometheus(), unset, WINDOW).error
    with pytest.raises(QueryRefused):
        instant("calls{job=~'$job'}", 60)


def test_what_has_no_value_is_empty() -> None:
    assert evaluate(Prometheus(), panel(), WINDOW).is_empty
    nothing = Prometheus({"metric": {}, "values": [[1_005, "NaN"]]})
    assert evaluate(nothing, panel(), WINDOW).is_empty


_OVERRIDDEN = {"defaults": {"unit": "s"}, "overrides": [{"matcher": "byName"}]}
_ANOTHER_S = {**PANEL["targets"][0], "datasource": {"uid": "another"}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "heatmap"),
        ("fieldConfig", _OVERRIDDEN),
        ("targets", ()),
        ("targets", (_ANOTHER_S,)),
    ],
)
def test_what_would_not_be_drawn_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        panel(**{name: value})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0421, "s", "42.1 ms"),
        (0.0, "s", "0 s"),
        (2.5, "s", "2.5 s"),
        (90.0, "s", "1.5 mins"),
        (1_234.0, "short", "1.23 K"),
        (12.0, "short", "12"),
        (0.333333, "reqps", "0.333 req/s"),
        (4_200.0, "wps", "4.2 kwr/s"),
        (48_000.0, "Bps", "48 kB/s"),
        (268_435_456.0, "bytes", "256 MiB"),
        (0.125, "percentunit", "12.5%"),
        (3.4, "suffix:/min", "3.4 /min"),
    ],
)
def test_values_are_written_with_their_units(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_decimals_are_what_the_panel_says() -> None:
    assert shown(1.0169, "short", 0) == "1"
    with pytest.raises(ValueError, match="furlong"):
        shown(1.0, "furlong")


@pytest.mark.parametrize(
    ("highest", "unit", "expected"),
    [
        (1.0, "short", [0, 0.25, 0.5, 0.75, 1]),
        (0.0433, "s", [0, 0.02, 0.04, 0.06]),
        (300 * 1024.0**2, "bytes", [0, 100 * 1024**2, 200 * 1024**2, 300 * 1024**2]),
    ],
)
def test_ticks_are_round(highest: float, unit: str, expected: list[float]) -> None:
    assert ticks(0.0, highest, unit) == pytest.approx(expected)


def board(*panels: Panel) -> Board:
    rest: dict[str, Any] = {
        "uid": "u",
        "title": "Board",
        "annotations": {"list": []},
        "templating": {"list": []},
    }
    return Board.model_validate({**rest, "panels": ()}).model_copy(update={"panels": panels})


def test_panels_that_show_nothing_are_framed_in_red(tmp_path: Path) -> None:
    times = tuple(range(1_000, 1_061, 5))
    fine = Evaluated((Series("stt", times, tuple(at % 7 / 10 for at in times)),))
    panels = [
        panel(id=number, type=kind, gridPos={"x": 6 * number, "y": 0, "w": 6, "h": 8})
        for number, kind in enumerate(("stat", "timeseries", "timeseries", "timeseries"))
    ]
    found = dict(enumerate((fine, fine, Evaluated(), Evaluated(error="refused"))))

    draw(board(*panels), found, (), WINDOW, tmp_path / "board.png")

    with Image.open(tmp_path / "board.png") as opened:
        picture = opened.convert("RGB")
    quarter = picture.width // 4
    assert [_has(picture, number * quarter, _RED) for number in range(4)] == [0, 0, 1, 1]
    assert [_has(picture, number * quarter, _GREEN) for number in range(4)] == [1, 1, 0, 0]


_RED, _GREEN = (242, 73, 92), (115, 191, 105)


def _has(picture: Image.Image, x: int, color: tuple[int, int, int]) -> bool:
    """Above the legend, in the quarter of it that begins at `x`."""
    part = picture.crop((x, 100, x + picture.width // 4, 280))
    colors = part.getcolors(part.width * part.height)
    assert colors is not None
    return color in [found for _, found in colors]


def test_every_unit_and_colour_of_ours_can_be_drawn(tmp_path: Path) -> None:
    """With values that are not there in between, as after a restart."""
    times = tuple(range(1_000, 1_061, 5))
    values = tuple(math.nan if at % 3 else float(at % 11) for at in times)
    some = Evaluated((Series("one", times, values), Series("two", times, values)))
    for name, told in read_boards(OBSERVABILITY / "dashboards").items():
        found = {one.panel_id: some for one in told.panels}
        noted = [(note, Series(note.title, times, values)) for note in told.annotations]
        draw(told, found, noted, WINDOW, tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 20_000


def test_what_is_noted_beside_panels_is_asked_for_too() -> None:
    told = next(iter(read_boards(OBSERVABILITY / "dashboards").values()))
    alarm = Prometheus({"metric": {"alertname": "IntervueLoopLate"}, "values": [[1_005, "1"]]})

    titles = {series.name for note, series in marks(alarm, told, WINDOW) if note.name == "Alarms"}

    assert titles == {"IntervueLoopLate"}


def test_stats_say_from_where_on_a_value_is_bad() -> None:
    """Grafana would have them red from 80 on, whatever they count."""
    boards = [json.loads(path.read_text()) for path in (OBSERVABILITY / "dashboards").glob("*")]
    stats = [one for told in boards for one in told["panels"] if one["type"] == "stat"]

    assert panel(type="stat").thresholds == (
        Step(color="green"),
        Step(color="red", value=80),
    )
    for one in stats:
        assert one["fieldConfig"]["defaults"]["thresholds"]["steps"], one["title"]
