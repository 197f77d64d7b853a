"""Refresh tokens, each used once: by whom it was given to, or by somebody who is found out."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from interview.accounts.digests import digest
from interview.accounts.sessions import GRACE_S, Sessions, SignedIn
from interview.config import Settings
from interview.errors import AccessError, DatabaseUnavailable
from interview.persistence.database import Database
from interview.security.keys import parse_keys
from interview.security.principal import Principal
from interview.security.tokens import AccessTokens
from tests.integration.accounts.conftest import (
    Person,
    change,
    client,
    code,
    login,
    make_sessions,
    refreshed,
    register,
    value,
    who,
)
from tests.integration.api.servers import serving

pytestmark = pytest.mark.integration


async def start(sessions: Sessions, person: Person) -> SignedIn:
    return await sessions.start(person.user_id, method="oidc")


async def refusal(sessions: Sessions, token: str) -> str:
    with pytest.raises(AccessError) as caught:
        await sessions.refresh(token)
    assert token not in str(caught.value)
    return caught.value.code


async def age(database: Database, *tokens: str, seconds: float = GRACE_S + 1) -> None:
    """As if they had been used so long ago."""
    for token in tokens:
        await change(
            database,
            "UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => :s) "
            "WHERE token_hash = :h",
            s=seconds,
            h=digest(token),
        )


async def is_revoked(database: Database, session_id: str | None) -> str | None:
    return await value(
        database, "SELECT revoked_reason FROM auth_sessions WHERE session_id = :s", s=session_id
    )


async def test_each_refresh_gives_the_next_token(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    first = await start(sessions, admin)
    token, seen = first.refresh_token, {first.refresh_token}
    for _ in range(3):
        following = await sessions.refresh(token)
        assert following.principal == first.principal
        token = following.refresh_token
        seen.add(token)
        await age(database, *seen)
    assert len(seen) == 4


async def test_tokens_are_kept_hashed(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    token = (await sessions.refresh((await start(sessions, admin)).refresh_token)).refresh_token
    dump = await value(
        database, "SELECT string_agg(t::text, ' ') FROM refresh_tokens t"
    ) + await value(database, "SELECT string_agg(t::text, ' ') FROM auth_sessions t")
    assert digest(token) in dump
    assert token not in dump


async def test_one_used_long_ago_ends_its_session(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    first = await start(sessions, admin)
    other = await start(sessions, admin)
    second = await sessions.refresh(first.refresh_token)
    await age(database, first.refresh_token)
    assert await refusal(sessions, first.refresh_token) == "auth.reused"
    assert await refusal(sessions, second.refresh_token) == "auth.revoked"
    assert await refusal(sessions, first.refresh_token) == "auth.revoked"
    assert await is_revoked(database, first.principal.session_id) == "reused"
    await sessions.refresh(other.refresh_token)


async def test_a_lost_answer_is_asked_for_again(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    first = await start(sessions, admin)
    await sessions.refresh(first.refresh_token)  # lost on its way
    await age(database, first.refresh_token, seconds=GRACE_S - 5)
    again = await sessions.refresh(first.refresh_token)
    following = await sessions.refresh(again.refresh_token)
    assert following.principal.session_id == first.principal.session_id


async def test_the_grace_is_not_renewed_by_asking(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    first = await start(sessions, admin)
    await sessions.refresh(first.refresh_token)
    await age(database, first.refresh_token, seconds=GRACE_S - 5)
    await sessions.refresh(first.refresh_token)
    await age(database, first.refresh_token, seconds=6)
    assert await refusal(sessions, first.refresh_token) == "auth.reused"


async def test_many_tabs_at_once_stay_signed_in(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    first = await start(sessions, admin)
    answers = await asyncio.gather(*(sessions.refresh(first.refresh_token) for _ in range(24)))
    tokens = {answer.refresh_token for answer in answers}
    assert len(tokens) == 24
    assert await is_revoked(database, first.principal.session_id) is None
    # The browser keeps the cookie that came last, whichever that is, and uses it much later.
    await age(database, first.refresh_token)
    for token in (answers[0].refresh_token, answers[-1].refresh_token):
        await sessions.refresh(token)


async def test_whoever_took_a_successor_along_is_found_out(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    """Within the grace somebody else got a token of the same family. Both cannot go on."""
    first = await start(sessions, admin)
    mine = await sessions.refresh(first.refresh_token)
    theirs = await sessions.refresh(first.refresh_token)
    await sessions.refresh(mine.refresh_token)
    await age(database, theirs.refresh_token)
    assert await refusal(sessions, theirs.refresh_token) == "auth.reused"
    assert await is_revoked(database, first.principal.session_id) == "reused"


@pytest.mark.parametrize("token", ["", "x", "x" * 200, "\0", "☃"])
async def test_one_that_was_never_given_out(sessions: Sessions, token: str) -> None:
    with pytest.raises(AccessError) as caught:
        await sessions.refresh(token)
    assert caught.value.code == "auth.invalid"


async def test_a_refresh_that_fails_half_way_has_not_happened(
    settings: Settings, sessions: Sessions, admin: Person, database: Database
) -> None:
    class Failing(AccessTokens):
        def issue(self, principal: Principal) -> str:
            raise RuntimeError("after everything was written")

    keys = parse_keys("AUTH_KEYS", settings.auth_keys)
    failing = make_sessions(settings, database, Failing(keys, settings.public_url))
    first = await start(sessions, admin)
    with pytest.raises(RuntimeError):
        await failing.refresh(first.refresh_token)
    count = "SELECT count(*) FROM refresh_tokens WHERE session_id = :s AND used_at IS NULL"
    assert await value(database, count, s=first.principal.session_id) == 1
    await sessions.refresh(first.refresh_token)


async def test_a_refresh_whose_connection_is_killed_has_not_happened(
    sessions: Sessions, admin: Person, database: Database
) -> None:
    """It holds its session's row and is about to mark its token as used."""
    first = await start(sessions, admin)
    waiting = (
        "SELECT coalesce(min(pid), 0) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND query LIKE 'UPDATE refresh_tokens%' AND datname = current_database()"
    )
    async with database.transaction() as blocker:
        await blocker.execute(text("LOCK TABLE refresh_tokens IN SHARE ROW EXCLUSIVE MODE"))
        refresh = asyncio.create_task(sessions.refresh(first.refresh_token))
        async with asyncio.timeout(10):
            while not (pid := await value(database, waiting)):  # noqa: ASYNC110 - a row's change
                await asyncio.sleep(0.01)
        await blocker.execute(text("SELECT pg_terminate_backend(:p)"), {"p": pid})
        with pytest.raises(DatabaseUnavailable):
            await refresh
    used = "SELECT used_at FROM refresh_tokens WHERE token_hash = :h"
    assert await value(database, used, h=digest(first.refresh_token)) is None
    await sessions.refresh(first.refresh_token)


