"""No list query finds what is another organization's. SQLite judges what a query finds."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Generator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.temporal_ui.visibility import MAX_QUERY_CHARS, narrowed
from interview.errors import InvalidInputError

OURS = "11111111-1111-4111-8111-111111111111"
THEIRS = "22222222-2222-4222-8222-222222222222"
ONLY = f'`IntervueOrganization` = "{OURS}"'

NAMES = ("WorkflowId", "ExecutionStatus", "IntervuePhase", "IntervueOrganization", "StartTime")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ONLY),
        ("  \n", ONLY),
        ('WorkflowId="a"', f'(`WorkflowId` = "a") AND {ONLY}'),
        ("`WorkflowId` = 'a'", f"(`WorkflowId` = 'a') AND {ONLY}"),
        ("GROUP BY ExecutionStatus", f"{ONLY} GROUP BY `ExecutionStatus`"),
        (
            "a = 1 OR b != 'x' group by ExecutionStatus",
            f"(`a` = 1 OR `b` != 'x') AND {ONLY} GROUP BY `ExecutionStatus`",
        ),
        ("not a = 1 and b = 2", f"(NOT (`a` = 1) AND `b` = 2) AND {ONLY}"),
        ("((a = -1.5))", f"(((`a` = -1.5))) AND {ONLY}"),
        ("a IN ('x', \"y\")", f"(`a` IN ('x', \"y\")) AND {ONLY}"),
        ("a NOT IN (1)", f"(`a` NOT IN (1)) AND {ONLY}"),
        ("a STARTS_WITH 'x'", f"(`a` STARTS_WITH 'x') AND {ONLY}"),
        ("a NOT STARTS_WITH 'x'", f"(`a` NOT STARTS_WITH 'x') AND {ONLY}"),
        ("a IS NULL OR a is not null", f"(`a` IS NULL OR `a` IS NOT NULL) AND {ONLY}"),
        (
            "StartTime BETWEEN '2026-01-01' AND '2026-02-01' AND x = true",
            f"(`StartTime` BETWEEN '2026-01-01' AND '2026-02-01' AND `x` = true) AND {ONLY}",
        ),
        ('a = "it\'s (1=1) OR -- /* x"', f'(`a` = "it\'s (1=1) OR -- /* x") AND {ONLY}'),
    ],
)
def test_what_the_ui_asks_is_narrowed(query: str, expected: str) -> None:
    assert narrowed(query, OURS) == expected


def test_it_may_be_narrowed_to_workflows() -> None:
    one, other = (f"interview-{uuid.uuid4()}" for _ in range(2))
    query = narrowed("a = 1 OR b = 2 GROUP BY c", OURS, [one, other])
    assert query == (
        f'(`a` = 1 OR `b` = 2) AND {ONLY} AND `WorkflowId` IN ("{one}", "{other}") GROUP BY `c`'
    )
    assert narrowed("", OURS, []) == f'{ONLY} AND `WorkflowId` IN ("none")'


@pytest.mark.parametrize(
    "query",
    [
        "x) OR (1=1",
        "a = 1) OR (a = 1",
        "1=1",
        "a = 1 OR",
        "a = 'x",
        'a = "x',
        "a = 'x' -- ",
        "a = 'x' # ",
        "a = 'x' /* ",
        "/*! a = 1 */",
        "a = 'x'; select 1",
        "a = 'x\\' OR a = 'y'",
        "a = 'it''s'",
        'a = "it""s"',
        "a = 'x' union select * from executions",
        "a = 'x' ORDER BY StartTime",
        "a = 'x' LIMIT 1",
        "a = b",
        "a = (select 1)",
        "f(a) = 1",
        "`a``b` = 1",
        "`a` OR 1 = 1",
        "a = 1 GROUP BY a, b",
        "a = 1 GROUP BY a) OR (b = 1",
        "GROUP BY",
        "a.b = 1",
        "a = 1\x00",
        "a = '\x00'",
        "a = ﹡",
        "а = 1",  # a Cyrillic letter
        "a\u00a0=\u00a01",
        "a == 1",
        "a = 0x1",
        "a = 1e9",
        "a = --1",
        "a IN ()",
        "a IN (1,)",
        "a IN ((1))",
        "a BETWEEN 1",
        "a BETWEEN 1 OR 2",
        "a IS 1",
        "a NOT = 1",
        "NOT",
        "()",
        "(a = 1",
        "AND a = 1",
        "(" * 31 + "a = 1" + ")" * 31,
        "NOT " * 31 + "a = 1",
        "a = '" + "x" * MAX_QUERY_CHARS + "'",
    ],
)
def test_what_is_not_understood_is_refused(query: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        narrowed(query, OURS)

    assert refused.value.code == "temporal_ui.invalid_query"
    assert "x'" not in str(refused.value)


def test_an_organization_is_an_id() -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        narrowed("", '" OR "1" = "1')


def _values() -> st.SearchStrategy[str]:
    return st.sampled_from([f'"{OURS}"', f"'{THEIRS}'", '"x"', "'x) OR (1=1'", "1", "0", "true"])


def _comparisons() -> st.SearchStrategy[str]:
    name = st.sampled_from([*NAMES, *(f"`{name}`" for name in NAMES)])
    return st.one_of(
        st.builds("{} {} {}".format, name, st.sampled_from(["=", "!=", "<", ">="]), _values()),
        st.builds("{} IN ({}, {})".format, name, _values(), _values()),
        st.builds("{} NOT BETWEEN {} AND {}".format, name, _values(), _values()),
        st.builds("{} IS NOT NULL".format, name),
        st.builds("{} IS NULL".format, name),
    )


def _conditions() -> st.SearchStrategy[str]:
    return st.recursive(
        _comparisons(),
        lambda inner: st.one_of(
            st.builds("{} OR {}".format, inner, inner),
            st.builds("{} and {}".format, inner, inner),
            st.builds("NOT {}".format, inner),
            st.builds("({})".format, inner),
        ),
        max_leaves=8,
    )


_PIECES = st.sampled_from(
    [
        *("(", ")", "'", '"', "`", "\\", "--", "/*", "*/", ";", ",", "=", "!=", " ", "\n", "#"),
        *(" OR ", " AND ", " NOT ", " IN ", " IS ", "NULL", " GROUP BY ", " UNION SELECT ", "1"),
        *("1=1", "x", "''", '""', "IntervueOrganization", THEIRS, "%", "\x00", "é", "WorkflowId"),
    ]
)


@contextlib.contextmanager
def _store() -> Generator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as store:
        store.execute(f"create table executions ({', '.join(NAMES)})")
        store.executemany(
            "insert into executions values (?, ?, ?, ?, ?)",
            [
                ("x", "Running", "warmup", OURS, "1"),
                ("1", "Completed", None, OURS, "0"),
                ("x", "Running", "warmup", THEIRS, "1"),
                ("1", None, None, THEIRS, None),
                ("x", "Running", None, None, "true"),
            ],
        )
        yield store


def _found(store: sqlite3.Connection, where: str) -> set[str | None]:
    rows = store.execute(f"select IntervueOrganization from executions where {where}")
    return {row[0] for row in rows}


@given(_conditions())
@settings(max_examples=400)
def test_every_condition_finds_our_own_only(condition: str) -> None:
    with _store() as store:
        found = _found(store, narrowed(condition, OURS))
        asked = _found(store, condition)

    assert found == asked & {OURS}


@given(st.lists(_PIECES, max_size=14).map("".join) | st.text(max_size=40))
@settings(max_examples=3_000)
def test_no_text_finds_what_is_not_ours(text: str) -> None:
    try:
        query = narrowed(text, OURS)
    except InvalidInputError:
        return

    assert ONLY in query
    with _store() as store:
        try:
            found = _found(store, query)
        except sqlite3.OperationalError as error:
            # A name it does not have, or what only Temporal knows.
            if "no such column" in str(error) or "STARTS_WITH" in query:
                return
            raise
    assert found <= {OURS}
