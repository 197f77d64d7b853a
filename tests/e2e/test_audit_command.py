"""An interview's history as an auditor reads it: while it runs, over several runs, after a loss."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from demo.interview import create_interview
from demo.room import Room
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.contracts.interview import InterviewInput
from interview.persistence.audit import Actor
from interview.persistence.data_keys import destroy
from interview.persistence.database import Database
from interview.persistence.erasures import request
from interview.persistence.records import Records
from interview.security.data_keys import build_data_keys
from interview.temporal_client import connect_temporal
from interview.temporal_runs import runs_of
from tests.e2e.command import intervue
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

_BEGINNINGS = ("began", "continued")


@pytest.fixture
async def temporal(settings: Settings, database: Database) -> Client:
    return await connect_temporal(settings, build_data_keys(settings, database))


@pytest.fixture
async def interview_id(stack: RunningStack) -> str:
    """Nobody has entered it."""
    async with httpx.AsyncClient(base_url=stack.urls["app"], timeout=20.0, trust_env=False) as api:
        return await create_interview(api, "demo", "Ada")


def said(room: Room) -> int:
    return sum(utterance.ended for utterance in room.utterances.values())


async def told(stack: RunningStack, interview_id: str) -> dict[str, Any]:
    code, out, error = await intervue(stack, "audit", interview_id, "--json")
    assert (code, error) == (0, "")
    return json.loads(out)


async def test_before_anybody_has_entered(stack: RunningStack, interview_id: str) -> None:
    for command in ("audit", "replay"):
        code, out, error = await intervue(stack, command, interview_id)
        assert (code, out) == (2, "")
        assert "nobody has entered the interview yet" in error
        assert "(interview.no_history)" in error


async def test_over_several_runs_while_it_goes_on(
    stack: RunningStack, interview_id: str, database: Database, temporal: Client
) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            text(
                "UPDATE interviews SET limits = limits || '{\"continue_as_new_turns\"\\: 1}' "
                "WHERE interview_id = :i"
            ),
            {"i": interview_id},
        )
    async with Room(stack.urls["app"], interview_id) as room:
        await room.wait(lambda: said(room) >= 1)
        for number in (1, 2):
            await room.type(uuid.uuid4().hex, "I moved the billing service.")
            await room.wait(lambda count=number: said(room) > count)
            while len(await runs_of(temporal, workflow_id(interview_id))) <= number:
                pass  # each look is a question to the server
        running = await told(stack, interview_id)
        _, as_text, _ = await intervue(stack, "audit", interview_id)
        code, out, _ = await intervue(stack, "replay", interview_id, "--json")
        await room.end()
        await room.wait(lambda: room.ended is not None)
    runs = await runs_of(temporal, workflow_id(interview_id))
    begun = [(s["kind"], s["about"]) for s in running["steps"] if s["kind"] in _BEGINNINGS]
    assert begun == list(zip(("began", "continued", "continued"), runs[:3], strict=True))
    assert (running["status"], running["complete"]) == ("running", True)
    assert as_text.startswith(f"Interview {interview_id}: running, 3 runs\n")
    turns = [turn["turn_number"] for turn in running["turns"]]
    assert turns == [1, 2, 3], "in one order over all runs"
    assert running["totals"]["turns"] == 3
    longest = running["totals"]["stages_ms"]
    assert set(longest) == {"transcribe", "converse", "speak"}
    assert all(0 < of["median"] <= of["longest"] for of in longest.values())
    assert code == 0
    assert json.loads(out) == {
        "interview_id": interview_id,
        "fits": True,
        "runs": dict.fromkeys(runs[:3]),
    }
    code, out, _ = await intervue(stack, "audit", interview_id)
    assert f": completed, {len(runs)} runs\n" in out


async def test_what_a_lost_worker_left_is_not_open_for_ever(
    stack: RunningStack, interview_id: str
) -> None:
    async with Room(stack.urls["app"], interview_id) as room:
        await room.wait(lambda: said(room) >= 1)
        await room.type(uuid.uuid4().hex, "I moved the billing service.")
        stack.kill("worker")
        await room.wait(lambda: said(room) >= 2)
        await room.end()
        await room.wait(lambda: room.ended is not None)
    await stack.wait_ready("worker")
    audit = await told(stack, interview_id)
    runs = [run for turn in audit["turns"] for run in turn["stages"]]
    endings = [one["ending"] for one in (*runs, *audit["steps"])]
    assert "running" not in endings
    _, out, _ = await intervue(stack, "audit", interview_id)
    given_up = [ending for ending in endings if ending == "cancelled"]
    assert out.count("!! given up") == len(given_up), "of stages, and of keeping records"
    assert "not done yet" not in out


@workflow.defn(name="Interview")
class OfAnotherDay:
    """What the code decided before, and would not today."""

    @workflow.run
    async def run(self, request: InterviewInput) -> None:
        await workflow.sleep(0.01)


async def test_a_history_of_other_code_does_not_fit(
    stack: RunningStack, interview_id: str, database: Database, temporal: Client
) -> None:
    record = await Records(database).get_interview(interview_id)
    begun = InterviewInput(
        interview_id=interview_id,
        plan=record.plan,
        candidate_name=record.candidate_name,
        limits=record.limits,
    )
    queue = uuid.uuid4().hex
    async with Worker(
        temporal,
        task_queue=queue,
        workflows=[OfAnotherDay],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        await temporal.execute_workflow(
            OfAnotherDay.run, begun, id=workflow_id(interview_id), task_queue=queue
        )
    code, out, error = await intervue(stack, "replay", interview_id)
    assert (code, error) == (1, "")
    assert out.splitlines()[-1] == "Today's code decides otherwise."
    assert "Nondeterminism error: " in out
    assert "TimerStarted" in out, "where it does not fit"
    assert "Failure {" not in out
    assert out.count("\n") == 2
    code, out, _ = await intervue(stack, "replay", interview_id, "--json")
    assert (code, json.loads(out)["fits"]) == (1, False)


@pytest.mark.parametrize("command", ["audit", "replay"])
@pytest.mark.parametrize(
    ("away", "says"),
    [
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "Could not connect to Temporal at 127.0.0.1:1"),
        (
            {"DATABASE_URL": "postgresql+asyncpg://a:secret@127.0.0.1:1/b"},
            "(database.unavailable)",
        ),
    ],
)
async def test_what_cannot_be_told_is_neither_a_fit_nor_a_misfit(
    stack: RunningStack, interview_id: str, command: str, away: dict[str, str], says: str
) -> None:
    """Without the database there is no key for what is in Temporal."""
    async with Room(stack.urls["app"], interview_id) as room:
        await room.wait(lambda: said(room) >= 1)
        await room.end()
        await room.wait(lambda: room.ended is not None)
    code, out, error = await intervue(stack, command, interview_id, **away)
    assert (code, out) == (2, "")
    assert says in error
    assert error.count("\n") == 1
    assert "secret" not in error


async def test_a_history_that_outlives_its_key_tells_of_the_erasure(
    stack: RunningStack, interview_id: str, database: Database
) -> None:
    """As on the way from the key to the history, or where Temporal keeps what it was told to
    delete."""
    async with Room(stack.urls["app"], interview_id) as room:
        await room.wait(lambda: said(room) >= 1)
        await room.end()
        await room.wait(lambda: room.ended is not None)
    async with database.transaction() as connection:
        owner = (await Records(database).owner(interview_id)).organization_id
        receipt, _ = await request(connection, interview_id, "request", Actor.system(owner))
        assert await destroy(connection, interview_id)
    for command in ("audit", "replay"):
        code, out, error = await intervue(stack, command, interview_id)
        assert (code, out) == (2, "")
        said_so = f"the interview was erased (receipt {receipt.receipt_id}) (interview.erased)"
        assert error == f"{said_so}\n"
