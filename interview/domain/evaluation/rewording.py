"""Where words of a text stand in another text of the same answer: what was recognized, and how it
should read."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from difflib import SequenceMatcher

__all__ = ["counterpart"]

_WORD = re.compile(r"\S+")
_MOST_COMPARED = 250_000
"""Pairs of words. Beyond, all between the first and the last difference counts as one."""


def counterpart(text: str, start: int, end: int, other: str) -> tuple[int, int]:
    """Of characters `start` to `end` of `text`, the place in `other`: what stands there instead of
    them, in whole words where they were replaced. Empty where nothing does."""
    before, after = list(_WORD.finditer(text)), list(_WORD.finditer(other))
    runs = _equal([word.group() for word in before], [word.group() for word in after])
    first = bisect_right([word.end() for word in before], start)
    last = bisect_left([word.start() for word in before], end) - 1
    if first > last:
        return 0, 0
    ahead, behind, is_kept = _around(runs, first)
    if is_kept:
        begin = after[ahead].start() + max(0, start - before[first].start())
    else:
        begin = after[ahead].start() if ahead < len(after) else len(other)
    ahead, behind, is_kept = _around(runs, last)
    if is_kept:
        stop = after[ahead].start() + min(end, before[last].end()) - before[last].start()
    else:
        stop = after[behind - 1].end() if behind > 0 else 0
    return begin, max(begin, stop)


def _around(runs: list[tuple[int, int, int]], word: int) -> tuple[int, int, bool]:
    """Of a word that is kept, its number in the other text. Else from where and to where there
    stands what replaces it."""
    ahead = 0
    for i, j, length in runs:
        if word < i:
            return ahead, j, False
        if word < i + length:
            return j + word - i, j + word - i, True
        ahead = j + length
    raise AssertionError("the last run is empty, and behind all words")


def _equal(before: list[str], after: list[str]) -> list[tuple[int, int, int]]:
    """Runs of the same words: where they begin in both, and how many. The last one is empty, and
    ends both."""
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    most -= head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    inner = before[head : len(before) - tail], after[head : len(after) - tail]
    runs = [(0, 0, head)]
    if len(inner[0]) * len(inner[1]) <= _MOST_COMPARED:
        found = SequenceMatcher(None, *inner, autojunk=False).get_matching_blocks()
        runs += [(head + i, head + j, length) for i, j, length in found]
    runs.append((len(before) - tail, len(after) - tail, tail))
    return [*(run for run in runs if run[2]), (len(before), len(after), 0)]
