"""The interviews of a role scored once more by other means, over real services and a worker that
dies."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import CancelledError

from interview.config import Settings
from interview.contracts.ids import reevaluation_workflow_id
from interview.evaluation.reevaluating import Reevaluating
from interview.persistence.database import Database
from interview.persistence.models import REEVALUATIONS
from interview.persistence.records import Records
from interview.resuming import Resuming
from interview.security.data_keys import build_data_keys
from interview.temporal_client import connect_temporal
from tests.e2e.command import intervue
from tests.fakes.behaviours import Status
from tests.fakes.evaluation import ScoringModel
from tests.fakes.provider_server import FakeProviders
from tests.integration.api.test_erasure import until
from tests.integration.models.test_evaluation import (
    NAMES,
    SAMPLES,
    an_interview,
    asked_for,
    code_of,
    path,
    settled,
)
from tests.services import RunningStack
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

HERE = "/api/v1/reevaluations"
OTHER = "openai/gpt-other"


async def blind(admin: httpx.AsyncClient, value: bool) -> None:
    body = {"blind_review": value}
    (await admin.patch("/api/v1/organization", json=body)).raise_for_status()


@pytest.fixture
async def two(admin: httpx.AsyncClient, records: Records, scorer: ScoringModel) -> list[str]:
    """Scored 3 in everything; from now on it is 4."""
    await blind(admin, False)
    ids = [await an_interview(admin, records) for _ in range(2)]
    for one in ids:
        await settled(admin, one, await asked_for(admin, one))
    scorer.asked.clear()
    scorer.score = lambda _: 4
    return sorted(ids)


async def ask(admin: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await admin.post(HERE, json={"role": "sales", **body})


async def over(admin: httpx.AsyncClient, reevaluation_id: str) -> dict[str, Any]:
    async def finished() -> Any:
        found = (await admin.get(f"{HERE}/{reevaluation_id}")).raise_for_status().json()
        return found if found["state"] == "done" else None

    return await until(finished, 60)


def models_asked(fake: FakeProviders) -> set[str]:
    return {asked.json["model"] for asked in fake.asked("chat")}


async def test_another_model_over_a_worker_that_is_killed(
    admin: httpx.AsyncClient,
    two: list[str],
    scorer: ScoringModel,
    fake: FakeProviders,
    stack: RunningStack,
) -> None:
    listed = (await admin.get(HERE)).raise_for_status().json()
    assert (listed["items"], listed["models"]) == ([], ["openai/gpt-4o", OTHER])
    fake.requests.clear()
    scorer.holding.add(NAMES[-1])
    made = await asyncio.gather(*(ask(admin, model=OTHER) for _ in range(3)))
    assert sorted(one.status_code for one in made) == [202, 409, 409]
    assert {code_of(one) for one in made if one.status_code == 409} == {"reevaluation.running"}
    (asked,) = [one.json() for one in made if one.status_code == 202]
    assert (asked["interviews"], asked["over"]) == (2, 0)
    assert await asyncio.to_thread(scorer.holds.wait, 30)
    stack.kill("worker")
    scorer.released.set()
    await stack.wait_ready("worker")
    done = await over(admin, asked["reevaluation_id"])
    assert (done["over"], done["pending"], done["skipped"]) == (2, 0, 0)
    assert models_asked(fake) == {"gpt-other"}
    # The call in flight at most was made twice.
    assert SAMPLES * 2 * len(NAMES) <= scorer.asked.total() <= SAMPLES * 2 * len(NAMES) + 8
    for one in two:
        rows = (await admin.get(path(one))).json()["items"]
        told = [(row["number"], row["kind"], row["model"], row["state"]) for row in rows]
        assert told == [(2, "reevaluated", OTHER, "done"), (1, "anew", None, "done")]
        card = (await admin.get(f"{path(one)}/2")).json()
        assert card["cost"]["calls"] == SAMPLES * len(NAMES)
        assert (await admin.get(f"{path(one)}/1")).json()["total"] == 3
        report = (await admin.get(f"/api/v1/interviews/{one}/report")).json()
        assert report["scorecard"]["number"] == 1

    where = f"{HERE}/{asked['reevaluation_id']}/drift"
    drift = (await admin.get(where)).raise_for_status().json()
    assert [one["name"] for one in drift["competencies"]] == NAMES
    for one in [*drift["competencies"], drift["overall"]]:
        assert (one["mean_change"], one["largest_change"], one["crossed_band"]) == (1, 1, 1)
        assert one["now_needs_human"] == 0
    assert {one["count"] for one in drift["competencies"]} == {2}
    assert (drift["old_models"], drift["new_models"]) == (["openai/gpt-4o"], [OTHER])
    assert [one["interview_id"] for one in drift["interviews"]] == two
    table = await admin.get(f"{where}.csv")
    assert table.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [line["competency"] for line in lines] == [*NAMES, "all"]
    assert {line["mean_change"] for line in lines} == {"1"}
    trail = (await admin.get("/api/v1/audit", params={"limit": 50})).json()["items"]
    actions = [event["action"] for event in trail]
    for once in ("reevaluation.asked_for", "reevaluation.made", "report.exported"):
        assert actions.count(once) == 1


async def test_what_the_model_could_not_be_had_for_is_asked_for_again(
    admin: httpx.AsyncClient, two: list[str], scorer: ScoringModel, fake: FakeProviders
) -> None:
    fake.will("chat", Status(401), Status(401))
    asked = (await ask(admin)).raise_for_status().json()
    done = await over(admin, asked["reevaluation_id"])
    assert done["over"] == 2
    # Of one interview or of both.
    lacking = done["pending"]
    assert lacking in (1, 2)
    where = f"{HERE}/{asked['reevaluation_id']}"
    drift = (await admin.get(f"{where}/drift")).json()
    assert drift["overall"]["no_longer_scored"] in (1, 2)
    assert drift["overall"]["now_needs_human"] == lacking
    again = await admin.post(f"{where}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "running")
    done = await over(admin, asked["reevaluation_id"])
    assert done["pending"] == 0
    assert scorer.asked == dict.fromkeys(NAMES, 2 * SAMPLES)
    complete = await admin.post(f"{where}/retry")
    assert (complete.status_code, code_of(complete)) == (409, "reevaluation.complete")
    for one in two:
        assert len((await admin.get(path(one))).json()["items"]) == 2


async def test_one_that_does_not_end_is_stopped_and_blocks_nobody(
    admin: httpx.AsyncClient, two: list[str], scorer: ScoringModel, staff: Staff, temporal: Client
) -> None:
    scorer.holding.add(NAMES[-1])
    asked = (await ask(admin)).raise_for_status().json()
    where = f"{HERE}/{asked['reevaluation_id']}"

    async def standing(state: str, over: int, pending: int) -> Any:
        async def there() -> Any:
            row = (await admin.get(where)).raise_for_status().json()
            return row if (row["state"], row["over"], row["pending"]) == wanted else None

        wanted = (state, over, pending)
        return await until(there, 60)

    assert await asyncio.to_thread(scorer.holds.wait, 30)
    await standing("running", 1, 0)
    recruiter = staff.headers(await staff.sign_in("recruiter"))
    stranger = staff.headers(await Staff(staff.settings, staff.database).sign_in("admin"))
    for headers, status in ((recruiter, 403), (stranger, 404)):
        assert (await admin.post(f"{where}/stop", headers=headers)).status_code == status
    for stopped in await asyncio.gather(*(admin.post(f"{where}/stop") for _ in range(3))):
        assert stopped.status_code == 200, stopped.text
        assert (stopped.json()["state"], stopped.json()["reason"]) == ("stopped", "asked")
    another = (await ask(admin)).raise_for_status().json()
    handle = temporal.get_workflow_handle(reevaluation_workflow_id(asked["reevaluation_id"]))
    with pytest.raises(WorkflowFailureError) as ended:
        await handle.result()
    assert isinstance(ended.value.cause, CancelledError)
    # The call that was in flight is given up; what others have answered is kept.
    await standing("stopped", 2, 1)
    await over(admin, another["reevaluation_id"])
    drift = (await admin.get(f"{where}/drift")).raise_for_status().json()
    assert drift["overall"]["count"] == 2 * len(NAMES) - 1

    scorer.asked.clear()
    assert (await admin.post(f"{where}/retry")).status_code == 202
    await standing("done", 2, 0)
    assert scorer.asked.total() <= 1, "nobody who has answered is asked again"
    ended_already = await admin.post(f"{where}/stop")
    assert (ended_already.status_code, ended_already.json()["state"]) == (200, "done")
    trail = (await admin.get("/api/v1/audit", params={"limit": 100})).json()["items"]
    told = [one for one in trail if one["action"] == "reevaluation.stopped"]
    assert [(one["actor_kind"], one["details"]) for one in told] == [("user", {"reason": "asked"})]


async def test_what_was_stopped_while_temporal_was_away(
    admin: httpx.AsyncClient,
    two: list[str],
    scorer: ScoringModel,
    staff: Staff,
    database: Database,
    settings: Settings,
    temporal: Client,
) -> None:
    """It goes by its row, and ends of itself."""
    scorer.holding.add(NAMES[-1])
    asked = (await ask(admin)).raise_for_status().json()
    assert await asyncio.to_thread(scorer.holds.wait, 30)
    nowhere = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    away = await connect_temporal(nowhere, build_data_keys(settings, database), lazy=True)
    by = await staff.sign_in("admin")
    stopped = await Reevaluating(database, away).stop(by, asked["reevaluation_id"])
    assert stopped.state == "stopped"
    scorer.released.set()
    await temporal.get_workflow_handle(reevaluation_workflow_id(asked["reevaluation_id"])).result()
    row = (await admin.get(f"{HERE}/{asked['reevaluation_id']}")).json()
    assert (row["state"], row["over"], row["pending"]) == ("stopped", 2, 0)


async def test_who_may_and_what_is_hidden_until_it_is_rated(
    admin: httpx.AsyncClient, two: list[str], staff: Staff
) -> None:
    recruiter = staff.headers(await staff.sign_in("recruiter"))
    refused = await admin.post(HERE, json={"role": "sales"}, headers=recruiter)
    assert (refused.status_code, code_of(refused)) == (403, "auth.forbidden")
    unknown = await ask(admin, model="openai/unheard-of")
    assert (unknown.status_code, code_of(unknown)) == (409, "model.not_configured")
    nothing = await ask(admin, plan_hash="0" * 64)
    assert (nothing.status_code, code_of(nothing)) == (409, "reevaluation.nothing")
    asked = (await ask(admin)).raise_for_status().json()
    await over(admin, asked["reevaluation_id"])
    await blind(admin, True)
    where = f"{HERE}/{asked['reevaluation_id']}/drift"
    hidden = (await admin.get(where, headers=recruiter)).raise_for_status().json()
    assert (hidden["hidden"], hidden["interviews"], hidden["overall"]["count"]) == (2, [], 0)
    stranger = staff.headers(await Staff(staff.settings, staff.database).sign_in("admin"))
    gone = await admin.get(where, headers=stranger)
    assert (gone.status_code, code_of(gone)) == (404, "reevaluation.not_found")


async def test_what_was_asked_for_while_temporal_was_away(
    admin: httpx.AsyncClient,
    two: list[str],
    staff: Staff,
    database: Database,
    settings: Settings,
    temporal: Client,
) -> None:
    by = await staff.sign_in("admin")
    nothing: dict[str, None] = {"plan_hash": None, "rubric_hash": None, "model": None}
    nowhere = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    away = await connect_temporal(nowhere, build_data_keys(settings, database), lazy=True)
    asked = await Reevaluating(database, away).role(by, "sales", **nothing)
    assert (asked.state, asked.interviews) == ("running", 2)
    async with database.transaction() as connection:
        this = REEVALUATIONS.c.reevaluation_id == asked.reevaluation_id
        minute_ago = REEVALUATIONS.c.created_at - sa.text("interval '1 minute'")
        await connection.execute(sa.update(REEVALUATIONS).where(this).values(created_at=minute_ago))
    await asyncio.gather(*(Resuming(database, temporal, 60).once() for _ in range(3)))
    assert (await over(admin, asked.reevaluation_id))["over"] == 2
    await temporal.get_workflow_handle(reevaluation_workflow_id(asked.reevaluation_id)).result()
    for one in two:
        assert len((await admin.get(path(one))).json()["items"]) == 2


async def test_from_a_terminal(
    admin: httpx.AsyncClient, two: list[str], staff: Staff, stack: RunningStack
) -> None:
    env = {
        "LLM_PROVIDERS": "openai",
        "LLM_OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "EVALUATION_MODELS": OTHER,
    }
    whose = ("--organization", (await staff.sign_in("admin")).organization_id)

    async def typed(*arguments: str) -> tuple[int, str, str]:
        return await intervue(stack, "reevaluate", *arguments, **env)

    code, out, told = await typed("sales", *whose, "--model", OTHER)
    assert code == 0, told
    assert f"sales: 2 of 2 interviews, by openai/gpt-4o and by {OTHER}" in out
    everything = next(line for line in out.splitlines() if line.startswith("all "))
    count = 2 * len(NAMES)
    assert everything.split()[1:] == [str(count), "+1.00", "+1.00", "100%", "0.00", "0"]
    row = (await admin.get(HERE)).raise_for_status().json()["items"][0]
    assert (row["state"], row["requested_by"]) == ("done", None)
    assert row["reevaluation_id"] in told
    for arguments, refused in (
        (("sales", *whose, "--model", "openai/unheard-of"), "model.not_configured"),
        (("sales", *whose, "--rubric", "0" * 64), "rubric.not_found"),
        (("nursing",), "reevaluation.nothing"),
    ):
        code, out, told = await typed(*arguments)
        assert (code, out) == (2, ""), told
        assert refused in told
