"""Orders to a scorer within a program, whose own words (level, set, max, result) are none."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from interview.domain.evaluation.code_rules import ANYWHERE, SPOKEN, Rule
from interview.domain.evaluation.code_words import words_alone

__all__ = ["orders_in_code"]

_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}+={0,2}")
_PLAIN = re.compile(rb"[A-Za-z,.'-]+ [A-Za-z ,.'-]{12,}")
_HYPHEN = re.compile("(?<=[A-Za-z])-(?=[A-Za-z])")
_MOST_DECODED = 400

_Read = tuple[str, list[int]]


def orders_in_code(
    code: str, language: str, loosened: Callable[[str, list[int]], _Read]
) -> Iterator[tuple[int, int]]:
    """Where they start and end. `loosened` reads what is spelled oddly."""
    words = words_alone(code, language)
    places = list(range(len(code)))
    for text, rules in ((code, ANYWHERE), (words, SPOKEN)):
        yield from _found(text, rules)
        plain, at = loosened(text, places)
        plain = _HYPHEN.sub(" ", plain)
        if plain != text:
            for start, end in _found(plain, rules):
                yield at[start], at[end - 1] + 1
    for found in _ENCODED.finditer(words):
        if _is_plain(found.group()):
            yield found.span()


def _found(text: str, rules: Sequence[Rule]) -> Iterator[tuple[int, int]]:
    """Looked for where its first word stands alone: programs are long, and hold few of these."""
    small = _small(text)
    for rule in rules:
        near = sorted(at for word in rule.near for at in _places(small, word))
        for trigger in rule.triggers:
            end = 0
            for at in _places(small, trigger):
                if at < end or (rule.near and not _has_near(near, at)):
                    continue
                found = rule.pattern.match(small, at)
                if found and not _is_small_letter(text, found):
                    end = found.end()
                    yield found.span()


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _has_near(places: list[int], at: int) -> bool:
    following = bisect_left(places, at)
    return following < len(places) and places[following] <= at + Rule.NEAR_CHARS


def _small(text: str) -> str:
    """In small letters, each in its place."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _is_small_letter(text: str, found: re.Match[str]) -> bool:
    """A level's letter is a capital; a small one is an article, or a variable."""
    if "best" not in found.re.groupindex:
        return False
    start, end = found.span("best")
    return end - start == 1 and text[start].islower()


def _is_plain(encoded: str) -> bool:
    """Hashes, alphabets and paths hold no words."""
    for skipped in range(4):
        part = encoded[skipped : skipped + _MOST_DECODED]
        if _PLAIN.search(base64.b64decode(part[: len(part) // 4 * 4].rstrip("=") + "==")):
            return True
    return False
