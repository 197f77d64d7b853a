"""Everybody at every door of the real application, over real services.

The doors are the application's own: a new route is tried here without being named. What is
expected stands in `tests/access.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, get_args

import httpx
import pytest
import pytest_asyncio
from pydantic import BaseModel, SecretStr
from redis.asyncio import Redis
from temporalio.client import Client as TemporalClient
from temporalio.service import RPCError, RPCStatusCode
from websockets.exceptions import ConnectionClosed

from api.cookie_names import ACCESS_COOKIE
from api.main import create_app
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.domain.roles import get_plan
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.protocol import limits
from interview.protocol.client import ClientMessageV1, ClientMessageV2
from interview.security.keys import new_key
from interview.streams.log import StreamLog, connect_redis
from interview.streams.outbound import OutboundReader
from tests.access import WHO, Outcome, Who, Whose, expected
from tests.doors import PARAMETERS, Door, doors, undeclared
from tests.integration.api.principals import World, populate
from tests.integration.api.servers import Client, forget_limits, serving

pytestmark = pytest.mark.integration

_APP = create_app(Settings(_env_file=None, auth_keys=SecretStr(new_key())))  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds
DOORS = doors(_APP)

REFUSALS: Mapping[Who, str] = {
    "anonymous": "auth.missing",
    "revoked": "auth.revoked",
    "disabled": "auth.revoked",
    "expired": "auth.expired",
}
"""The code of a 401."""

BODIES: Mapping[str, dict[str, Any]] = {
    "POST /api/v1/interviews": {"role": "demo"},
    "PATCH /api/v1/members/{user_id}": {"role": "recruiter"},
    "PUT /api/v1/organization/roles/{role_id}/draft": {
        **get_plan("demo").model_dump(mode="json", exclude={"role", "rubric"}),
        "revision": 1,
    },
    "PATCH /api/v1/organization/roles/{role_id}/draft": {"revision": 1},
    "POST /api/v1/organization/roles/{role_id}/draft/approval": {"revision": 1},
}
"""Where the allowed can be shown to get further. Elsewhere a body that is refused as such shows
that the door was open."""

TURN = "turn-at-the-door"
CODE = {"question_id": "none", "edit": 1, "language": "python", "text": "print(1)"}
MESSAGES: dict[Literal[1, 2], dict[str, dict[str, Any]]] = {
    1: {"audio": {"data": "c291bmQ="}, "playback_complete": {}, "end_session": {}},
    2: {
        "hello": {},
        "turn_start": {"turn_id": TURN, "format": "pcm16"},
        "speech_paused": {"turn_id": TURN, "chunks": 1},
        "speech_resumed": {"turn_id": TURN},
        "turn_end": {"turn_id": TURN, "chunks": 1},
        "turn_cancel": {"turn_id": TURN},
        "answer_text": {"turn_id": TURN, "text": "Let me in."},
        "code_snapshot": CODE,
        "code_run": CODE | {"run_id": TURN},
        "playback_complete": {},
        "pause": {},
        "resume": {},
        "repeat": {},
        "end_session": {},
        "ping": {"nonce": 1},
    },
}
CODES: dict[Outcome, str] = {403: "auth.forbidden", 404: "interview.not_found"}
CLOSE_CODES: dict[Outcome, int] = {
    401: limits.CLOSE_UNAUTHENTICATED,
    403: limits.CLOSE_FORBIDDEN,
    404: limits.CLOSE_NOT_FOUND,
}


ONE_LOOP = pytest.mark.asyncio(loop_scope="module")
"""Whoever knocks at a house that stands."""


@dataclass(frozen=True, slots=True)
class House:
    url: str
    world: World
    """Of all tests. Those that change something take a `fresh` one."""

    async def fresh(self) -> World:
        return await populate(self.world.settings, self.world.database)


@pytest.fixture(scope="module", params=[False, True], ids=["closed", "open house"])
def settings_of_the_house(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"debug": request.param})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(settings_of_the_house: Settings) -> AsyncGenerator[House]:
    database = Database.from_settings(settings_of_the_house)
    world = await populate(settings_of_the_house, database)
    async with serving(settings_of_the_house) as url:
        yield House(url, world)
    await database.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(standing: House) -> House:
    """All of them come from one address."""
    redis = connect_redis(standing.world.settings.redis_url)
    await forget_limits(redis)
    await redis.aclose()
    return standing


@pytest.fixture
async def world(settings_of_the_house: Settings) -> AsyncGenerator[World]:
    database = Database.from_settings(settings_of_the_house)
    yield await populate(settings_of_the_house, database)
    await database.close()


@pytest.fixture
async def door_url(world: World, redis: Redis) -> AsyncGenerator[str]:
    await forget_limits(redis)
    async with serving(world.settings) as url:
        yield url


# REST


def test_no_door_is_left_out() -> None:
    assert undeclared(_APP) == []
    assert len(DOORS) > 10


@ONE_LOOP
@pytest.mark.parametrize("door", [d for d in DOORS if d.action == "public"], ids=str)
async def test_a_public_door_is_the_same_to_everybody(door: Door, house: House) -> None:
    """Whatever they show, good or not: nobody is refused for it, or told more."""
    world = await house.fresh()  # one of them signs out
    said: dict[Who, tuple[int, str]] = {}
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        for who in WHO:
            response = await ask(http, door, world.headers[who], "")
            assert response.status_code < 500, response.text
            assert response.status_code != 429
            said[who] = (response.status_code, code_of(response))
    assert len(set(said.values())) == 1, said


@ONE_LOOP
@pytest.mark.parametrize("door", [d for d in DOORS if d.action != "public"], ids=str)
async def test_everybody_at_every_door(door: Door, house: House) -> None:
    only_reads = door.method in ("GET", "HEAD")
    world = house.world if only_reads else await house.fresh()
    changed = False
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        for who in WHO:
            targets: tuple[Whose, ...] = ("no interview",)
            if door.is_of_an_interview:
                targets = ("the candidate", "nobody")
            for of in targets:
                if changed:
                    # What somebody changed or erased would be in the way of the next one.
                    world = await house.fresh()
                interview_id = "" if of == "no interview" else world.interviews[of]
                response = await ask(http, door, world.headers[who], interview_id)
                found = outcome(door, response, who)
                wanted = expected(door.action, who, of, open_house=world.settings.debug)
                assert found == wanted, f"{who}, of {of}: {response.status_code} {response.text}"
                if found == "allowed" and str(door) == "POST /api/v1/interviews":
                    assert response.is_success, f"{who}, of {of}: {response.text}"
                changed = found == "allowed" and not only_reads


@ONE_LOOP
@pytest.mark.parametrize("door", [d for d in DOORS if d.is_of_an_interview], ids=str)
async def test_what_is_not_for_somebody_looks_as_if_it_were_not_there(
    door: Door, house: House
) -> None:
    world = house.world
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        for who in ("anonymous", "other candidate", "invited elsewhere", "foreign recruiter"):
            there = await ask(http, door, world.headers[who], world.interview_id)
            nowhere = await ask(http, door, world.headers[who], str(uuid.uuid4()))
            assert there.status_code == nowhere.status_code, who
            assert there.text == nowhere.text, who


@ONE_LOOP
async def test_a_list_holds_what_is_ones_own(house: House) -> None:
    world = await house.fresh()
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        for who in WHO:
            listed = await http.get(
                "/api/v1/interviews", params={"limit": 200}, headers=world.headers[who]
            )
            if listed.status_code != 200:
                continue
            shown = {item["interview_id"] for item in listed.json()["items"]}
            mine = who in ("recruiter", "admin", "key with every scope", "key that reads")
            assert (world.interview_id in shown) is mine, who
            assert (world.unclaimed_id in shown) is (who == "anonymous"), who


@ONE_LOOP
async def test_the_anonymous_see_nothing_that_is_somebodys(house: House) -> None:
    """Not even where it is of the organization that nobody signs in for."""
    world = await house.fresh()
    claimed = await world.claim(world.unclaimed_id)
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        shown = await http.get(f"/api/v1/interviews/{claimed}")
        listed = await http.get("/api/v1/interviews", params={"limit": 200})
        again = await http.post(
            "/api/v1/interviews", json={"role": "demo", "interview_id": claimed}
        )
    if not world.settings.debug:
        assert {shown.status_code, listed.status_code, again.status_code} == {401}
        return
    assert shown.status_code == 404
    assert claimed not in {item["interview_id"] for item in listed.json()["items"]}
    assert (again.status_code, again.json()["error"]["code"]) == (409, "interview.id_taken")


@ONE_LOOP
@pytest.mark.parametrize(
    "door", [d for d in DOORS if d.names_somebody and not d.is_of_an_interview], ids=str
)
async def test_what_belongs_to_others_is_out_of_reach(door: Door, house: House) -> None:
    """By its id, of those who may do the same at home."""
    world = house.world
    theirs = {
        "user_id": world.sessions["candidate"].user_id,
        "session_id": world.sessions["candidate"].session_id,
        "key_id": world.key_id,
        "invitation_id": world.invitation_id,
        "role_id": world.role_id,
        "proposal_id": world.proposal_id,
        "webhook_id": world.webhook_id,
        "delivery_id": world.delivery_id,
    }
    nothing = dict.fromkeys(theirs, str(uuid.uuid4()))
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        there, nowhere = [
            await ask(http, door, world.headers["foreign admin"], "", **ids)
            for ids in (theirs, nothing)
        ]
        # The first organization's own are as they were.
        own = await http.get("/api/v1/account", headers=world.headers["candidate"])
        listed = await http.get("/api/v1/interviews", headers=world.headers["key with every scope"])
    assert (there.status_code, there.text) == (404, nowhere.text)
    assert (own.status_code, listed.status_code) == (200, 200)


@ONE_LOOP
@pytest.mark.parametrize(
    "door", [d for d in DOORS if d.names_somebody and d.is_of_an_interview], ids=str
)
async def test_what_belongs_to_another_interview_is_not_reached_by_ones_own(
    door: Door, house: House
) -> None:
    """Who may do this to one interview, and names something of the next one."""
    world = house.world
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        for who in ("candidate", "recruiter", "key that reads"):
            there, nowhere = [
                await ask(http, door, world.headers[who], world.interview_id, **ids)
                for ids in (world.elsewhere, dict[str, str]())
            ]
            assert there.status_code in (403, 404), who
            assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text), who
        listed = await http.get(
            f"/api/v1/interviews/{world.interview_id}/recordings",
            headers=world.headers["candidate"],
        )
    assert [item["recording_id"] for item in listed.json()["items"]] == [world.recording_id]


@ONE_LOOP
@pytest.mark.parametrize(
    "door",
    [d for d in DOORS if d.method not in ("GET", "HEAD") and d.action != "public"],
    ids=str,
)
async def test_a_page_of_another_site_does_nothing(door: Door, house: House) -> None:
    """With a cookie that came along, nor with none where nobody signs in."""
    world = house.world
    elsewhere: tuple[dict[str, str], ...] = (
        {"Origin": "https://other.company.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    )
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=20) as http:
        for who, headers in product(("candidate", "admin", "anonymous"), elsewhere):
            cookie = {} if who == "anonymous" else {"Cookie": f"{ACCESS_COOKIE}={world.token(who)}"}
            of = world.unclaimed_id if who == "anonymous" else world.interview_id
            response = await ask(http, door, headers | cookie, of)
            assert (response.status_code, code_of(response)) == (403, "auth.forbidden"), who


async def ask(
    http: httpx.AsyncClient,
    door: Door,
    headers: dict[str, str],
    interview_id: str,
    **ids: str | None,
) -> httpx.Response:
    filled = {name: uuid.uuid4() for name in PARAMETERS} | {"number": 1} | ids
    path = door.path.format_map(filled | {"interview_id": interview_id, "path": ""})
    body = BODIES.get(str(door), {}) if door.method in ("POST", "PUT", "PATCH") else None
    return await http.request(door.method, path, headers=headers, json=body)


def outcome(door: Door, response: httpx.Response, who: Who) -> Outcome:
    """A refusal of another kind came from inside."""
    status, code = response.status_code, code_of(response)
    # There is no Temporal UI here.
    assert status < 500 or (status == 502 and door.path.startswith("/temporal")), response.text
    assert status != 429
    if not response.content and status in (401, 403, 404):  # to HEAD
        return _REFUSED[status]
    match status:
        case 401:
            assert code == REFUSALS.get(who), code
            return 401
        case 403 if code == "auth.forbidden":
            return 403
        case 404 if code == "interview.not_found":
            return 404
        case _:
            return "allowed"


def code_of(response: httpx.Response) -> str:
    """Empty of a success."""
    is_error = response.is_error and response.content
    return response.json()["error"]["code"] if is_error else ""


_REFUSED: Mapping[int, Outcome] = {401: 401, 403: 403, 404: 404}


# The socket


def test_no_message_is_left_out() -> None:
    unions = {1: ClientMessageV1, 2: ClientMessageV2}
    for version, messages in MESSAGES.items():
        models: tuple[type[BaseModel], ...] = get_args(get_args(unions[version])[0])
        kinds = {get_args(model.model_fields["type"].annotation)[0] for model in models}
        assert kinds == set(messages)


@pytest.mark.parametrize(
    ("version", "kind"), [(v, kind) for v, kinds in MESSAGES.items() for kind in kinds]
)
async def test_everybody_with_every_message(
    version: Literal[1, 2],
    kind: str,
    door_url: str,
    world: World,
    records: Records,
    temporal: TemporalClient,
    streams: StreamLog,
) -> None:
    message = {"type": kind} | MESSAGES[version][kind]
    let_in: list[Client] = []
    async with asyncio.TaskGroup() as tasks:
        for who, (of, interview_id) in product(WHO, world.interviews.items()):
            client = Client(
                door_url, interview_id, version=version, additional_headers=world.headers[who]
            )
            wanted = expected("interview.enter", who, of, open_house=world.settings.debug)
            if wanted == "allowed":
                let_in.append(client)
            else:
                code = CODES.get(wanted) or REFUSALS[who]
                tasks.create_task(is_refused(client, message, code, CLOSE_CODES[wanted]))
    for interview_id in world.interviews.values():
        await is_untouched(interview_id, records, temporal, streams)
    # Only now, or what they do would be taken for somebody else's doing.
    assert len(let_in) == (2 if world.settings.debug else 1)
    for client in let_in:
        async with client:
            await is_heard(client, message)


async def is_refused(client: Client, message: dict[str, Any], code: str, close_code: int) -> None:
    """Whether it speaks before it says who it is, or at once after."""
    async with client:
        if client.socket.subprotocol is not None:
            if message["type"] != "hello":
                await client.send(**message)
                await client.error("protocol.hello_missing")
            await client.send(type="hello")
        with contextlib.suppress(ConnectionClosed):
            await client.send(**message)
        assert await client.closed() == close_code, message
        errors = [received.body for received in client.received if received.type == "error"]
        assert len(errors) == len(client.received)
        assert errors[-1]["code"] == code
        assert errors[-1]["recoverable"] is False


async def is_heard(client: Client, message: dict[str, Any]) -> None:
    """Leaves nothing running."""
    if client.socket.subprotocol is None:
        answers = {"audio": "error", "playback_complete": "status", "end_session": "session_ended"}
        await client.until("session_started")
        await client.send(**message)
        await client.until(answers[message["type"]])
    else:
        await client.hello()
        await client.send(**message)
        if message["type"] != "end_session":
            assert await client.alive()
            await client.send(type="turn_cancel", turn_id=TURN)  # which the end would wait for
    if message["type"] != "end_session":
        await client.send(type="end_session")
    await client.seen("session_ended")
    codes = [received.body["code"] for received in client.received if received.type == "error"]
    assert not [code for code in codes if code.startswith("auth.") or code in CODES.values()]


async def is_untouched(
    interview_id: str, records: Records, temporal: TemporalClient, streams: StreamLog
) -> None:
    """Nobody was let in: not taken over, not begun, and nothing said."""
    assert await OutboundReader(streams, interview_id).oldest() is None
    record = await records.get_interview(interview_id)
    assert (record.status, record.started_at, record.total_turns) == ("created", None, 0)
    assert await records.transcript(interview_id) == []
    with pytest.raises(RPCError) as caught:
        await temporal.get_workflow_handle(workflow_id(interview_id)).describe()
    assert caught.value.status is RPCStatusCode.NOT_FOUND
