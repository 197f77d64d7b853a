"""What may be wrong with words that are read aloud to a candidate, as far as code can tell.

English only: of other languages it counts words and question marks. A plan's author is shown
what is found; the built-in interviews have nothing to be found.
"""

from __future__ import annotations

import re

__all__ = [
    "MAX_SPOKEN_WORDS",
    "TOPICS_NOT_ASKED",
    "asks_twice",
    "faults",
    "is_unreadable",
    "spoken_words",
    "topics_not_asked",
]

MAX_SPOKEN_WORDS = 40

TOPICS_NOT_ASKED = {
    "pay": r"\b(salar(y|ies)|wages?|paid|pay (you|expect|range)|(you|your) (earn|income|pay))\b",
    "family": (
        r"\b(married|marriage|marital|divorced?|husband|wife|spouse|pregnan(t|cy)|maternity|"
        r"paternity|parental leave|childcare|boyfriend|girlfriend|single parent)\b"
        r"|\b(your|own|have|having|want|plan(ning)?) (a )?(own )?(famil(y|ies)|child(ren)?|kids?|"
        r"partner|baby|son|daughter)\b"
    ),
    "health": (
        r"\b(disabilit(y|ies)|disabled|handicap\w*|sick (days?|leave)|mental health)\b"
        r"|\b(your|you have|any) (own )?(health|medical|illness(es)?|diagnosis|medication|weight|"
        r"height|body)\b"
    ),
    "age": (
        r"\b(how old|your age|birthday|date of birth|born|retirement|you (plan|want|"
        r"intend|expect) to retire|year did you graduate)\b"
    ),
    "religion": (
        r"\b(religio(n|us)|church|mosque|synagogue|pray(er|ing)?|your faith|christian|muslim|"
        r"jewish|hindu|buddhist|atheist|ramadan|sabbath)\b"
    ),
    "origin": (
        r"\b(nationality|ethnic\w*|your race|racial|skin colou?r|citizen(ship)?|immigra\w+|"
        r"mother tongue|native (language|speaker)|your accent|homeland)\b"
        r"|\bwhere (are|were) you (really |originally )?from\b|\byour (country|origins?|roots)\b"
    ),
    "gender": (
        r"\b(gender|transgender|sexual\w*|sexuality|gay|lesbian|bisexual|heterosexual|as a "
        r"(wo)?man|pronouns?)\b"
    ),
    "politics": (
        r"\b(politic(s|al)|you vote|vote(d)? for|trade union|union member\w*|military service)\b"
    ),
    "record": (
        r"\b((been|were you|you were) arrested|convict(ed|ion)|criminal|credit (score|rating|"
        r"history)|your debts?)\b"
    ),
}
"""Never asked in an interview, by topic: protected characteristics, and what stands for them. As
they are found in casefolded text, in a quarter of the time that ignoring case takes."""

_PATTERNS = {topic: re.compile(p) for topic, p in TOPICS_NOT_ASKED.items()}
_ANY_TOPIC = re.compile("|".join(f"(?:{p})" for p in TOPICS_NOT_ASKED.values()))
_ASKING = r"(what|how|why|who|whom|whose|when|where|which)"
_SECOND_QUESTION = re.compile(
    rf"\?.*\?|(,? and|, or) (also )?(for |to |with |in |at |from )?{_ASKING}\b[^?]*\?$",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_QUESTION = re.compile(rf"\b{_ASKING}\b", re.IGNORECASE)
_UNREADABLE = re.compile(r"[()\[\]{}<>/\\|*_#~^=+@&%$;\"“”…–—]|\b(e\.g|i\.e|etc|vs)\b\.?|\n")


def spoken_words(text: str) -> int:
    return len(text.split())


def topics_not_asked(text: str) -> tuple[str, ...]:
    """Keys of `TOPICS_NOT_ASKED` that `text` touches."""
    plain = text.casefold()
    if not _ANY_TOPIC.search(plain):
        return ()
    return tuple(topic for topic, pattern in _PATTERNS.items() if pattern.search(plain))


def is_unreadable(text: str) -> bool:
    """It has signs that a voice cannot read."""
    return bool(_UNREADABLE.search(text))


def faults(text: str) -> tuple[str, ...]:
    """Of one question or probe: `too_long`, `two_questions`, `unreadable` (signs that a voice
    cannot read), and `topic.` with each topic that is not asked."""
    found: list[str] = []
    if spoken_words(text) >= MAX_SPOKEN_WORDS:
        found.append("too_long")
    if asks_twice(text):
        found.append("two_questions")
    if is_unreadable(text):
        found.append("unreadable")
    return (*found, *(f"topic.{topic}" for topic in topics_not_asked(text)))


def asks_twice(text: str) -> bool:
    second = _SECOND_QUESTION.search(text)
    if second is None:
        return False
    # "the result and how it came about" is one question unless something was asked before it.
    return "?" in second.group()[:-1] or bool(_FIRST_QUESTION.search(text, 0, second.start()))
