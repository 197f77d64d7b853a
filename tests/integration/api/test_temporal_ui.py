"""The Temporal UI behind the login, against Temporal's own UI server."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from sqlalchemy import delete
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from api import authorization
from api.authorization import Rule
from interview.config import Settings
from interview.contracts.interview import Limits
from interview.persistence.accounts.invitations import claim
from interview.persistence.database import Database
from interview.persistence.models import USERS
from interview.persistence.records import Records
from interview.security.data_keys import DataKeys
from interview.temporal_client import connect_temporal
from tests.integration.api.people import (
    Company,
    found_company,
    hold_interview,
    is_running,
    signed_in,
    token_of,
    type_answers,
)
from tests.integration.api.principals import People
from tests.integration.api.servers import serving
from tests.services import RunningStack
from workflows.interview import InterviewWorkflow
from workflows.search_attributes import ORGANIZATION

pytestmark = pytest.mark.integration

API = "/temporal/api/v1"
OURS = f"{API}/namespaces/default"


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    settings: Settings
    ours: Company
    theirs: Company

    @asynccontextmanager
    async def recruiter(self) -> AsyncGenerator[httpx.AsyncClient]:
        token = await token_of(self.settings, self.ours.organization_id)
        async with signed_in(self.url, token) as http:
            yield http


@pytest.fixture
async def site(
    settings: Settings, services: RunningStack, temporal: Client
) -> AsyncGenerator[Site]:
    """Where people have to sign in."""
    closed = settings.model_copy(
        update={"debug": False, "temporal_ui_url": services.urls["TEMPORAL_UI_URL"]}
    )
    ours, theirs = await asyncio.gather(
        found_company(settings, temporal, "Zanzibar"),
        found_company(settings, temporal, "Ouagadougou"),
    )
    async with serving(closed) as url:
        yield Site(url, closed, ours, theirs)


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def listed(response: httpx.Response) -> set[str]:
    executions = response.raise_for_status().json().get("executions", [])
    return {execution["execution"]["workflowId"] for execution in executions}


async def test_the_signed_out_are_sent_to_sign_in_or_refused(site: Site) -> None:
    async with signed_in(site.url, None) as http:
        page = await http.get(
            "/temporal/namespaces/default/workflows?query=a%3D%221%22",
            headers={"Accept": "text/html,*/*"},
        )
        assert page.status_code == 303
        assert page.headers["location"] == (
            "/login/?next=/temporal/namespaces/default/workflows%3Fquery%3Da%253D%25221%2522"
        )
        for path in ("/temporal", "/temporal/_app/version.json", f"{OURS}/workflows", f"{API}/x"):
            assert code(await http.get(path)) == (401, "auth.missing")
        api = await http.get(f"{OURS}/workflows", headers={"Accept": "text/html"})
        assert code(api) == (401, "auth.missing")
        decoded = await http.post("/temporal/codec/decode", json={"payloads": []})
        assert code(decoded) == (401, "auth.missing")
    async with signed_in(site.url, "nonsense") as http:
        assert code(await http.get("/temporal/")) == (401, "auth.invalid")
        page = await http.get("/temporal/", headers={"Accept": "text/html"})
        assert page.headers["location"] == "/login/?next=/temporal/"


async def test_candidates_are_refused(site: Site) -> None:
    token = await token_of(site.settings, site.ours.organization_id, "candidate")
    async with signed_in(site.url, token) as http:
        assert code(await http.get("/temporal/")) == (403, "auth.forbidden")
        assert code(await http.get(f"{OURS}/workflows")) == (403, "auth.forbidden")
        decoded = await http.post("/temporal/codec/decode", json={"payloads": []})
        assert code(decoded) == (403, "auth.forbidden")


async def test_the_page_runs_here_and_in_no_frame(site: Site) -> None:
    async with site.recruiter() as http:
        page = await http.get("/temporal/namespaces/default/workflows/anything/at%2Fall")
        assert page.status_code == 200
        assert 'base: "/temporal"' in page.text
        assert "set-cookie" not in page.headers
        assert page.headers["x-frame-options"] == "DENY"
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "'sha256-" in policy
        assert "script-src 'self' 'sha256-" in policy
        assert "unsafe-eval" not in policy
        script = page.text.partition('href="')[2].partition('"')[0]
        asset = await http.get(script)
        assert asset.status_code == 200
        assert "javascript" in asset.headers["content-type"]
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["x-content-type-options"] == "nosniff"


async def test_the_ui_is_told_our_codec_and_to_show_no_buttons(site: Site) -> None:
    async with site.recruiter() as http:
        settings = (await http.get(f"{API}/settings?")).raise_for_status().json()
        namespaces = (await http.get(f"{API}/namespaces")).raise_for_status().json()
    assert settings["Codec"]["Endpoint"] == "/temporal/codec"
    assert settings["DisableWriteActions"] is True
    assert settings["Version"]
    assert [one["namespaceInfo"]["name"] for one in namespaces["namespaces"]] == ["default"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        'ExecutionStatus = "Running"',
        "`ExecutionStatus`='Running' OR `WorkflowType` != 'x'",
        "WorkflowType IS NOT NULL",
        "NOT WorkflowId = 'nothing'",
        "WorkflowId STARTS_WITH 'interview-'",
        "StartTime BETWEEN '2020-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
        "WorkflowType IN ('Interview', 'x')",
    ],
)
async def test_lists_hold_our_own_interviews_only(site: Site, query: str) -> None:
    async with site.recruiter() as http:
        found = await http.get(f"{OURS}/workflows", params={"query": query, "pageSize": "100"})
        assert listed(found) == {site.ours.workflow_id}
        counted = await http.get(f"{OURS}/workflow-count", params={"query": query})
        assert counted.raise_for_status().json()["count"] == "1"


async def test_another_organizations_interviews_are_not_found_by_asking(site: Site) -> None:
    theirs = site.theirs
    async with site.recruiter() as http:
        for query in (
            f'WorkflowId = "{theirs.workflow_id}"',
            f'IntervueOrganization = "{theirs.organization_id}"',
            f'IntervueOrganization = "{theirs.organization_id}" OR WorkflowId IS NOT NULL',
        ):
            found = await http.get(f"{OURS}/workflows", params={"query": query})
            assert theirs.workflow_id not in listed(found)
        grouped = await http.get(
            f"{OURS}/workflow-count", params={"query": "GROUP BY ExecutionStatus"}
        )
        assert grouped.raise_for_status().json()["count"] == "1"
        for query in ("x) OR (1=1", "a = 'x' -- ", "a = 'x' UNION SELECT 1"):
            refused = await http.get(f"{OURS}/workflows", params={"query": query})
            assert code(refused) == (400, "temporal_ui.invalid_query")


async def test_our_interview_is_shown_and_theirs_is_not(site: Site, temporal: Client) -> None:
    ours, theirs = site.ours, site.theirs
    runs = {
        company: (await temporal.get_workflow_handle(company.workflow_id).describe()).run_id
        for company in (ours, theirs)
    }
    paths = ("", "/history", "/history-reverse", "/run/{run}/history.json")
    async with site.recruiter() as http:
        for path in paths:
            at = path.format(run=runs[ours])
            shown = await http.get(f"{OURS}/workflows/{ours.workflow_id}{at}")
            assert shown.status_code == 200
            assert ours.interview_id in shown.text
            hidden = await http.get(
                f"{OURS}/workflows/{theirs.workflow_id}{path.format(run=runs[theirs])}"
            )
            assert code(hidden) == (404, "interview.not_found")
            # Their run under our workflow's id.
            at = path.format(run=runs[theirs])
            mixed = await http.get(
                f"{OURS}/workflows/{ours.workflow_id}{at}",
                params={"execution.runId": runs[theirs]},
            )
            assert theirs.interview_id not in mixed.text
        for unknown in ("erasure-" + ours.interview_id, "interview-x", "temporal-sys-scanner"):
            hidden = await http.get(f"{OURS}/workflows/{unknown}/history")
            assert code(hidden) == (404, "interview.not_found")


async def test_a_page_of_another_history_is_refused(site: Site) -> None:
    """Temporal itself would show it, under any workflow's id."""
    ours, theirs = (
        f"{OURS}/workflows/{company.workflow_id}/history" for company in (site.ours, site.theirs)
    )
    first = {"maximumPageSize": "2"}
    token = await token_of(site.settings, site.theirs.organization_id)
    async with signed_in(site.url, token) as them:
        foreign = (await them.get(theirs, params=first)).raise_for_status().json()["nextPageToken"]
        again = await them.get(theirs, params={**first, "nextPageToken": foreign})
        assert again.raise_for_status().json()["history"]["events"][0]["eventId"] != "1"
    async with site.recruiter() as http:
        own = (await http.get(ours, params=first)).raise_for_status().json()["nextPageToken"]
        bare, _, code_of_ours = own.partition(".")
        forged = f"{foreign.partition('.')[0]}.{code_of_ours}"
        for name in ("nextPageToken", "next_page_token"):
            for page in (foreign, foreign.partition(".")[0], forged, bare, "x"):
                refused = await http.get(ours, params={**first, name: page})
                assert code(refused) == (400, "temporal_ui.invalid_request")
        refused = await http.get(
            ours, params={**first, "nextPageToken": own, "next_page_token": forged}
        )
        assert code(refused) == (400, "temporal_ui.invalid_request")


