"""The graphics state of a PDF page, as far as it takes to know whether a text is seen."""

from __future__ import annotations

from dataclasses import dataclass

from interview.documents.pdf_shapes import Colour, Matrix, Point, Rectangle, is_near
from interview.documents.results import HiddenReason

__all__ = ["OPAQUE", "State"]

_TINY_PT = 3.0
_TRANSPARENT = 0.1
OPAQUE = 0.9


@dataclass(slots=True)
class State:
    ctm: Matrix
    clip: Rectangle
    clip_is_exact: bool = True
    fill: Colour | None = (0.0, 0.0, 0.0)
    stroke: Colour | None = (0.0, 0.0, 0.0)
    fill_space: int | None = 1
    stroke_space: int | None = 1
    alpha: float = 1.0
    stroke_alpha: float = 1.0
    blends: bool = False
    mode: int = 0
    size: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    judges_size: bool = True
    """Not of a font whose own scale is unusual."""

    @property
    def covers(self) -> bool:
        """Whatever it paints hides what is below, in a place that is known."""
        return self.clip_is_exact and self.alpha > OPAQUE and not self.blends

    def hidden(
        self, line: tuple[Point, Point], height: float, width: float, paper: Colour
    ) -> HiddenReason | None:
        """Why a text that reaches over `line` is not seen. Glyphs are so high and wide, in pt."""
        mode = self.mode % 8
        if mode in (3, 7):
            return "invisible"
        fills, strokes = mode in (0, 2, 4, 6), mode in (1, 2, 5, 6)
        alphas = [self.alpha] * fills + [self.stroke_alpha] * strokes
        if max(alphas) < _TRANSPARENT:
            return "transparent"
        if self.judges_size and min(height, width) < _TINY_PT:
            return "tiny"
        if self.clip.is_apart(*line, margin=height):
            return "off_page"
        inks = [self.fill] * fills + [self.stroke] * strokes
        if all(ink is not None and is_near(ink, paper) for ink in inks):
            return "background_colour"
        return None
