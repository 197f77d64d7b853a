"""Characters that nobody sees, taken out of a text."""

from __future__ import annotations

import re
from collections.abc import Generator

from interview.documents.results import HiddenReason

__all__ = ["seen_and_unseen"]

_TAGS = "\U000e0001\U000e0020-\U000e007f"
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_WIDTH = (
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0100-\U000e01ef"
)
_UNSEEN = re.compile(f"[{_TAGS}]+|[{_TURNING}]+|[{_NO_WIDTH}]+")
_TAG, _TURN = re.compile(f"[{_TAGS}]"), re.compile(f"[{_TURNING}]")
_JOINERS = "\u200c\u200d"
_EMOJI_STYLES = "\ufe0e\ufe0f"

_FIRST_TAG, _LAST_TAG, _TAG_BASE = 0xE0020, 0xE007E, 0xE0000


def seen_and_unseen(text: str) -> Generator[tuple[str, HiddenReason | None]]:
    """Pieces of `text` in its order; those with a reason are what was hidden in it. Joiners
    between letters that need them, and what follows an emoji, are part of what is seen."""
    at = 0
    for found in _UNSEEN.finditer(text):
        if _belongs(text, found):
            continue
        if found.start() > at:
            yield text[at : found.start()], None
        yield _spelled(found[0]), _reason(found[0])
        at = found.end()
    if at < len(text):
        yield text[at:], None


def _belongs(text: str, found: re.Match[str]) -> bool:
    if len(found[0]) > 2:
        return False
    before = text[found.start() - 1] if found.start() else ""
    after = text[found.end()] if found.end() < len(text) else ""
    if before.isascii():  # an empty one too
        # "1" and "#" become an emoji with it.
        return found[0] == _EMOJI_STYLES[1] and before in "0123456789#*" and before != ""
    if found[0] in _EMOJI_STYLES:
        return True
    last_is_joiner = found[0][-1] in _JOINERS and found[0][:-1] in ("", *_EMOJI_STYLES)
    return last_is_joiner and not after.isascii()


def _reason(run: str) -> HiddenReason:
    if _TAG.match(run):
        return "tag_characters"
    return "bidi_control" if _TURN.match(run) else "zero_width"


def _spelled(run: str) -> str:
    """Tag characters are ASCII out of sight, which can be read; others have only a number."""
    if all(_FIRST_TAG <= ord(character) <= _LAST_TAG for character in run):
        return "".join(chr(ord(character) - _TAG_BASE) for character in run)
    return " ".join(f"U+{ord(character):04X}" for character in run)
