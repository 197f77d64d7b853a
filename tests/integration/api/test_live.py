"""Looking on while an interview runs: what is told, to whom, and at what price."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from redis.asyncio import Redis

from api.attendance import Attendance
from api.authorization import RULES, Action, Rule
from api.presence import Marking
from interview.config import Settings
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.persistence.returns import Returns
from interview.protocol.client import Interruption
from interview.streams.presence import AWAY_AFTER_S, KEPT_S, Presence
from tests.integration.api.servers import Client, serving
from tests.integration.persistence import samples
from tests.staff import Staff

pytestmark = pytest.mark.integration


@pytest.fixture
async def held(records: Records) -> str:
    """Of nobody, and greeted."""
    new = samples.new_interview()
    await records.create_interview(new)
    await records.save_speech(samples.greeting(new.interview_id))
    return new.interview_id


async def look(
    http: httpx.AsyncClient, interview_id: str, after: int = 0, etag: str = ""
) -> httpx.Response:
    headers = {"If-None-Match": etag} if etag else {}
    params = {"after": after}
    return await http.get(f"/api/v1/interviews/{interview_id}/live", params=params, headers=headers)


def lines_of(answer: httpx.Response) -> list[tuple[int, str, bool]]:
    lines = answer.raise_for_status().json()["lines"]
    return [(line["sequence"], line["speaker"], line["interrupted"]) for line in lines]


async def lapse(redis: Redis, interview_id: str, seconds: float) -> None:
    """As if nobody had been in the room for so long."""
    await lapse_key(redis, f"intervue:{{{interview_id}}}:here", seconds)


async def lapse_key(redis: Redis, key: str, seconds: float) -> None:
    assert await redis.pexpire(key, round((KEPT_S - seconds) * 1000))


async def be_up(redis: Redis) -> None:
    """As if a process had been there all the time."""
    await redis.delete("intervue:here", "intervue:here:back")


class There:
    """An attendance."""

    def __init__(self, *interviews: str) -> None:
        self.interviews = frozenset(interviews)


def marking(there: There, redis: Redis, database: Database) -> Marking:
    return Marking(cast(Attendance, there), Presence(redis), Returns(database))


async def test_before_anybody_has_come(http: httpx.AsyncClient, interview_id: str) -> None:
    found = (await look(http, interview_id)).raise_for_status().json()

    assert (found["status"], found["lines"], found["seen"]) == ("created", [], None)
    assert (found["question_number"], found["resumes"]) == (1, 0)
    assert found["question_count"] > 1


async def test_lines_come_as_they_are_committed(
    http: httpx.AsyncClient, records: Records, held: str
) -> None:
    first = await look(http, held)
    assert lines_of(first) == [(1, "interviewer", False)]
    again = await look(http, held, etag=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")

    # The reply is stored before the answer it is to, which interrupts what was said before.
    await records.save_speech(samples.speech(held, 1))
    early = await look(http, held, 1, first.headers["etag"])
    assert lines_of(early) == [(3, "interviewer", False)]
    cut = Interruption(utterance_id=samples.greeting(held).utterance_id, heard_ms=500)
    await records.commit_answer(samples.answer(held, 1, interrupted=cut))

    late = await look(http, held, etag=early.headers["etag"])
    assert lines_of(late) == [
        (1, "interviewer", True),
        (2, "candidate", False),
        (3, "interviewer", False),
    ]
    assert lines_of(await look(http, held, 2)) == [(3, "interviewer", False)]
    found = late.json()
    assert (found["phase"], found["question_number"]) == ("main_questions", 3)
    assert (found["question_count"], found["total_turns"]) == (4, 1)


async def test_that_a_line_was_interrupted_is_told(
    http: httpx.AsyncClient, records: Records, held: str
) -> None:
    before = await look(http, held)
    assert await records.mark_heard(held, samples.greeting(held).utterance_id, 500)

    after = await look(http, held, etag=before.headers["etag"])
    assert lines_of(after) == [(1, "interviewer", True)]


async def test_the_end_is_told(http: httpx.AsyncClient, records: Records, held: str) -> None:
    before = await look(http, held)
    await records.close_interview(held, "completed", datetime.now(UTC))

    after = await look(http, held, etag=before.headers["etag"])

    found = after.raise_for_status().json()
    assert (found["status"], found["outcome"], found["seen"]) == ("completed", "completed", None)
    # Nothing of scores, ratings or decisions is told here, to whomever.
    assert set(found) == {
        *("interview_id", "status", "outcome", "phase", "question_number", "question_count"),
        *("total_turns", "resumes", "seen", "lines"),
    }


async def test_a_candidate_who_is_there_or_away(
    http: httpx.AsyncClient, redis: Redis, held: str
) -> None:
    never = await look(http, held)
    assert never.json()["seen"] == {"presence": "away", "seen_at": None}
    async with Client(str(http.base_url), held) as room:
        await room.hello()
        here = never
        while here.json()["seen"]["presence"] == "away":
            here = await look(http, held)
        assert here.headers["etag"] != never.headers["etag"]
        listed = await listing(http, held)
        assert listed["seen"]["presence"] == "here"

    await lapse(redis, held, 60.0)
    away = await look(http, held, etag=here.headers["etag"])
    assert away.json()["seen"]["presence"] == "away"
    since = datetime.fromisoformat(away.json()["seen"]["seen_at"])
    assert timedelta(seconds=55) < datetime.now(UTC) - since < timedelta(seconds=120)
    # That time goes by is no news.
    await lapse(redis, held, 90.0)
    assert (await look(http, held, etag=away.headers["etag"])).status_code == 304


async def listing(http: httpx.AsyncClient, interview_id: str) -> Mapping[str, Any]:
    page = (await http.get("/api/v1/interviews")).raise_for_status().json()
    return next(item for item in page["items"] if item["interview_id"] == interview_id)


async def test_redis_is_away(settings: Settings, held: str) -> None:
    alone = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
    async with serving(alone) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        found = await look(http, held)
        listed = await listing(http, held)

    assert lines_of(found) == [(1, "interviewer", False)]
    assert found.json()["seen"] is None
    assert listed["seen"] is None


async def test_each_return_counts_once(
    http: httpx.AsyncClient, records: Records, redis: Redis, database: Database, held: str
) -> None:
    other = samples.new_interview()
    await records.create_interview(other)
    there = There(held, other.interview_id)
    await be_up(redis)
    await marking(there, redis, database).once()  # they come for the first time
    process = marking(there, redis, database)
    await process.once()
    await lapse(redis, held, AWAY_AFTER_S * 2)
    await process.once()  # it was here all the time, and did not get to say so
    assert (await look(http, held)).json()["resumes"] == 0

    for interview_id in there.interviews:
        await lapse(redis, interview_id, AWAY_AFTER_S * 2)
    await marking(there, redis, database).once()
    await marking(there, redis, database).once()  # another process, a moment later
    counts = await Returns(database).counts([held, other.interview_id, str(uuid.uuid4())])
    assert counts == {held: 1}, "the other one has not begun"

    await records.set_status(held, "paused")
    await lapse(redis, held, 3600.0)
    await marking(there, redis, database).once()
    assert (await look(http, held)).json()["resumes"] == 1, "it does not go on yet"
    for _ in range(2):  # as an activity that is tried twice
        await records.set_status(held, "active")
    assert (await look(http, held)).json()["resumes"] == 2
    assert (await listing(http, held))["resumes"] == 2


async def test_nobody_was_away_when_it_was_us(redis: Redis, database: Database, held: str) -> None:
    there, returns = There(held), Returns(database)
    await marking(there, redis, database).once()
    await lapse(redis, held, 60.0)
    await lapse_key(redis, "intervue:here", 60.0)
    await marking(there, redis, database).once()
    assert await returns.counts([held]) == {}

    # Another process is up a moment later, and the rooms of before come to it one by one.
    await lapse(redis, held, 61.0)
    await marking(there, redis, database).once()
    assert await returns.counts([held]) == {}

    await be_up(redis)
    await lapse(redis, held, 70.0)
    await marking(there, redis, database).once()
    assert await returns.counts([held]) == {held: 1}


async def test_who_may_not_read_the_transcript_sees_none(
    settings: Settings,
    database: Database,
    records: Records,
    staff: Staff,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = await staff.admin()
    new = samples.new_interview(organization_id=staff.organization_id)
    await records.create_interview(new)
    await records.save_speech(samples.greeting(new.interview_id))
    async with serving(settings) as url:
        async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
            before = await look(http, new.interview_id)
            assert len(lines_of(before)) == 1
            # As a house might decide.
            monkeypatch.setitem(cast(dict[Action, Rule], RULES), "transcript.read", Rule(own=True))
            etag = before.headers["etag"]
            after = await look(http, new.interview_id, etag=etag)

    assert after.json()["lines"] is None, "nor is it told that nothing has changed"
    assert after.json()["status"] == "active"
