"""How much was said, in whatever script it is written.

Chinese, Japanese, Thai and their like put no blanks between words, and a Korean word between
blanks says what two or three English ones do.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["HANGUL", "SPACED_LETTER", "is_spelled", "letters", "stands_by_itself", "words"]

_LETTERS_A_WORD = {
    # Han, with its iteration marks, and Bopomofo.
    "\u3005-\u3007\u3021-\u3029\u3100-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af": 1.6,
    # Kana, and the mark that draws a vowel out.
    "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001b000-\U0001b16f": 2.5,
    # Thai, Lao, Tibetan, Burmese, Khmer, Tai: without the vowels and tones that are marks.
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff"
    "\uaa60-\uaadf": 4.0,
}
"""Of the scripts without blanks, roughly: as many letters as an English word is translated to."""
HANGUL = "\u3131-\u318e\uac00-\ud7a3"
"""For a class of characters in a pattern."""
_SYLLABLES_A_WORD = 2.0
_LATIN_LETTERS_A_WORD = 5.0

_UNSPACED = {re.compile(f"[{script}]"): size for script, size in _LETTERS_A_WORD.items()}
_SPELLED = _UNSPACED | {re.compile(f"[{HANGUL}]"): _SYLLABLES_A_WORD}
_ANY_UNSPACED = re.compile("[" + "".join(_LETTERS_A_WORD) + "]")
_ANY_SPELLED = re.compile("[" + "".join(_LETTERS_A_WORD) + HANGUL + "]")


SPACED_LETTER = rf"[^\W{''.join(_LETTERS_A_WORD)}{HANGUL}]"
"""A pattern: a letter or digit of the scripts whose words stand between blanks."""


def words(text: str) -> float:
    """About as many as it would be in English. Of scripts with blanks they are counted, of others
    they are reckoned by letters; what holds no letter or digit is none."""
    composed = unicodedata.normalize("NFC", text)
    spaced = _ANY_SPELLED.sub(" ", composed).split()
    counted = sum(any(letter.isalnum() for letter in word) for word in spaced)
    return counted + sum(count / size for count, size in _spelled(composed))


def letters(text: str) -> float:
    """Letters and digits, those of other scripts for as many Latin ones as say about the same."""
    composed = unicodedata.normalize("NFC", text)
    latin = sum(letter.isalnum() for letter in _ANY_SPELLED.sub("", composed))
    spelled = (count * _LATIN_LETTERS_A_WORD / size for count, size in _spelled(composed))
    return latin + sum(spelled)


def stands_by_itself(letter: str) -> bool:
    """Whether a word may begin or end beside it without a blank."""
    return _ANY_UNSPACED.match(letter) is not None


def is_spelled(letter: str) -> bool:
    """Whether words are reckoned by letters."""
    return _ANY_SPELLED.match(letter) is not None


def _spelled(text: str) -> list[tuple[int, float]]:
    return [
        (sum(letter.isalnum() for letter in script.findall(text)), size)
        for script, size in _SPELLED.items()
    ]
