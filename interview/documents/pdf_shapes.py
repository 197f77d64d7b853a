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
    """Of all within `path`, as far as it is within `bounds`. `colour` is None where it is not one,
    or not known. `covers`: nothing that was there before is seen any more."""

    path: Path
    bounds: Rectangle
    colour: Colour | None
    covers: bool

    def holds(self, point: Point) -> bool:
        return self.bounds.holds(point) and self.path.holds(point)


@dataclass(slots=True)
class Path:
    """Made of straight lines: a curve goes by its control points, which is near enough."""

    _parts: list[list[Point]] = field(default_factory=list[list[Point]])
    _points: int = 0
    _is_curved: bool = False

    def add(self, operator: bytes, operands: list[Any], matrix: Matrix) -> None:
        if self._points > _MAX_POINTS:
            return
        numbers = [number(operands, index) for index in range(len(operands))]
        match operator, numbers:
            case b"re", [x, y, width, height]:
                corners = (x, y), (x + width, y), (x + width, y + height), (x, y + height)
                self._parts.append([_at(matrix, *corner) for corner in corners])
                self._points += 4
            case b"m", [x, y]:
                self._parts.append([_at(matrix, x, y)])
                self._points += 1
            case ((b"l" | b"c" | b"v" | b"y"), _) if self._parts:
                self._is_curved |= operator != b"l"
                pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
                self._parts[-1] += [_at(matrix, x, y) for x, y in pairs]
                self._points += len(pairs)
            case _:
                pass

    def bounds(self) -> Rectangle | None:
        points = [point for part in self._parts for point in part]
        if not points:
            return None
        xs, ys = zip(*points, strict=True)
        return Rectangle(min(xs), min(ys), max(xs), max(ys))

    def holds(self, point: Point) -> bool:
        """By the even-odd rule: what two parts hold may be a hole, and is taken for one."""
        return sum(_crossings(part, point) for part in self._parts) % 2 == 1

    def is_rectangle(self) -> bool:
        """One, and upright."""
        if self._is_curved or len(self._parts) != 1:
            return False
        points = self._parts[0]
        if len(points) == 5 and points[0] == points[4]:
            points = points[:4]
        return len(points) == 4 and _is_upright(points)


def _crossings(part: list[Point], point: Point) -> int:
    """Of the part's outline with a line from the point to the right."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(part, [*part[1:], part[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings


def _is_upright(points: list[Point]) -> bool:
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return all(abs(a[0] - b[0]) < 0.5 or abs(a[1] - b[1]) < 0.5 for a, b in pairs)


def _at(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
