"""Grafana's dashboards, as far as ours go. What they come to use beside it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasPath, BaseModel, ConfigDict, Field

__all__ = ["Annotation", "Board", "Panel", "Step", "Target", "read_boards"]

DATASOURCE = "${datasource}"
"""The only variable of ours."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Target(_Part):
    expression: str = Field(validation_alias="expr")
    legend: str = Field("", validation_alias="legendFormat")
    datasource: Annotated[
        Literal["${datasource}"], Field(validation_alias=AliasPath("datasource", "uid"))
    ]


class Step(_Part):
    """A threshold: `color` from `value` on; None is from the beginning."""

    color: str
    value: float | None = None


def _defaults(*names: str) -> AliasPath:
    return AliasPath("fieldConfig", "defaults", *names)


class Panel(_Part):
    """`thresholds` that are left out are Grafana's own."""

    panel_id: int = Field(validation_alias="id")
    kind: Literal["stat", "timeseries"] = Field(validation_alias="type")
    title: str
    description: str = ""
    x: int = Field(validation_alias=AliasPath("gridPos", "x"))
    y: int = Field(validation_alias=AliasPath("gridPos", "y"))
    w: int = Field(validation_alias=AliasPath("gridPos", "w"))
    h: int = Field(validation_alias=AliasPath("gridPos", "h"))
    targets: tuple[Target, ...] = Field(min_length=1)
    unit: str = Field(validation_alias=_defaults("unit"))
    minimum: float | None = Field(None, validation_alias=_defaults("min"))
    maximum: float | None = Field(None, validation_alias=_defaults("max"))
    decimals: int | None = Field(None, validation_alias=_defaults("decimals"))
    color: Literal["thresholds", "palette-classic"] | None = Field(
        None, validation_alias=_defaults("color", "mode")
    )
    thresholds: tuple[Step, ...] = Field(
        (Step(color="green"), Step(color="red", value=80)),
        validation_alias=_defaults("thresholds", "steps"),
    )
    threshold_style: Literal["off", "line", "dashed"] = Field(
        "off", validation_alias=_defaults("custom", "thresholdsStyle", "mode")
    )
    draws: Literal["line", "bars"] = Field(
        "line", validation_alias=_defaults("custom", "drawStyle")
    )
    points: Literal["auto", "never"] = Field(
        "auto", validation_alias=_defaults("custom", "showPoints")
    )
    fill_percent: int = Field(0, validation_alias=_defaults("custom", "fillOpacity"))
    stacking: Literal["none", "normal"] = Field(
        "none", validation_alias=_defaults("custom", "stacking", "mode")
    )
    legend: Literal["list", "table"] = Field(
        "list", validation_alias=AliasPath("options", "legend", "displayMode")
    )
    calculations: tuple[Literal["lastNotNull"], ...] = Field(
        ("lastNotNull",), validation_alias=AliasPath("options", "reduceOptions", "calcs")
    )
    names: Literal["auto", "value_and_name"] = Field(
        "auto", validation_alias=AliasPath("options", "textMode")
    )
    overrides: tuple[()] = Field((), validation_alias=AliasPath("fieldConfig", "overrides"))


class Annotation(_Part):
    name: str
    expression: str = Field(validation_alias="expr")
    color: str = Field(validation_alias="iconColor")
    title: str = Field(validation_alias="titleFormat")


class Board(_Part):
    uid: str
    title: str
    panels: tuple[Panel, ...]
    annotations: tuple[Annotation, ...] = Field(validation_alias=AliasPath("annotations", "list"))
    variables: tuple[dict[str, Any], ...] = Field(validation_alias=AliasPath("templating", "list"))

    @property
    def height(self) -> int:
        return max(panel.y + panel.h for panel in self.panels)


def read_boards(folder: Path) -> dict[str, Board]:
    """By the names of their files. Raises `ValidationError`."""
    return {
        path.stem: Board.model_validate_json(path.read_text())
        for path in sorted(folder.glob("*.json"))
    }
