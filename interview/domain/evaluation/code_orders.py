"""Orders to a scorer within a program, whose own words (level, set, max, result) are none."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator

from interview.domain.evaluation.code_words import words_alone

__all__ = ["orders_in_code"]

_PERSON = r"(?:scorer|grader|evaluator|rater|assessor|reviewer)"
_SCORER = rf"(?:{_PERSON}|ai|llm|language model)"
_TOP = r"(?:5|five|top|highest|maximum|max|full|perfect|best|excellent)"
_MARK = r"(?:score|mark|grade|level|rating)s?"
_WORKS = r"(?:candidate|applicant|answer|solution|code|program|quer(?:y|ies)|submission|work)"
_ANYWHERE = [
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|the|my|your|these|those|"
    r"previous|prior|earlier|above)\s+){1,4}(?:instruction|prompt|rubric|guideline)s?\b",
    r"\bsystem prompt\b",
    # Our own prompt's, and our own answer's.
    r"</(?:answer|interview|competency|levels|rejected_quotes|system|instructions?)>",
    r"<(?:answer number|level letter|competency name|looks_for|rejected_quotes)\b",
    r"<\|\w{1,30}\|>|\[/inst\]",
    r"\bevidence\W{1,6}:.{0,40}\blevel\W{1,6}:\s*\W?[A-E]\b",
    r"\b(?:score|level)\W{1,3}:\s*\W?[1-5A-E]\W{1,6}(?:reason|evidence)\W{1,3}:",
]
"""Of which no program is made."""
_SPOKEN = [
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rubric|"
    r"guideline|(?:scoring|grading|previous|your|these|the|all) rule)s?\b",
    r"\byou are (?:now|no longer) (?:an?|the|in|my)\b",
    r"\b(?:act|behave|respond|answer) as (?:if|though|an? )\b.{0,30}\b(?:ai|assistant|model|scorer|"
    r"evaluator|admin|developer|system|i had)\b",
    r"\bnew (?:instruction|rule|system prompt)s?\s*:",
    r"\b(?:system|developer|hidden) (?:prompt|message|instruction)s?\b|\bsystem\s*:\s*the\b",
    r"\b(?:language model|llm|chatgpt|claude|gpt-?\d\w*)\b.{0,40}\b(?:must|should|will|please|give|"
    r"score|rate|output)\b",
    # Not those of a type's parameters, nor of an index.
    r"(?<!\w)</?\s*(?:answers?|system|instructions?|candidate|interview|competency|rubric|"
    r"assistant)\b[^>]{0,40}>",
    r"(?<!\w)\[/?\s*(?:inst|system|assistant)\s*\]|\bBEGIN (?:SYSTEM|PROMPT)\b",
    r"\b(?:score|level|rating)\s*[:=]\s*[1-5A-E]\b",
    rf"\b(?:give|award|assign|grant|output|return|set|mark|rate|score|grade)\b.{{0,40}}\b(?:me|"
    rf"the candidate|my {_WORKS}|this {_WORKS}|{_SCORER})\b.{{0,40}}\b(?:{_TOP}|level)\b",
    rf"\b(?:give|award|assign|grant|rate|mark|grade|score)\b.{{0,20}}\b(?:this|them|him|her|it)\b"
    rf".{{0,20}}\b{_TOP} {_MARK}\b",
    r"(?:\b(?:must|please)|[:.!])\s+(?:give|award|assign|grant)\b.{0,20}"
    rf"\b{_TOP}\b.{{0,15}}\b{_MARK}\b",
    rf"\b{_SCORER}\b.{{0,20}}\b(?:must|should|please)\b.{{0,20}}"
    rf"\b(?:give|award|assign|grant|rate)\b",
    r"\blevel [A-E] is\b.{0,20}\b(?:correct|right|true|answer)\b",
    rf"\b(?:deserves?|merits?|warrants?)\b.{{0,30}}\b{_TOP}\b|\b(?:5|five) out of (?:5|five)\b",
    rf"\b(?:must|should) (?:get|receive|be given)\b.{{0,20}}\b{_TOP} {_MARK}\b",
    rf"\b(?:note|message) (?:to|for)\b.{{0,12}}\b(?:{_SCORER}|model)\b",
    rf"\b(?:dear|attention|hey)\b.{{0,12}}\b(?:{_SCORER}|model)\b",
    rf"\b{_PERSON}\s*:",
    r"\b(?:reveal|repeat|print|show|tell me|leak|quote|list)\b.{0,30}\b(?:rubric|scoring criteria|"
    r"anchors of|level descriptions?|your (?:prompt|instruction)s?|instructions? you)\b",
    # Letters of plain English in writing that nobody needs for them.
    r"(?:\\u00[2-7][0-9a-f]|&#x?[0-9a-f]{2,5};|%[2-7][0-9a-f]){4,}",
    # Other languages.
    r"\b(?:ignoriere?|vergiss|missachte)\b.{0,40}\b(?:anweisung|regel)\w*",
    r"\b(?:bewerte|gib)\s+(?:mich|mir)\b.{0,40}\b(?:höchst|hochst|beste|volle|5|fünf|funf)\w*",
    r"\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:instruction|consigne)\w*",
    r"\b(?:donne[zr]?|attribue[zr]?)[\s-]{1,3}moi\b.{0,40}\b(?:note|score)\b",
    r"\b(?:ignora|olvida|omite)\w*\b.{0,40}\b(?:instruccion|instrucción|regla)\w*",
    r"\bdame\b.{0,40}\b(?:puntuaci|nota|calificaci)\w*",
    r"\b(?:ignora|dimentica)\w*\b.{0,40}\b(?:istruzion|regol)\w*",
    r"\b(?:negeer|ignoreer|vergeet)\w*\b.{0,40}\b(?:instructie|regel)\w*",
    r"\b(?:zignoruj|zapomnij|pomiń)\w*\b.{0,40}(?:instrukcj|poleceni|zasad)\w*",
    r"忽略.{0,20}(?:指令|指示|规则)|给我.{0,10}(?:满分|最高分)",
    r"игнорир\w{0,12}\b.{0,40}(?:инструкц|правил)\w*|"
    r"постав\w{0,6}.{0,20}(?:высш|максимальн)\w{0,8}\s{1,3}(?:балл|оценк)\w*",
    r"(?:指示|命令).{0,10}無視|満点を(?:ください|くれ|与え)",
]
_FLAGS = re.IGNORECASE | re.DOTALL
_IS_ANYWHERE = re.compile("|".join(f"(?:{p})" for p in _ANYWHERE), _FLAGS)
_IS_SPOKEN = re.compile("|".join(f"(?:{p})" for p in _SPOKEN), _FLAGS)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}+={0,2}")
_PLAIN = re.compile(rb"[A-Za-z,.'-]+ [A-Za-z ,.'-]{12,}")
_MOST_DECODED = 400

_Read = tuple[str, list[int]]


def orders_in_code(
    code: str, language: str, loosened: Callable[[str, list[int]], _Read]
) -> Iterator[tuple[int, int]]:
    """Where they start and end. `loosened` reads what is spelled oddly."""
    words = words_alone(code, language)
    for text, pattern in ((code, _IS_ANYWHERE), (words, _IS_SPOKEN)):
        for plain, places in (
            (text, list(range(len(text)))),
            loosened(text, list(range(len(text)))),
        ):
            for found in pattern.finditer(plain):
                yield places[found.start()], places[found.end() - 1] + 1
    for found in _ENCODED.finditer(words):
        if _is_plain(found.group()):
            yield found.span()


def _is_plain(encoded: str) -> bool:
    """Hashes, alphabets and paths hold no words."""
    for skipped in range(4):
        part = encoded[skipped : skipped + _MOST_DECODED]
        if _PLAIN.search(base64.b64decode(part[: len(part) // 4 * 4].rstrip("=") + "==")):
            return True
    return False
