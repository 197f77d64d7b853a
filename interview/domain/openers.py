"""The first words after a spoken answer. They are said before anybody knows what to reply, so that
no provider stands between the end of the answer and the first sound."""

from __future__ import annotations

import re
from collections.abc import Iterable

from interview.domain.directives import Brief, Directive
from interview.domain.phrases import phrases

__all__ = ["MIN_SPOKEN_MS", "is_worth_opening", "opener_for", "without_opener"]

MIN_SPOKEN_MS = 1_500
"""Of speech in the answer. A "yes" is replied to, and a noise perhaps not at all."""

_END = r"(?:(?:\s*[,.!;:…]+|\s[–—-])(?:\s+|$)|$)"


def opener_for(language: str, turn_number: int, said: Iterable[str]) -> str:
    """The same turn is always opened the same way. `said`: the interviewer's utterances before it,
    newest first; the opener of the newest one that has any is not said again."""
    choices = phrases(language).openers
    chosen = turn_number % len(choices)
    last = next((o for text in said for o in choices if text.startswith(o)), None)
    if choices[chosen] == last:
        chosen = (chosen + 1) % len(choices)
    return choices[chosen]


def is_worth_opening(brief: Brief, spoken_ms: int, text: str | None) -> bool:
    """`text` is None while it is not known. A question wants its answer, and after the last answer
    goodbye is said at once."""
    if brief.onward.directive is Directive.CLOSE or spoken_ms < MIN_SPOKEN_MS:
        return False
    return text is None or not text.rstrip().endswith("?")


def without_opener(sentence: str, language: str) -> str:
    """A model's first sentence after an opener, without those that it begins with itself."""
    words = "|".join(re.escape(opener.rstrip(".")) for opener in phrases(language).openers)
    rest = re.sub(rf"^(?:(?:{words}){_END})+", "", sentence, flags=re.IGNORECASE)
    return rest[:1].upper() + rest[1:] if rest != sentence else sentence
