"""Scored once more by other means, over real services and a worker that dies."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from interview.persistence import rubrics
from interview.persistence.database import Database
from interview.persistence.records import Records
from tests.fakes.evaluation import ScoringModel
from tests.integration.models.test_evaluation import (
    NAMES,
    RUBRIC,
    SAMPLES,
    an_interview,
    asked_for,
    code_of,
    path,
    settled,
)
from tests.services import RunningStack
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

FIRST = RUBRIC.competencies[0]


async def reviewed(admin: httpx.AsyncClient, blind: bool) -> None:
    body = {"blind_review": blind}
    (await admin.patch("/api/v1/organization", json=body)).raise_for_status()


@pytest.fixture
async def evaluated(admin: httpx.AsyncClient, records: Records, scorer: ScoringModel) -> str:
    """All with 3; from now on the first competency has 5 and the others 2 to 4."""
    await reviewed(admin, blind=False)
    interview_id = await an_interview(admin, records)
    await settled(admin, interview_id, await asked_for(admin, interview_id))
    scorer.asked.clear()
    scorer.score = lambda asked: (
        5 if asked.competency == FIRST.name else 2 + scorer.asked[asked.competency] % 3
    )
    return interview_id


async def again(admin: httpx.AsyncClient, interview_id: str, **body: Any) -> httpx.Response:
    return await admin.post(f"{path(interview_id)}/1/reevaluation", json=body)


async def test_the_drift_between_two_evaluations_of_the_same_words(
    admin: httpx.AsyncClient, evaluated: str, scorer: ScoringModel
) -> None:
    made = await again(admin, evaluated, model="openai/gpt-4o")
    assert made.status_code == 202, made.text
    assert (made.json()["kind"], made.json()["based_on"]) == ("reevaluated", 1)
    done = await settled(admin, evaluated, 2)
    assert scorer.asked == dict.fromkeys(NAMES, SAMPLES)
    found = (await admin.get(f"{path(evaluated)}/2/drift")).raise_for_status().json()
    first, *others = found["competencies"]
    assert (first["old"], first["new"], first["delta"], first["is_told"]) == (3, 5, 2, True)
    assert (first["old_spread"], first["new_spread"]) == (0, 0)
    for one in others:
        assert (one["delta"], one["new_spread"], one["is_told"]) == (0, 2, False)
    assert found["changed"] == [], "the same words, rubric, prompt and model"
    assert found["compared"] == len(NAMES)
    assert found["largest_delta"] == 2
    assert found["mean_absolute_delta"] == pytest.approx(2 / len(NAMES))
    assert found["total_delta"] == pytest.approx(done["total"] - 3)
    # The other way round, where that is asked for.
    back = await admin.get(f"{path(evaluated)}/1/drift", params={"against": 2})
    assert back.json()["total_delta"] == pytest.approx(3 - done["total"])
    # Reports still go by the first.
    report = (await admin.get(f"/api/v1/interviews/{evaluated}/report")).json()
    assert report["scorecard"]["number"] == 1


async def test_another_version_of_the_rubric(
    admin: httpx.AsyncClient, evaluated: str, database: Database, staff: Staff
) -> None:
    version = RUBRIC.model_copy(update={"competencies": RUBRIC.competencies[:2]})
    async with database.transaction() as connection:
        hashed = await rubrics.keep(connection, staff.organization_id, version)
    assert (await again(admin, evaluated, rubric_hash=hashed)).status_code == 202
    done = await settled(admin, evaluated, 2)
    assert [c["name"] for c in done["competencies"]] == NAMES[:2]
    found = (await admin.get(f"{path(evaluated)}/2/drift")).json()
    assert found["changed"] == ["rubric"]
    assert (found["new"]["rubric_hash"], found["compared"]) == (hashed, 2)
    gone = [one["name"] for one in found["competencies"] if one["new"] is None]
    assert gone == NAMES[2:]


async def test_a_killed_worker_and_several_who_ask_at_once(
    admin: httpx.AsyncClient, evaluated: str, scorer: ScoringModel, stack: RunningStack
) -> None:
    scorer.holding.add(NAMES[-1])
    made = await asyncio.gather(*(again(admin, evaluated) for _ in range(3)))
    assert sorted(one.status_code for one in made) == [202, 409, 409]
    refused = {code_of(one) for one in made if one.status_code == 409}
    assert refused == {"evaluation.running"}
    early = await admin.get(f"{path(evaluated)}/2/drift")
    assert (early.status_code, code_of(early)) == (409, "evaluation.not_done")
    assert await asyncio.to_thread(scorer.holds.wait, 30)
    stack.kill("worker")
    scorer.released.set()
    await stack.wait_ready("worker")
    done = await settled(admin, evaluated, 2)
    assert (done["state"], done["cost"]["calls"]) == ("done", SAMPLES * len(NAMES))
    numbers = [row["number"] for row in (await admin.get(path(evaluated))).json()["items"]]
    assert numbers == [2, 1]


async def test_what_is_refused_and_what_is_hidden(
    admin: httpx.AsyncClient, evaluated: str, staff: Staff
) -> None:
    other = await again(admin, evaluated, model="anthropic/claude-sonnet-4-5")
    assert (other.status_code, code_of(other)) == (409, "model.not_configured")
    alone = await admin.get(f"{path(evaluated)}/1/drift")
    assert (alone.status_code, code_of(alone)) == (409, "evaluation.not_based")
    nothing = await admin.get(f"{path(evaluated)}/1/drift", params={"against": 9})
    assert (nothing.status_code, code_of(nothing)) == (404, "evaluation.not_found")
    assert (await again(admin, evaluated)).status_code == 202
    await settled(admin, evaluated, 2)
    await reviewed(admin, blind=True)
    recruiter = staff.headers(await staff.sign_in("recruiter"))
    hidden = await admin.get(f"{path(evaluated)}/2/drift", headers=recruiter)
    assert code_of(hidden) == "review.first"
