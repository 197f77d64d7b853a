"""What of a model's own words may be said to a candidate.

A model is told all this by its prompt; here it is held to it. Sentence by sentence, so that
nobody waits: what may not be said is left out, and where that was the question, the plan's own
words stand in for it. English apart from lengths and question marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from interview.domain.directives import STAYING, Brief, Directive
from interview.domain.phrases import phrases
from interview.domain.wording import (
    MAX_SPOKEN_WORDS,
    asks_twice,
    is_unreadable,
    spoken_words,
    topics_not_asked,
)

__all__ = ["Manners", "breaches"]

_PRAISE = re.compile(
    r"\b(great|excellent\w*|perfect(ly)?|impress(ive|ed)\w*|fantastic|amazing|awesome|brilliant|"
    r"outstanding|superb|terrific|well done|nicely done|unfortunately|disappoint\w*|"
    r"good (answer|point|job|work|example|start)|"
    r"(strong|weak|poor|nice|solid) (answer|example|point|response)|"
    r"(that is|that's) (not )?(right|correct|incorrect|wrong|good)|"
    r"exactly what (i|we) (want|look|hop)\w*|not (quite )?what (i|we) (want|look|ask|hop)\w*)\b"
)
_RUBRIC = re.compile(
    r"\b(rubrics?|system prompt|my (instructions|prompt|brief)|the brief|"
    r"(your|my|the final|the overall) (score|rating|grade|marks?|evaluation|assessment)|"
    r"(full|top|high|higher|highest|low|lower|lowest) (score|marks?|rating|points)|"
    r"(i|we|they|you|you're|you'll|answers?)( (will|am|are|is|be|being|would|can|get))* "
    r"(score|rate|grade|evaluate|assess)(d|s)?|out of (five|ten|5|10))\b"
)


def breaches(text: str) -> tuple[str, ...]:
    """What is wrong with a model's own sentence, whatever it is about: `praise`, `rubric`,
    `unreadable`, `two_questions`, and `topic.` with each topic that is passed over."""
    plain = text.casefold()
    found = {
        "praise": _PRAISE.search(plain),
        "rubric": _RUBRIC.search(plain),
        "two_questions": asks_twice(text),
        "unreadable": is_unreadable(text),
    }
    topics = (f"topic.{topic}" for topic in topics_not_asked(text))
    return (*(name for name, is_found in found.items() if is_found), *topics)


@dataclass
class Manners:
    """Watches over one reply. `said`: what earlier runs have said of it."""

    brief: Brief
    directive: Directive
    said: Sequence[str] = ()
    mended: int = field(init=False, default=0)
    """Sentences that were left out or said in other words."""
    _words: int = field(init=False, default=0)
    _asked: bool = field(init=False, default=False)
    _wanting: bool = field(init=False, default=False)
    """Something was left out that may have been the question."""

    def __post_init__(self) -> None:
        for sentence in self.said:
            self._count(sentence)

    def admit(self, sentence: str) -> str:
        """What is said for it: itself, other words, or nothing."""
        spoken = self._admitted(sentence.strip())
        self.mended += spoken != sentence.strip()
        self._count(spoken)
        return spoken

    def finish(self) -> str:
        """The question, where it is still to be asked."""
        if self.directive not in STAYING or self._asked or not self._wanting:
            return ""
        if self.directive is Directive.CONTINUE and self._words:
            return ""  # nothing has to be asked of somebody who writes
        return self._planned()

    def _admitted(self, sentence: str) -> str:
        if self._is_planned(sentence):
            return sentence
        is_question = sentence.endswith("?")
        if is_question and (self._asked or self.directive not in STAYING):
            return ""  # a second one in the same breath: the planned one follows
        too_long = self._words + spoken_words(sentence) >= MAX_SPOKEN_WORDS
        if not too_long and not self._breaches(sentence):
            return sentence
        if is_question:
            return self._planned()
        self._wanting = True
        return ""

    def _is_planned(self, sentence: str) -> bool:
        """Of the question that is said again, or one of its probes."""
        if self._asked or not sentence:
            return False
        return any(sentence in planned for planned in self._questions())

    def _questions(self) -> tuple[str, ...]:
        if self.directive is Directive.FOLLOW_UP:
            return self.brief.question.probes
        if self.directive is Directive.CONTINUE or self.directive not in STAYING:
            return ()
        return (self.brief.question.text,)

    def _breaches(self, sentence: str) -> tuple[str, ...]:
        found = breaches(sentence)
        if self.directive is Directive.CONFIRM:
            # It says again what somebody said.
            return tuple(f for f in found if f in ("rubric", "two_questions"))
        return found

    def _planned(self) -> str:
        question = self.brief.question
        if self.directive is Directive.CONTINUE:
            return "" if self._words else phrases(self.brief.language).code_on
        if self.directive is not Directive.FOLLOW_UP:
            return question.text
        left = question.probes[self.brief.follow_ups_used :]
        return left[0] if left else phrases(self.brief.language).elaborate

    def _count(self, sentence: str) -> None:
        self._words += spoken_words(sentence)
        if self._is_planned(sentence):  # it may have more than one sentence, and no question mark
            self._asked = any(planned.endswith(sentence) for planned in self._questions())
        elif sentence.endswith("?"):
            self._asked = True
