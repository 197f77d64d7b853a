"""Where words are spoken in code: in comments, in string literals, and where prose stands bare."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["words_alone"]

# Each repeats without looking back (`*+`), and goes on to the end where nothing closes it: an
# answer of quotes alone is read once.
_FOREIGN = r"(?m:^)[ \t]*+(?:{})(?=[ \t])[^\n]*+"
_FOREIGN_MARKS = {"python": "//|--|<!--", "sql": "#|//|<!--"}
_FOREIGN_TO_C = "#|--|<!--"
"""Marks of other languages, where a line begins with them: people read them as comments too."""
_BLOCK = r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_HASHED, _SLASHED, _DASHED = r"\#[^\n]*+", r"//(?:[^\\\n]|\\.)*+", r"--[^\n]*+"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
_TRIPLE_SINGLE = r"'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?"
_DOUBLE = r'"(?:[^"\\\n]|\\.)*+"?'
_SINGLE = r"'(?:[^'\\\n]|\\.)*+'?"
_TEMPLATE = r"`(?:[^`\\]|\\.)*+`?"
_RAW = r"`[^`]*+`?"
_CPP_RAW = r'R"(?P<raw>[^()\\\s"]{0,16})\((?:[^)]|\)(?!(?P=raw)"))*+(?:\)(?P=raw)")?'
_CPP_SINGLE = rf"(?<![0-9a-fA-F]){_SINGLE}"
"""Not the mark between the digits of a number."""
_DOLLARS = r"\$(?P<tag>\w{0,30})\$(?:[^$]|\$(?!(?P=tag)\$))*+(?:\$(?P=tag)\$)?"
_LIKE_C = (_BLOCK, _SLASHED, _TRIPLE, _DOUBLE)
_TOKENS = {
    "python": (_BLOCK, _HASHED, _TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE),
    "javascript": (*_LIKE_C, _SINGLE, _TEMPLATE),
    "typescript": (*_LIKE_C, _SINGLE, _TEMPLATE),
    "java": (*_LIKE_C, _SINGLE),
    "cpp": (_CPP_RAW, *_LIKE_C, _CPP_SINGLE),
    "go": (*_LIKE_C, _SINGLE, _RAW),
    "sql": (_BLOCK, _DASHED, r"'[^']*+'?", r'"[^"]*+"?', _RAW, _DOLLARS),
}
_OTHERS = (_HASHED, *_LIKE_C, _SINGLE, _TEMPLATE)


def _compiled(language: str, tokens: tuple[str, ...]) -> re.Pattern[str]:
    foreign = _FOREIGN.format(_FOREIGN_MARKS.get(language, _FOREIGN_TO_C))
    return re.compile("|".join((foreign, *tokens)), re.DOTALL)


_SPOKEN = {language: _compiled(language, tokens) for language, tokens in _TOKENS.items()}
_SPOKEN_IN_OTHERS = _compiled("", _OTHERS)
_NESTING = ("javascript", "typescript")
_PROSE = re.compile(r"(?<!\w)\w++(?:[ \t,.!?'’-]++\w++){4,}+")
"""Five words and no more than commas between them."""
_MARKS = re.compile(r"(?m:^)[ \t]*+(?:#|//|--|/?\*)++|[\"'`]")
_CODE = re.compile(r"\S")


def words_alone(code: str, language: str) -> str:
    """As long as `code`: what is no comment, literal or prose is blank, and lines end where they
    did. Bare SQL is never prose, for all of it would be. Takes time by length."""
    pieces: list[str] = []
    at = 0
    for start, end in _spoken(code, language):
        pieces += [_bare(code[at:start], language), _MARKS.sub(_blank, code[start:end])]
        at = end
    pieces.append(_bare(code[at:], language))
    return "".join(pieces)


def _spoken(code: str, language: str) -> Iterator[tuple[int, int]]:
    tokens, at = _SPOKEN.get(language, _SPOKEN_IN_OTHERS), 0
    while found := tokens.search(code, at):
        start, end = found.span()
        if language in _NESTING and code[start] == "`":
            opened = code.rfind("${", start, end)
            if opened >= 0 and code.find("}", opened, end) < 0:
                # It ended in the midst of an expression: what follows is a template within it.
                close = code.find("`", end)
                end = close if close >= 0 else len(code)
        yield start, end
        at = end


def _bare(code: str, language: str) -> str:
    if language == "sql":
        return _CODE.sub(" ", code)
    pieces: list[str] = []
    at = 0
    for found in _PROSE.finditer(code):
        pieces += [_CODE.sub(" ", code[at : found.start()]), found.group()]
        at = found.end()
    return "".join((*pieces, _CODE.sub(" ", code[at:])))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
