"""How a run of a DOCX file looks, as far as it takes to know whether it is seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

from interview.documents.pdf_shapes import WHITE, Colour, is_near
from interview.documents.results import HiddenReason

__all__ = ["SHAPE", "Look", "Styles"]

_TINY_HALF_POINTS = 6
"""3 pt, as in a PDF file."""
_MAX_CHAIN = 20
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_OFF = ("0", "false", "off")
_VAL, _FILL, _STYLE_ID = qn("w:val"), qn("w:fill"), qn("w:styleId")
_BLACK: Colour = (0.0, 0.0, 0.0)
_DARK: Colour = (0.4, 0.4, 0.4)
_THEME_WHITE = ("background1", "bg1", "light1", "lt1")
_SHAPES = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHAPE = f"{{{_SHAPES}}}wsp"


@dataclass(frozen=True, slots=True)
class Look:
    ink: Colour = _BLACK
    paper: Colour = WHITE
    half_points: float = 22.0
    vanishes: bool = False

    @property
    def reason(self) -> HiddenReason | None:
        """Why it is not seen."""
        if self.vanishes:
            return "invisible"
        if self.half_points < _TINY_HALF_POINTS:
            return "tiny"
        return "background_colour" if is_near(self.ink, self.paper) else None


class Styles:
    """From `w:styles`: defaults, and styles based on others."""

    def __init__(self, root: Any) -> None:
        self._styles: dict[str, Any] = {s.get(_STYLE_ID): s for s in root.iter(qn("w:style"))}
        look = Look()
        for defaults in root.iter(qn("w:rPrDefault")):
            look = _with(look, defaults.find(qn("w:rPr")))
        self._default_style = next(
            (
                name
                for name, style in self._styles.items()
                if style.get(qn("w:default")) not in (None, *_OFF)
                and style.get(qn("w:type")) == "paragraph"
            ),
            None,
        )
        self.plain = look

    def of_paragraph(self, element: Any, around: Look) -> Look:
        properties = element.find(qn("w:pPr"))
        look = replace(self.plain, paper=around.paper)
        look = self._styled(look, _named(properties, "w:pStyle") or self._default_style)
        return look if properties is None else _shaded(look, properties)

    def of_run(self, element: Any, around: Look) -> Look:
        properties = element.find(qn("w:rPr"))
        if properties is None:
            return around
        return _with(self._styled(around, _named(properties, "w:rStyle")), properties)

    def of_cell(self, element: Any, around: Look) -> Look:
        properties = element.find(qn("w:tcPr"))
        return around if properties is None else _shaded(around, properties)

    def of_shape(self, element: Any, around: Look) -> Look:
        """What is written in it is on its colour."""
        fill = element.find(f"{{{_SHAPES}}}spPr/{{{_DRAWING}}}solidFill")
        for colour in () if fill is None else fill:
            value = colour.get("val", "")
            if _HEX.fullmatch(value):
                return replace(around, paper=_colour(value))
            # One of the theme's: all but the lightest are dark enough to write on in white.
            return replace(around, paper=WHITE if value in _THEME_WHITE else _DARK)
        return around

    def _styled(self, look: Look, name: str | None) -> Look:
        chain: list[Any] = []
        while name in self._styles and len(chain) < _MAX_CHAIN:
            chain.append(self._styles[name])
            name = _named(chain[-1], "w:basedOn")
        for style in reversed(chain):
            if (paragraph := style.find(qn("w:pPr"))) is not None:
                look = _shaded(look, paragraph)
            look = _with(look, style.find(qn("w:rPr")))
        return look


def _with(look: Look, properties: Any) -> Look:
    """What is not said stays."""
    if properties is None:
        return look
    look = _shaded(look, properties)
    for name in ("w:vanish", "w:specVanish"):
        if (element := properties.find(qn(name))) is not None:
            look = replace(look, vanishes=element.get(_VAL) not in _OFF)
    if (element := properties.find(qn("w:sz"))) is not None:
        try:
            look = replace(look, half_points=float(element.get(_VAL, "")))
        except ValueError:
            pass
    if (element := properties.find(qn("w:color"))) is not None:
        look = replace(look, ink=_ink(element))
    return look


def _ink(element: Any) -> Colour:
    value = element.get(_VAL, "")
    if _HEX.fullmatch(value):
        return _colour(value)
    theme = element.get(qn("w:themeColor"), "")
    # `auto` is black, or white where the paper is dark.
    return WHITE if theme in _THEME_WHITE else _BLACK


def _shaded(look: Look, properties: Any) -> Look:
    shading = properties.find(qn("w:shd"))
    fill = "" if shading is None else shading.get(_FILL, "")
    return replace(look, paper=_colour(fill)) if _HEX.fullmatch(fill) else look


def _named(element: Any, kind: str) -> str | None:
    found = None if element is None else element.find(qn(kind))
    return None if found is None else found.get(_VAL)


def _colour(value: str) -> Colour:
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue
