"""The rules against the table, and the application's routes against the rules."""

from __future__ import annotations

import uuid

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from api.authorization import PUBLIC, RULES, Action, Target, decide, requires
from api.main import create_app
from interview.config import Settings
from interview.errors import InterviewError
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from interview.security.keys import new_key
from interview.security.principal import ANONYMOUS, Principal
from tests.access import (
    ON_AN_INTERVIEW,
    ON_AN_ORGANIZATION,
    OPEN_TO_ALL,
    WHO,
    Outcome,
    Who,
    Whose,
    expected,
)
from tests.doors import Door, doors, undeclared

HOME, ABROAD, CANDIDATE, OTHER = (str(uuid.uuid4()) for _ in range(4))
INTERVIEW, ELSEWHERE = (str(uuid.uuid4()) for _ in range(2))

THEIRS = Target(HOME, INTERVIEW, CANDIDATE)
NOBODYS = Target(LOCAL_ORGANIZATION, INTERVIEW, None, unclaimed=True)
TARGETS: dict[Whose, Target] = {"the candidate": THEIRS, "nobody": NOBODYS}

EVERY_SCOPE = frozenset({"interviews:read", "interviews:write", "interviews:erase", "audit:read"})

PRINCIPALS: dict[Who, Principal] = {
    "anonymous": ANONYMOUS,
    "candidate": Principal(
        "user", HOME, role="candidate", user_id=CANDIDATE, interview_id=INTERVIEW
    ),
    "invited elsewhere": Principal(
        "user", HOME, role="candidate", user_id=CANDIDATE, interview_id=ELSEWHERE
    ),
    "other candidate": Principal("user", HOME, role="candidate", user_id=OTHER),
    "recruiter": Principal("user", HOME, role="recruiter", user_id=OTHER),
    "foreign recruiter": Principal("user", ABROAD, role="recruiter", user_id=OTHER),
    "admin": Principal("user", HOME, role="admin", user_id=OTHER),
    "foreign admin": Principal("user", ABROAD, role="admin", user_id=OTHER),
    "key with every scope": Principal("api_key", HOME, key_id=OTHER, scopes=EVERY_SCOPE),
    "key that reads": Principal("api_key", HOME, scopes=frozenset({"interviews:read"})),
    "key without scope": Principal("api_key", HOME),
}
"""The others are never told from the rules: they prove nothing."""
_REFUSED: dict[int, Outcome] = {401: 401, 403: 403, 404: 404}


def outcome(who: Who, action: Action, target: Target | None, *, open_house: bool) -> Outcome:
    try:
        decide(PRINCIPALS[who], action, target, open_house=open_house)
    except InterviewError as error:
        return _REFUSED[error.http_status]
    return "allowed"


def test_the_table_knows_every_action() -> None:
    assert {PUBLIC, *ON_AN_INTERVIEW, *ON_AN_ORGANIZATION} == set(RULES)
    assert set(OPEN_TO_ALL["open house"]) <= set(RULES)
    assert set(PRINCIPALS) == set(WHO) - {"revoked", "expired", "disabled"}


@pytest.mark.parametrize("open_house", [False, True])
@pytest.mark.parametrize("who", PRINCIPALS)
def test_the_rules_are_what_the_table_says(who: Who, open_house: bool) -> None:
    for action in ON_AN_INTERVIEW:
        for of, target in TARGETS.items():
            found = outcome(who, action, target, open_house=open_house)
            assert found == expected(action, who, of, open_house=open_house), (action, of)
    for action in ON_AN_ORGANIZATION:
        found = outcome(who, action, None, open_house=open_house)
        assert found == expected(action, who, "no interview", open_house=open_house), action
    assert outcome(who, PUBLIC, None, open_house=open_house) == "allowed"


def test_a_candidate_of_an_interview_that_has_none_is_nobody() -> None:
    nameless = Principal("user", HOME, role="candidate", user_id=None)
    with pytest.raises(InterviewError, match="no such interview"):
        decide(nameless, "interview.read", Target(HOME, INTERVIEW, None), open_house=True)


def application() -> FastAPI:
    return create_app(Settings(_env_file=None, auth_keys=SecretStr(new_key())))  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds


def test_every_door_says_what_it_is_for() -> None:
    app = application()
    assert undeclared(app) == []
    actions = {door.action for door in doors(app)}
    assert {"interview.create", "interview.read", "interview.enter", "public"} <= actions


def test_a_door_that_says_nothing_is_found() -> None:
    """Or says two things, or is of a kind that cannot say anything."""
    app = application()
    app.add_api_route("/silent", lambda: None)
    app.add_api_route(
        "/twice", lambda: None, dependencies=[requires("self"), requires("audit.read")]
    )
    app.add_api_route("/new/{secret_id}", lambda: None, dependencies=[requires("self")])
    app.add_api_route("/of/{interview_id}", lambda: None, dependencies=[requires("member.manage")])
    app.add_route("/plain", lambda _: None)  # type: ignore[arg-type] never called
    app.mount("/mounted", FastAPI())
    app.add_api_websocket_route("/ws/other", lambda: None)
    assert [line.partition(":")[0] for line in undeclared(app)] == [
        *("GET /silent", "GET /twice", "GET /new/{secret_id}", "GET /of/{interview_id}"),
        *("/plain", "/mounted", "/ws/other"),
    ]


def test_a_door_takes_the_rule_of_its_router() -> None:
    by_path = {door.path: door for door in doors(application())}
    recordings = "/api/v1/interviews/{interview_id}/recordings"
    door = by_path[recordings]
    assert door == Door("GET", recordings, "recording.read", door.limits)


def test_every_door_is_counted() -> None:
    uncounted = {str(door) for door in doors(application()) if not door.limits}
    # What says the same to everybody at no cost; and what counts addresses and accounts itself.
    assert uncounted - {"GET /"} == {
        *("GET /health", "GET /health/live", "GET /openapi.json", "GET /docs"),
        *("GET /api/v1/roles", "GET /api/v1/auth/methods", "POST /api/v1/auth/login"),
    }


def test_no_request_brings_more_than_is_asked_for() -> None:
    """What is not a field is refused, not left out: nobody makes themselves an admin by it."""
    schema = application().openapi()
    bodies = [
        (f"{method} {path}", content["schema"])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        for kind, content in operation.get("requestBody", {"content": {}})["content"].items()
        if kind != "application/octet-stream"  # a file
    ]
    assert len(bodies) > 10
    for where, body in bodies:
        name = body["$ref"].rpartition("/")[2]
        assert schema["components"]["schemas"][name]["additionalProperties"] is False, where
