"""What a program may be, and what its output becomes."""

from __future__ import annotations

import pytest

from interview.domain.code_runs import MAX_SOURCE_BYTES, Run, check_source, clean
from interview.errors import InvalidInputError


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("é" * (MAX_SOURCE_BYTES // 2 + 1), "code.too_large"),
        ("x" * 10_000_000, "code.too_large"),
        ("a\0b", "code.not_text"),
        ("\ud800", "code.not_text"),
    ],
    ids=["bytes count", "10 MB", "NUL", "half a character"],
)
def test_what_is_no_source(source: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as failure:
        check_source(source)

    assert failure.value.code == code


def test_the_largest_source_passes() -> None:
    check_source("é" * (MAX_SOURCE_BYTES // 2))


def test_a_run_is_no_larger_than_its_source_may_be() -> None:
    with pytest.raises(ValueError, match="at most"):
        Run(language="python", source="x" * (MAX_SOURCE_BYTES + 1))


@pytest.mark.parametrize(
    ("wrote", "shown"),
    [
        (b"a\0b", "a\ufffdb"),
        (b"\x1b[31mred\x07", "\ufffd[31mred\ufffd"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"<b>\t1\r\n2\n", "<b>\t1\n2\n"),
        ("\x9bé".encode(), "\ufffdé"),
    ],
)
def test_output_becomes_text(wrote: bytes, shown: str) -> None:
    assert clean(wrote) == shown
