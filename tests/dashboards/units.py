"""Values as Grafana writes them, and round ones for an axis."""

from __future__ import annotations

import math

__all__ = ["shown", "ticks"]

_SECONDS = ((1e-6, "ns", 1e-9), (1e-3, "µs", 1e-6), (1.0, "ms", 1e-3), (60.0, "s", 1.0))
_SUFFIXES = {
    "reqps": "req/s",
    "ops": "ops/s",
    "wps": "wr/s",
    "eps": "evt/s",
    "Bps": "B/s",
    "bytes": "B",
    "none": "",
    "short": "",
}
_SHORT = ("", " K", " Mil", " Bil")
_DECIMAL = ("", "k", "M", "G")
_BINARY = ("", "Ki", "Mi", "Gi")


def shown(value: float, unit: str, decimals: int | None = None) -> str:
    """Raises `ValueError` for a unit that none of our panels has."""
    if unit == "s":
        number, suffix = _seconds(value)
    elif unit == "percentunit":
        number, suffix = value * 100, "%"
    elif unit.startswith("suffix:"):
        number, suffix = value, f" {unit.removeprefix('suffix:')}"
    elif unit not in _SUFFIXES:
        raise ValueError(f"no such unit: {unit}")
    else:
        power = _power(value, unit)
        number = value / _base(unit) ** power
        if unit == "short":
            suffix = _SHORT[power]
        else:
            names = _BINARY if unit == "bytes" else _DECIMAL
            name = _SUFFIXES[unit]
            suffix = f" {names[power]}{name}" if name else ""
    return f"{_rounded(number, decimals)}{suffix}"


def ticks(lowest: float, highest: float, unit: str, count: int = 4) -> list[float]:
    """Round in the unit that they are shown in, from `lowest` to beyond `highest`."""
    scale = _scale(highest, unit)
    step = _round_up((highest - lowest) / scale / count) * scale
    return [
        lowest + step * number for number in range(math.ceil((highest - lowest) / step - 1e-9) + 1)
    ]


def _scale(value: float, unit: str) -> float:
    if unit == "s":
        return next((scale for below, _, scale in _SECONDS if value < below), 60.0)
    return float(_base(unit) ** _power(value, unit)) if unit in _SUFFIXES else 1.0


def _seconds(value: float) -> tuple[float, str]:
    if value == 0:
        return 0.0, " s"
    for below, name, scale in _SECONDS:
        if abs(value) < below:
            return value / scale, f" {name}"
    return value / 60, " mins"


def _base(unit: str) -> int:
    return 1024 if unit == "bytes" else 1000


def _power(value: float, unit: str) -> int:
    if unit == "none" or abs(value) < 1:
        return 0
    return min(int(math.log(abs(value) * (1 + 1e-12), _base(unit))), len(_DECIMAL) - 1)


def _rounded(number: float, decimals: int | None) -> str:
    """Three digits, unless it is said how many stand behind the point."""
    if decimals is None:
        whole = len(str(int(abs(number)))) if abs(number) >= 1 else 0
        return f"{round(number, max(0, 3 - whole)):.10g}"
    return f"{number:.{decimals}f}"


def _round_up(step: float) -> float:
    magnitude = 10 ** math.floor(math.log10(step))
    return magnitude * next(nice for nice in (1, 2, 2.5, 5, 10) if nice >= step / magnitude - 1e-9)