async def test_a_session_slides_and_has_an_end(
    settings: Settings, database: Database, admin: Person
) -> None:
    day = timedelta(days=1)
    sessions = make_sessions(settings, database, idle_s=86400.0, max_s=3 * 86400.0)
    first = await start(sessions, admin)
    soon = timedelta(minutes=1)
    assert abs(first.expires_at - (datetime.now(UTC) + day)) < soon
    move = "UPDATE auth_sessions SET created_at = created_at - make_interval(hours => :h)"
    only = " WHERE session_id = :s"
    await change(database, move + only, h=30, s=first.principal.session_id)
    second = await sessions.refresh(first.refresh_token)
    assert abs(second.expires_at - (datetime.now(UTC) + day)) < soon
    await change(database, move + only, h=30, s=first.principal.session_id)
    third = await sessions.refresh(second.refresh_token)
    assert abs(third.expires_at - (datetime.now(UTC) + timedelta(hours=12))) < soon
    end = "UPDATE auth_sessions SET expires_at = now() - interval '1 second'"
    await change(database, end + only, s=first.principal.session_id)
    assert await refusal(sessions, third.refresh_token) == "auth.expired"


async def test_a_password_changed_meanwhile_begins_no_session(
    sessions: Sessions, admin: Person
) -> None:
    with pytest.raises(AccessError) as caught:
        await sessions.start(admin.user_id, method="password", password_hash="of before")
    assert caught.value.code == "auth.failed"


async def test_devices_are_listed_and_one_is_revoked(
    http: httpx.AsyncClient, admin: Person
) -> None:
    firefox = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Firefox/142.0"}
    body = {"email": admin.email, "password": "a nanosecond of wire", "transport": "bearer"}
    response = await http.post("/api/v1/auth/login", json=body, headers=firefox)
    laptop = Person.of(response.json())
    listed = (await http.get("/api/v1/account/sessions", headers=admin.headers)).json()["items"]
    by_id = {item["session_id"]: item for item in listed}
    assert set(by_id) == {admin.session_id, laptop.session_id}
    assert by_id[laptop.session_id]["device"] == "Firefox on Linux"
    assert by_id[admin.session_id]["is_current"]
    assert not by_id[laptop.session_id]["is_current"]
    assert await who(http, laptop) == "ok"
    path = f"/api/v1/account/sessions/{laptop.session_id}"
    assert (await http.delete(path, headers=admin.headers)).status_code == 204
    assert await who(http, laptop) == "auth.revoked", "before its access token has expired"
    assert code(await refreshed(http, laptop.refresh_token)) == "auth.revoked"
    assert await who(http, admin) == "ok"
    assert code(await http.delete(path, headers=admin.headers)) == "session.not_found"


