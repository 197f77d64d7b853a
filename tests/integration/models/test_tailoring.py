"""Probes from one candidate's résumé: the interview's own, and gone with it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from temporalio.client import Client
from temporalio.service import RPCError

from interview.contracts.ids import tailoring_workflow_id
from interview.domain.plan import plan_hash
from interview.domain.planning.tailoring import tailored
from interview.persistence.database import Database
from interview.persistence.models import INTERVIEWS, TAILORINGS
from interview.persistence.records import Records
from tests.documents.corpus import GOOD, INJECTION
from tests.fakes.behaviours import Status
from tests.fakes.planning import PlanningModel
from tests.fakes.provider_server import FakeProviders
from tests.integration.api.test_erasure import completed, until
from tests.integration.api.test_plans import ROLES, approved, code_of
from tests.integration.models.test_planning import held
from tests.services import RunningStack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

RESUME = b"Ada Quetzalcoatl\nBuilt an aviary for <b>forty</b> parrots."


@pytest.fixture
async def plan(admin: httpx.AsyncClient) -> str:
    """Hash of an approved one."""
    body = {"title": "Keeper", "builtin": "general-behavioural"}
    role = (await admin.post(ROLES, json=body)).raise_for_status().json()["role_id"]
    return (await approved(admin, f"{ROLES}/{role}"))["plan_hash"]


async def interview(admin: httpx.AsyncClient, plan: str, resume: bytes | None = RESUME) -> str:
    """Path of a new one with that résumé."""
    made = await admin.post("/api/v1/interviews", json={"plan": plan, "candidate_name": "Ada"})
    path = f"/api/v1/interviews/{made.raise_for_status().json()['interview_id']}"
    if resume is not None:
        added = await admin.post(f"{path}/documents", params={"kind": "resume"}, content=resume)
        added.raise_for_status()
    return path


async def settled(admin: httpx.AsyncClient, path: str) -> dict[str, Any]:
    async def finished() -> Any:
        shown = (await admin.get(f"{path}/tailoring")).raise_for_status().json()
        return shown if shown["state"] != "running" else None

    return await until(finished)


async def test_probes_are_for_one_candidate_and_change_nothing_for_the_others(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel, records: Records
) -> None:
    path, other = await interview(admin, plan), await interview(admin, plan)
    assert code_of(await admin.get(f"{path}/tailoring")) == "tailoring.not_found"
    asked = await admin.post(f"{path}/tailoring", json={})
    assert asked.status_code == 202, asked.text
    done = await settled(admin, path)
    assert (done["state"], done["revision"]) == ("ready", 2)
    (probe,) = done["probes"]
    assert probe["text"] == "What did you change about the aviary?"
    assert probe["because"] == "Built an aviary"

    # It is proposed, and nobody is asked it before a person has said so.
    assert done["fitted_at"] is None
    proposed = await records.get_interview(path.rpartition("/")[2])
    assert not [q for q in proposed.plan.questions if q.optional]
    body = {"revision": 2, "probes": done["probes"]}
    saved = (await admin.put(f"{path}/tailoring", json=body)).raise_for_status().json()
    assert saved["fitted_at"] is not None

    mine = await records.get_interview(path.rpartition("/")[2])
    theirs = await records.get_interview(other.rpartition("/")[2])
    assert mine.plan_hash == theirs.plan_hash == plan
    assert [q for q in mine.plan.questions if not q.optional] == list(theirs.plan.questions)
    (added,) = [q for q in mine.plan.questions if q.optional]
    assert (added.text, added.scored, added.competencies) == (probe["text"], False, ())
    assert plan_hash(tailored(mine.plan, ())) == plan
    assert plan_hash(theirs.plan) == plan

    # The résumé is data, and the candidate's name no part of the request but as it says it.
    content = model.content("plan_tailoring")
    assert "&lt;b&gt;forty&lt;/b&gt; parrots" in content
    assert content.count("<resume>") == content.count("</resume>") == 1


async def test_what_is_hidden_in_a_resume_is_left_out(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel
) -> None:
    hiding = next(sample for sample in GOOD.values() if sample.hides)
    path = await interview(admin, plan, hiding.data)
    await admin.post(f"{path}/tailoring", json={})
    assert (await settled(admin, path))["state"] == "ready"
    assert INJECTION not in str(model.requests)


async def test_a_person_has_the_last_word(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel, records: Records
) -> None:
    path = await interview(admin, plan)
    await admin.post(f"{path}/tailoring", json={})
    done = await settled(admin, path)
    mine = [{**done["probes"][0], "text": "And the parrots?"}]
    body = {"revision": done["revision"], "probes": mine}
    first, second = await asyncio.gather(
        *(admin.put(f"{path}/tailoring", json=body) for _ in range(2))
    )
    assert sorted((first.status_code, second.status_code)) == [200, 409]
    assert "plan.changed" in first.text + second.text
    saved = first if first.is_success else second
    assert saved.json()["probes"] == mine
    wrong = {"revision": 3, "probes": [{"after": "unknown", "text": "Why?"}]}
    refused = await admin.put(f"{path}/tailoring", json=wrong)
    assert (refused.status_code, code_of(refused)) == (400, "tailoring.invalid")
    cleared = await admin.put(f"{path}/tailoring", json={"revision": 3, "probes": []})
    assert cleared.json()["probes"] == []
    record = await records.get_interview(path.rpartition("/")[2])
    assert plan_hash(record.plan) == plan


async def test_without_a_resume_there_is_nothing_to_go_by(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel
) -> None:
    path = await interview(admin, plan, None)
    refused = await admin.post(f"{path}/tailoring", json={})
    assert (refused.status_code, code_of(refused)) == (409, "tailoring.no_resume")
    other = await interview(admin, plan)
    document = (await admin.get(f"{other}/documents")).json()["items"][0]["document_id"]
    foreign = await admin.post(f"{path}/tailoring", json={"document_id": document})
    assert (foreign.status_code, code_of(foreign)) == (404, "document.not_found")
    assert not model.asked


async def test_once_it_has_begun_an_interview_stays_as_it_is(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel, database: Database, records: Records
) -> None:
    """Also when it begins while the model thinks."""
    path = await interview(admin, plan)
    interview_id = path.rpartition("/")[2]
    model.holding.add("plan_tailoring")
    await admin.post(f"{path}/tailoring", json={})
    await held(model)
    running = await admin.post(f"{path}/tailoring", json={})
    assert (running.status_code, code_of(running)) == (409, "tailoring.running")
    this = INTERVIEWS.c.interview_id == interview_id
    async with database.transaction() as connection:
        await connection.execute(sa.update(INTERVIEWS).where(this).values(started_at=sa.func.now()))
    model.released.set()
    failed = await settled(admin, path)
    assert (failed["state"], failed["error_code"]) == ("failed", "planning.failed")
    assert failed["reason"] == "interview.started"
    assert plan_hash((await records.get_interview(interview_id)).plan) == plan
    for refused in (
        await admin.post(f"{path}/tailoring", json={}),
        await admin.put(f"{path}/tailoring", json={"revision": 1, "probes": []}),
    ):
        assert (refused.status_code, code_of(refused)) == (409, "interview.started")


async def test_a_probe_after_a_question_that_there_is_not_is_no_answer(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel, fake: FakeProviders
) -> None:
    model.instead["plan_tailoring"] = {
        "probes": [{"after": "unknown", "text": "Why?", "because": ""}]
    }
    path = await interview(admin, plan)
    await admin.post(f"{path}/tailoring", json={})
    failed = await settled(admin, path)
    assert (failed["state"], failed["reason"]) == ("failed", "provider.output_invalid")
    # It may be asked for again, and fail in another way.
    fake.will("chat", Status(403))

    async def asked_again() -> bool:
        return (await admin.post(f"{path}/tailoring", json={})).status_code == 202

    await until(asked_again)
    assert (await settled(admin, path))["reason"] == "provider.rejected"


async def test_a_killed_worker_asks_once_more_at_most(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel, stack: RunningStack
) -> None:
    path = await interview(admin, plan)
    model.holding.add("plan_tailoring")
    await admin.post(f"{path}/tailoring", json={})
    await held(model)
    stack.kill("worker")
    model.released.set()
    assert (await settled(admin, path))["state"] == "ready"
    assert model.asked == {"plan_tailoring": 2}


async def test_probes_go_with_the_resume_they_are_from(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel, database: Database, records: Records
) -> None:
    path = await interview(admin, plan)
    interview_id = path.rpartition("/")[2]
    await admin.post(f"{path}/tailoring", json={})
    done = await settled(admin, path)
    body = {"revision": done["revision"], "probes": done["probes"]}
    (await admin.put(f"{path}/tailoring", json=body)).raise_for_status()
    # Another résumé, whose probes nobody has looked at: those of the first are in the plan.
    added = await admin.post(
        f"{path}/documents", params={"kind": "resume"}, content=b"Ada kept tortoises."
    )
    second = added.raise_for_status().json()["document_id"]

    async def asked() -> bool:
        return (await admin.post(f"{path}/tailoring", json={})).status_code == 202

    await until(asked)
    assert (await settled(admin, path))["document_id"] == second
    (await admin.delete(f"{path}/documents/{done['document_id']}")).raise_for_status()
    record = await records.get_interview(interview_id)
    assert plan_hash(record.plan) == plan
    left = (await admin.get(f"{path}/tailoring")).json()
    assert left["probes"]
    (await admin.delete(f"{path}/documents/{second}")).raise_for_status()
    left = (await admin.get(f"{path}/tailoring")).json()
    assert (left["state"], left["probes"], left["fitted_at"]) == ("ready", [], None)
    async with database.transaction() as connection:
        kept = await connection.execute(
            sa.select(sa.cast(INTERVIEWS.c.plan, sa.Text), sa.cast(TAILORINGS.c.probes, sa.Text))
            .join(TAILORINGS, TAILORINGS.c.interview_id == INTERVIEWS.c.interview_id)
            .where(INTERVIEWS.c.interview_id == interview_id)
        )
    assert "aviary" not in str(kept.all())


async def test_a_resume_that_goes_while_the_model_thinks_is_told_no_more_of(
    admin: httpx.AsyncClient, plan: str, model: PlanningModel
) -> None:
    path = await interview(admin, plan)
    model.holding.add("plan_tailoring")
    asked = (await admin.post(f"{path}/tailoring", json={})).json()
    await held(model)
    (await admin.delete(f"{path}/documents/{asked['document_id']}")).raise_for_status()
    model.released.set()
    failed = await settled(admin, path)
    assert (failed["state"], failed["reason"], failed["probes"]) == (
        "failed",
        "document.not_found",
        [],
    )


async def test_all_of_it_is_erased_with_the_interview(
    admin: httpx.AsyncClient,
    plan: str,
    model: PlanningModel,
    database: Database,
    temporal: Client,
) -> None:
    path = await interview(admin, plan)
    interview_id = path.rpartition("/")[2]
    await admin.post(f"{path}/tailoring", json={})
    await settled(admin, path)
    workflow = temporal.get_workflow_handle(tailoring_workflow_id(interview_id))

    async def is_listed() -> bool:
        query = f'WorkflowId = "{workflow.id}" AND ExecutionStatus = "Completed"'
        return (await temporal.count_workflows(query)).count == 1

    await until(is_listed)
    await admin.post(f"{path}/erasure")
    receipt = await completed(admin, interview_id)
    assert receipt["erased"]["tailorings"] == 1
    query = sa.select(TAILORINGS).where(TAILORINGS.c.interview_id == interview_id)
    async with database.transaction() as connection:
        assert (await connection.execute(query)).all() == []
    with pytest.raises(RPCError):
        await workflow.describe()
