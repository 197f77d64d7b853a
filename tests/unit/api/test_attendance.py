"""Who is in the rooms of a process that ends."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import cast

import pytest

from api import attendance
from api.attendance import Attendance
from interview.persistence.access import AccessRecords
from interview.security.principal import Principal

_SOMEBODY = cast(Principal, "somebody")


def an_attendance() -> Attendance:
    return Attendance(cast(AccessRecords, None))


async def test_rooms_leave_one_after_another() -> None:
    among, left = an_attendance(), list[int]()
    with ExitStack() as rooms:
        for number in range(3):
            rooms.enter_context(
                among.present(_SOMEBODY, "i", lambda _: None, lambda n=number: left.append(n))
            )
        leaving = asyncio.create_task(among.empty())
        await asyncio.sleep(0)
        assert left == [0], "the others are still in their rooms"
        await leaving

    assert left == [0, 1, 2]


async def test_who_is_gone_already_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "LEAVE_EVERY_S", 0.0)
    among, left = an_attendance(), list[str]()
    with ExitStack() as rooms:
        second = ExitStack()
        rooms.enter_context(among.present(_SOMEBODY, "i", lambda _: None, second.close))
        second.enter_context(
            among.present(_SOMEBODY, "j", lambda _: None, lambda: left.append("second"))
        )
        await among.empty()

    assert not left
    assert among.count == 0


async def test_many_leave_within_the_time_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "LEAVE_WITHIN_S", 0.2)
    among, left = an_attendance(), list[int]()
    with ExitStack() as rooms:
        for number in range(100):
            rooms.enter_context(
                among.present(_SOMEBODY, "i", lambda _: None, lambda n=number: left.append(n))
            )
        async with asyncio.timeout(3.0):
            await among.empty()

    assert len(left) == 100