async def test_waiting_for_the_next_event_ends(site: Site) -> None:
    """Well before Temporal's own 20 s, so that an open page does not hold up a process."""
    path = f"{OURS}/workflows/{site.ours.workflow_id}/history"
    tokens = [""]
    async with site.recruiter() as http, asyncio.timeout(15):
        while len(tokens) < 2 or tokens[-1] != tokens[-2]:
            parameters = {"waitNewEvent": "true", "next_page_token": tokens[-1]}
            page = (await http.get(path, params=parameters)).raise_for_status().json()
            tokens.append(page["nextPageToken"])
            assert page["history"]["events"] or tokens[-1] == tokens[-2]


async def test_a_workflow_answers_questions_about_itself_alone(site: Site) -> None:
    ours, theirs = site.ours, site.theirs
    question = {"query": {"queryType": "x"}, "execution": {"workflowId": theirs.workflow_id}}
    async with site.recruiter() as http:
        path = f"{OURS}/workflows/{ours.workflow_id}/query/__temporal_workflow_metadata"
        answered = await http.post(path, json=question)
        assert answered.status_code == 200
        assert "queryResult" in answered.json()
        for body in ("[]", "{", '{"execution": 1}', '{"execution": {"runId": "../x"}}', ""):
            refused = await http.post(path, content=body)
            assert code(refused) == (400, "temporal_ui.invalid_request")
        hidden = await http.post(
            f"{OURS}/workflows/{theirs.workflow_id}/query/snapshot", json=question
        )
        assert code(hidden) == (404, "interview.not_found")
        elsewhere = await http.post(path, json=question, headers={"Origin": "http://evil.test"})
        assert code(elsewhere) == (403, "auth.forbidden")


