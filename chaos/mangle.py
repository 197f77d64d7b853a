"""What happens to a client's messages between the client and the socket."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Honest", "Mangler", "Twice", "Unordered"]


class Mangler(Protocol):
    def pieces(self, data: str | bytes) -> Iterable[str | bytes]:
        """What is sent in the place of `data`, now."""
        ...

    def reset(self) -> None:
        """Another connection: what was held back went with the one before."""
        ...


class Honest:
    def pieces(self, data: str | bytes) -> Iterable[str | bytes]:
        return (data,)

    def reset(self) -> None: ...


@dataclass
class Twice:
    """Each message again with `chance`, at once and once more after the next."""

    random: random.Random
    chance: float = 0.5
    _late: list[str | bytes] = field(default_factory=list[str | bytes])

    def pieces(self, data: str | bytes) -> Iterable[str | bytes]:
        late, self._late = self._late, []
        if self.random.random() < self.chance:
            self._late = [data]
            return (data, data, *late)
        return (data, *late)

    def reset(self) -> None:
        self._late.clear()


@dataclass
class Unordered:
    """Chunks and ends change places with what comes after them, by `chance`."""

    random: random.Random
    chance: float = 0.4
    _held: list[str | bytes] = field(default_factory=list[str | bytes])

    def pieces(self, data: str | bytes) -> Iterable[str | bytes]:
        held, self._held = self._held, []
        if isinstance(data, bytes) and not held and self.random.random() < self.chance:
            self._held = [data]
            return ()
        return (data, *held)

    def reset(self) -> None:
        self._held.clear()