async def test_a_session_of_somebody_else_does_not_exist(
    http: httpx.AsyncClient, admin: Person
) -> None:
    other = await register(http)
    for session_id in (other.session_id, "nonsense"):
        path = f"/api/v1/account/sessions/{session_id}"
        response = await http.delete(path, headers=admin.headers)
        assert (response.status_code, code(response)) == (404, "session.not_found")
    assert await who(http, other) == "ok"


@pytest.mark.parametrize("others", [True, False])
async def test_all_are_revoked(http: httpx.AsyncClient, admin: Person, others: bool) -> None:
    devices = [await login(http, admin.email) for _ in range(3)]
    params = {"others": others}
    response = await http.delete("/api/v1/account/sessions", params=params, headers=admin.headers)
    assert response.status_code == 204
    for device in devices:
        assert await who(http, device) == "auth.revoked"
        assert code(await refreshed(http, device.refresh_token)) == "auth.revoked"
    assert await who(http, admin) == ("ok" if others else "auth.revoked")


async def test_another_process_knows_within_seconds(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    async with serving(settings) as elsewhere, client(elsewhere) as other:
        assert await who(other, admin) == "ok"
        await http.delete("/api/v1/account/sessions", headers=admin.headers)
        assert await who(http, admin) == "auth.revoked"
        async with asyncio.timeout(3):
            while await who(other, admin) == "ok":  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


async def test_logging_out_ends_the_session(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    laptop = await login(http, admin.email)
    response = await http.post("/api/v1/auth/logout", headers=laptop.headers)
    assert response.status_code == 204
    assert await who(http, laptop) == "auth.revoked"
    assert code(await refreshed(http, laptop.refresh_token)) == "auth.revoked"
    assert await who(http, admin) == "ok"
    again = await http.post("/api/v1/auth/logout", headers=laptop.headers)
    assert again.status_code == 204


async def test_an_expired_access_token_is_enough_to_log_out(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    keys = parse_keys("AUTH_KEYS", settings.auth_keys)
    earlier = AccessTokens(
        keys, settings.public_url, clock=lambda: datetime.now(UTC).timestamp() - 3600
    )
    principal = AccessTokens(keys, settings.public_url).verify(admin.access_token)
    old = {"Authorization": f"Bearer {earlier.issue(principal)}"}
    assert code(await http.get("/api/v1/account", headers=old)) == "auth.expired"
    assert (await http.post("/api/v1/auth/logout", headers=old)).status_code == 204
    assert await who(http, admin) == "auth.revoked"


async def test_a_disabled_user_is_out_at_once(
    http: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    admin = await register(http)  # who has asked for nothing yet
    disable = "UPDATE users SET disabled_at = now() WHERE user_id = :u"
    await change(database, disable, u=admin.user_id)
    assert await who(http, admin) == "auth.revoked"
    assert code(await refreshed(http, admin.refresh_token)) == "auth.revoked"
    body = {"email": admin.email, "password": "a nanosecond of wire"}
    assert code(await http.post("/api/v1/auth/login", json=body)) == "auth.failed"


async def test_tabs_over_two_processes_stay_signed_in(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    async with serving(settings) as elsewhere, client(elsewhere) as other:
        answers = await asyncio.gather(
            *(refreshed((http, other)[n % 2], admin.refresh_token) for n in range(20))
        )
        tokens = {Person.of(answer.json()).refresh_token for answer in answers}
        assert len(tokens) == 20
        await age(database, admin.refresh_token)
        # As many again, each with another of them: the one that came last is the browser's.
        following = await asyncio.gather(
            *(refreshed((http, other)[n % 2], token) for n, token in enumerate(tokens))
        )
        assert {answer.status_code for answer in following} == {200}
    assert await is_revoked(database, admin.session_id) is None


async def test_a_client_that_hangs_up_before_the_answer(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    """The refresh is committed; nobody hears of it."""
    body = json.dumps({"refresh_token": admin.refresh_token, "transport": "bearer"}).encode()
    request = (
        b"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s"
    ) % (http.base_url.netloc, len(body), body)
    assert http.base_url.port is not None
    _, writer = await asyncio.open_connection(http.base_url.host, http.base_url.port)
    writer.write(request)
    await writer.drain()
    used = "SELECT count(used_at) FROM refresh_tokens WHERE token_hash = :h"
    async with asyncio.timeout(10):
        while not await value(database, used, h=digest(admin.refresh_token)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    writer.transport.abort()
    again = await refreshed(http, admin.refresh_token)
    assert again.status_code == 200
    await age(database, admin.refresh_token)
    assert (await refreshed(http, Person.of(again.json()).refresh_token)).status_code == 200
    assert code(await refreshed(http, admin.refresh_token)) == "auth.reused"