@pytest.mark.parametrize("change", ["terminate", "cancel", "reset", "signal/x", "update/end"])
async def test_nothing_is_changed(site: Site, temporal: Client, change: str) -> None:
    async with site.recruiter() as http:
        ours = await http.post(f"{OURS}/workflows/{site.ours.workflow_id}/{change}", json={})
        theirs = await http.post(f"{OURS}/workflows/{site.theirs.workflow_id}/{change}", json={})
    assert code(ours) == (403, "auth.forbidden")
    assert code(theirs) == (404, "interview.not_found")
    assert await is_running(temporal, site.ours)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/namespaces/default/workflows/new"),
        ("POST", "/namespaces/default/schedules/new"),
        ("POST", "/namespaces/default/batch-operations/new"),
        ("POST", "/namespaces"),
        ("POST", "/namespaces/default/update"),
        ("POST", "/nexus/endpoints"),
        ("DELETE", "/namespaces/default/schedules/new"),
        ("PUT", "/settings"),
        ("GET", "/namespaces/default/schedules"),
        ("GET", "/namespaces/default/batch-operations"),
        ("GET", "/namespaces/temporal-system/workflows"),
        ("GET", "/namespaces/default/%77orkflows"),
        ("GET", "/anything"),
    ],
)
async def test_what_is_not_on_the_list_is_refused(site: Site, method: str, path: str) -> None:
    async with site.recruiter() as http:
        refused = await http.request(method, f"{API}{path}")
        assert code(refused) == (403, "temporal_ui.not_offered")
        assert code(await http.post("/temporal/")) == (403, "temporal_ui.not_offered")


