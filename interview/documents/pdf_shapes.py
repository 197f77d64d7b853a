"""The little geometry and colour that it takes to know what is seen on a page.

A matrix is PDF's (a, b, c, d, e, f); places are in points, the origin at the lower left."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "IDENTITY",
    "WHITE",
    "Colour",
    "Fill",
    "Matrix",
    "Path",
    "Point",
    "Rectangle",
    "colour_of",
    "is_near",
    "moved",
    "number",
    "place",
    "product",
]

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Colour = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
WHITE: Colour = (1.0, 1.0, 1.0)
_NEAR = 0.15
_FAR = 1e7
_MAX_POINTS = 10_000


def number(operands: list[Any], index: int, default: float = 0.0) -> float:
    """Whatever stands there instead of a number is `default`."""
    value = operands[index] if index < len(operands) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    try:
        return min(max(float(value), -_FAR), _FAR) if not math.isnan(value) else default
    except OverflowError:
        return default


def place(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (number(operands, index, IDENTITY[index]) for index in range(6))
    return a, b, c, d, e, f


def product(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    made = (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )
    return made if all(map(math.isfinite, made)) else IDENTITY


def moved(matrix: Matrix, x: float, y: float) -> Matrix:
    return product((1.0, 0.0, 0.0, 1.0, x, y), matrix)


def colour_of(operands: list[Any], components: int) -> Colour | None:
    """Of gray, RGB or CMYK. None where there are not as many numbers."""
    if len(operands) != components:
        return None
    parts = [min(max(number(operands, index), 0.0), 1.0) for index in range(components)]
    match parts:
        case [gray]:
            return gray, gray, gray
        case [red, green, blue]:
            return red, green, blue
        case [cyan, magenta, yellow, black]:
            return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
        case _:
            return None


def is_near(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < _NEAR


@dataclass(frozen=True, slots=True)
class Rectangle:
    left: float
    bottom: float
    right: float
    top: float

    def holds(self, point: Point) -> bool:
        return self.left <= point[0] <= self.right and self.bottom <= point[1] <= self.top

    def within(self, other: Rectangle) -> Rectangle:
        """May be empty, and then holds nothing."""
        return Rectangle(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )

    def is_apart(self, start: Point, end: Point, *, margin: float) -> bool:
        """From all of the line."""
        return (
            self.left >= self.right
            or self.bottom >= self.top
            or max(start[0], end[0]) < self.left - margin
            or min(start[0], end[0]) > self.right + margin
            or max(start[1], end[1]) < self.bottom - margin
            or min(start[1], end[1]) > self.top + margin
        )


@dataclass(frozen=True, slots=True)
class Fill:
    """`colour` is None where it is not one, or not known."""

    rectangle: Rectangle
    colour: Colour | None


@dataclass(slots=True)
class Path:
    """As far as it is one upright rectangle."""

    _points: list[Point] = field(default_factory=list[Point])
    _rectangles: int = 0
    _others: int = 0
    _is_curved: bool = False

    def add(self, operator: bytes, operands: list[Any], matrix: Matrix) -> None:
        if len(self._points) > _MAX_POINTS:
            return
        numbers = [number(operands, index) for index in range(len(operands))]
        match operator, numbers:
            case b"re", [x, y, width, height]:
                self._rectangles += 1
                corners = (x, y), (x + width, y), (x + width, y + height), (x, y + height)
                self._points += [_at(matrix, *corner) for corner in corners]
            case b"m", [x, y]:
                self._others += 1
                self._points.append(_at(matrix, x, y))
            case b"l", [x, y]:
                self._points.append(_at(matrix, x, y))
            case ((b"c" | b"v" | b"y"), _):
                self._is_curved = True
                pairs = zip(numbers[::2], numbers[1::2], strict=False)
                self._points += [_at(matrix, x, y) for x, y in pairs]
            case _:
                pass

    def bounds(self) -> Rectangle | None:
        if not self._points:
            return None
        xs, ys = zip(*self._points, strict=True)
        return Rectangle(min(xs), min(ys), max(xs), max(ys))

    def rectangle(self) -> Rectangle | None:
        """None where it is none. Two in one path may be a frame, whatever the rule."""
        if self._is_curved or self._rectangles + self._others != 1:
            return None
        points = self._points
        if len(points) == 5 and points[0] == points[4]:
            points = points[:4]
        if len(points) != 4 or not _is_upright(points):
            return None
        return self.bounds()


def _is_upright(points: list[Point]) -> bool:
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return all(abs(a[0] - b[0]) < 0.5 or abs(a[1] - b[1]) < 0.5 for a, b in pairs)


def _at(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
