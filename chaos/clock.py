"""A process's wall clock, set from outside by libfaketime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Clock", "find_faketime"]

_PLACES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")


def find_faketime() -> Path | None:
    """Debian's package is `libfaketime`."""
    found = [path for place in _PLACES for path in Path("/").glob(place[1:])]
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Clock:
    """Its offset is read from `file` once a second. Monotonic time stays what it is."""

    file: Path

    def environment(self, library: Path) -> Mapping[str, str]:
        self.set(0)
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def set(self, offset_s: int) -> None:
        self.file.write_text(f"{offset_s:+d}\n")
