"""Whoever signs in keeps nobody else waiting: hashing has threads of its own, and few."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from interview.accounts import services
from interview.accounts.passwords import Passwords
from interview.config import Settings
from tests.integration.accounts.conftest import (
    BEARER,
    PASSWORD,
    client,
    code,
    refreshed,
    register,
    who,
)
from tests.integration.api.servers import serving

pytestmark = pytest.mark.integration

LOGINS = 30


class Held(Argon2Hasher):
    """Verifies once it is let, and knows how many do at once."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.let.set()
        self.running = self.most = 0
        self._counting = threading.Lock()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        with self._counting:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            assert self.let.wait(60), "nobody let it"
            return super().verify(password, hash)
        finally:
            with self._counting:
                self.running -= 1


@pytest.fixture
def held() -> Generator[Held]:
    held = Held()
    yield held
    held.let.set()


@pytest.fixture
async def http(
    settings: Settings, held: Held, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[httpx.AsyncClient]:
    monkeypatch.setattr(services, "Passwords", lambda: Passwords(PasswordHash((held,))))
    many = httpx.Limits(max_connections=LOGINS + 5)
    async with serving(settings) as url, client(url, limits=many) as http:
        yield http


async def test_others_are_answered_while_every_login_waits(
    http: httpx.AsyncClient, held: Held
) -> None:
    person = await register(http)
    others = [await register(http) for _ in range(3)]
    held.let.clear()
    people = [person, *others]
    logins = [
        asyncio.create_task(
            http.post(
                "/api/v1/auth/login",
                json={"email": people[n % len(people)].email, "password": PASSWORD} | BEARER,
            )
        )
        for n in range(LOGINS)
    ]
    async with asyncio.timeout(20):
        while held.running < 2:  # noqa: ASYNC110 - another thread's count
            await asyncio.sleep(0.01)
        # None of them has ended before these have: they are let afterwards.
        assert (await http.get("/health")).status_code == 200
        assert await who(http, person) == "ok"
        assert (await refreshed(http, person.refresh_token)).status_code == 200
    assert not any(login.done() for login in logins)
    assert held.running == 2
    held.let.set()
    async with asyncio.timeout(60):
        answers = await asyncio.gather(*logins)
    assert [answer.status_code for answer in answers] == [200] * LOGINS
    assert held.most == 2


async def test_a_login_that_is_given_up_keeps_no_thread(
    http: httpx.AsyncClient, held: Held
) -> None:
    person = await register(http)
    held.let.clear()
    body = {"email": person.email, "password": PASSWORD} | BEARER
    for _ in range(6):
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/api/v1/auth/login", json=body, timeout=0.2)
    held.let.set()
    wrong = body | {"password": "another one"}
    assert code(await http.post("/api/v1/auth/login", json=wrong)) == "auth.failed"
    assert (await http.post("/api/v1/auth/login", json=body)).status_code == 200
