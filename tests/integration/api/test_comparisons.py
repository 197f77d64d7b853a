"""Candidates of one plan beside each other, and how far people and the model agree."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from interview.config import Settings
from interview.domain.plan import plan_hash
from interview.domain.roles import get_plan, get_rubric
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.security.principal import Principal
from tests.integration.api.scored import COMPETENCIES, PLAN, ended, evaluate, scored
from tests.integration.persistence.samples import new_interview
from tests.staff import Staff

pytestmark = pytest.mark.integration

HASH = plan_hash(PLAN)
COMPARISONS, AGREEMENT = "/api/v1/comparisons", "/api/v1/agreement"


@pytest.fixture
async def ann(staff: Staff) -> Principal:
    return await staff.sign_in("admin")


@pytest.fixture
async def http(url: str, staff: Staff, ann: Principal) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=30, headers=staff.headers(ann)
    ) as client:
        yield client


async def get(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    return (await http.get(path, params=params)).raise_for_status().json()


async def blind(http: httpx.AsyncClient, value: bool) -> None:
    body = {"blind_review": value}
    (await http.patch("/api/v1/organization", json=body)).raise_for_status()


async def rate(http: httpx.AsyncClient, interview_id: str, *ratings: int | None) -> None:
    """Each competency in turn; the last rating holds for the rest."""
    given = [*ratings, *[ratings[-1]] * len(COMPETENCIES)]
    rated = [
        {"competency_id": name, "rating": rating}
        for name, rating in zip(COMPETENCIES, given, strict=False)
    ]
    where = f"/api/v1/interviews/{interview_id}/review"
    (await http.put(where, json={"ratings": rated})).raise_for_status()


async def test_who_is_surely_ahead_and_who_is_tied(
    http: httpx.AsyncClient, records: Records, database: Database, ann: Principal
) -> None:
    await blind(http, False)
    first = await scored(records, database, ann, 5, candidate_name="First")
    tied = [await scored(records, database, ann, 3, candidate_name="Tied") for _ in range(2)]
    # As high as those two, and less sure of it.
    wide = await ended(records, ann, candidate_name="Wide")
    spread = {name: (1, 3, 4) for name in COMPETENCIES}
    await evaluate(database, wide, ann, dict.fromkeys(COMPETENCIES, 3), spread)
    last = await scored(records, database, ann, 1, candidate_name="Last")
    unscored = await ended(records, ann, candidate_name="Waiting")
    found = await get(http, COMPARISONS, plan_hash=HASH)
    items = {item["interview_id"]: item for item in found["items"]}
    assert [item["total"] for item in found["items"]] == [5, 3, 3, 3, 1, None]
    assert {c["competency_id"] for c in found["competencies"]} == set(COMPETENCIES)

    def place(interview_id: str) -> tuple[int, int]:
        item = items[interview_id]
        return item["best_place"], item["worst_place"]

    assert place(first) == (1, 1)
    assert {place(one) for one in tied} == {(2, 4)}
    assert place(wide) == (2, 5)
    assert place(last) == (4, 5)
    assert (items[wide]["low"], items[wide]["high"]) == (1, 4.25)
    assert (items[first]["low"], items[first]["high"]) == (4.75, 5)
    assert (items[unscored]["state"], items[unscored]["best_place"]) == ("unscored", None)
    assert not found["is_mixed"]


async def test_what_is_not_scored_makes_less_sure_and_a_person_makes_surer(
    http: httpx.AsyncClient, records: Records, database: Database, ann: Principal
) -> None:
    await blind(http, False)
    interview_id = await ended(records, ann)
    first, *rest = COMPETENCIES
    scores: dict[str, int | None] = {first: None, **dict.fromkeys(rest, 4)}
    await evaluate(database, interview_id, ann, scores)
    (before,) = (await get(http, COMPARISONS, plan_hash=HASH))["items"]
    assert (before["total"], before["needs_human"]) == (4, True)
    assert before["coverage"] < 1
    assert before["high"] - before["low"] > 0.5
    where = f"/api/v1/interviews/{interview_id}/evaluations/1/scores/{first}"
    body = {"score": 4, "reason": "The last answer shows it."}
    (await http.put(where, json=body)).raise_for_status()
    (after,) = (await get(http, COMPARISONS, plan_hash=HASH))["items"]
    assert (after["total"], after["coverage"], after["needs_human"]) == (4, 1, False)
    assert (after["low"], after["high"]) == (3.75, 4.25)
    assert [one["is_overridden"] for one in after["scores"]].count(True) == 1


async def test_blind_reviewers_see_what_they_have_rated(
    http: httpx.AsyncClient, records: Records, database: Database, ann: Principal
) -> None:
    rated = await scored(records, database, ann, 2)
    other = await scored(records, database, ann, 5)
    waiting = await ended(records, ann)
    for one in (other, waiting):
        body = {"decision": "advance", "reason": "So."}
        (await http.put(f"/api/v1/interviews/{one}/decision", json=body)).raise_for_status()
    await rate(http, rated, 3)
    found = await get(http, COMPARISONS, plan_hash=HASH)
    items = {item["interview_id"]: item for item in found["items"]}
    assert (items[rated]["total"], items[rated]["best_place"]) == (2, 1)
    for one in (other, waiting):
        assert items[one]["state"] == "hidden"
        told = {name for name, value in items[one].items() if value}
        assert told == {"interview_id", "candidate_name", "ended_at", "state"}
    # What was not shown can still be rated blindly.
    await rate(http, other, 3)
    review = await get(http, f"/api/v1/interviews/{other}/review")
    assert review["own"]["blind"]


async def test_who_compares_has_seen_scores(
    http: httpx.AsyncClient, records: Records, database: Database, ann: Principal
) -> None:
    await blind(http, False)
    shown, waiting = await scored(records, database, ann), await ended(records, ann)
    await get(http, COMPARISONS, plan_hash=HASH)
    await evaluate(database, waiting, ann, dict.fromkeys(COMPETENCIES, 3))
    for interview_id, was_blind in ((shown, False), (waiting, True)):
        await rate(http, interview_id, 3)
        review = await get(http, f"/api/v1/interviews/{interview_id}/review")
        assert review["own"]["blind"] is was_blind


async def test_only_those_of_the_plan_and_the_organization(
    http: httpx.AsyncClient,
    settings: Settings,
    records: Records,
    database: Database,
    ann: Principal,
) -> None:
    await blind(http, False)
    mine = await scored(records, database, ann)
    running = new_interview(organization_id=ann.organization_id, plan=PLAN)
    await records.create_interview(running)
    await ended(records, ann, plan=get_plan("nursing"), rubric=get_rubric("nursing"))
    stranger = await Staff(settings, database).sign_in("admin")
    await scored(records, database, stranger)
    found = await get(http, COMPARISONS, plan_hash=HASH)
    assert [item["interview_id"] for item in found["items"]] == [mine]
    nothing = await get(http, COMPARISONS, plan_hash="0" * 64)
    assert (nothing["items"], nothing["title"]) == ([], "")
    for wrong in ({}, {"plan_hash": "x"}, {"plan_hash": "0" * 65}):
        assert (await http.get(COMPARISONS, params=wrong)).status_code == 400


async def test_agreement_is_of_blind_ratings_beside_the_newest_scores(
    http: httpx.AsyncClient,
    url: str,
    staff: Staff,
    records: Records,
    database: Database,
    ann: Principal,
) -> None:
    nothing = await get(http, AGREEMENT)
    assert nothing == {
        "overall": dict.fromkeys(("exact", "within_one", "kappa")) | {"reviews": 0, "pairs": 0},
        "roles": [],
        "not_blind": 0,
    }
    size = len(COMPETENCIES)
    first, second = [await scored(records, database, ann, score) for score in (1, 2)]
    # Those before count no more.
    await evaluate(database, second, ann, dict.fromkeys(COMPETENCIES, 4))
    await rate(http, first, 1)
    await rate(http, second, None, 4, 5)
    found = await get(http, AGREEMENT)
    figures = found["overall"]
    assert (figures["reviews"], figures["pairs"]) == (2, 2 * size - 1)
    assert figures["exact"] == pytest.approx((size + 1) / (2 * size - 1))
    assert figures["within_one"] == 1
    assert 0.8 < figures["kappa"] < 1
    assert found["roles"] == [{"role": "sales", **figures}]

    # Who had seen the scores is counted apart.
    await blind(http, False)
    bob = await staff.sign_in("recruiter")
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=30, headers=staff.headers(bob)
    ) as late:
        await get(late, f"/api/v1/interviews/{first}/report")
        await rate(late, first, 5)
        again = await get(late, AGREEMENT)
    assert again == found | {"not_blind": 1}
    of_role = await get(http, AGREEMENT, role="sales", plan_hash=HASH)
    assert of_role["overall"] == figures
    assert (await get(http, AGREEMENT, role="nursing"))["overall"]["pairs"] == 0
    assert (await http.get(AGREEMENT, params={"role": "%' OR 1=1"})).status_code == 400
