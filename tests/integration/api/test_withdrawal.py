"""Consent withdrawn in the middle of an answer: what is at it stops, and all of it goes."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from temporalio.client import Client as Temporal

from interview.config import Settings
from interview.persistence.database import Database
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from interview.protocol import limits
from interview.protocol.frames import pack_uplink
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError
from interview.streams.erase import find_keys
from interview.streams.pulse import HeldTurn, PulseReader
from tests.integration.api.servers import Client
from tests.integration.api.test_erasure import completed, is_gone, path, until
from tests.integration.api.test_room import greeted, new_turn, running
from tests.integration.api.voice import spoken_answer
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

NAME, ADDRESS, NOTE = "Zanzibarina", "zanzibarina@company.example", "Quetzalcoatl"


@dataclass(frozen=True)
class Guest:
    """A candidate who came by a link, consented, and asked for more time."""

    interview_id: str
    headers: dict[str, str]
    admin: httpx.AsyncClient


@pytest.fixture
async def guest(settings: Settings, database: Database, http: httpx.AsyncClient, url: str) -> Guest:
    http.headers.update(await Staff(settings, database, LOCAL_ORGANIZATION).admin())
    body = {"role": "demo", "candidate_name": NAME, "candidate_email": ADDRESS}
    made = (await http.post("/api/v1/invitations", json=body)).raise_for_status().json()
    accept = {"secret": made["link"].partition("#")[2], "transport": "bearer"}
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20.0) as nobody:
        accepted = await nobody.post("/api/v1/invitations/accept", json=accept)
    session = accepted.raise_for_status().json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    interview_id = made["interview_id"]
    where = f"{path(interview_id)}/consent"
    version = (await http.get(where, headers=headers)).json()["notice_version"]
    given = await http.post(where, json={"notice_version": version}, headers=headers)
    given.raise_for_status()
    asked = await http.post(
        f"{path(interview_id)}/accommodations",
        json={"extra_time": "1.5", "note": NOTE},
        headers=headers,
    )
    asked.raise_for_status()
    return Guest(interview_id, headers, http)


async def test_who_withdraws_in_the_middle_of_an_answer_is_forgotten(
    guest: Guest,
    url: str,
    settings: Settings,
    redis: Redis,
    temporal: Temporal,
    keys: DataKeys,
    database: Database,
) -> None:
    interview_id, spoken, turn_id = guest.interview_id, await spoken_answer(), new_turn()
    folder = Path(settings.blob_url.removeprefix("file://")) / "interviews" / interview_id
    async with Client(url, interview_id, additional_headers=guest.headers) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks[:-1]):
            await client.send_raw(pack_uplink(index, data))
        await running(temporal, interview_id, turn_id)
        await until(lambda: _held(redis, interview_id))
        assert await asyncio.to_thread(folder.exists)
        assert ADDRESS in await asyncio.to_thread(_outbox, settings)

        withdrawn = await guest.admin.post(
            f"{path(interview_id)}/consent/withdraw", headers=guest.headers
        )
        assert withdrawn.status_code == 202
        # Whichever is noticed first: the interview's end, or that of the session.
        assert await client.closed() in (1000, limits.CLOSE_UNAUTHENTICATED)

    async def stopped() -> bool:
        return not await _held(redis, interview_id)

    await until(stopped)
    receipt = await completed(guest.admin, interview_id)
    assert (receipt["reason"], receipt["actor_kind"]) == ("withdrawal", "user")
    assert not await asyncio.to_thread(folder.exists)
    assert ADDRESS not in await asyncio.to_thread(_outbox, settings)
    assert receipt["erased"]["mails"] == 1
    assert await find_keys(redis, interview_id) == []
    assert await is_gone(temporal, interview_id)
    keys.forget(interview_id)
    with pytest.raises(EncryptionError) as destroyed:
        await keys.of(interview_id, make=True)
    assert destroyed.value.code == "key.destroyed"
    refused = await guest.admin.get("/api/v1/account", headers=guest.headers)
    assert refused.status_code == 401

    # What is left: ids, codes, times and counts.
    assert receipt["erased"]["users"] == receipt["erased"]["interviews"] == 1
    trail = await guest.admin.get("/api/v1/audit", params={"interview_id": interview_id})
    events = trail.raise_for_status().json()["items"]
    assert {"consent.withdrawn", "interview.erased"} <= {event["action"] for event in events}
    for left in (receipt, events):
        assert not any(mark in json.dumps(left).lower() for mark in _marks())
    for value in _values(receipt):
        assert value is None or isinstance(value, int) or _PLAIN.fullmatch(value), value


_PLAIN = re.compile(r"[a-z_]+|[0-9a-f-]{36}|[0-9T:.Z+-]+")


def _outbox(settings: Settings) -> str:
    return "".join(path.read_text() for path in settings.mail_outbox.iterdir())


def _marks() -> list[str]:
    return [mark.lower() for mark in (NAME, ADDRESS, NOTE)]


def _values(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [value for one in node.values() for value in _values(one)]  # pyright: ignore[reportUnknownVariableType] JSON
    return [node]


async def _held(redis: Redis, interview_id: str) -> set[HeldTurn]:
    """Stages that a living worker is at."""
    pulses = PulseReader(redis)
    held = [await pulses.held(worker) for worker in await pulses.beats()]
    return {turn for turns in held for turn in turns if turn.interview_id == interview_id}
