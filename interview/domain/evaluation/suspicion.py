"""Words in an answer that talk to the scorer, and not about the work.

Nobody is punished for them: they are left out of what is scored, a person is told, and the score
with them is compared with the one without.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from interview.domain.evaluation.code_orders import orders_in_code

__all__ = ["Span", "suspicious"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text."""

    start: int
    end: int


_SCORER = r"(?:scor|grad|evaluat|rat|assess)(?:e|er|or|ing|ion|ment)\w*"
_PATTERNS = [
    # Orders to forget, or to become somebody else.
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rule|rubric|"
    r"above|previous|prior|guideline|everything)\w*",
    r"\byou are (?:now|no longer)\b",
    r"\b(?:act|behave|respond|answer) as (?:if|though|an? )\b.{0,30}\b(?:ai|assistant|model|scorer|"
    r"evaluator|admin|developer|system)\b",
    r"\bnew (?:instruction|rule|task|system prompt)s?\b",
    # The machinery.
    r"\b(?:system|developer|hidden) (?:prompt|message|instruction)s?\b",
    r"\b(?:language model|llm|chatgpt|claude|gpt-?\d\w*)\b.{0,40}\b(?:must|should|will|please|give|"
    r"score|rate|output)\b",
    r"</?\s*(?:answer|answers|system|instruction|candidate|interview|competency|rubric|assistant|"
    r"user|human|tool|result)\w*\b[^>]{0,40}>",
    r"\[/?\s*(?:inst|system|assistant|user)\s*\]|<\|[^|>]{1,30}\|>|\bBEGIN (?:SYSTEM|PROMPT)\b",
    r"\"?\b(?:score|level|rating)\b\"?\s*[:=]\s*\"?[1-5A-E]\b",
    # Asking for a score, or for the scale.
    rf"\b(?:give|award|assign|grant|output|return|set|mark|rate|score|grade)\b.{{0,40}}\b(?:me|this|"
    rf"the candidate|him|her|them|my|competenc\w+|{_SCORER})\b.{{0,40}}\b(?:5|five|top|highest|"
    r"maximum|max|full|perfect|best|excellent|level)\b",
    r"(?:\b(?:must|should|to|please|and|will)|[:.!])\s+(?:give|award|assign|grant|output)\b.{0,20}"
    r"\b(?:top|highest|maximum|full|perfect|best)\b.{0,15}\b(?:score|mark|grade|level|rating)s?\b",
    r"\blevel [A-E]\b.{0,20}\b(?:correct|right|true|answer)\b",
    r"\b(?:deserves?|merits?|warrants?|(?:must|should) (?:get|receive|be given))\b.{0,30}"
    r"\b(?:5|five|top|highest|maximum|full|perfect)\b",
    rf"\b(?:note|message|dear|attention|hey)\b.{{0,20}}\b(?:{_SCORER}|reviewer|ai|model)\b",
    r"\b(?:reveal|repeat|print|show|tell me|leak|quote|list)\b.{0,30}\b(?:rubric|anchor|scale|"
    r"prompt|instruction|criteria|level description)\w*",
    # Encodings nobody speaks.
    r"\b[A-Za-z0-9+/]{40,}={0,2}",
    r"(?:\\u[0-9a-fA-F]{4}|&#x?[0-9a-fA-F]{2,5};|%[0-9a-fA-F]{2}){4,}",
]
_OTHER_LANGUAGES = [
    r"\b(?:ignoriere?|vergiss|missachte)\b.{0,40}\b(?:anweisung|regel|vorherig)\w*",
    r"\b(?:bewerte|gib)\b.{0,40}\b(?:höchst|hochst|beste|volle|5|fünf|funf)\w*",
    r"\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:instruction|consigne|règle|regle|précédent)\w*",
    r"\b(?:donne[zr]?|attribue[zr]?)\b.{0,40}\b(?:note|score)\b",
    r"\b(?:ignora|olvida|omite)\w*\b.{0,40}\b(?:instruccion|instrucción|regla|anterior)\w*",
    r"\b(?:dame|otorga|asigna)\w*\b.{0,40}\b(?:puntuaci|nota|calificaci)\w*",
    r"\b(?:ignora|dimentica)\w*\b.{0,40}\b(?:istruzion|regol|precedent)\w*",
    r"\b(?:negeer|ignoreer|vergeet)\w*\b.{0,40}\b(?:instructie|regel|vorige)\w*",
    r"\b(?:zignoruj|zapomnij|pomiń)\w*\b.{0,40}(?:instrukcj|poleceni|zasad|poprzedni)\w*",
    r"忽略.{0,20}(?:指令|指示|规则|之前)|(?:满分|最高分)",
    # No \b before these, for their prefixes: so an ending is bounded, or it takes hours to look.
    r"игнорир\w{0,12}\b.{0,40}(?:инструкц|правил)\w*|"
    r"(?:высш|максимальн)\w{0,8}\s{1,3}(?:балл|оценк)\w*",
    r"(?:指示|命令).{0,10}無視|満点",
]
# What was typed may hold line breaks, which part no words.
_ANY = re.compile(
    "|".join(f"(?:{p})" for p in _PATTERNS + _OTHER_LANGUAGES), re.IGNORECASE | re.DOTALL
)
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]*")
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u180e\u3164\uffa0\u200b-\u200f\u2060-\u2064\u202a-\u202e\ufeff\U000e0000-\U000e007f]+"
)
# Between letters of scripts that are joined by them, and in emoji, they are part of what is seen.
_JOINED = (
    "[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc\u0900-\u0dff\u1000-\u109f\u1780-\u18af"
    "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
)
_JOINER = re.compile(f"(?<={_JOINED})[\u200c\u200d](?={_JOINED})")
_LONG = 300
"""Characters: a sentence of so many is one that nobody has punctuated."""
_AROUND = 120
"""Characters that are hidden of it on either side of such words."""
_WORD = 30
"""Characters within which the word at an edge ends."""