async def test_whoever_may_write_may_do_so_to_their_own(
    site: Site, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    operators = {**authorization.RULES, "workflow.write": Rule(frozenset({"admin"}))}
    monkeypatch.setattr(authorization, "RULES", operators)
    theirs = {"workflowExecution": {"workflowId": site.theirs.workflow_id}, "reason": "a test"}
    admin = await token_of(site.settings, site.ours.organization_id, "admin")
    async with signed_in(site.url, admin) as http:
        settings = (await http.get(f"{API}/settings")).json()
        assert settings["DisableWriteActions"] is False
        # The path says which; what the body says is not heard.
        path = f"{OURS}/workflows/{site.ours.workflow_id}/terminate"
        assert (await http.post(path, json=theirs)).status_code == 200
        hidden = await http.post(f"{OURS}/workflows/{site.theirs.workflow_id}/terminate", json={})
        assert code(hidden) == (404, "interview.not_found")
    assert not await is_running(temporal, site.ours)
    assert await is_running(temporal, site.theirs)


async def _inputs(temporal: Client, company: Company) -> list[dict[str, Any]]:
    """The workflow's sealed input, as the UI has it."""
    history = await temporal.get_workflow_handle(company.workflow_id).fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    return json_format.MessageToDict(started.input)["payloads"]


async def test_payloads_are_decoded_for_those_who_may_read_them(
    site: Site, temporal: Client
) -> None:
    ours, theirs = await _inputs(temporal, site.ours), await _inputs(temporal, site.theirs)
    assert "Zanzibar" not in _text(ours[0])
    async with site.recruiter() as http:
        response = await http.post(
            "/temporal/codec/decode",
            json={"payloads": [*ours, *theirs]},
            headers={"X-Namespace": "default"},
        )
        decoded = response.raise_for_status().json()["payloads"]
        assert json.loads(_text(decoded[0]))["candidate_name"] == "Zanzibar"
        assert decoded[1] == theirs[0]
        many = json.dumps({"payloads": [{}] * 1_001})
        wide = json.dumps({"payloads": [{"metadata": {str(i): "" for i in range(17)}}]})
        apart = json.dumps({"payloads": [_of_some_interview(ours[0]) for _ in range(101)]})
        for body in ("{", "[]", '{"payloads": 1}', '{"payloads": [1]}', b"\xff", many, wide, apart):
            refused = await http.post("/temporal/codec/decode", content=body)
            assert code(refused) == (400, "temporal_ui.invalid_request")
        # More than any other request may hold, and then too much.
        large = {"payloads": [{"data": "A" * 400_000}]}
        assert (await http.post("/temporal/codec/decode", json=large)).json() == large
        too_large = {"payloads": [{"data": "A" * 4_400_000}]}
        refused = await http.post("/temporal/codec/decode", json=too_large)
        assert code(refused) == (413, "request.too_large")


def _of_some_interview(payload: dict[str, Any]) -> dict[str, Any]:
    some = base64.b64encode(str(uuid.uuid4()).encode()).decode()
    return {**payload, "metadata": {**payload["metadata"], "interview-id": some}}


def _text(payload: dict[str, Any]) -> str:
    return base64.b64decode(payload["data"]).decode(errors="replace")


async def test_anybody_sees_nobodys_interviews_where_they_may_be_held(
    site: Site, settings: Settings, temporal: Client, services: RunningStack
) -> None:
    nobodys = await hold_interview(settings, temporal, "Timbuktu")
    open_house = settings.model_copy(
        update={"debug": True, "temporal_ui_url": services.urls["TEMPORAL_UI_URL"]}
    )
    async with serving(open_house) as url, signed_in(url, None) as http:
        found = listed(await http.get(f"{OURS}/workflows", params={"pageSize": "500"}))
        assert nobodys.workflow_id in found
        assert not found & {site.ours.workflow_id, site.theirs.workflow_id}
        assert (await http.get(f"{OURS}/workflows/{nobodys.workflow_id}")).status_code == 200
        hidden = await http.get(f"{OURS}/workflows/{site.ours.workflow_id}")
        assert code(hidden) == (404, "interview.not_found")
        payloads = await _inputs(temporal, nobodys) + await _inputs(temporal, site.ours)
        response = await http.post("/temporal/codec/decode", json={"payloads": payloads})
        decoded = response.json()["payloads"]
        assert "Timbuktu" in _text(decoded[0])
        assert decoded[1] == payloads[1]
        refused = await http.post(f"{OURS}/workflows/{nobodys.workflow_id}/terminate", json={})
        assert code(refused) in ((403, "auth.forbidden"), (404, "interview.not_found"))
    assert await is_running(temporal, nobodys)


async def test_what_was_ever_somebodys_is_never_everybodys(
    site: Site, settings: Settings, temporal: Client, services: RunningStack
) -> None:
    """Nor listed, nor counted: not while it has a candidate, and not once they are deleted."""
    theirs = await hold_interview(settings, temporal, "Timbuktu")
    database = Database.from_settings(settings)
    candidate = await People(settings, database).user(theirs.organization_id, "candidate")
    assert candidate.user_id is not None
    open_house = settings.model_copy(
        update={"debug": True, "temporal_ui_url": services.urls["TEMPORAL_UI_URL"]}
    )
    query = {"query": f'WorkflowId = "{theirs.workflow_id}"'}
    async with serving(open_house) as url, signed_in(url, None) as http:
        assert listed(await http.get(f"{OURS}/workflows", params=query)) == {theirs.workflow_id}
        async with database.transaction() as connection:
            await claim(connection, theirs.interview_id, candidate.user_id)
        for _ in range(2):
            found = await http.get(f"{OURS}/workflows", params=query)
            counted = await http.get(f"{OURS}/workflow-count", params=query)
            assert listed(found) == set()
            assert counted.raise_for_status().json().get("count", "0") == "0"
            for path in (
                f"{OURS}/workflows/{theirs.workflow_id}/history",
                f"/api/v1/interviews/{theirs.interview_id}",
                f"/api/v1/interviews/{theirs.interview_id}/transcript",
            ):
                assert code(await http.get(path)) == (404, "interview.not_found")
            shown = (await http.get("/api/v1/interviews", params={"limit": 200})).json()["items"]
            assert theirs.interview_id not in {item["interview_id"] for item in shown}
            # The second time without the candidate.
            async with database.transaction() as connection:
                await connection.execute(delete(USERS).where(USERS.c.user_id == candidate.user_id))
    assert (await Records(database).owner(theirs.interview_id)).candidate_id is None
    await database.close()


async def test_an_interview_says_where_its_audit_is(site: Site) -> None:
    async with site.recruiter() as http:
        path = f"/api/v1/interviews/{site.ours.interview_id}"
        url = f"/temporal/namespaces/default/workflows/{site.ours.workflow_id}"
        assert (await http.get(path)).raise_for_status().json()["workflow_url"] == url
        (item,) = (await http.get("/api/v1/interviews")).raise_for_status().json()["items"]
        assert item["workflow_url"] == url


async def test_a_ui_that_is_away_is_said_to_be(site: Site) -> None:
    for address in ("", "http://127.0.0.1:9", "nonsense"):
        away = site.settings.model_copy(update={"temporal_ui_url": address})
        token = await token_of(site.settings, site.ours.organization_id)
        async with serving(away) as url, signed_in(url, token) as http:
            for path in ("/temporal/", "/temporal/_app/version.json", f"{OURS}/workflows"):
                assert code(await http.get(path)) == (502, "temporal_ui.unavailable")
            assert (await http.get("/health/ready")).status_code == 200


async def test_further_runs_are_the_organizations_too(
    site: Site, settings: Settings, temporal: Client
) -> None:
    """The attribute comes with the start, and the workflow never sets it."""
    organization_id = site.ours.organization_id
    long = await hold_interview(
        settings, temporal, "Ada", organization_id, Limits(continue_as_new_turns=1)
    )
    workflow = temporal.get_workflow_handle_for(InterviewWorkflow.run, long.workflow_id)
    first_run = (await workflow.describe()).run_id
    await type_answers(temporal, long, "An answer.")
    async with asyncio.timeout(20):
        while (description := await workflow.describe()).run_id == first_run:
            pass

    assert description.typed_search_attributes.get(ORGANIZATION) == organization_id
    async with site.recruiter() as http:
        path = f"{OURS}/workflows/{long.workflow_id}"
        shown = await http.get(path, params={"execution.runId": description.run_id})
        assert shown.status_code == 200
        query = {"query": f'RunId = "{description.run_id}"'}
        async with asyncio.timeout(20):
            while not listed(await http.get(f"{OURS}/workflows", params=query)):
                pass


async def test_a_namespace_that_lacks_our_attribute_gets_it(
    settings: Settings, services: RunningStack, keys: DataKeys
) -> None:
    """As on the day of the upgrade, when the API may be there before any worker is."""
    bare = await Client.connect(services.urls["TEMPORAL_ADDRESS"])
    name = f"bare-{uuid.uuid4().hex[:8]}"
    retention = Duration(seconds=24 * 3600)
    await bare.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=retention)
    )
    settings = settings.model_copy(update={"temporal_namespace": name})
    temporal = await connect_temporal(settings, keys)

    interview = await hold_interview(settings, temporal, "Ada")

    description = await temporal.get_workflow_handle(interview.workflow_id).describe()
    attributes = description.typed_search_attributes
    assert attributes.get(ORGANIZATION) == interview.organization_id
