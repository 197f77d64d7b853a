"""Roles and their plans over the real API: edited, versioned, approved, and interviewed by."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from redis.asyncio import Redis
from temporalio.client import Client

from api.engine import Engine
from api.security import MAX_BODY_BYTES
from interview.config import Settings
from interview.domain.plan import Plan, plan_hash
from interview.domain.roles import get_plan, get_rubric
from interview.domain.rubric import rubric_hash
from interview.persistence import rubrics
from interview.persistence.audit import AuditTrail
from interview.persistence.database import Database
from interview.persistence.failures import DatabaseRejected
from interview.persistence.models import INTERVIEWS, ORGANIZATIONS, PLAN_VERSIONS, RUBRICS, USERS
from interview.persistence.records import Records
from tests.documents.corpus import GOOD, INJECTION
from tests.integration.api.servers import forget_limits
from tests.integration.api.test_erasure import completed, until
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

ROLES = "/api/v1/organization/roles"
INTERVIEWS_PATH = "/api/v1/interviews"
WRITTEN = ("title", "language", "greeting", "closing", "phases", "competencies", "locked")


@pytest.fixture(autouse=True)
async def counted_anew(redis: Redis) -> None:
    await forget_limits(redis)


@pytest.fixture
async def recruiter(staff: Staff, url: str) -> AsyncGenerator[httpx.AsyncClient]:
    headers = staff.headers(await staff.sign_in("recruiter"))
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=60, headers=headers
    ) as http:
        yield http


@pytest.fixture
async def stranger(
    settings: Settings, database: Database, url: str
) -> AsyncGenerator[httpx.AsyncClient]:
    """Admin of another organization."""
    headers = await Staff(settings, database).admin()
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=60, headers=headers
    ) as http:
        yield http


@pytest.fixture
async def role(recruiter: httpx.AsyncClient) -> str:
    """Path of a role whose draft is the built-in sales role's plan."""
    body = {"title": "Account executive", "builtin": "sales"}
    made = await recruiter.post(ROLES, json=body)
    assert made.status_code == 201, made.text
    return f"{ROLES}/{made.json()['role_id']}"


def code_of(response: httpx.Response) -> str:
    return response.json()["error"]["code"]


async def draft_of(http: httpx.AsyncClient, role: str) -> dict[str, Any]:
    return (await http.get(f"{role}/draft")).raise_for_status().json()


