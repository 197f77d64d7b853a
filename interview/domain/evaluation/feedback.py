"""What a candidate could tell better, as far as code can hear it.

It goes by the answers' own words, and by no score: whoever scored high and whoever scored low are
told the same of the same answer. Nothing of the scale or of a scorer's reasons is in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from interview.domain.evaluation.words import words

__all__ = ["ADVICE", "NOTES", "Advice", "Note", "advice"]

Advice = Literal["tell_more", "own_part", "figure", "outcome", "keep"]
Note = Literal["not_asked", "no_answer", "weak_transcript"]

ADVICE: dict[Advice, str] = {
    "tell_more": (
        "Tell more of it: what the situation was, what you did step by step, and how it ended."
    ),
    "own_part": "Say what you did yourself, apart from what the others did.",
    "figure": "Name a figure: how many, how long, or how much it changed.",
    "outcome": "Say how it ended, and what you would do differently today.",
    "keep": "You told your own part, with figures and how it ended. Go on telling it like that.",
}
NOTES: dict[Note, str] = {
    "not_asked": "We did not come to this.",
    "no_answer": "You said little about this, so there is little to go by.",
    "weak_transcript": (
        "We could not make out well enough what you said here. That is not counted against you."
    ),
}
_MOST_ADVICE = 2
_FEW_WORDS = 40
"""Of an answer, on average: less leaves no room for a situation, an action and an outcome."""

_FIGURE = re.compile(
    r"\d|%|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
    r"|dozen|hundred|thousand|million|half|twice|double[ds]?|percent)\b",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"\b(result\w*|in the end|turned out|ended up|led to|so that|outcome|afterwards|finally"
    r"|learn\w*|improv\w+|reduc\w+|increas\w+|saved|fixed|solved|finished|delivered|since then"
    r"|from then on|next time)\b",
    re.IGNORECASE,
)
_I = re.compile(r"\b(I|me|my|mine|myself)\b")
_WE = re.compile(r"\b(we|us|our|ours)\b", re.IGNORECASE)


def advice(answers: Sequence[str], language: str) -> tuple[Advice, ...]:
    """What matters most first, two at most; of other languages than English only what needs no
    words. `keep` where nothing is missing; nothing where there is no answer."""
    said = [answer for answer in answers if answer.strip()]
    if not said:
        return ()
    is_english = language.lower().partition("-")[0] == "en"
    length = sum(words(answer) for answer in said) / len(said)
    text = "\n".join(said)
    missing: dict[Advice, bool] = {
        "tell_more": length < _FEW_WORDS,
        "own_part": is_english and len(_WE.findall(text)) > len(_I.findall(text)),
        "figure": not _FIGURE.search(text) if is_english else not re.search(r"\d", text),
        "outcome": is_english and not _OUTCOME.search(text),
    }
    found = tuple(name for name in get_args(Advice) if missing.get(name))
    return found[:_MOST_ADVICE] or (("keep",) if is_english else ())
