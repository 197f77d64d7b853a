"""What was asked for of a model is done: with Temporal away, and after a death at any moment."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import AsyncGenerator, Awaitable
from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa
from temporalio.client import Client

from interview.config import Settings
from interview.contracts.ids import evaluation_workflow_id
from interview.evaluation.asking import Evaluating
from interview.persistence import asked_for
from interview.persistence.database import Database
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.models import EVALUATIONS, PLAN_PROPOSALS, ROLES, TAILORINGS
from interview.persistence.records import Records
from interview.planning.asking import Planning
from interview.resuming import Resuming
from interview.security.data_keys import build_data_keys
from interview.security.principal import Principal
from interview.temporal_client import connect_temporal
from tests.fakes.planning import PlanningModel
from tests.integration.api.test_erasure import until
from tests.integration.api.test_plans import ROLES as ROLES_PATH
from tests.integration.api.test_plans import approved
from tests.integration.models import test_planning, test_tailoring
from tests.integration.models.test_evaluation import path
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


@pytest.fixture
async def recruiter(staff: Staff) -> Principal:
    return await staff.sign_in("recruiter")


@pytest.fixture
async def away(settings: Settings, database: Database) -> Client:
    nowhere = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    return await connect_temporal(nowhere, build_data_keys(settings, database), lazy=True)


@pytest.fixture
async def role(admin: httpx.AsyncClient) -> str:
    made = await admin.post(ROLES_PATH, json={"title": "Keeper", "job_description": "Feed lions."})
    return made.raise_for_status().json()["role_id"]


async def nothing_said(admin: httpx.AsyncClient, records: Records) -> str:
    """An interview that has ended, and which no model is asked about."""
    made = (await admin.post("/api/v1/interviews", json={"role": "sales"})).raise_for_status()
    interview_id: str = made.json()["interview_id"]
    await records.close_interview(interview_id, "completed", datetime.now(UTC))
    return interview_id


async def scored(database: Database, interview_id: str) -> str:
    """How its only evaluation came out."""

    async def finished() -> str | None:
        (row,) = await EvaluationRecords(database).all(interview_id)
        return row.state if row.state != "running" else None

    return await until(finished)


async def grow_old(database: Database) -> None:
    """Nobody is about to start them any more."""
    async with database.transaction() as connection:
        for table in (EVALUATIONS, PLAN_PROPOSALS, TAILORINGS):
            minute_ago = table.c.created_at - sa.text("interval '1 minute'")
            await connection.execute(sa.update(table).values(created_at=minute_ago))


async def test_what_was_asked_for_while_temporal_was_away_is_done(
    admin: httpx.AsyncClient,
    role: str,
    recruiter: Principal,
    database: Database,
    records: Records,
    away: Client,
    temporal: Client,
    model: PlanningModel,
) -> None:
    asking = Planning(database, away)
    proposal = await asking.propose(role, 20, recruiter)
    builtin = {"title": "Keeper", "builtin": "general-behavioural"}
    another = (await admin.post(ROLES_PATH, json=builtin)).raise_for_status().json()["role_id"]
    plan = (await approved(admin, f"{ROLES_PATH}/{another}"))["plan_hash"]
    interview = await test_tailoring.interview(admin, plan)
    interview_id = interview.rpartition("/")[2]
    (resume,) = (await admin.get(f"{interview}/documents")).json()["items"]
    await asking.tailor(interview_id, resume["document_id"], recruiter)
    ended = await nothing_said(admin, records)
    evaluation = await Evaluating(database, away).anew(ended, recruiter)
    assert evaluation.state == "running"

    resuming = Resuming(database, temporal, 60)
    await resuming.once()  # It is left to whoever asks, for a while.
    evaluating = temporal.get_workflow_handle(evaluation_workflow_id(ended))
    with pytest.raises(Exception, match="not found"):
        await evaluating.describe()
    await grow_old(database)
    # Some may be started by the worker's own.
    await asyncio.gather(*(resuming.once() for _ in range(3)))
    proposed = f"{ROLES_PATH}/{role}/proposals/{proposal.proposal_id}"
    assert (await test_planning.settled(admin, proposed))["state"] == "ready"
    assert (await test_tailoring.settled(admin, interview))["state"] == "ready"
    assert await scored(database, ended) == "done"
    assert model.asked["plan_competencies"] == model.asked["plan_tailoring"] == 1
    # What is done is done.
    async with database.transaction() as connection:
        found = [
            *await asked_for.evaluations(connection, ""),
            *await asked_for.proposals(connection, ""),
            *await asked_for.tailorings(connection, ""),
        ]
    assert not {ended, interview_id, proposal.proposal_id} & {one for one, _ in found}


async def test_a_lost_workflow_is_started_again_for_what_is_missing(
    admin: httpx.AsyncClient, records: Records, database: Database, temporal: Client
) -> None:
    ended = await nothing_said(admin, records)
    (await admin.post(path(ended))).raise_for_status()
    await scored(database, ended)
    async with database.transaction() as connection:
        of = EVALUATIONS.c.interview_id == ended
        lost = sa.update(EVALUATIONS).where(of).values(state="running", finished_at=None)
        await connection.execute(lost)
    await grow_old(database)

    async def finished() -> bool:
        await Resuming(database, temporal, 60).once()
        (row,) = await EvaluationRecords(database).all(ended)
        return row.state != "running"

    await until(finished)


@pytest.fixture
async def silent(settings: Settings, database: Database) -> AsyncGenerator[Client]:
    """Takes connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        elsewhere = settings.model_copy(update={"temporal_address": address})
        yield await connect_temporal(elsewhere, build_data_keys(settings, database), lazy=True)


async def test_nothing_is_held_while_temporal_is_waited_for(
    settings: Settings,
    role: str,
    recruiter: Principal,
    admin: httpx.AsyncClient,
    records: Records,
    silent: Client,
) -> None:
    """Neither a connection, of which this pool has one, nor a row."""
    small = Database.from_settings(settings.model_copy(update={"database_pool_size": 1}))
    made = (await admin.post("/api/v1/interviews", json={"role": "sales"})).json()["interview_id"]
    ended = await nothing_said(admin, records)
    asked: list[Awaitable[object]] = [
        Planning(small, silent).propose(role, 20, recruiter),
        Planning(small, silent).tailor(made, str(uuid.uuid4()), recruiter),
        Evaluating(small, silent).anew(ended, recruiter),
    ]
    tasks = [asyncio.ensure_future(one) for one in asked]
    rows = {EVALUATIONS: ended, TAILORINGS: made}

    async def are_committed() -> bool:
        async with small.transaction() as connection:
            for table, interview_id in rows.items():
                of = sa.select(table.c.state).where(table.c.interview_id == interview_id)
                if await connection.scalar(of.with_for_update(nowait=True)) != "running":
                    return False
            of_role = PLAN_PROPOSALS.c.role_id == role
            if await connection.scalar(sa.select(PLAN_PROPOSALS.c.state).where(of_role)) is None:
                return False
            held = sa.select(ROLES.c.title).where(ROLES.c.role_id == role)
            return await connection.scalar(held.with_for_update(nowait=True)) == "Keeper"

    await until(are_committed, 8)
    assert not any(task.done() for task in tasks), "they still wait"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await small.close()
