"""What of a PDF page's text is seen.

The page's operations are walked as a viewer does, forms included, as far as colour, place, size and
what is painted before and after go. What comes out are the operations that text is made of, in
one list, each text marked with why it is not seen.

What cannot be told counts for the reader of the text and against a trick: a background of unknown
colour (an image, a pattern) is taken for paper, and a colour in an unknown space for ink.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, NameObject

from interview.documents.limits import FORM_OPERATIONS, MAX_PAINT_OPERATIONS
from interview.documents.pdf_resources import (
    components_of,
    entry,
    hidden_layers,
    lightest,
    resolved,
)
from interview.documents.pdf_shapes import (
    IDENTITY,
    WHITE,
    Colour,
    Fill,
    Matrix,
    Path,
    Rectangle,
    colour_of,
    moved,
    number,
    place,
    product,
)
from interview.documents.pdf_state import OPAQUE, State
from interview.documents.results import HiddenReason, RefusedDocument

__all__ = ["Painted", "Walk"]

_MAX_DEPTH = 12
_MAX_FILLS = 1_000
_MAX_STACK = 512
_NARROW = 0.4
"""Of an em: no glyph in mean is narrower, so a text is at least so long."""

_TEXT_STATE = frozenset({b"Tc", b"Tw", b"Tz", b"TL", b"Ts"})
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_PAINTS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDS_PATH = _PAINTS | {b"S", b"s", b"n"}
_BUILDS_PATH = frozenset({b"m", b"l", b"c", b"v", b"y", b"h", b"re"})
_COLOURS = {
    b"g": ("fill", 1),
    b"rg": ("fill", 3),
    b"k": ("fill", 4),
    b"G": ("stroke", 1),
    b"RG": ("stroke", 3),
    b"K": ("stroke", 4),
}


@dataclass(slots=True)
class Painted:
    """An operation of text. `reason`: why what it shows is not seen."""

    operands: list[Any]
    operator: bytes
    reason: HiddenReason | None = None


@dataclass(slots=True)
class _Shown:
    painted: Painted
    at: tuple[float, float]
    fills_before: int


@dataclass
class Walk:
    """Of one page; `budget` is shared by all pages of a file. Raises `RefusedDocument`."""

    reader: PdfReader
    page_box: Rectangle
    budget: list[int] = field(default_factory=lambda: [MAX_PAINT_OPERATIONS])
    fonts: DictionaryObject = field(default_factory=DictionaryObject)
    painted: list[Painted] = field(default_factory=list[Painted])

    def __post_init__(self) -> None:
        self._state = State(IDENTITY, self.page_box)
        self._stack: list[State] = []
        self._names: dict[tuple[int, str], NameObject] = {}
        self._fills: list[Fill] = []
        self._dropped_fills = 0
        self._shown: list[_Shown] = []
        self._path = Path()
        self._clips = False
        self._layers: list[bool] = []
        self._text_matrix = self._line_matrix = IDENTITY
        self._hidden_layers = hidden_layers(self.reader)

    def walk(self, content: ContentStream, resources: DictionaryObject) -> list[Painted]:
        self._run(content, resources, 0)
        self._find_covered()
        return self.painted

    def _run(self, content: ContentStream, resources: DictionaryObject, depth: int) -> None:
        bottom = len(self._stack)
        for given, operator in content.operations:
            self._spend(1)
            # Of an image within the content it is a dictionary.
            operands = list(cast("list[Any]", given)) if isinstance(given, list) else []
            self._one(operator, operands, resources, depth, bottom)
        while len(self._stack) > bottom:
            self._restore()

    def _spend(self, operations: int) -> None:
        self.budget[0] -= operations
        if self.budget[0] < 0:
            raise RefusedDocument("document.too_large")

    def _one(  # noqa: C901 - one case an operator
        self,
        operator: bytes,
        operands: list[Any],
        resources: DictionaryObject,
        depth: int,
        bottom: int,
    ) -> None:
        state = self._state
        match operator:
            case _ if operator in _SHOWS:
                self._show(operator, operands)
            case b"BT":
                self._text_matrix = self._line_matrix = IDENTITY
                self._keep(operator, operands)
            case b"ET":
                self._keep(operator, operands)
            case b"Td" | b"TD":
                x, y = number(operands, 0), number(operands, 1)
                if operator == b"TD":
                    state.leading = -y
                self._next_line(x, y)
                self._keep(operator, operands)
            case b"Tm":
                self._text_matrix = self._line_matrix = place(operands)
                self._keep(operator, operands)
            case b"T*":
                self._next_line(0.0, -state.leading)
                self._keep(operator, operands)
            case b"Tf":
                self._font(operands, resources)
            case b"Tr":
                state.mode = int(number(operands, 0))
            case _ if operator in _TEXT_STATE:
                if operator == b"TL":
                    state.leading = number(operands, 0)
                elif operator == b"Tz":
                    state.scale = number(operands, 0, 100.0) / 100
                self._keep(operator, operands)
            case b"q":
                self._save()
            case b"Q":
                # A form may not undo what surrounds it.
                if len(self._stack) > bottom:
                    self._restore()
            case b"cm":
                state.ctm = product(place(operands), state.ctm)
                self._keep(operator, operands)
            case b"gs":
                self._graphics_state(entry(resources, "/ExtGState", operands))
            case _ if operator in _COLOURS:
                which, components = _COLOURS[operator]
                self._colour(which, components, operands)
            case b"cs" | b"CS":
                which = "fill" if operator == b"cs" else "stroke"
                space = components_of(resources, operands)
                setattr(state, f"{which}_space", space)
                setattr(state, which, None if space is None else (0.0, 0.0, 0.0))
            case b"scn" if operands and isinstance(operands[-1], NameObject):
                pattern = entry(resources, "/Pattern", operands[-1:])
                state.fill = lightest(resolved(pattern).get("/Shading")) if pattern else None
            case b"sc" | b"scn":
                self._colour("fill", state.fill_space, operands)
            case b"sh":
                self._shade(entry(resources, "/Shading", operands))
            case b"SC" | b"SCN":
                self._colour("stroke", state.stroke_space, operands)
            case _ if operator in _BUILDS_PATH:
                self._path.add(operator, operands, state.ctm)
            case b"W" | b"W*":
                self._clips = True
            case _ if operator in _ENDS_PATH:
                self._end_path(operator)
            case b"BDC" | b"BMC":
                if len(self._layers) < _MAX_STACK:
                    self._layers.append(operator == b"BDC" and self._is_off(operands, resources))
            case b"EMC":
                if self._layers:
                    self._layers.pop()
            case b"Do":
                self._object(entry(resources, "/XObject", operands), resources, depth)
            case _:
                pass

    # Text

    def _keep(self, operator: bytes, operands: list[Any]) -> None:
        self.painted.append(Painted(operands, operator))

    def _next_line(self, x: float, y: float) -> None:
        self._line_matrix = moved(self._line_matrix, x, y)
        self._text_matrix = self._line_matrix

    def _font(self, operands: list[Any], resources: DictionaryObject) -> None:
        """Under a name of its own: forms name theirs as they like."""
        self._state.size = number(operands, 1)
        fonts = resolved(resources.get("/Font"))
        name = str(operands[0]) if operands else ""
        if not isinstance(fonts, DictionaryObject) or name not in fonts:
            return
        font = fonts.raw_get(name)
        new = self._names.setdefault((id(fonts), name), NameObject(f"/F{len(self._names)}"))
        self.fonts[new] = font
        found = font.get_object()
        self._state.judges_size = (
            not isinstance(found, DictionaryObject) or found.get("/Subtype") != "/Type3"
        )
        self._keep(b"Tf", [new, *operands[1:]])

    def _show(self, operator: bytes, operands: list[Any]) -> None:
        state = self._state
        if operator in (b"'", b'"'):
            self._next_line(0.0, -state.leading)
        size_matrix = product(self._text_matrix, state.ctm)
        height = abs(state.size) * math.hypot(size_matrix[2], size_matrix[3])
        width = abs(state.size * state.scale) * math.hypot(size_matrix[0], size_matrix[1])
        shift, glyphs = _extent(operator, operands)
        start = _point(size_matrix, 0.0, 0.0)
        end = _point(size_matrix, (shift + glyphs * _NARROW) * state.size * state.scale, 0.0)
        # Within the first glyph, where a background is behind it.
        at = _point(size_matrix, 0.2 * state.size * state.scale, 0.25 * state.size)
        painted = Painted(operands, operator)
        painted.reason = "invisible" if any(self._layers) else None
        painted.reason = painted.reason or state.hidden(
            (start, end), height, width, self._background(at)
        )
        self.painted.append(painted)
        # What was moved by hand stays so for the next one; how wide glyphs are is not known here.
        if shift < 0 or shift > 0:
            self._text_matrix = moved(
                self._text_matrix, max(shift, 0.0) * state.size * state.scale, 0.0
            )
        if painted.reason is None:
            self._shown.append(_Shown(painted, at, len(self._fills) + self._dropped_fills))

    # Graphics

    def _save(self) -> None:
        if len(self._stack) >= _MAX_STACK:
            raise RefusedDocument("document.unreadable")
        self._stack.append(replace(self._state))
        self._keep(b"q", [])

    def _restore(self) -> None:
        self._state = self._stack.pop()
        self._keep(b"Q", [])

    def _graphics_state(self, found: Any) -> None:
        if not isinstance(found, DictionaryObject):
            return
        self._state.alpha = number([found.get("/ca")], 0, self._state.alpha)
        self._state.stroke_alpha = number([found.get("/CA")], 0, self._state.stroke_alpha)
        if "/BM" in found:
            self._state.blends = found["/BM"] not in ("/Normal", "/Compatible")

    def _colour(self, which: str, components: int | None, operands: list[Any]) -> None:
        colour = None if components is None else colour_of(operands, components)
        setattr(self._state, which, colour)
        if components is not None:
            setattr(self._state, f"{which}_space", components)

    def _end_path(self, operator: bytes) -> None:
        state = self._state
        if operator in _PAINTS:
            self._paint(self._path, state.fill, covers=state.covers)
        if self._clips:
            bounds = self._path.bounds()
            if bounds is not None:
                state.clip = state.clip.within(bounds)
            state.clip_is_exact &= self._path.is_rectangle()
        self._path, self._clips = Path(), False

    def _paint(self, path: Path, colour: Colour | None, *, covers: bool) -> None:
        bounds = path.bounds()
        # What shines through, or is mixed with what is below, has a colour that nobody knows.
        if bounds is None or self._state.alpha <= OPAQUE or self._state.blends:
            return
        self._fills.append(Fill(path, bounds.within(self._state.clip), colour, covers))
        if len(self._fills) > _MAX_FILLS:
            del self._fills[0]
            self._dropped_fills += 1

    def _shade(self, shading: Any) -> None:
        """All of what is not clipped away."""
        clip = self._state.clip
        corners = [clip.left, clip.bottom, clip.right - clip.left, clip.top - clip.bottom]
        everything = Path()
        everything.add(b"re", corners, IDENTITY)
        self._paint(everything, lightest(shading), covers=self._state.covers)

    def _background(self, at: tuple[float, float]) -> Colour:
        for fill in reversed(self._fills):
            if fill.holds(at):
                return WHITE if fill.colour is None else fill.colour
        return WHITE

    def _find_covered(self) -> None:
        """By what was painted afterwards."""
        for shown in self._shown:
            later = self._fills[max(shown.fills_before - self._dropped_fills, 0) :]
            if any(fill.covers and fill.holds(shown.at) for fill in later):
                shown.painted.reason = "covered"

    # Objects

    def _object(self, found: Any, resources: DictionaryObject, depth: int) -> None:
        if not isinstance(found, DictionaryObject):
            return
        if found.get("/Subtype") == "/Image":
            square = Path()
            square.add(b"re", [0, 0, 1, 1], self._state.ctm)
            solid = "/SMask" not in found and "/Mask" not in found and "/ImageMask" not in found
            if solid:
                self._paint(square, None, covers=self._state.covers)
            return
        if found.get("/Subtype") != "/Form" or depth >= _MAX_DEPTH:
            return
        self._spend(FORM_OPERATIONS)
        own = resolved(found.get("/Resources"))
        self._save()
        if (matrix := found.get("/Matrix")) is not None:
            operands = list(cast("list[Any]", resolved(matrix)))
            self._state.ctm = product(place(operands), self._state.ctm)
            self._keep(b"cm", operands)
        self._layers.append(self._is_off_layer(found.get("/OC")))
        inner = own if isinstance(own, DictionaryObject) else resources
        text = (self._text_matrix, self._line_matrix)
        self._run(ContentStream(found, self.reader, "bytes"), inner, depth + 1)
        self._text_matrix, self._line_matrix = text
        self._layers.pop()
        self._restore()

    def _is_off(self, operands: list[Any], resources: DictionaryObject) -> bool:
        if len(operands) < 2 or operands[0] != "/OC":
            return False
        properties = resolved(resources.get("/Properties"))
        if not isinstance(properties, DictionaryObject) or operands[1] not in properties:
            return False
        return self._is_off_layer(properties.raw_get(operands[1]))

    def _is_off_layer(self, layer: Any) -> bool:
        if layer is None or not self._hidden_layers:
            return False
        found = getattr(layer, "indirect_reference", None) or layer
        return getattr(found, "idnum", None) in self._hidden_layers


def _extent(operator: bytes, operands: list[Any]) -> tuple[float, int]:
    """How far it is moved by hand, in ems, and how many glyphs it may have at least."""
    shown = operands[-1] if operands else ""
    parts = (
        list(cast("list[Any]", shown)) if operator == b"TJ" and isinstance(shown, list) else [shown]
    )
    shift, glyphs = 0.0, 0
    for part in parts:
        if isinstance(part, (str, bytes)):
            # A glyph of a large font has two bytes.
            glyphs += len(part) // 2
        else:
            shift -= number([part], 0) / 1000
    return shift, glyphs


def _point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
