"""People rate before they see the scores, and have the last word."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from interview.config import Settings
from interview.domain.evaluation.scores import total
from interview.domain.roles import get_plan
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_anew
from interview.persistence.models import Base
from interview.persistence.records import Records
from interview.security.principal import Principal
from tests.integration.api.scored import COMPETENCIES, RUBRIC, ended, evaluate, scored
from tests.integration.api.test_erasure import completed
from tests.integration.persistence.samples import new_interview
from tests.staff import Staff

pytestmark = pytest.mark.integration

REASON = "The second answer shows more than was quoted."


class Person:
    """Somebody of the organization, and their client."""

    def __init__(self, http: httpx.AsyncClient, principal: Principal) -> None:
        self.http = http
        self.principal = principal

    async def get(self, path: str) -> Any:
        return (await self.http.get(path)).raise_for_status().json()

    async def hand_in(self, interview_id: str, rating: int | None = 4, **more: Any) -> Any:
        return await self.http.put(f"{at(interview_id)}/review", json=ratings(rating) | more)


def at(interview_id: str) -> str:
    return f"/api/v1/interviews/{interview_id}"


def ratings(rating: int | None = 4) -> dict[str, Any]:
    rated = [{"competency_id": name, "rating": rating, "reason": "So."} for name in COMPETENCIES]
    return {"ratings": rated}


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.fixture
async def staff(settings: Settings, database: Database) -> Staff:
    return Staff(settings, database)


async def someone(url: str, staff: Staff, role: Any = "recruiter") -> Person:
    principal = await staff.sign_in(role)
    http = httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=30, headers=staff.headers(principal)
    )
    return Person(http, principal)


@pytest.fixture
async def ann(url: str, staff: Staff) -> AsyncGenerator[Person]:
    person = await someone(url, staff)
    yield person
    await person.http.aclose()


@pytest.fixture
async def bob(url: str, staff: Staff) -> AsyncGenerator[Person]:
    person = await someone(url, staff, "admin")
    yield person
    await person.http.aclose()


@pytest.fixture
async def interview_id(records: Records, database: Database, ann: Person) -> str:
    return await scored(records, database, ann.principal)


WITH_SCORES = (
    *("evaluations/1", "report", "report.pdf", "report.csv", "evaluations/1/overrides"),
    "feedback",
)


async def test_scores_are_seen_after_ones_own_rating(
    ann: Person, bob: Person, interview_id: str
) -> None:
    offered = {"candidate_feedback": True}
    (await bob.http.patch("/api/v1/organization", json=offered)).raise_for_status()
    for where in WITH_SCORES:
        refused = await ann.http.get(f"{at(interview_id)}/{where}")
        assert code_of(refused) == (403, "review.first"), where
    form = await ann.get(f"{at(interview_id)}/review")
    assert form["hidden"]
    assert [one["competency_id"] for one in form["competencies"]] == COMPETENCIES
    made = (await ann.hand_in(interview_id)).raise_for_status().json()
    assert made["blind"]
    for where in WITH_SCORES:
        shown = await ann.http.get(f"{at(interview_id)}/{where}")
        assert shown.status_code == 200, where
    report = await ann.get(f"{at(interview_id)}/report")
    assert report["reviews"] == [made]
    assert report["scorecard"]["total"] == 3

    # Nor does somebody else see what Ann rated and decided, before they have rated.
    body = {"decision": "advance", "reason": REASON}
    decided = (await ann.http.put(f"{at(interview_id)}/decision", json=body)).raise_for_status()
    hidden = await bob.get(f"{at(interview_id)}/review")
    assert (hidden["hidden"], hidden["others"], hidden["decision"]) == (True, [], None)
    assert code_of(await bob.http.get(f"{at(interview_id)}/report")) == (403, "review.first")
    (await bob.hand_in(interview_id, 2)).raise_for_status()
    shown = await bob.get(f"{at(interview_id)}/review")
    assert (shown["hidden"], shown["others"], shown["decision"]) == (False, [made], decided.json())
    table = (await bob.http.get(f"{at(interview_id)}/report.csv")).text
    assert table.count(",4 2,") == len(COMPETENCIES)


async def test_without_scores_what_others_rated_is_hidden_all_the_same(
    ann: Person, bob: Person, records: Records
) -> None:
    interview_id = await ended(records, ann.principal)
    (await ann.hand_in(interview_id)).raise_for_status()
    before = await bob.get(f"{at(interview_id)}/report")
    assert (before["scorecard"], before["reviews"]) == (None, [])
    (await bob.hand_in(interview_id)).raise_for_status()
    assert len((await bob.get(f"{at(interview_id)}/report"))["reviews"]) == 2


async def test_an_integration_rates_nobody_and_reads_on(bob: Person, interview_id: str) -> None:
    body = {"name": "ats", "scopes": ["interviews:read", "interviews:write"]}
    made = (await bob.http.post("/api/v1/api-keys", json=body)).raise_for_status().json()
    headers = {"Authorization": f"Bearer {made['secret']}"}
    shown = await bob.http.get(f"{at(interview_id)}/evaluations/1", headers=headers)
    assert shown.status_code == 200
    refused = await bob.http.put(f"{at(interview_id)}/review", json=ratings(), headers=headers)
    assert code_of(refused) == (403, "auth.forbidden")


async def test_a_rating_is_handed_in_once(ann: Person, interview_id: str) -> None:
    first = (await ann.hand_in(interview_id, note="Calm.")).raise_for_status().json()
    again = (await ann.hand_in(interview_id, note="Calm.")).raise_for_status().json()
    assert again == first
    for rating, note in ((4, "Not calm."), (5, "Calm.")):
        refused = await ann.hand_in(interview_id, rating, note=note)
        assert code_of(refused) == (409, "review.handed_in")
    assert (await ann.get(f"{at(interview_id)}/review"))["own"] == first
    events = (await ann.get(f"/api/v1/audit?interview_id={interview_id}"))["items"]
    handed_in = [event for event in events if event["action"] == "review.handed_in"]
    assert [event["details"]["blind"] for event in handed_in] == [True]


async def test_what_no_table_can_hold_is_replaced(ann: Person, interview_id: str) -> None:
    """And the same again is still the same."""
    first = (await ann.hand_in(interview_id, note="a\0b")).raise_for_status().json()
    assert first["note"] == "a\ufffdb"
    again = (await ann.hand_in(interview_id, note="a\0b")).raise_for_status().json()
    assert again == first
    where = f"{at(interview_id)}/decision"
    body = {"decision": "hold", "reason": "\0"}
    made = [(await ann.http.put(where, json=body)).raise_for_status().json() for _ in range(2)]
    assert made[0] == made[1]


async def test_of_many_at_once_one_is_handed_in(ann: Person, interview_id: str) -> None:
    answers = await asyncio.gather(*(ann.hand_in(interview_id, n % 5 + 1) for n in range(10)))
    taken = [answer.json() for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert taken
    assert len({one["review_id"] for one in taken}) == 1
    assert {code_of(one) for one in refused} == {(409, "review.handed_in")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ratings": []},
        {"ratings": ratings()["ratings"][1:]},
        {"ratings": [*ratings()["ratings"], ratings()["ratings"][0]]},
        {"ratings": [*ratings()["ratings"], {"competency_id": "charm", "rating": 5}]},
        ratings(6),
        ratings(0),
        {**ratings(), "score": 1},
        {**ratings(), "note": "x" * 5_001},
    ],
)
async def test_every_competency_is_rated_on_the_scale(
    ann: Person, interview_id: str, wrong: dict[str, Any]
) -> None:
    refused = await ann.http.put(f"{at(interview_id)}/review", json=wrong)
    assert refused.status_code == 400, refused.text
    assert (await ann.get(f"{at(interview_id)}/review"))["own"] is None


async def test_what_has_not_ended_or_has_no_rubric_is_not_rated(
    ann: Person, records: Records
) -> None:
    of = ann.principal.organization_id
    running = new_interview(organization_id=of, plan=get_plan("sales"), rubric=RUBRIC)
    await records.create_interview(running)
    assert code_of(await ann.hand_in(running.interview_id)) == (409, "interview.not_ended")
    plain = await ended(records, ann.principal, plan=get_plan("demo"), rubric=None)
    assert code_of(await ann.hand_in(plain)) == (409, "review.no_rubric")
    assert not (await ann.get(f"{at(plain)}/review"))["hidden"]


async def test_who_saw_the_scores_before_did_not_rate_blindly(
    ann: Person, bob: Person, interview_id: str
) -> None:
    """Whatever the setting says by then."""

    async def blind(value: bool) -> None:
        body = {"blind_review": value}
        changed = await bob.http.patch("/api/v1/organization", json=body)
        assert changed.raise_for_status().json()["blind_review"] is value

    await blind(False)
    assert (await ann.get(f"{at(interview_id)}/evaluations/1"))["total"] == 3
    await blind(True)
    assert code_of(await ann.http.get(f"{at(interview_id)}/report")) == (403, "review.first")
    assert not (await ann.hand_in(interview_id)).raise_for_status().json()["blind"]
    assert (await bob.hand_in(interview_id)).raise_for_status().json()["blind"]
    events = await bob.get("/api/v1/audit?action=organization.changed")
    assert [event["details"] for event in events["items"]] == [
        {"blind_review": True},
        {"blind_review": False},
    ]


async def test_a_persons_score_holds_and_the_models_stays(
    ann: Person, records: Records, database: Database
) -> None:
    interview_id = await ended(records, ann.principal)
    first, second, *rest = COMPETENCIES
    scores: dict[str, int | None] = {first: 2, second: None, **dict.fromkeys(rest, 3)}
    await evaluate(database, interview_id, ann.principal, scores)
    where = f"{at(interview_id)}/evaluations/1"
    body = {"score": 5, "reason": REASON}
    refused = await ann.http.put(f"{where}/scores/{first}", json=body)
    assert code_of(refused) == (403, "review.first")
    (await ann.hand_in(interview_id)).raise_for_status()
    before = await ann.get(where)
    assert before["needs_human"]
    assert (before["reviewed_total"], before["reviewed_coverage"]) == (
        before["total"],
        before["coverage"],
    )
    for name in (first, second):
        for _ in range(2):  # said twice, it is one
            (await ann.http.put(f"{where}/scores/{name}", json=body)).raise_for_status()
    card = await ann.get(where)
    views = {one["competency_id"]: one for one in card["competencies"]}
    assert (views[first]["score"], views[first]["override"]["score"]) == (2, 5)
    assert (views[second]["score"], views[second]["override"]["reason"]) == (None, REASON)
    assert (card["total"], card["coverage"]) == (before["total"], before["coverage"])
    expected = total(RUBRIC, {first: 5, second: 5, **dict.fromkeys(rest, 3)})
    assert (card["reviewed_total"], card["reviewed_coverage"]) == (expected.score, 1.0)
    assert not card["needs_human"], "a person has looked"
    report = await ann.http.get(f"{at(interview_id)}/report.csv")
    assert REASON in report.text

    back = {"score": None, "reason": "I misread it."}
    (await ann.http.put(f"{where}/scores/{first}", json=back)).raise_for_status()
    again = {one["competency_id"]: one for one in (await ann.get(where))["competencies"]}
    assert again[first]["override"] is None
    history = (await ann.get(f"{where}/overrides"))["items"]
    assert [(one["competency_id"], one["score"]) for one in history] == [
        (first, None),
        (second, 5),
        (first, 5),
    ]


async def test_an_override_names_a_reason_and_something_that_was_scored(
    ann: Person, interview_id: str, database: Database
) -> None:
    (await ann.hand_in(interview_id)).raise_for_status()
    where = f"{at(interview_id)}/evaluations/1/scores"
    for wrong in ({"score": 3}, {"score": 3, "reason": " "}, {"score": 9, "reason": REASON}):
        refused = await ann.http.put(f"{where}/{COMPETENCIES[0]}", json=wrong)
        assert refused.status_code == 400
    body = {"score": 3, "reason": REASON}
    refused = await ann.http.put(f"{where}/charm", json=body)
    assert code_of(refused) == (404, "evaluation.no_competency")
    nowhere = f"{at(interview_id)}/evaluations/9/scores/{COMPETENCIES[0]}"
    assert code_of(await ann.http.put(nowhere, json=body)) == (404, "evaluation.not_found")
    async with database.transaction() as connection:
        row = await ask_anew(connection, interview_id, ann.principal)
    running = f"{at(interview_id)}/evaluations/{row.number}/scores/{COMPETENCIES[0]}"
    assert code_of(await ann.http.put(running, json=body)) == (409, "evaluation.running")


async def test_of_overrides_at_once_the_last_one_holds_and_none_is_lost(
    ann: Person, interview_id: str
) -> None:
    (await ann.hand_in(interview_id)).raise_for_status()
    where = f"{at(interview_id)}/evaluations/1"

    async def put(score: int) -> None:
        body = {"score": score, "reason": f"{score}"}
        path = f"{where}/scores/{COMPETENCIES[0]}"
        (await ann.http.put(path, json=body)).raise_for_status()

    await asyncio.gather(*(put(score) for score in range(1, 6)))
    history = (await ann.get(f"{where}/overrides"))["items"]
    assert {one["score"] for one in history} == {1, 2, 3, 4, 5}
    first = (await ann.get(where))["competencies"][0]
    assert first["override"] == history[0]


async def test_a_person_decides_and_says_why(
    ann: Person, interview_id: str, database: Database
) -> None:
    where = f"{at(interview_id)}/decision"
    for wrong in ({"decision": "reject"}, {"decision": "hire", "reason": REASON}):
        assert (await ann.http.put(where, json=wrong)).status_code == 400
    bodies = [{"decision": kind, "reason": REASON} for kind in ("hold", "hold", "advance")]
    made = [(await ann.http.put(where, json=body)).raise_for_status().json() for body in bodies]
    assert made[0] == made[1] != made[2]
    assert made[2]["decided_by"] == ann.principal.user_id
    (await ann.hand_in(interview_id)).raise_for_status()
    assert (await ann.get(f"{at(interview_id)}/review"))["decision"] == made[2]
    assert (await ann.get(f"{at(interview_id)}/report"))["decision"] == made[2]
    events = (await ann.get(f"/api/v1/audit?interview_id={interview_id}"))["items"]
    decided = [event["details"] for event in events if event["action"] == "decision.made"]
    assert decided == [{}, {}], "whoever is still to rate reads the trail"
    # Nor what an earlier release wrote there.
    async with database.transaction() as connection:
        of = Subject.interview(interview_id)
        told = {"decision": "hold"}
        await AuditTrail.append(connection, ann.principal, "decision.made", of, told)
    events = (await ann.get(f"/api/v1/audit?interview_id={interview_id}"))["items"]
    assert events[0]["details"] == {}


async def test_a_candidate_takes_away_what_is_about_them(
    url: str, staff: Staff, ann: Person, records: Records, database: Database
) -> None:
    candidate = await staff.sign_in("candidate")
    interview_id = await scored(records, database, ann.principal, candidate_id=candidate.user_id)
    (await ann.hand_in(interview_id)).raise_for_status()
    where = f"{at(interview_id)}/evaluations/1/scores/{COMPETENCIES[0]}"
    (await ann.http.put(where, json={"score": 5, "reason": REASON})).raise_for_status()
    body = {"decision": "reject", "reason": REASON}
    (await ann.http.put(f"{at(interview_id)}/decision", json=body)).raise_for_status()
    lines = (await ann.get(f"{at(interview_id)}/transcript"))["items"]
    answer = next(line["utterance_id"] for line in lines if line["speaker"] == "candidate")
    corrected = {"lines": [{"utterance_id": answer, "text": "It said so."}], "reason": "Mumbled."}
    where = f"{at(interview_id)}/corrections"
    (await ann.http.post(where, json=corrected)).raise_for_status()
    async with AsyncExitStack() as stack:
        for reader, theirs in (("staff", ann.http), ("candidate", None)):
            http = theirs or await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, trust_env=False, headers=staff.headers(candidate))
            )
            answer = (await http.get(f"{at(interview_id)}/export")).raise_for_status()
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                whole = b"".join(archive.read(name) for name in archive.namelist())
                acts = {event["action"] for event in json.loads(archive.read("audit.json"))}
            of_recruiters = {"review.handed_in", "score.overridden", "decision.made"}
            assert (acts & of_recruiters) == (of_recruiters if reader == "staff" else set())
            assert "interview.closed" in acts
            known = str(ann.principal.user_id).encode() in whole
            assert known == (reader == "staff"), "who they were"
            assert b"reject" not in whole
            [shown] = (await http.get(where)).raise_for_status().json()["items"]
            assert shown["text"] == "It said so."
            assert (shown["reason"] == "Mumbled.") == (b"Mumbled." in whole) == known
            assert (shown["corrected_by"] is not None) == known


async def test_all_of_it_goes_with_the_interview(
    bob: Person, interview_id: str, database: Database
) -> None:
    (await bob.hand_in(interview_id)).raise_for_status()
    body = {"score": 5, "reason": REASON}
    where = f"{at(interview_id)}/evaluations/1/scores/{COMPETENCIES[0]}"
    (await bob.http.put(where, json=body)).raise_for_status()
    decide = {"decision": "hold", "reason": REASON}
    (await bob.http.put(f"{at(interview_id)}/decision", json=decide)).raise_for_status()
    (await bob.http.post(f"{at(interview_id)}/erasure")).raise_for_status()
    late = await bob.http.put(f"{at(interview_id)}/decision", json={**decide, "reason": "Late."})
    assert late.status_code == 404
    receipt = await completed(bob.http, interview_id)
    for name in ("reviews", "score_overrides", "decisions"):
        assert receipt["erased"][name] == 1
    async with database.transaction() as connection:
        for name in ("reviews", "score_overrides", "decisions", "score_views"):
            table = Base.metadata.tables[name]
            left = select(func.count()).where(table.c.interview_id == interview_id)
            assert await connection.scalar(left) == 0, name
        ratings_left = select(func.count()).select_from(Base.metadata.tables["review_ratings"])
        reviews = Base.metadata.tables["reviews"]
        orphans = ratings_left.where(
            Base.metadata.tables["review_ratings"].c.review_id.not_in(select(reviews.c.review_id))
        )
        assert await connection.scalar(orphans) == 0
