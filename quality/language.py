"""Which language a few words are in, by its smallest ones."""

from __future__ import annotations

import re

__all__ = ["is_another_language"]

_SMALL = {
    "en": "the and you your that this with for was were have has of to it is in what how can me i "
    "about thanks thank let's okay",
    "de": "der die das und sie ihr ihre ihren ist war mit für von zu ich was wie nicht ein eine "
    "haben danke können mir dazu auf es den dem selbst noch",
    "fr": "le la les et vous votre vos est avec pour de des du je que qui ne pas une un avez merci "
    "pouvez sur cela en dans",
    "es": "el la los las y usted su sus es con para de del yo que no una un ha gracias puede sobre "
    "eso en lo por",
}


def is_another_language(text: str, language: str) -> bool:
    """Of text that is long enough to tell; never of a language we do not know."""
    expected = language.lower().split("-")[0]
    words = re.sub(r"[^\w' ]+", " ", text.lower()).split()
    if expected not in _SMALL or len(words) < 4:
        return False
    found = {name: sum(word in small.split() for word in words) for name, small in _SMALL.items()}
    return max(found.values()) > found[expected]
