"""kill -9 of PostgreSQL in the middle of commits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from interview.errors import DatabaseUnavailable
from interview.persistence.database import Database
from interview.persistence.migrate import upgrade
from interview.persistence.records import Records
from tests.integration.persistence.own_postgres import OwnPostgres
from tests.integration.persistence.samples import answer, greeting, new_interview, recording, speech

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

T = TypeVar("T")

INTERVIEWS = 6
TURNS = 25
KILLS = 3


class Retried:
    """Calls as Temporal makes them: again after every retryable error."""

    def __init__(self) -> None:
        self.failures = 0
        self.up = asyncio.Event()
        self.up.set()

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            await self.up.wait()
            try:
                return await call()
            except DatabaseUnavailable:
                self.failures += 1
                await asyncio.sleep(0.005)  # the retry's backoff


async def test_everything_acknowledged_is_there_and_nothing_twice(own: OwnPostgres) -> None:
    await upgrade(own.url)
    database = Database(own.url, pool_size=4)
    records = Records(database)
    retried = Retried()
    acknowledged: dict[str, list[str]] = {}
    progress = asyncio.Semaphore(0)

    async def hold(interview_id: str) -> None:
        said = acknowledged[interview_id] = []
        hello = await retried(lambda: records.save_speech(greeting(interview_id)))
        said.append(hello.text)
        for number in range(1, TURNS + 1):
            mine = answer(interview_id, number, recording=recording(f"{interview_id}/{number}"))
            reply = speech(interview_id, number)
            said.append((await retried(lambda mine=mine: records.commit_answer(mine))).text)
            said.append((await retried(lambda reply=reply: records.save_speech(reply))).text)
            progress.release()

    async def strike() -> None:
        for _ in range(KILLS):
            for _ in range(INTERVIEWS * TURNS // (KILLS + 2)):
                await progress.acquire()
            retried.up.clear()
            # Commits are under way at this moment.
            await own.restart()
            retried.up.set()

    try:
        interviews = [
            (await records.create_interview(new_interview())).interview_id
            for _ in range(INTERVIEWS)
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(strike())
            for interview_id in interviews:
                group.create_task(hold(interview_id))

        assert retried.failures >= KILLS
        for interview_id in interviews:
            lines = await records.transcript(interview_id)
            assert [line.text for line in lines] == acknowledged[interview_id]
            assert [line.sequence for line in lines] == list(range(1, 2 * TURNS + 2))
            assert len(await records.recordings(interview_id)) == TURNS
            assert (await records.get_interview(interview_id)).total_turns == TURNS
    finally:
        await database.close()
