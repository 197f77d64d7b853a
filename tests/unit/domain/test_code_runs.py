"""What a program may be, and what its output becomes."""

from __future__ import annotations

import pytest

from interview.domain.code_runs import MAX_SOURCE_BYTES, Run, clean


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
