"""An answer as a scorer is shown it, and quotes of it found again in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from interview.domain.evaluation.suspicion import Span
from interview.domain.evaluation.words import (
    HANGUL,
    SPACED_LETTER,
    is_spelled,
    letters,
    stands_by_itself,
)

__all__ = ["LEFT_OUT", "NAMELESS", "Shown", "find_quote", "shown"]

NAMELESS = "[name]"
LEFT_OUT = "[left out]"

_FEWEST_LETTERS = 12
"""Of a quote, in Latin letters and digits: less is found by chance."""
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """`text` is what is shown; `origin[i]` is the place of its i-th character in the original,
    -1 where it stands for something that is not shown. `plain` and `places` are the same without
    what makes no difference to a quote: made once, for it takes a while, and quotes are many."""

    text: str
    origin: tuple[int, ...]
    plain: str
    places: tuple[int, ...]


def shown(text: str, *, names: Iterable[str] = (), hide: Iterable[Span] = ()) -> Shown:
    """Without the candidate's `names`, as whole words, and without what is to be hidden. A name in
    lower case stays: it may be a word (will, mark, grace)."""
    instead = [(span.start, span.end, LEFT_OUT) for span in hide]
    for name in names:
        forms = "|".join(
            re.escape(f) for f in {name, name.title(), name.upper()} if not f.islower()
        )
        if forms:
            found = re.finditer(_whole(forms, name), text)
            instead += [(one.start(), one.end(), NAMELESS) for one in found]
    pieces: list[str] = []
    origin: list[int] = []
    at = 0
    for start, end, put in _apart(instead):
        pieces += [text[at:start], put]
        origin += [*range(at, start), *([-1] * len(put))]
        at = end
    pieces.append(text[at:])
    origin += range(at, len(text))
    seen = "".join(pieces)
    return Shown(seen, tuple(origin), *_normalized(seen, origin))


def _whole(forms: str, name: str) -> str:
    """Where no word's own letters go on. Words of scripts without blanks begin and end anywhere,
    and a Korean word takes its particles at its end."""
    if len(name) > 1 and is_spelled(name[0]):
        return forms if stands_by_itself(name[0]) else rf"(?<![{HANGUL}])(?:{forms})"
    return rf"(?<!{SPACED_LETTER})(?:{forms})(?!{SPACED_LETTER})"


def find_quote(answer: Shown, quote: str) -> tuple[int, int] | None:
    """Where in the original the quote stands, as start and end; None where it does not, is too
    short, or reaches over something that is not shown. Case, blanks and the typography of quotes,
    dashes and dots make no difference."""
    wanted, _ = _normalized(quote, range(len(quote)))
    wanted = wanted.strip(' "')
    if letters(wanted) < _FEWEST_LETTERS:
        return None
    text, places = answer.plain, answer.places
    at = text.find(wanted)
    while at >= 0:
        covered = places[at : at + len(wanted)]
        if _is_whole(text, at, len(wanted)) and all(place >= 0 for place in covered):
            return min(covered), max(covered) + 1
        at = text.find(wanted, at + 1)
    return None


def _apart(instead: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """What overlaps is one, and what one of them leaves out is left out."""
    apart: list[tuple[int, int, str]] = []
    for start, end, put in sorted(instead):
        if apart and start < apart[-1][1]:
            began, ended, before = apart[-1]
            apart[-1] = began, max(end, ended), before if before == put else LEFT_OUT
        else:
            apart.append((start, end, put))
    return apart


def _is_whole(text: str, at: int, length: int) -> bool:
    """Words are not cut, nor letters from their marks."""
    before, after = text[at - 1 : at], text[at + length : at + length + 1]
    return not (_is_cut(before, text[at]) or _is_cut(text[at + length - 1], after))


def _is_cut(before: str, after: str) -> bool:
    if not before or not after:
        return False
    if unicodedata.category(after).startswith("M"):
        return True
    if stands_by_itself(before) or stands_by_itself(after):
        return False
    return before.isalnum() and after.isalnum()


def _normalized(text: str, origin: Iterable[int]) -> tuple[str, tuple[int, ...]]:
    """One letter after the other, so that each knows where it came from; runs of blanks are one."""
    letters: list[str] = []
    places: list[int] = []
    for letter, place in zip(text, origin, strict=True):
        plain = unicodedata.normalize("NFKD", letter.translate(_ALIKE)).casefold()
        for one in plain:
            if unicodedata.combining(one):
                continue
            is_blank = one.isspace()
            if is_blank and letters and letters[-1] == " ":
                continue
            letters.append(" " if is_blank else one)
            places.append(place)
    return "".join(letters), tuple(places)
