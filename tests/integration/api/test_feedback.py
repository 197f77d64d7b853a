"""Feedback for the candidate: their own words, and neither a score nor the scale."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.security.principal import Principal
from tests.integration.api.scored import COMPETENCIES, RUBRIC, WORDS, ended, evaluate, scored
from tests.staff import Staff

pytestmark = pytest.mark.integration


@pytest.fixture
async def admin(staff: Staff) -> Principal:
    return await staff.sign_in("admin")


@pytest.fixture
async def candidate(staff: Staff) -> Principal:
    return await staff.sign_in("candidate")


@pytest.fixture
async def http(url: str, staff: Staff, candidate: Principal) -> AsyncGenerator[httpx.AsyncClient]:
    """The candidate's."""
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=30, headers=staff.headers(candidate)
    ) as client:
        yield client


async def offer(http: httpx.AsyncClient, headers: dict[str, str], value: bool = True) -> None:
    body = {"candidate_feedback": value}
    changed = await http.patch("/api/v1/organization", json=body, headers=headers)
    assert changed.raise_for_status().json()["candidate_feedback"] is value


def path(interview_id: str) -> str:
    return f"/api/v1/interviews/{interview_id}/feedback"


async def read(http: httpx.AsyncClient, interview_id: str) -> Any:
    return (await http.get(path(interview_id))).raise_for_status().json()


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def test_it_is_offered_by_the_organization_once_there_is_an_evaluation(
    http: httpx.AsyncClient,
    staff: Staff,
    records: Records,
    database: Database,
    admin: Principal,
    candidate: Principal,
) -> None:
    interview_id = await ended(records, admin, candidate_id=candidate.user_id)
    where = path(interview_id)
    assert code_of(await http.get(where)) == (404, "feedback.not_offered")
    own = await http.patch("/api/v1/organization", json={"candidate_feedback": True})
    assert code_of(own) == (403, "auth.forbidden")
    await offer(http, staff.headers(admin))
    assert code_of(await http.get(where)) == (409, "feedback.not_ready")
    await evaluate(database, interview_id, admin, dict.fromkeys(COMPETENCIES, 3))
    found = await read(http, interview_id)
    assert [one["name"] for one in found["competencies"]] == [c.name for c in RUBRIC.competencies]
    for one in found["competencies"]:
        assert [quote["quote"] for quote in one["quotes"]] == [WORDS[:21]]
        assert one["advice"]
        assert one["note"] is None
    await offer(http, staff.headers(admin), False)
    assert code_of(await http.get(where)) == (404, "feedback.not_offered")


async def test_no_score_and_nothing_of_the_scale_can_be_told_from_it(
    http: httpx.AsyncClient,
    staff: Staff,
    records: Records,
    database: Database,
    admin: Principal,
    candidate: Principal,
) -> None:
    await offer(http, staff.headers(admin))
    told = list[str]()
    for score in (1, 5):
        interview_id = await scored(records, database, admin, score, candidate_id=candidate.user_id)
        found = await read(http, interview_id)
        text = json.dumps(found)
        told.append(text.replace(interview_id, ""))
        for competency in RUBRIC.competencies:
            for secret in (competency.definition, *competency.anchors, *competency.evidence):
                assert secret not in text
        assert "It was told." not in text, "a scorer's reason"
        assert not re.search(r"\d", text.replace(interview_id, "").replace('"sequence": 2', ""))
    assert told[0] == told[1], "high and low are told the same of the same words"


async def test_what_could_not_be_scored_is_said_kindly(
    http: httpx.AsyncClient,
    staff: Staff,
    records: Records,
    database: Database,
    admin: Principal,
    candidate: Principal,
) -> None:
    await offer(http, staff.headers(admin))
    interview_id = await ended(records, admin, confidence=0.1, candidate_id=candidate.user_id)
    await evaluate(database, interview_id, admin, dict.fromkeys(COMPETENCIES))
    found = await read(http, interview_id)
    for one in found["competencies"]:
        assert "not counted against you" in one["note"]
        assert (one["quotes"], one["advice"]) == ([], [])


async def test_another_candidate_learns_nothing(
    http: httpx.AsyncClient,
    staff: Staff,
    records: Records,
    database: Database,
    admin: Principal,
) -> None:
    await offer(http, staff.headers(admin))
    other = await staff.sign_in("candidate")
    interview_id = await scored(records, database, admin, candidate_id=other.user_id)
    assert code_of(await http.get(path(interview_id))) == (404, "interview.not_found")
