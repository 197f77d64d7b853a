"""How long an answer about a session may be remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interview.accounts.gate import CACHE_S, SessionGate
from interview.errors import AccessError
from interview.persistence.access import AccessRecords, Standing
from interview.security.principal import Principal

WHO = Principal("user", "org", role="recruiter", user_id="user", session_id="session")
STANDING = Standing("user", "org", "recruiter", None)


class Rows(AccessRecords):
    def __init__(self) -> None:
        self.found: Standing | None = STANDING
        self.asked = 0

    async def standing(self, session_id: str) -> Standing | None:
        self.asked += 1
        return self.found


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


async def code(gate: SessionGate, who: Principal = WHO, *, fresh: bool = False) -> str | None:
    try:
        await gate.require_live(who, fresh=fresh)
    except AccessError as error:
        return error.code
    return None


async def test_an_answer_holds_for_seconds_and_no_longer() -> None:
    rows, clock = Rows(), Clock()
    gate = SessionGate(rows, clock=clock)
    for _ in range(5):
        assert await code(gate) is None
    assert rows.asked == 1
    rows.found = None
    clock.now += CACHE_S - 0.01
    assert await code(gate) is None
    clock.now += 0.01
    assert await code(gate) == "auth.revoked"
    assert CACHE_S <= 5


async def test_a_refusal_is_not_remembered() -> None:
    rows = Rows()
    rows.found = None
    gate = SessionGate(rows, clock=Clock())
    assert await code(gate) == "auth.revoked"
    assert not await gate.session_is_live("session")
    rows.found = STANDING
    assert await code(gate) is None
    assert await gate.session_is_live("session")


async def test_what_this_process_ends_is_over_at_once() -> None:
    rows = Rows()
    gate = SessionGate(rows, clock=Clock())
    assert await code(gate) is None
    rows.found = None
    gate.forget("another", "session")
    assert await code(gate) == "auth.revoked"


async def test_a_socket_is_not_let_in_by_memory() -> None:
    rows = Rows()
    gate = SessionGate(rows, clock=Clock())
    assert await code(gate) is None
    rows.found = None
    assert await code(gate, fresh=True) == "auth.revoked"
    assert await code(gate) == "auth.revoked", "what was remembered is gone with it"


async def test_a_changed_role_needs_a_new_token() -> None:
    rows = Rows()
    rows.found = replace(STANDING, role="admin")
    assert await code(SessionGate(rows)) == "auth.expired"


async def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interview.accounts.gate._MOST_CACHED", 3)
    rows = Rows()
    gate = SessionGate(rows, clock=Clock())
    for number in range(4):
        await gate.session_is_live(str(number))
    await gate.session_is_live("3")
    assert rows.asked == 4
    await gate.session_is_live("0")
    assert rows.asked == 5


async def test_an_api_key_has_no_session() -> None:
    rows = Rows()
    assert await code(SessionGate(rows), Principal("api_key", "org", key_id="key")) is None
    assert rows.asked == 0
