"""Cutting streamed text into sentences that can be spoken one by one."""

from __future__ import annotations

import re

__all__ = ["SentenceSplitter"]

_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|No|approx)|\b[A-Z]|\b\d+)\.\s+$"
)


class SentenceSplitter:
    """Feed text cut anywhere; get whole sentences as soon as the next one begins."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        self._rest += text
        sentences: list[str] = []
        searched = 0
        while match := _END.search(self._rest, searched):
            head = self._rest[: match.end()]
            if _ABBREVIATION.search(head):
                searched = match.end()
                continue
            sentences.append(head.strip())
            self._rest = self._rest[match.end() :]
            searched = 0
        return sentences

    def finish(self) -> list[str]:
        """What is left, if anything."""
        rest, self._rest = self._rest.strip(), ""
        return [rest] if rest else []
