"""A page of matplotlib, in pixels from its upper left corner.

matplotlib's own types leave much open, so what comes from it is `Any` here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import font_source_sans_pro
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator

__all__ = ["Canvas", "Plot"]

_DPI = 100
_FONTS = Path(font_source_sans_pro.__file__).parent / "files"
_FAMILY = "Source Sans Pro"
_MUTED = "#8e8e96"


class Canvas:
    def __init__(self, width: int, height: int, background: str) -> None:
        fonts = _open(font_manager.fontManager)
        for style in ("Regular", "Bold"):
            fonts.addfont(_FONTS / f"SourceSansPro-{style}.ttf")
        self._width, self._height = width, height
        self._figure = _open(Figure((width / _DPI, height / _DPI), dpi=_DPI, facecolor=background))

    def box(self, x: float, y: float, w: float, h: float, color: str, edge: str = "none") -> None:
        corner, size = self._at(x, y + h), (w / self._width, h / self._height)
        self._figure.patches.append(
            Rectangle(
                corner,
                *size,
                facecolor=color,
                edgecolor=edge,
                linewidth=1.5,
                zorder=-1,  # plots lie upon it
                transform=self._figure.transFigure,
                figure=self._figure,
            )
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        color: str = "#ccccdc",
        bold: bool = False,
        centred: bool = False,
    ) -> None:
        """`size` in pixels; (x, y) is the middle of its left edge, or of all of it."""
        # Signs that the typeface lacks come from the next one.
        self._figure.text(
            *self._at(x, y),
            text,
            fontsize=size * 72 / _DPI,
            color=color,
            fontfamily=[_FAMILY, "DejaVu Sans"],
            fontweight="bold" if bold else "normal",
            ha="center" if centred else "left",
            va="center_baseline",
            parse_math=False,
        )

    def plot(self, x: float, y: float, w: float, h: float) -> Plot:
        left, bottom = self._at(x, y + h)
        axes = self._figure.add_axes((left, bottom, w / self._width, h / self._height))
        return Plot(axes)

    def save(self, path: Path) -> None:
        self._figure.savefig(path, facecolor=self._figure.get_facecolor())

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x / self._width, 1 - y / self._height


class Plot:
    """Lines in a frame. Without `scale` it has neither axis nor grid."""

    def __init__(self, axes: Any) -> None:
        self._axes = axes
        axes.set_facecolor("none")
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xticks([])
        axes.set_yticks([])

    def scale(
        self,
        across: Sequence[tuple[float, str]],
        up: Sequence[tuple[float, str]],
    ) -> None:
        """Where the ticks of the two axes are, and what stands there."""
        for axis, marked in ((self._axes.xaxis, across), (self._axes.yaxis, up)):
            axis.set_major_locator(FixedLocator([at for at, _ in marked]))
            axis.set_major_formatter(FixedFormatter([text for _, text in marked]))
        self._axes.tick_params(
            labelsize=12 * 72 / _DPI, colors=_MUTED, length=0, labelfontfamily=_FAMILY
        )
        self._axes.grid(visible=True, color="#26282d", linewidth=1)
        self._axes.set_axisbelow(True)

    def limit(self, left: float, right: float, low: float, high: float) -> None:
        self._axes.set_xlim(left, right)
        self._axes.set_ylim(low, high)

    def line(
        self,
        times: Sequence[float],
        values: Sequence[float],
        color: str,
        *,
        fill: float = 0.0,
        dotted: bool = False,
    ) -> None:
        """NaN is a gap."""
        self._axes.plot(
            times,
            values,
            color=color,
            linewidth=1.2,
            marker="o" if dotted else "",
            markersize=3,
            markeredgewidth=0,
        )
        if fill:
            self._axes.fill_between(times, 0, values, color=color, alpha=fill, linewidth=0)

    def bars(
        self,
        times: Sequence[float],
        values: Sequence[float],
        color: str,
        *,
        fill: float,
        width: float,
        bottoms: Sequence[float],
    ) -> None:
        bars = {"width": width, "bottom": bottoms, "color": color, "linewidth": 0}
        self._axes.bar(times, values, alpha=fill, **bars)

    def level(self, value: float, color: str, *, dashed: bool) -> None:
        self._axes.axhline(value, color=color, linewidth=1.2, linestyle="--" if dashed else "-")

    def moment(self, start: float, end: float, color: str) -> None:
        """From `start` to `end`."""
        if end > start:
            self._axes.axvspan(start, end, color=color, alpha=0.12, linewidth=0)
        for at in {start, end}:
            self._axes.axvline(at, color=color, linewidth=1, linestyle=":")


def _open(figure: object) -> Any:
    return figure
