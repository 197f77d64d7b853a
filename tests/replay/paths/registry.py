"""Ways through the workflows of which a history is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowHandle

from tests.replay.paths.ground import Ground
from tests.replay.stored import Stored

__all__ = ["PATHS", "Path", "path"]

Walk = Callable[[Ground], Awaitable[WorkflowHandle[Any, Any]]]
"""Takes the path, and returns the run whose history is kept."""


@dataclass(frozen=True)
class Path:
    """`shows`: marks that the history has, in this order, with others between them; `lacks`: marks
    that it has not. `before`: patches that the code did not have yet when it went this way. `long`:
    as if the server had suggested to continue as new."""

    workflow: str
    name: str
    walk: Walk
    shows: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    long: bool = False

    def __str__(self) -> str:
        return str(self.stored)

    @property
    def stored(self) -> Stored:
        return Stored.of(self.workflow, self.name)


PATHS: list[Path] = []


def path(
    workflow: str,
    *shows: str,
    lacks: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
    long: bool = False,
    name: str = "",
) -> Callable[[Walk], Walk]:
    """Registers a walk under its own name, unless it goes by another one too."""

    def register(walk: Walk) -> Walk:
        called = name or walk.__name__.replace("_", "-")  # type: ignore[attr-defined]
        PATHS.append(Path(workflow, called, walk, shows, lacks, before, long))
        return walk

    return register
