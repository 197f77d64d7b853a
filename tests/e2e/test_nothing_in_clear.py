"""What passes through Temporal, Redis and the logs tells nothing of the candidate, though stages
fail and quote them; and after an erasure nothing anywhere does."""

from __future__ import annotations

import asyncio
import base64
import sys
import uuid
from collections.abc import Generator

import httpx
import pytest
from temporalio.client import WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from demo.interview import create_interview
from demo.room import Room
from demo.voice import CandidateVoice
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.persistence.database import Database
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from interview.security.codec import encrypted_converter
from interview.security.data_keys import DataKeys, build_data_keys
from interview.temporal_client import connect_temporal
from launcher.paths import Home
from launcher.stack import LocalStack
from tests.e2e.leaky_worker import QUOTED
from tests.e2e.marks import contents, every_row_in, everything_in, found
from tests.services import LOCAL_PROVIDERS, RunningStack
from tests.staff import Staff
from workflows.interview import InterviewWorkflow

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NAME = "Zanzibarina"
TYPED = "Quetzalcoatl"
SPOKEN = "I moved the billing service to a new database"
HEARD = "billing service"


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStack]:
    """Everything, with a worker whose model fails."""
    home = Home(tmp_path_factory.mktemp("leaky") / uuid.uuid4().hex[:8])
    worker = (sys.executable, "-m", "tests.e2e.leaky_worker")
    running = RunningStack(LocalStack(home, env=LOCAL_PROVIDERS, worker_argv=worker))
    running.start()
    yield running
    running.stop()


async def test_an_interview_leaves_no_word_in_clear(
    stack: RunningStack, settings: Settings, database: Database
) -> None:
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", NAME)
        replies = await _held(url, interview_id)
    marks = [NAME, TYPED, HEARD, *replies]
    assert len(replies) >= 2

    files = await asyncio.to_thread(contents, stack.home.temporal, stack.home.valkey)
    assert interview_id.encode() in b"".join(files.values()), "these are the files that hold it"
    assert found(marks, files) == set()
    keys = await everything_in(stack.urls["REDIS_URL"])
    assert any(interview_id in key for key in keys)
    assert found(marks, keys) == set()
    logs = await asyncio.to_thread(contents, stack.home.logs)
    # The sentences of the interviewer come from source code, which a traceback quotes.
    assert found([NAME, TYPED, HEARD], logs) == set()
    objects = await asyncio.to_thread(contents, stack.home.blobs)
    sounds = {key: data for key, data in objects.items() if interview_id in key}
    assert sounds
    assert all(data.startswith(b"intervue-sealed-1") for data in sounds.values())
    assert found(marks, objects) == set()
    keys = build_data_keys(settings, database)
    assert keys is not None
    client = await connect_temporal(settings, keys)
    history = await client.get_workflow_handle(workflow_id(interview_id)).fetch_history()
    await _failures_are_sealed(history, keys)
    await _replays(history, keys)

    await _erase(url, settings, database, interview_id)
    said = [NAME, TYPED, HEARD]
    kept = await asyncio.to_thread(contents, stack.home.temporal, stack.home.valkey)
    kept |= await asyncio.to_thread(contents, stack.home.blobs, stack.home.logs)
    kept |= await everything_in(stack.urls["REDIS_URL"])
    kept |= await every_row_in(stack.urls["DATABASE_URL"])
    assert found(said, kept) == set()
    assert not any(interview_id in name for name in kept)


async def _held(url: str, interview_id: str) -> list[str]:
    """A typed answer and a spoken one; what the interviewer said, by the beginning of lines."""
    async with Room(url, interview_id) as room:
        await room.wait(lambda: _said(room) >= 1)
        await room.type(uuid.uuid4().hex, f"My project was called {TYPED}.")
        await room.wait(lambda: _said(room) >= 2)
        turn_id = uuid.uuid4().hex
        spoken = await CandidateVoice().say(SPOKEN)
        await room.speak(turn_id, spoken.chunks, duration_ms=spoken.duration_ms)
        await room.wait(lambda: room.settled(turn_id) and _said(room) >= 3)
        lines = [line for line in room.transcript.values() if line.role == "interviewer"]
        heard = [line.text for line in room.transcript.values() if line.role == "candidate"]
        assert HEARD in heard[-1].lower()
        await room.end()
        await room.wait(lambda: room.ended is not None)
    assert any(NAME in line.text for line in lines), "the greeting says the name"
    return [line.text[:30] for line in lines]


def _said(room: Room) -> int:
    return sum(utterance.ended for utterance in room.utterances.values())


async def _failures_are_sealed(history: WorkflowHistory, keys: DataKeys) -> None:
    """Those that quote the candidate; with the key they are read."""
    converter = encrypted_converter(keys)
    quoted: list[str] = []
    for event in history.events:
        started = event.activity_task_started_event_attributes
        if not started.HasField("last_failure"):
            continue
        failure = started.last_failure
        assert (failure.message, failure.stack_trace) == ("Encoded failure", "")
        assert failure.encoded_attributes.metadata["encoding"] == b"binary/encrypted"
        opened = await converter.decode_failure(failure)
        assert isinstance(opened, ApplicationError)
        quoted.append(f"{opened.type}: {opened.message}")
    for said in (TYPED, HEARD):
        assert any(QUOTED in text and said in text for text in quoted), "this is what is sealed"


async def _replays(history: WorkflowHistory, keys: DataKeys) -> None:
    """Who has the key reads the history, and it replays."""
    assert "binary/encrypted" not in history.to_json()
    assert base64.b64encode(b"binary/encrypted").decode() in history.to_json()
    replayer = Replayer(workflows=[InterviewWorkflow], data_converter=encrypted_converter(keys))
    await replayer.replay_workflow(history)


async def _erase(url: str, settings: Settings, database: Database, interview_id: str) -> None:
    where = f"/api/v1/interviews/{interview_id}/erasure"
    admin = await Staff(settings, database, LOCAL_ORGANIZATION).admin()
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False, headers=admin) as api:
        (await api.post(where)).raise_for_status()
        async with asyncio.timeout(60):
            while True:
                if (await api.get(where)).raise_for_status().json()["completed_at"]:
                    return
                await asyncio.sleep(0.05)
