"""Which files of tests begin first where several processes share them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["in_good_order"]

_WHOLE_STACKS = ("tests/chaos/", "tests/e2e/")
"""A minute or two a file, with half a dozen processes each: never the last ones, and not all at
once, for two processors have to do."""
_SHORT = ("tests/unit/",)
"""Seconds a file: last, so that all processes come to their end together."""


def in_good_order(files: Iterable[str]) -> list[str]:
    """Depends on nothing but the names and their order: equal in every process."""
    files = list(files)
    stacks = [file for file in files if file.startswith(_WHOLE_STACKS)]
    short = [file for file in files if file.startswith(_SHORT)]
    others = [file for file in files if not file.startswith((*_WHOLE_STACKS, *_SHORT))]
    return [*_spread(stacks, others), *short]


def _spread(some: list[str], among: list[str]) -> list[str]:
    """Evenly, beginning with one of `some`."""
    places = [
        (number / len(group), file) for group in (some, among) for number, file in enumerate(group)
    ]
    return [file for _, file in sorted(places, key=lambda place: place[0])]
