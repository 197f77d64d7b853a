"""Places in a list."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.errors import InvalidInputError
from interview.persistence.cursors import decode, encode


@given(
    created_at=st.datetimes(timezones=st.just(UTC)),
    interview_id=st.uuids().map(str),
)
def test_a_place_comes_back_exactly(created_at: datetime, interview_id: str) -> None:
    cursor = encode(created_at, interview_id)
    assert decode(cursor) == (created_at, interview_id)
    assert len(cursor) == 32
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=40))
def test_anything_else_is_refused_or_a_place(text: str) -> None:
    try:
        created_at, interview_id = decode(text)
    except InvalidInputError:
        return
    assert str(uuid.UUID(interview_id)) == interview_id
    assert created_at.tzinfo is UTC


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidInputError) as error:
        decode("f" + "_" * 31)
    assert error.value.code == "page.invalid_cursor"