def suspicious(text: str, *, language: str = "") -> tuple[Span, ...]:
    """The sentences that hold such words, in order and apart; where nobody has punctuated, what
    stands around the words. What is spelled with characters that nobody sees, with others that look
    alike, stretched or letter by letter, is read as it looks. `language`: of a program, in which
    words are comments and literals; empty where it was said."""
    joiners = {found.span() for found in _JOINER.finditer(text)}
    hits = [found.span() for found in _UNSEEN.finditer(text) if found.span() not in joiners]
    seen, places = _seen(text)
    if language:
        found = orders_in_code(seen, language, _loosened)
        hits += [(places[start], places[end - 1] + 1) for start, end in found]
    else:
        for plain, at in ((seen, places), _loosened(seen, places)):
            hits += [(at[one.start()], at[one.end() - 1] + 1) for one in _ANY.finditer(plain)]
    spans: list[Span] = []
    for start, end in sorted(_hidden(text, hits)):
        if spans and start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(end, spans[-1].end))
        else:
            spans.append(Span(start, end))
    return tuple(spans)


def _hidden(text: str, hits: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    left = sorted(hits, reverse=True)
    under_way: list[tuple[int, int]] = []
    for sentence in _SENTENCE.finditer(text):
        start, end = sentence.span()
        under_way = [hit for hit in under_way if start < hit[1]]
        while left and left[-1][0] < end:
            under_way.append(left.pop())
        if not left and not under_way:
            return
        within = under_way
        if end - start <= _LONG:
            if within:
                yield start, end
            continue
        for a, b in within:
            first, last = max(start, a - _AROUND), min(end, b + _AROUND)
            # Not in the middle of a word, where there are blanks between them.
            before = text.rfind(" ", max(start, first - _WORD), first)
            after = text.find(" ", last, min(end, last + _WORD))
            yield (before + 1 if before >= 0 else first), (after if after >= 0 else last)


_LOOK_ALIKE = str.maketrans("аеорсухіѕԁαεικνορτυ", "aeopcyxisdaeikvoptu")
# Forms of Latin letters that Unicode does not call compatible with them.
_FORMS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)) | {
    chr(first + place): chr(ord("A") + place) for first in (0x1F150, 0x1F170) for place in range(26)
}
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_LATIN, _ALIKE = re.compile("[A-Za-z]"), re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_WORD_OF_LETTERS = re.compile(r"\w+")
_APART = re.compile(r"(?<!\w)(?:\w[^\w\n]){3,}\w(?!\w)")


def _seen(text: str) -> tuple[str, list[int]]:
    """As it looks, and where each letter stands. Cyrillic and Greek words stay what they are: only
    letters among Latin ones are taken for them."""
    if text.isascii():
        return text, list(range(len(text)))
    unseen = {n for found in _UNSEEN.finditer(text) for n in range(*found.span())}
    places = [n for n in range(len(text)) if n not in unseen]
    text = _UNSEEN.sub("", text)
    if _ALIKE.search(text):
        text = _WORD_OF_LETTERS.sub(_alike, text)
    return text.translate(_table(text, _narrow)), places


def _alike(found: re.Match[str]) -> str:
    word = found.group()
    return word.translate(_LOOK_ALIKE) if _LATIN.search(word) and _ALIKE.search(word) else word


def _table(text: str, change: Callable[[str], str]) -> dict[int, str]:
    """Of the letters of `text` that are not plain."""
    return {ord(letter): change(letter) for letter in set(text) if not letter.isascii()}


def _narrow(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    return _FORMS.get(letter, plain if len(plain) == 1 else letter)


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def _loosened(text: str, places: list[int]) -> tuple[str, list[int]]:
    """Without accents, stretched letters, and what stands between letters of one word."""
    if not text.isascii():
        marks = {letter for letter in set(text) if unicodedata.combining(letter)}
        if marks:
            kept = [n for n, letter in enumerate(text) if letter not in marks]
            text, places = "".join(text[n] for n in kept), [places[n] for n in kept]
        text = text.translate(_table(text, _bare))
    plain = text.replace("_", " ")
    drop: set[int] = set()
    for found in _STRETCHED.finditer(plain):
        drop.update(range(found.start() + 1, found.end()))
    for found in _APART.finditer(plain):
        drop.update(range(found.start() + 1, found.end(), 2))
    if not drop:
        return plain, places
    left = [n for n in range(len(plain)) if n not in drop]
    return "".join(plain[n] for n in left), [places[n] for n in left]
