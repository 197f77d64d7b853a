"""The plan on record is the one that is held."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, cast

import pytest
from temporalio.client import Client

from api.engine import Engine
from interview.contracts.interview import InterviewInput
from interview.domain.phases import Phase
from interview.domain.planning.tailoring import Probe
from interview.errors import ConflictError, NotFoundError
from interview.persistence.database import Database
from interview.persistence.planning.tailorings import TailoringRecords, begin_tailoring
from interview.persistence.records import Records
from interview.persistence.rows import InterviewRecord
from interview.security.principal import ANONYMOUS
from tests.integration.persistence import samples

pytestmark = pytest.mark.integration

_MAIN = samples.PLAN.phase(Phase.MAIN_QUESTIONS).questions[0].question_id
PROBES = (Probe(after=_MAIN, text="And the parrots?"),)


class Starting:
    """A server that keeps what it is given to start."""

    def __init__(self) -> None:
        self.started: list[InterviewInput] = []

    async def start_workflow(self, _: Any, request: InterviewInput, **__: Any) -> None:
        self.started.append(request)


@pytest.fixture
def tailorings(database: Database) -> TailoringRecords:
    return TailoringRecords(database)


async def proposed(database: Database, records: Records) -> InterviewRecord:
    """An interview that a run of its tailoring is over for."""
    made = await records.create_interview(samples.new_interview())
    async with database.transaction() as connection:
        await begin_tailoring(connection, made.interview_id, str(uuid.uuid4()), ANONYMOUS)
    await TailoringRecords(database).finish(made.interview_id, 1, ())
    return made


async def test_what_was_fitted_in_after_a_record_was_read_is_held(
    database: Database, records: Records, tailorings: TailoringRecords
) -> None:
    read = await proposed(database, records)
    await tailorings.save(read.interview_id, 2, PROBES, ANONYMOUS)
    server = Starting()
    await Engine(cast(Client, server), read, "", records).start(lambda: None)
    now = await records.get_interview(read.interview_id)
    assert [started.plan for started in server.started] == [now.plan]
    assert now.plan != read.plan
    assert now.started_at is not None
    # Before a word was said.
    with pytest.raises(ConflictError) as late:
        await tailorings.save(read.interview_id, 3, (), ANONYMOUS)
    assert late.value.code == "interview.started"


async def test_of_a_change_and_a_beginning_at_once_one_is_first(
    database: Database, records: Records, tailorings: TailoringRecords
) -> None:
    for _ in range(8):
        read = await proposed(database, records)
        server = Starting()
        engine = Engine(cast(Client, server), read, "", records)
        await asyncio.gather(
            tailorings.save(read.interview_id, 2, PROBES, ANONYMOUS),
            engine.start(lambda: None),
            return_exceptions=True,
        )
        now = await records.get_interview(read.interview_id)
        assert [started.plan for started in server.started] == [now.plan]


async def test_it_begins_once_and_never_after_its_end(records: Records) -> None:
    made = await records.create_interview(samples.new_interview())
    first = await records.begin(made.interview_id)
    again = await records.begin(made.interview_id)
    assert first.started_at is not None
    assert again.started_at == first.started_at
    over = await records.create_interview(samples.new_interview())
    await records.close_interview(over.interview_id, "withdrawn", first.started_at)
    assert (await records.begin(over.interview_id)).started_at is None
    with pytest.raises(NotFoundError):
        await records.begin(str(uuid.uuid4()))
