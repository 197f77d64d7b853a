"""After an erasure no word of the interview is anywhere, and the command line tells its story
before that."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from activities.speech_cache import SpeechCache
from demo.interview import create_interview
from demo.room import Room
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.domain.scripts import fixed_lines
from interview.persistence.blobs import FilesystemBlobStore
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from interview.providers.local_tts import LocalTextToSpeech
from interview.security.data_keys import build_data_keys
from interview.security.sealed_blobs import sealed
from interview.temporal_client import connect_temporal
from tests.e2e.command import intervue
from tests.e2e.marks import contents, every_row_in, everything_in, found
from tests.services import RunningStack
from tests.staff import Staff

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NAME = "Xanthippina"
TYPED = "Popocatepetl"
# The interview's own words are in the plan, as in every other interview of the role.
MARKS = [NAME, TYPED]


@pytest.fixture
async def api(
    stack: RunningStack, settings: Settings, database: Database
) -> AsyncGenerator[httpx.AsyncClient]:
    """Of an admin."""
    headers = await Staff(settings, database, LOCAL_ORGANIZATION).admin()
    async with httpx.AsyncClient(
        base_url=stack.urls["app"], timeout=20.0, trust_env=False, headers=headers
    ) as api:
        yield api


@pytest.fixture
async def interview_id(stack: RunningStack) -> str:
    """Held by typing, and ended."""
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as anybody:
        interview_id = await create_interview(anybody, "demo", NAME)
    async with Room(url, interview_id) as room:
        await room.wait(lambda: _said(room) >= 1)
        await room.type(uuid.uuid4().hex, f"My project was called {TYPED}.")
        await room.wait(lambda: _said(room) >= 2)
        await room.end()
        await room.wait(lambda: room.ended is not None)
    return interview_id


def _said(room: Room) -> int:
    return sum(utterance.ended for utterance in room.utterances.values())


async def everywhere(stack: RunningStack) -> dict[str, set[tuple[str, str]]]:
    """Where the marks are, by service."""
    rows = await every_row_in(stack.urls["DATABASE_URL"])
    objects = await asyncio.to_thread(contents, stack.home.blobs)
    keys = await everything_in(stack.urls["REDIS_URL"])
    logs = await asyncio.to_thread(contents, stack.home.logs)
    # SQLite keeps pages of what was deleted: these tell nothing either.
    files = await asyncio.to_thread(contents, stack.home.temporal, stack.home.valkey)
    return {
        "postgres": found(MARKS, rows),
        "objects": found(MARKS, objects),
        "redis": found(MARKS, keys),
        "logs": found(MARKS, logs),
        "files": found(MARKS, files),
    }


async def test_after_an_erasure_no_word_is_left(
    stack: RunningStack,
    api: httpx.AsyncClient,
    settings: Settings,
    database: Database,
    interview_id: str,
) -> None:
    tables = {table for _, table in (await everywhere(stack))["postgres"]}
    assert {"interviews", "utterances"} <= tables, "that is where the marks are found"
    folder = stack.home.blobs / "interviews" / interview_id
    assert await asyncio.to_thread(contents, folder)
    assert await asyncio.to_thread(contents, folder / "speech"), "lines that say the name"
    record = await Records(database).get_interview(interview_id)
    lines = fixed_lines(record.plan, NAME)
    kept = await _kept_as_sound(stack, settings, database, interview_id, lines)
    assert {NAME in line for line in kept} == {True, False}

    where = f"/api/v1/interviews/{interview_id}/erasure"
    first = (await api.post(where)).raise_for_status().json()
    receipt = await _completed(api, where)
    assert receipt["receipt_id"] == first["receipt_id"]
    assert (await api.post(where)).json() == receipt

    assert not any((await everywhere(stack)).values())
    assert await asyncio.to_thread(contents, folder) == {}
    assert not any(interview_id in key for key in await everything_in(stack.urls["REDIS_URL"]))
    rows = await every_row_in(stack.urls["DATABASE_URL"])
    of_it = {table for table, text in rows.items() if interview_id.encode() in text}
    assert of_it == {"audit_events", "data_keys", "erasure_receipts"}
    kept = await _kept_as_sound(stack, settings, database, interview_id, lines)
    assert {NAME in line for line in kept} == {False}
    client = await connect_temporal(settings, build_data_keys(settings, database))
    query = f'WorkflowId = "{workflow_id(interview_id)}"'
    assert [run.run_id async for run in client.list_workflows(query)] == []
    code, _, error = await intervue(stack, "audit", interview_id)
    assert code == 2
    assert error.startswith(f"the interview was erased (receipt {receipt['receipt_id']})")
    assert error.count("\n") == 1


async def _kept_as_sound(
    stack: RunningStack,
    settings: Settings,
    database: Database,
    interview_id: str,
    lines: tuple[str, ...],
) -> list[str]:
    """Whatever a worker that starts now would find, for everyone or with the interview."""
    keys = build_data_keys(settings, database)
    cache = SpeechCache(sealed(FilesystemBlobStore(stack.home.blobs), keys))
    voice = LocalTextToSpeech().voice
    return [line for line in lines if await cache.get(voice, line, interview_id=interview_id)]


async def _completed(api: httpx.AsyncClient, where: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            receipt = (await api.get(where)).raise_for_status().json()
            if receipt["completed_at"]:
                return receipt
            await asyncio.sleep(0.05)


async def test_a_worker_killed_at_once_leaves_one_receipt(
    stack: RunningStack, api: httpx.AsyncClient, interview_id: str
) -> None:
    where = f"/api/v1/interviews/{interview_id}/erasure"
    await api.post(where)
    stack.kill("worker")
    await stack.wait_ready("worker")
    await _completed(api, where)
    assert (await everywhere(stack))["postgres"] == set()
    trail = await api.get("/api/v1/audit", params={"interview_id": interview_id})
    actions = [event["action"] for event in trail.json()["items"]]
    assert actions.count("interview.erased") == 1


async def test_the_command_tells_what_happened(stack: RunningStack, interview_id: str) -> None:
    code, text, error = await intervue(stack, "audit", interview_id)
    assert (code, error) == (0, "")
    assert text.startswith(f"Interview {interview_id}: completed, 1 run\n")
    for stage in ("transcribe", "converse", "speak"):
        assert stage in text
    assert "scripted" in text
    assert not any(mark in text for mark in MARKS)

    code, text, _ = await intervue(stack, "audit", f"interview-{interview_id}", "--json")
    told = json.loads(text)
    assert code == 0
    assert not any(mark in text for mark in MARKS)
    assert told["status"] == "completed"
    runs = [run for turn in told["turns"] for run in turn["stages"]]
    [typed] = [turn for turn in told["turns"] if turn["kind"] == "typed"]
    assert [run["stage"] for run in typed["stages"]] == ["transcribe", "converse", "speak"]
    for run in typed["stages"]:
        assert (run["ending"], run["attempts"]) == ("completed", 1)
    assert {"scripted", "local"} <= {run["provider"].partition("/")[0] for run in runs}
    asked = [(step["name"], step["about"]) for step in told["steps"] if step["kind"] == "asked"]
    assert asked == [("end_interview", "outcome ended_by_candidate")]
    assert "close · ended_by_candidate" in [step["about"] for step in told["steps"]]


async def test_the_command_says_whether_history_fits(
    stack: RunningStack, interview_id: str
) -> None:
    code, text, _ = await intervue(stack, "replay", interview_id)
    assert (code, text.splitlines()[-1]) == (0, "Today's code makes the same decisions.")
    code, text, _ = await intervue(stack, "replay", interview_id, "--json")
    assert (code, json.loads(text)["fits"]) == (0, True)


async def test_the_command_verifies_and_erases(stack: RunningStack, interview_id: str) -> None:
    code, text, _ = await intervue(stack, "audit-verify")
    assert code == 0
    assert f"{LOCAL_ORGANIZATION}  holds" in text
    anchor = text.split("anchor ")[1].split()[0]
    local = ("audit-verify", "--organization", LOCAL_ORGANIZATION)
    assert (await intervue(stack, *local, "--anchor", anchor))[0] == 0
    other = anchor.partition(":")[0] + ":" + "0" * 64
    code, text, _ = await intervue(stack, *local, "--anchor", other)
    assert code == 1
    assert "BROKEN" in text

    assert (await intervue(stack, "erase", interview_id))[0] == 2, "nobody confirmed it"
    code, text, error = await intervue(stack, "erase", interview_id, "--yes")
    assert code == 0, error
    assert "1 interviews" in text
    again = await intervue(stack, "erase", interview_id, "--yes", "--json")
    assert json.loads(again[1])["receipt_id"] in text


@pytest.mark.parametrize(
    ("arguments", "env", "says"),
    [
        (("audit", str(uuid.UUID(int=4))), {}, "no such interview (interview.not_found)"),
        (("replay", str(uuid.UUID(int=4))), {}, "no such interview (interview.not_found)"),
        (("erase", str(uuid.UUID(int=4)), "--yes"), {}, "no such interview (interview.not_found)"),
        (("audit", "ADA"), {}, "not an id"),
        (("audit-verify", "--anchor", "5"), {}, "an anchor is written N:HASH"),
        (("audit", str(uuid.UUID(int=4))), {"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "make start"),
        (
            ("audit-verify",),
            {"DATABASE_URL": "postgresql+asyncpg://a:secret@127.0.0.1:1/b"},
            "PostgreSQL at 127.0.0.1:1 cannot be reached",
        ),
        (("audit-verify",), {"MASTER_KEYS": "x"}, "MASTER_KEYS"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line(
    stack: RunningStack, arguments: tuple[str, ...], env: dict[str, str], says: str
) -> None:
    code, text, error = await intervue(stack, *arguments, **env)
    assert (code, text) == (2, "")
    assert says in error
    assert "secret" not in error
    assert "Traceback" not in error