def written(draft: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What is written back of what was read."""
    return {name: draft[name] for name in (*WRITTEN, "revision")} | changed


async def approved(http: httpx.AsyncClient, role: str) -> dict[str, Any]:
    revision = (await draft_of(http, role))["revision"]
    done = await http.post(f"{role}/draft/approval", json={"revision": revision})
    return done.raise_for_status().json()


# Roles


async def test_a_role_is_made_listed_changed_and_archived(recruiter: httpx.AsyncClient) -> None:
    made = await recruiter.post(ROLES, json={"title": " Keeper ", "job_description": "Feed\r\nit."})
    assert made.status_code == 201
    role = made.json()
    assert (role["title"], role["job_description"]) == ("Keeper", "Feed\nit.")
    assert (role["draft_number"], role["approved_hash"], role["proposal_state"]) == (None,) * 3
    path = f"{ROLES}/{role['role_id']}"
    changed = await recruiter.patch(path, json={"title": "Head keeper"})
    assert changed.json() | {"updated_at": ""} == role | {"title": "Head keeper", "updated_at": ""}
    archived = await recruiter.patch(path, json={"archived": True})
    assert archived.json()["archived_at"]
    for archived_too, there in ((False, []), (True, [role["role_id"]])):
        listed = await recruiter.get(ROLES, params={"archived": archived_too})
        assert [item["role_id"] for item in listed.json()["items"]] == there
    refused = [
        await recruiter.patch(path, json={"title": "Again"}),
        await recruiter.post(f"{path}/draft", json={"builtin": "sales"}),
        await recruiter.post(f"{path}/proposals", json={}),
    ]
    assert [(r.status_code, code_of(r)) for r in refused] == [(409, "role.archived")] * 3
    assert (await recruiter.patch(path, json={"archived": False})).json()["archived_at"] is None


async def test_a_role_is_changed_at_once(
    recruiter: httpx.AsyncClient, staff: Staff, database: Database
) -> None:
    path = f"{ROLES}/{(await recruiter.post(ROLES, json={'title': 'Keeper'})).json()['role_id']}"
    await recruiter.patch(path, json={"archived": True})
    # Whoever restores it may describe it with the same request.
    all_of_it = {"title": "Zookeeper", "job_description": "Feed <b>.", "archived": False}
    changed = (await recruiter.patch(path, json=all_of_it)).raise_for_status().json()
    assert {name: changed[name] for name in ("title", "job_description", "archived_at")} == {
        "title": "Zookeeper",
        "job_description": "Feed <b>.",
        "archived_at": None,
    }
    page = await AuditTrail(database).page(staff.organization_id)
    of_role = [event.action for event in page.items if event.action.startswith("role.")]
    assert sorted(of_role) == ["role.archived", "role.changed", "role.created", "role.restored"]


async def test_roles_come_page_by_page(recruiter: httpx.AsyncClient) -> None:
    made = [
        (await recruiter.post(ROLES, json={"title": f"Role {n}"})).json()["role_id"]
        for n in range(5)
    ]
    found: list[str] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await recruiter.get(ROLES, params=params)).raise_for_status().json()
        found += [item["role_id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == made[::-1]


async def test_a_job_description_comes_as_a_file_without_what_is_hidden(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    hiding = next(sample for sample in GOOD.values() if sample.hides)
    answer = await recruiter.post(f"{role}/job-description", content=hiding.data)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["job_description"]
    assert INJECTION not in answer.text
    assert shown["job_hidden"]
    assert shown["job_format"] in ("pdf", "docx", "text")
    # What is typed instead takes its place.
    typed = await recruiter.patch(role, json={"job_description": "Sell\u200b things."})
    assert typed.json()["job_description"] == "Sell things."
    assert typed.json()["job_format"] is None
    assert [place["reason"] for place in typed.json()["job_hidden"]] == ["zero_width"]


async def test_a_file_that_cannot_be_read_changes_nothing(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    before = (await recruiter.get(role)).json()
    refused = await recruiter.post(f"{role}/job-description", content=b"\x7fELF" + bytes(100))
    assert (refused.status_code, code_of(refused)) == (400, "document.unsupported_format")
    too_long = await recruiter.post(f"{role}/job-description", content=b"word " * 7_000)
    assert (too_long.status_code, code_of(too_long)) == (400, "document.too_long")
    assert (await recruiter.get(role)).json() == before


# Drafts


async def test_a_draft_is_written_back_as_it_was_read(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    draft = await draft_of(recruiter, role)
    assert (draft["number"], draft["revision"], draft["state"]) == (1, 1, "draft")
    assert (draft["source"], draft["based_on"], draft["minutes"]) == ("builtin", "sales", 30)
    saved = await recruiter.put(f"{role}/draft", json=written(draft))
    assert saved.status_code == 200, saved.text
    assert saved.json()["revision"] == 2
    assert saved.json()["plan_hash"] == draft["plan_hash"]
    changed = await recruiter.put(
        f"{role}/draft", json=written(saved.json(), greeting="Hello{name}. I am an AI.")
    )
    assert changed.json()["plan_hash"] != draft["plan_hash"]


async def test_of_two_who_save_at_once_one_is_told_to_look_again(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    draft = await draft_of(recruiter, role)
    answers = await asyncio.gather(
        *(
            recruiter.put(f"{role}/draft", json=written(draft, closing=f"Goodbye, {n}."))
            for n in range(5)
        ),
        recruiter.patch(f"{role}/draft", json={"revision": 1, "locked": []}),
        recruiter.post(f"{role}/draft/approval", json={"revision": 1}),
    )
    won = [answer for answer in answers if answer.is_success]
    lost = {(a.status_code, code_of(a)) for a in answers if not a.is_success}
    assert len(won) == 1
    # Whoever comes after an approval finds no draft.
    assert lost <= {(409, "plan.changed"), (404, "plan.no_draft")}
    if won[0].json()["state"] == "draft":
        assert await draft_of(recruiter, role) == won[0].json()


async def test_questions_are_reordered_and_locked(recruiter: httpx.AsyncClient, role: str) -> None:
    draft = await draft_of(recruiter, role)
    ids = [q["question_id"] for q in draft["phases"][2]["questions"]]
    body = {"revision": 1, "order": {"main_questions": ids[::-1]}, "locked": ids[:1]}
    arranged = (await recruiter.patch(f"{role}/draft", json=body)).raise_for_status().json()
    assert [q["question_id"] for q in arranged["phases"][2]["questions"]] == ids[::-1]
    assert arranged["locked"] == ids[:1]
    stale = await recruiter.patch(f"{role}/draft", json=body)
    assert (stale.status_code, code_of(stale)) == (409, "plan.changed")
    wrong = {"revision": 2, "order": {"main_questions": ids[1:]}}
    refused = await recruiter.patch(f"{role}/draft", json=wrong)
    assert (refused.status_code, code_of(refused)) == (400, "plan.invalid")


async def test_what_is_no_plan_is_not_saved(recruiter: httpx.AsyncClient, role: str) -> None:
    draft = await draft_of(recruiter, role)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"competencies": draft["competencies"][1:]}, "plan.invalid"),
        ({"competencies": []}, "plan.invalid"),
        ({"phases": draft["phases"][:3]}, "request.invalid"),
        ({"phases": draft["phases"][::-1]}, "plan.invalid"),
        ({"locked": ["unknown"]}, "plan.invalid"),
        ({"greeting": "Hello\u0000"}, "request.invalid"),
        ({"role": "sales"}, "request.invalid"),
    )
    for changed, code in wrong:
        refused = await recruiter.put(f"{role}/draft", json=written(draft, **changed))
        assert (refused.status_code, code_of(refused)) == (400, code), changed
    assert await draft_of(recruiter, role) == draft


async def test_a_long_plan_is_saved_and_an_endless_one_is_not(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    draft = await draft_of(recruiter, role)
    long = "я" * 350
    competencies = [
        {
            "competency_id": f"c-{n}",
            "name": "Competency",
            "definition": long,
            "evidence": [long] * 4,
            "anchors": [f"{score} {long}" for score in range(1, 6)],
        }
        for n in range(20)
    ]
    asked = {**draft["phases"][2]["questions"][0], "competencies": [f"c-{n}" for n in range(20)]}
    phases = draft["phases"]
    phases[2]["questions"] = [asked]
    body = written(draft, phases=phases, competencies=competencies)
    assert len(json.dumps(body, ensure_ascii=False).encode()) > 2 * MAX_BODY_BYTES
    saved = await recruiter.put(f"{role}/draft", json=body)
    assert saved.status_code == 200, saved.text
    assert len(saved.json()["competencies"]) == 20
    endless = await recruiter.put(f"{role}/draft", content=b" " * 600_000)
    assert (endless.status_code, code_of(endless)) == (413, "request.too_large")


# Versions


async def test_versions_are_approved_compared_and_begun_anew(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    first = await approved(recruiter, role)
    assert (first["state"], first["number"]) == ("approved", 1)
    assert first["approved_by"]
    assert first["approved_at"]
    assert code_of(await recruiter.get(f"{role}/draft")) == "plan.no_draft"
    again = await recruiter.post(f"{role}/draft/approval", json={"revision": 1})
    assert (again.status_code, code_of(again)) == (404, "plan.no_draft")

    begun = await recruiter.post(f"{role}/draft", json={})
    assert begun.status_code == 201
    assert (begun.json()["number"], begun.json()["plan_hash"]) == (2, first["plan_hash"])
    twice = await recruiter.post(f"{role}/draft", json={"number": 1})
    assert (twice.status_code, code_of(twice)) == (409, "plan.draft_exists")
    body = written(begun.json(), greeting="Hello{name}. I am an AI.")
    await recruiter.put(f"{role}/draft", json=body)
    second = await approved(recruiter, role)

    listed = (await recruiter.get(f"{role}/versions")).json()["items"]
    assert [(item["number"], item["state"]) for item in listed] == [
        (2, "approved"),
        (1, "approved"),
    ]
    assert (await recruiter.get(f"{role}/versions/1")).json() == first
    compared = (await recruiter.get(f"{role}/versions/2/changes")).json()
    assert compared == {"texts": ["greeting"], "questions": [], "competencies": []}
    shown = (await recruiter.get(role)).json()
    assert (shown["approved_number"], shown["approved_hash"]) == (2, second["plan_hash"])
    assert code_of(await recruiter.get(f"{role}/versions/3")) == "plan.not_found"


async def test_a_draft_can_be_discarded(recruiter: httpx.AsyncClient, role: str) -> None:
    for _ in range(2):
        assert (await recruiter.delete(f"{role}/draft")).status_code == 204
    assert (await recruiter.get(f"{role}/versions")).json() == {"items": []}
    empty = await recruiter.post(f"{role}/draft", json={})
    assert (empty.status_code, code_of(empty)) == (404, "plan.not_found")


async def test_what_was_approved_never_changes(
    recruiter: httpx.AsyncClient, role: str, database: Database, staff: Staff
) -> None:
    """Whatever somebody tries by hand, or a defect of ours does."""
    version = await approved(recruiter, role)
    this = PLAN_VERSIONS.c.plan_version_id == version["plan_version_id"]
    of = RUBRICS.c.organization_id == staff.organization_id
    for statement in (
        sa.update(PLAN_VERSIONS).where(this).values(plan={}),
        sa.update(PLAN_VERSIONS).where(this).values(state="draft", approved_at=None),
        sa.update(PLAN_VERSIONS).where(this).values(revision=7),
        sa.update(PLAN_VERSIONS).where(this).values(approved_by=str(uuid.uuid4())),
        sa.delete(PLAN_VERSIONS).where(this),
        sa.update(RUBRICS).where(of).values(content={}),
        sa.delete(RUBRICS).where(of),
    ):
        with pytest.raises(DatabaseRejected):
            async with database.transaction() as connection:
                await connection.execute(statement)
    assert (await recruiter.get(f"{role}/versions/1")).json() == version
    # People may go, and the whole organization.
    async with database.transaction() as connection:
        await connection.execute(
            sa.delete(USERS).where(USERS.c.organization_id == staff.organization_id)
        )
        row = (await connection.execute(sa.select(PLAN_VERSIONS).where(this))).one()
        assert (row.approved_by, row.created_by) == (None, None)
        await connection.execute(
            sa.delete(ORGANIZATIONS).where(ORGANIZATIONS.c.organization_id == staff.organization_id)
        )
        assert (await connection.execute(sa.select(PLAN_VERSIONS).where(this))).all() == []


async def test_another_organization_sees_nothing(
    recruiter: httpx.AsyncClient, stranger: httpx.AsyncClient, role: str
) -> None:
    draft = await draft_of(recruiter, role)
    version = await approved(recruiter, role)
    await recruiter.post(f"{role}/draft", json={})
    nowhere = f"{ROLES}/{uuid.uuid4()}"
    for method, where, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "Mine"}),
        ("POST", "/job-description", None),
        ("GET", "/draft", None),
        ("POST", "/draft", {}),
        ("PUT", "/draft", written(draft)),
        ("PATCH", "/draft", {"revision": 1}),
        ("DELETE", "/draft", None),
        ("POST", "/draft/approval", {"revision": 1}),
        ("GET", "/versions", None),
        ("GET", "/versions/1", None),
        ("GET", "/versions/1/changes", None),
        ("POST", "/proposals", {}),
        ("GET", f"/proposals/{uuid.uuid4()}", None),
        ("POST", f"/proposals/{uuid.uuid4()}/retry", None),
    ):
        there, not_there = [
            await stranger.request(method, path + where, json=body) for path in (role, nowhere)
        ]
        assert (there.status_code, there.text) == (404, not_there.text), (method, where)
    assert (await stranger.get(ROLES)).json()["items"] == []
    for plan in (version["plan_hash"], version["plan_version_id"]):
        refused = await stranger.post(INTERVIEWS_PATH, json={"plan": plan})
        assert (refused.status_code, code_of(refused)) == (404, "plan.not_found")
    assert (await draft_of(recruiter, role))["revision"] == 1


# Binding


async def test_an_interview_is_bound_to_an_approved_version(
    recruiter: httpx.AsyncClient, role: str, records: Records, database: Database, staff: Staff
) -> None:
    draft = await draft_of(recruiter, role)
    early = await recruiter.post(INTERVIEWS_PATH, json={"plan": draft["plan_version_id"]})
    assert (early.status_code, code_of(early)) == (409, "plan.not_approved")
    early = await recruiter.post(INTERVIEWS_PATH, json={"plan": draft["plan_hash"]})
    assert (early.status_code, code_of(early)) == (409, "plan.not_approved")

    version = await approved(recruiter, role)
    made: list[dict[str, Any]] = []
    for name, plan in (("Ada", version["plan_hash"]), ("Bo", version["plan_version_id"])):
        body = {"plan": plan, "candidate_name": name}
        answer = await recruiter.post(INTERVIEWS_PATH, json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    assert {one["plan_hash"] for one in made} == {version["plan_hash"]}
    assert {one["role"] for one in made} == {version["role_id"]}
    plans = [(await records.get_interview(one["interview_id"])).plan for one in made]
    assert plans[0] == plans[1]
    assert plan_hash(plans[0]) == version["plan_hash"]

    # A newer version is another one's; both stay what they are.
    await recruiter.post(f"{role}/draft", json={})
    body = written(await draft_of(recruiter, role), closing="Goodbye.")
    await recruiter.put(f"{role}/draft", json=body)
    newer = await approved(recruiter, role)
    later = await recruiter.post(INTERVIEWS_PATH, json={"plan": newer["plan_hash"]})
    assert later.json()["plan_hash"] == newer["plan_hash"] != version["plan_hash"]
    kept = await records.get_interview(made[0]["interview_id"])
    assert kept.plan_hash == version["plan_hash"]
    assert kept.plan == plans[0]

    # What it is scored by is found by the plan alone.
    assert kept.plan.rubric is not None
    async with database.transaction() as connection:
        found = await rubrics.find(connection, staff.organization_id, kept.plan.rubric.rubric_hash)
    assert found is not None
    assert found.measures(kept.plan)


async def test_it_is_held_in_the_words_that_were_approved(
    recruiter: httpx.AsyncClient, role: str, records: Records, temporal: Client
) -> None:
    body = written(
        await draft_of(recruiter, role), greeting="Good day{name}. I am an AI, and I begin."
    )
    await recruiter.put(f"{role}/draft", json=body)
    version = await approved(recruiter, role)
    body = {"plan": version["plan_hash"], "candidate_name": "Ada"}
    interview_id = (await recruiter.post(INTERVIEWS_PATH, json=body)).json()["interview_id"]
    record = await records.get_interview(interview_id)
    await Engine(temporal, record, "http://localhost:8000", records).start(lambda: None)

    async def greeted() -> str:
        lines = await records.transcript(interview_id)
        return lines[0].text if lines else ""

    said = await until(greeted)
    assert said.startswith("Good day, Ada. I am an AI, and I begin.")
    assert said.endswith(version["phases"][0]["questions"][0]["text"])


async def test_a_built_in_role_is_kept_by_its_hash_when_it_is_used(
    recruiter: httpx.AsyncClient, records: Records, database: Database, staff: Staff
) -> None:
    made = await recruiter.post(INTERVIEWS_PATH, json={"role": "nursing"})
    assert made.json()["plan_hash"] == plan_hash(get_plan("nursing"))
    rubric = get_rubric("nursing")
    assert rubric is not None
    async with database.transaction() as connection:
        kept = await rubrics.find(connection, staff.organization_id, rubric_hash(rubric))
    assert kept == rubric


async def test_an_interview_names_a_role_or_a_plan(recruiter: httpx.AsyncClient) -> None:
    for body in ({}, {"role": "sales", "plan": "0" * 64}, {"plan": "0"}):
        refused = await recruiter.post(INTERVIEWS_PATH, json=body)
        assert (refused.status_code, code_of(refused)) == (400, "request.invalid")
    for plan in ("0" * 64, "g" * 64, str(uuid.uuid4())):
        refused = await recruiter.post(INTERVIEWS_PATH, json={"plan": plan})
        assert (refused.status_code, code_of(refused)) == (404, "plan.not_found")


async def test_one_key_is_good_for_one_version(recruiter: httpx.AsyncClient, role: str) -> None:
    version = await approved(recruiter, role)
    await recruiter.post(f"{role}/draft", json={})
    await recruiter.put(
        f"{role}/draft", json=written(await draft_of(recruiter, role), closing="Goodbye.")
    )
    newer = await approved(recruiter, role)
    key = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [
        await recruiter.post(INTERVIEWS_PATH, json={"plan": plan}, headers=key)
        for plan in (version["plan_hash"], version["plan_version_id"], newer["plan_hash"])
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[0].json() == answers[1].json()
    assert code_of(answers[2]) == "interview.id_taken"


async def test_the_anonymous_have_no_plans(
    http: httpx.AsyncClient, recruiter: httpx.AsyncClient, role: str
) -> None:
    version = await approved(recruiter, role)
    refused = await http.post(INTERVIEWS_PATH, json={"plan": version["plan_hash"]})
    assert (refused.status_code, code_of(refused)) == (401, "auth.missing")


async def test_an_invitation_is_to_an_approved_version(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    draft = await draft_of(recruiter, role)
    early = await recruiter.post("/api/v1/invitations", json={"plan": draft["plan_version_id"]})
    assert (early.status_code, code_of(early)) == (409, "plan.not_approved")
    german = await recruiter.put(f"{role}/draft", json=written(draft, language="de"))
    assert german.status_code == 200, german.text
    version = await approved(recruiter, role)
    issued = await recruiter.post("/api/v1/invitations", json={"plan": version["plan_hash"]})
    assert issued.status_code == 201, issued.text
    interview_id = issued.json()["interview_id"]
    shown = await recruiter.get(f"{INTERVIEWS_PATH}/{interview_id}")
    assert shown.json()["plan_hash"] == version["plan_hash"]
    secret = issued.json()["link"].partition("#")[2]
    looked = await recruiter.post("/api/v1/invitations/look", json={"secret": secret})
    assert (looked.json()["title"], looked.json()["minutes"]) == ("Account executive", 30)
    assert looked.json()["language"] == "de"


async def test_interviews_of_an_archived_role_go_on_and_none_are_made(
    recruiter: httpx.AsyncClient, role: str
) -> None:
    version = await approved(recruiter, role)
    body = {"plan": version["plan_hash"]}
    made = (await recruiter.post(INTERVIEWS_PATH, json=body)).json()
    await recruiter.patch(role, json={"archived": True})
    refused = await recruiter.post(INTERVIEWS_PATH, json=body)
    assert (refused.status_code, code_of(refused)) == (409, "role.archived")
    shown = await recruiter.get(f"{INTERVIEWS_PATH}/{made['interview_id']}")
    assert shown.json()["plan_hash"] == version["plan_hash"]


async def test_erasing_an_interview_leaves_its_role_alone(
    staff: Staff, recruiter: httpx.AsyncClient, role: str, url: str, database: Database
) -> None:
    version = await approved(recruiter, role)
    made = await recruiter.post(INTERVIEWS_PATH, json={"plan": version["plan_hash"]})
    interview_id = made.json()["interview_id"]
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=60, headers=await staff.admin()
    ) as admin:
        await admin.post(f"{INTERVIEWS_PATH}/{interview_id}/erasure")
        await completed(admin, interview_id)
    assert (await recruiter.get(f"{role}/versions/1")).json() == version
    async with database.transaction() as connection:
        query = sa.select(INTERVIEWS).where(INTERVIEWS.c.interview_id == interview_id)
        assert (await connection.execute(query)).all() == []


# Proposals, where no language model is configured


async def test_without_a_model_a_proposal_is_the_nearest_built_in_role(
    recruiter: httpx.AsyncClient,
) -> None:
    body = {"title": "Ward nurse", "job_description": "Care for patients on a surgical ward."}
    role = f"{ROLES}/{(await recruiter.post(ROLES, json=body)).json()['role_id']}"
    asked = await recruiter.post(f"{role}/proposals", json={"minutes": 20})
    assert asked.status_code == 202, asked.text
    assert (asked.json()["state"], asked.json()["source"]) == ("running", None)

    async def finished() -> Any:
        shown = (await recruiter.get(f"{role}/proposals/{asked.json()['proposal_id']}")).json()
        return shown if shown["state"] != "running" else None

    done = await until(finished)
    assert (done["state"], done["source"], done["based_on"]) == ("ready", "builtin", "nursing")
    draft = await draft_of(recruiter, role)
    assert draft["plan_version_id"] == done["plan_version_id"]
    assert (draft["source"], draft["based_on"]) == ("builtin", "nursing")
    assert draft["title"] == "Ward nurse"
    assert draft["minutes"] <= 20
    main = draft["phases"][2]["questions"]
    nursing: Plan = get_plan("nursing")
    assert main[0]["text"] in [question.text for question in nursing.questions]
    again = await recruiter.post(f"{role}/proposals/{done['proposal_id']}/retry")
    assert (again.status_code, code_of(again)) == (409, "proposal.ready")

    # Locked ones stay, and the same is proposed for the same.
    locked = [main[-1]["question_id"]]
    await recruiter.patch(f"{role}/draft", json={"revision": draft["revision"], "locked": locked})
    asked = await recruiter.post(f"{role}/proposals", json={"minutes": 60})
    done = await until(finished)
    assert done["state"] == "ready", done
    later = await draft_of(recruiter, role)
    assert main[-1] in later["phases"][2]["questions"]
    assert later["locked"] == locked
    await approved(recruiter, role)


async def test_each_interview_shows_its_plan_and_the_held_ones_are_listed(
    recruiter: httpx.AsyncClient, role: str, records: Records
) -> None:
    version = await approved(recruiter, role)
    again = await recruiter.post(f"{role}/draft", json={})
    assert again.status_code == 201, again.text
    assert (await approved(recruiter, role))["plan_hash"] == version["plan_hash"]

    async def made(**body: str) -> str:
        return (await recruiter.post(INTERVIEWS_PATH, json=body)).json()["interview_id"]

    own = [await made(plan=version["plan_hash"]) for _ in range(2)]
    builtin, open_still = await made(role="nursing"), await made(role="sales")
    for interview_id in (*own, builtin):
        await records.close_interview(interview_id, "completed", datetime.now(UTC))

    plan = (await recruiter.get(f"{INTERVIEWS_PATH}/{own[0]}/plan")).raise_for_status().json()
    # The same plan was approved twice: it is the newest that it is called by.
    assert (plan["role_id"], plan["number"]) == (version["role_id"], 2)
    assert [phase["phase"] for phase in plan["phases"]]
    assert plan["competencies"]
    other = (await recruiter.get(f"{INTERVIEWS_PATH}/{open_still}/plan")).json()
    assert (other["role_id"], other["number"]) == (None, None)
    assert other["title"] == get_plan("sales").title

    held = (await recruiter.get("/api/v1/comparisons/plans")).raise_for_status().json()["items"]
    told = [(one["plan_hash"], one["number"], one["interviews"]) for one in held]
    assert told == [(plan_hash(get_plan("nursing")), None, 1), (version["plan_hash"], 2, 2)]
