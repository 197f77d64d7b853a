"""Temporal's list queries, narrowed to one organization.

A query is never passed on as it came: it is parsed, by a grammar no larger than what the UI writes,
and written anew. There is nothing in it that could close a bracket or open a comment.

::

    query      = [condition] ["GROUP" "BY" name]
    condition  = all {"OR" all}
    all        = one {"AND" one}
    one        = "NOT" one | "(" condition ")" | comparison
    comparison = name operator value
               | name ["NOT"] "STARTS_WITH" value
               | name ["NOT"] "IN" "(" value {"," value} ")"
               | name ["NOT"] "BETWEEN" value "AND" value
               | name "IS" ["NOT"] "NULL"
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interview.contracts.ids import interview_of
from interview.errors import InvalidInputError
from workflows.search_attributes import ORGANIZATION

__all__ = ["MAX_QUERY_CHARS", "narrowed"]

MAX_QUERY_CHARS = 4_000
_DEEPEST = 30
_NONE = "none"
"""No workflow's id."""

_Kind = Literal["name", "word", "value", "operator", "mark"]

# No backslash inside of quotes, and no quote of their own kind: what ends a value here ends it
# for every other reader too.
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      `(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)`
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<value>"[^"\\\x00-\x1f\x7f]*"
              | '[^'\\\x00-\x1f\x7f]*'
              | -?[0-9]{1,18}(?:\.[0-9]{1,18})?(?![A-Za-z0-9_.]))
    | (?P<operator>!=|<>|<=|>=|=|<|>)
    | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_WORDS = frozenset(
    "AND OR NOT IN IS NULL BETWEEN STARTS_WITH GROUP BY ORDER LIKE LIMIT TRUE FALSE".split()
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    text: str

    @property
    def keyword(self) -> str:
        """Upper case, or empty."""
        upper = self.text.upper()
        return upper if self.kind == "word" and upper in _WORDS else ""


def narrowed(query: str, organization_id: str, workflow_ids: Sequence[str] | None = None) -> str:
    """What `query` finds, of the organization alone, and of these workflows where they are given.
    Raises `InvalidInputError` (`temporal_ui.invalid_query`)."""
    organization = str(uuid.UUID(organization_id))
    condition, group = _Parser(_tokens(query)).query()
    only = f'`{ORGANIZATION.name}` = "{organization}"'
    if workflow_ids is not None:
        assert all(interview_of(workflow_id) for workflow_id in workflow_ids)
        named = ", ".join(f'"{workflow_id}"' for workflow_id in workflow_ids or (_NONE,))
        only += f" AND `WorkflowId` IN ({named})"
    return f"{f'({condition}) AND ' if condition else ''}{only}{group}"


def _tokens(query: str) -> list[_Token]:
    if len(query) > MAX_QUERY_CHARS:
        raise _invalid()
    tokens: list[_Token] = []
    at, text = 0, query.rstrip(" \t\r\n")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _invalid()
        kind = match.lastgroup
        assert kind in ("name", "word", "value", "operator", "mark")
        tokens.append(_Token(kind, match[kind]))
        at = match.end()
    return tokens


class _Parser:
    """Each method takes what its rule describes and returns it as it is written."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def query(self) -> tuple[str, str]:
        """The condition, and the grouping; either may be empty."""
        condition = "" if self._done or self._is("GROUP") else self._condition()
        group = ""
        if self._took("GROUP"):
            self._take("BY")
            group = f" GROUP BY {self._name()}"
        if not self._done:
            raise _invalid()
        return condition, group

    def _condition(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _invalid()
        parts = [self._all()]
        while self._took("OR"):
            parts.append(self._all())
        self._depth -= 1
        return " OR ".join(parts)

    def _all(self) -> str:
        parts = [self._one()]
        while self._took("AND"):
            parts.append(self._one())
        return " AND ".join(parts)

    def _one(self) -> str:
        if self._took("NOT"):
            # In brackets, so that nobody has to know how strongly NOT binds.
            self._depth += 1
            if self._depth > _DEEPEST:
                raise _invalid()
            inner = self._one()
            self._depth -= 1
            return f"NOT ({inner})"
        if self._took_mark("("):
            inner = self._condition()
            self._take_mark(")")
            return f"({inner})"
        return self._comparison()

    def _comparison(self) -> str:
        name = self._name()
        if not self._done and self._tokens[self._at].kind == "operator":
            return f"{name} {self._next().text} {self._value()}"
        if self._took("IS"):
            negated = "NOT " if self._took("NOT") else ""
            self._take("NULL")
            return f"{name} IS {negated}NULL"
        negated = "NOT " if self._took("NOT") else ""
        if self._took("STARTS_WITH"):
            return f"{name} {negated}STARTS_WITH {self._value()}"
        if self._took("BETWEEN"):
            low = self._value()
            self._take("AND")
            return f"{name} {negated}BETWEEN {low} AND {self._value()}"
        self._take("IN")
        self._take_mark("(")
        values = [self._value()]
        while self._took_mark(","):
            values.append(self._value())
        self._take_mark(")")
        return f"{name} {negated}IN ({', '.join(values)})"

    def _name(self) -> str:
        token = self._next()
        if token.kind not in ("name", "word") or token.keyword:
            raise _invalid()
        return f"`{token.text}`"

    def _value(self) -> str:
        token = self._next()
        if token.kind == "value":
            return token.text
        if token.keyword in ("TRUE", "FALSE"):
            return token.keyword.lower()
        raise _invalid()

    @property
    def _done(self) -> bool:
        return self._at == len(self._tokens)

    def _next(self) -> _Token:
        if self._done:
            raise _invalid()
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, keyword: str) -> bool:
        return not self._done and self._tokens[self._at].keyword == keyword

    def _took(self, keyword: str) -> bool:
        found = self._is(keyword)
        self._at += found
        return found

    def _take(self, keyword: str) -> None:
        if not self._took(keyword):
            raise _invalid()

    def _took_mark(self, mark: str) -> bool:
        found = not self._done and self._tokens[self._at] == _Token("mark", mark)
        self._at += found
        return found

    def _take_mark(self, mark: str) -> None:
        if not self._took_mark(mark):
            raise _invalid()


def _invalid() -> InvalidInputError:
    return InvalidInputError("temporal_ui.invalid_query", "this list query cannot be understood")
