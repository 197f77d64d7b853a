"""A transcript set right, over real services and a worker that dies: what is scored again."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from interview.persistence.records import Records
from tests.fakes.behaviours import Status
from tests.fakes.evaluation import ScoringModel
from tests.fakes.provider_server import FakeProviders
from tests.integration.api.test_erasure import completed, until
from tests.integration.models.test_evaluation import (
    NAMES,
    RUBRIC,
    SAMPLES,
    an_interview,
    asked_for,
    path,
    settled,
)
from tests.services import RunningStack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

TOUCHED = RUBRIC.competencies[0]
RIGHT = "I called that customer twenty times in four weeks, and I noted what each of them wanted."


@pytest.fixture(autouse=True)
async def nobody_reviews(admin: httpx.AsyncClient) -> None:
    """Scores are read as they come."""
    body = {"blind_review": False}
    (await admin.patch("/api/v1/organization", json=body)).raise_for_status()


@pytest.fixture
async def ended(admin: httpx.AsyncClient, records: Records) -> str:
    return await an_interview(admin, records)


@pytest.fixture
async def evaluated(admin: httpx.AsyncClient, ended: str, scorer: ScoringModel) -> str:
    """All with 3; what is scored from now on has 5."""
    await settled(admin, ended, await asked_for(admin, ended))
    scorer.asked.clear()
    scorer.score = lambda _: 5
    return ended


async def correct(admin: httpx.AsyncClient, interview_id: str, text: str = RIGHT) -> httpx.Response:
    """The first answer."""
    where = f"/api/v1/interviews/{interview_id}"
    lines = (await admin.get(f"{where}/transcript")).json()["items"]
    line = {"utterance_id": lines[0]["utterance_id"], "text": text}
    body = {"lines": [line], "reason": "The recording says so."}
    return await admin.post(f"{where}/corrections", json=body)


def only_the_touched_is_new(done: dict[str, Any]) -> None:
    found = {c["competency_id"]: c for c in done["competencies"]}
    new = found.pop(TOUCHED.competency_id)
    assert (new["score"], new["samples"], new["taken_from"]) == (5, [5] * SAMPLES, None)
    assert new["evidence"][0]["quote"] in RIGHT
    assert {c["score"] for c in found.values()} == {3}
    assert {c["taken_from"] for c in found.values()} == {1}
    assert (done["state"], done["kind"], done["based_on"]) == ("done", "corrected", 1)


async def test_only_what_is_touched_is_asked_for_again(
    admin: httpx.AsyncClient, evaluated: str, scorer: ScoringModel
) -> None:
    before = await settled(admin, evaluated)
    made = await correct(admin, evaluated)
    assert made.status_code == 201, made.text
    assert made.json()["evaluation"]["number"] == 2
    done = await settled(admin, evaluated, 2)
    only_the_touched_is_new(done)
    assert scorer.asked == {TOUCHED.name: SAMPLES}
    assert all(RIGHT in asked.content for asked in scorer.requests[-SAMPLES:])
    assert done["cost"]["calls"] == SAMPLES
    first = await settled(admin, evaluated, 1)
    told = [quote.pop("correction") for c in first["competencies"] for quote in c["evidence"]]
    assert [one["is_scored"] for one in told if one] == [False]
    for competency in before["competencies"]:
        for quote in competency["evidence"]:
            assert quote.pop("correction") is None
    assert first == before
    where = f"/api/v1/interviews/{evaluated}"
    assert (await admin.get(f"{where}/report")).json()["scorecard"] == done
    kept = (await admin.get(f"{where}/corrections")).json()["items"]
    assert kept == made.json()["items"]
    assert (kept[0]["version"], kept[0]["reason"]) == (1, "The recording says so.")
    events = (await admin.get("/api/v1/audit", params={"action": "transcript.corrected"})).json()
    assert events["items"][0]["actor_id"] == kept[0]["corrected_by"]
    assert RIGHT not in str(events)
    # With the interview all of it goes.
    await admin.post(f"{where}/erasure")
    receipt = await completed(admin, evaluated)
    erased = receipt["erased"]
    assert (erased["transcript_corrections"], erased["evaluations"]) == (1, 2)


async def test_a_worker_killed_half_way_repeats_at_most_what_was_in_flight(
    admin: httpx.AsyncClient, evaluated: str, scorer: ScoringModel, stack: RunningStack
) -> None:
    scorer.holding.add(TOUCHED.name)
    assert (await correct(admin, evaluated)).status_code == 201
    assert await asyncio.to_thread(scorer.holds.wait, 30)
    stack.kill("worker")
    scorer.released.set()
    await stack.wait_ready("worker")
    done = await settled(admin, evaluated, 2)
    only_the_touched_is_new(done)
    assert set(scorer.asked) == {TOUCHED.name}
    assert SAMPLES <= scorer.asked[TOUCHED.name] <= 2 * SAMPLES
    assert [row["number"] for row in (await admin.get(path(evaluated))).json()["items"]] == [2, 1]


async def test_a_correction_while_an_evaluation_runs_is_scored_after_it(
    admin: httpx.AsyncClient, ended: str, scorer: ScoringModel
) -> None:
    scorer.holding.add(NAMES[-1])
    number = await asked_for(admin, ended)
    assert await asyncio.to_thread(scorer.holds.wait, 30)
    made = await correct(admin, ended)
    assert (made.status_code, made.json()["evaluation"]) == (201, None)
    scorer.score = lambda asked: 5 if RIGHT in asked.content else 3
    scorer.released.set()
    first = await settled(admin, ended, number)
    assert {c["score"] for c in first["competencies"]} == {3}, "it went by the words it began with"
    assert first["corrections"] == 0
    only_the_touched_is_new(await settled(admin, ended, 2))
    expected = dict.fromkeys(NAMES, SAMPLES) | {TOUCHED.name: 2 * SAMPLES}
    assert scorer.asked == expected


async def test_the_same_several_times_at_once_is_scored_once(
    admin: httpx.AsyncClient, evaluated: str, scorer: ScoringModel
) -> None:
    made = await asyncio.gather(*(correct(admin, evaluated) for _ in range(4)))
    assert {one.status_code for one in made} == {201}
    assert {one.json()["evaluation"]["number"] for one in made} == {2}
    only_the_touched_is_new(await settled(admin, evaluated, 2))
    assert scorer.asked == {TOUCHED.name: SAMPLES}


async def test_scores_that_hold_are_there_while_a_provider_refuses(
    admin: httpx.AsyncClient, evaluated: str, scorer: ScoringModel, fake: FakeProviders
) -> None:
    fake.will("chat", *[Status(401)] * SAMPLES)
    assert (await correct(admin, evaluated)).status_code == 201
    pending = await settled(admin, evaluated, 2)
    assert pending["state"] == "pending"
    unscored = {c["competency_id"]: c["unscored"] for c in pending["competencies"]}
    assert {name for name, reason in unscored.items() if reason} == {TOUCHED.competency_id}

    async def taken() -> bool:
        return (await admin.post(f"{path(evaluated)}/2/retry")).status_code == 202

    await until(taken)
    only_the_touched_is_new(await settled(admin, evaluated, 2))


async def test_a_correction_says_what_and_why(admin: httpx.AsyncClient, ended: str) -> None:
    where = f"/api/v1/interviews/{ended}/corrections"
    line = {"utterance_id": "x", "text": RIGHT}
    bodies: list[dict[str, Any]] = [
        {"lines": [line]},
        {"lines": [line], "reason": "  "},
        {"lines": [], "reason": "Misheard."},
        {"lines": [{**line, "text": " "}], "reason": "Misheard."},
        {"lines": [line], "reason": "Misheard.", "speaker": "interviewer"},
    ]
    for body in bodies:
        refused = await admin.post(where, json=body)
        assert refused.status_code == 400, body
        assert RIGHT not in refused.text
