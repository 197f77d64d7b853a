"""Cutting streamed text into pieces that can be spoken one by one."""

from __future__ import annotations

import re

__all__ = ["SentenceSplitter"]

_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|No|approx|Inc|Ltd|bzw|[Vv]gl|ca)|\b[A-Z]|\b\d+)\.\s+$"
)

_END_ALONE = re.compile(r"[.!?…]+[\"'”’)\]]*")
_ENDED_WORD = re.compile(r"[^\W\d_]{2,}[^\w\s]+$")
_CLAUSE_END = re.compile(r"(?<=[^\W\d_])(?:[,;:]|\s[–—-])\s+")
"""Behind a letter: not in numbers, nor behind an abbreviation's full stop."""
_OPENING, _CLOSING = "“‘([", "”’)]"
MIN_CLAUSE_WORDS = 4
MIN_CLAUSE_CHARS = 20
MIN_REST_CHARS = 12
"""After the clause: a name or a "thanks" set off by a comma would sound cut off."""
MIN_ITEM_WORDS = 4
"""Fewer between two commas look like a list, which is spoken in one breath."""


class SentenceSplitter:
    """Feed text cut anywhere; get whole sentences as soon as the next one begins.

    With `first_clause` the first piece may be the beginning of a sentence, up to a comma,
    semicolon, colon or dash, where that does not hurt the sound: somebody waits for it. Nor
    does it wait for what follows its full stop, when that comes as a token by itself:
    tokenizers leave a point with the letters behind it ("Node", ".js").
    The pieces joined by spaces are the text.
    """

    def __init__(self, *, first_clause: bool = False) -> None:
        self._rest = ""
        self._wants_clause = first_clause

    def feed(self, text: str) -> list[str]:
        self._rest += text
        pieces: list[str] = []
        searched = 0
        while match := _END.search(self._rest, searched):
            head = self._rest[: match.end()]
            if _ABBREVIATION.search(head):
                searched = match.end()
                continue
            pieces += self._cut(head)
            self._rest = self._rest[match.end() :]
            searched = 0
        if self._wants_clause and _END_ALONE.fullmatch(text) and _is_sentence(self._rest):
            pieces += self._cut(self._rest)
            self._rest = ""
        if self._wants_clause and (end := _clause_end(self._rest)):
            self._wants_clause = False
            pieces.append(self._rest[:end].strip())
            self._rest = self._rest[end:]
        return pieces

    def finish(self) -> list[str]:
        """What is left, if anything."""
        rest, self._rest = self._rest.strip(), ""
        return [rest] if rest else []

    def _cut(self, sentence: str) -> list[str]:
        """A whole sentence that came at once is cut as it would have been piece by piece."""
        end = _clause_end(sentence) if self._wants_clause else 0
        self._wants_clause = False
        pieces = [sentence[:end].strip(), sentence[end:].strip()]
        return [piece for piece in pieces if piece]


def _is_sentence(text: str) -> bool:
    return bool(_ENDED_WORD.search(text)) and not _ABBREVIATION.search(f"{text} ")


def _clause_end(text: str) -> int:
    """Where the first clause of `text` ends that may be spoken by itself; 0 when none does."""
    item_from = 0
    for match in _CLAUSE_END.finditer(text):
        head, item = text[: match.start()], text[item_from : match.start()]
        item_from = match.end()
        if (
            len(head.split()) >= MIN_CLAUSE_WORDS
            and len(head) >= MIN_CLAUSE_CHARS
            and (len(item.split()) >= MIN_ITEM_WORDS or "," not in match.group())
            and len(text) - match.end() >= MIN_REST_CHARS
            and not _is_quoted(head)
        ):
            return match.end()
    return 0


def _is_quoted(head: str) -> bool:
    """Inside quotes or brackets."""
    opened = sum(head.count(mark) for mark in _OPENING)
    # An apostrophe looks like a closing quote: more of those say nothing.
    closed = sum(head.count(mark) for mark in _CLOSING)
    return head.count('"') % 2 == 1 or opened > closed
