"""What the operations of a PDF page name."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NameObject

from interview.documents.pdf_shapes import Colour, colour_of

__all__ = ["components_of", "entry", "hidden_layers", "lightest", "resolved"]

_SPACES = {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/DeviceCMYK": 4}
_MAX_FUNCTIONS = 64


def resolved(value: Any) -> Any:
    """Behind a reference, or itself."""
    return value.get_object() if hasattr(value, "get_object") else value


def hidden_layers(reader: PdfReader) -> frozenset[int]:
    """Object numbers of the layers that are off."""
    try:
        default = cast("Any", reader.root_object)["/OCProperties"]["/D"]
        return frozenset(item.idnum for item in default.get("/OFF", ()) if hasattr(item, "idnum"))
    except (KeyError, TypeError, AttributeError):
        return frozenset()


def entry(resources: DictionaryObject, kind: str, operands: list[Any]) -> Any:
    """What the first operand names; None where there is no such thing."""
    entries = resolved(resources.get(kind))
    if not operands or not isinstance(entries, DictionaryObject) or operands[0] not in entries:
        return None
    return entries[operands[0]]


def components_of(resources: DictionaryObject, operands: list[Any]) -> int | None:
    """How many components, where its colours are understood."""
    name = str(operands[0]) if operands else ""
    if name in _SPACES:
        return _SPACES[name]
    space = entry(resources, "/ColorSpace", operands)
    if isinstance(space, NameObject):
        return _SPACES.get(str(space))
    parts = cast("list[Any]", space) if isinstance(space, list) else []
    kind = str(parts[0]) if parts else ""
    if kind == "/ICCBased" and len(parts) > 1:
        profile = resolved(parts[1])
        components = profile.get("/N") if isinstance(profile, DictionaryObject) else None
        return components if components in (1, 3, 4) else None
    return _SPACES.get(kind)


def lightest(shading: Any) -> Colour | None:
    """Of the colours between which it goes; None where they are not understood."""
    shading = resolved(shading)
    if not isinstance(shading, DictionaryObject):
        return None
    function = resolved(shading.get("/Function"))
    stops = list(_stops(function, _MAX_FUNCTIONS)) if isinstance(function, DictionaryObject) else []
    colours = [
        colour
        for stop in stops
        if len(stop) in (1, 3, 4) and (colour := colour_of(stop, len(stop))) is not None
    ]
    return max(colours, key=min) if colours and len(colours) == len(stops) else None


def _stops(function: DictionaryObject, room: int) -> Generator[list[Any]]:
    """Of an exponential function its ends, and those of what is stitched together."""
    match function.get("/FunctionType"):
        case 2:
            for end in ("/C0", "/C1"):
                stop = resolved(function.get(end))
                yield cast("list[Any]", stop) if isinstance(stop, list) else []
        case 3 if room > 0:
            parts = resolved(function.get("/Functions"))
            for part in cast("list[Any]", parts)[:room] if isinstance(parts, list) else []:
                inner = resolved(part)
                if isinstance(inner, DictionaryObject):
                    yield from _stops(inner, room // 4)
        case _:
            yield []
