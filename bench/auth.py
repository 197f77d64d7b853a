"""`make bench-auth`: what it costs to come in and to stay in.

An API process with PostgreSQL and Valkey, asked over HTTP by one client after the other. A login is
mostly argon2id, which takes its time on purpose; refreshing is a transaction that holds one row; a
ticket is a session looked up and a key in Valkey. Prints one line of JSON last, times in
milliseconds, `n` of each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from itertools import count, cycle
from pathlib import Path

import httpx

from bench.stats import p50, p95
from launcher.paths import Home
from launcher.stack import LocalStack

PASSWORD = "a nanosecond of wire"
WARM_UP = 5
TICKETS_EACH = 100
_callers = count()


def caller() -> dict[str, str]:
    """Another address for each request: limits are not what is measured."""
    number = next(_callers)
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


class Person:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._email = f"{uuid.uuid4().hex}@company.example"
        self._access_token = self._refresh_token = ""

    async def register(self) -> None:
        await self._post("register", email=self._email, password=PASSWORD, organization="Company")

    async def login(self) -> None:
        await self._post("login", email=self._email, password=PASSWORD)

    async def refresh(self) -> None:
        await self._post("refresh", refresh_token=self._refresh_token)

    async def candidate(self) -> Candidate:
        """Invited by this person, and come in."""
        invited = await self._http.post(
            "/api/v1/invitations", json={"role": "demo"}, headers=self._headers
        )
        invitation = invited.raise_for_status().json()
        accepted = await self._http.post(
            "/api/v1/invitations/accept",
            json={"secret": invitation["link"].partition("#")[2], "transport": "bearer"},
            headers=caller(),
        )
        token = accepted.raise_for_status().json()["access_token"]
        return Candidate(self._http, invitation["interview_id"], token)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._access_token}"}

    async def _post(self, path: str, **body: str) -> None:
        response = await self._http.post(
            f"/api/v1/auth/{path}", json=body | {"transport": "bearer"}, headers=caller()
        )
        given = response.raise_for_status().json()
        self._access_token = given["access_token"]
        self._refresh_token = given["refresh_token"]


class Candidates:
    """Several, in turn: how often one may enter in a minute is not what is measured."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._next = cycle(candidates)

    async def ticket(self) -> None:
        await next(self._next).ticket()


class Candidate:
    def __init__(self, http: httpx.AsyncClient, interview_id: str, token: str) -> None:
        self._http = http
        self._path = f"/api/v1/interviews/{interview_id}/ticket"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ticket(self) -> None:
        (await self._http.post(self._path, headers=self._headers)).raise_for_status()


async def timed(call: Callable[[], Awaitable[None]], times: int) -> list[float]:
    taken: list[float] = []
    for number in range(times + WARM_UP):
        started = time.perf_counter()
        await call()
        if number >= WARM_UP:
            taken.append((time.perf_counter() - started) * 1000)
    return taken


async def measure(times: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
        env = {"LOG_LEVEL": "warning", "DEBUG": "false", "TRUSTED_PROXIES": "127.0.0.1"}
        stack = LocalStack(Home(Path(folder)), env=env)
        async with (
            stack,
            httpx.AsyncClient(base_url=stack.app_url, trust_env=False, timeout=30.0) as http,
        ):
            person = Person(http)
            await person.register()
            invited = range((times + WARM_UP) // TICKETS_EACH + 1)
            candidates = Candidates([await person.candidate() for _ in invited])
            taken = {
                "login": await timed(person.login, times),
                "refresh": await timed(person.refresh, times),
                "ticket": await timed(candidates.ticket, times),
            }
    figures: dict[str, object] = {"bench": "auth", "n": times}
    for name, values in taken.items():
        print(f"{name:8} p50 {p50(values):7.2f} ms   p95 {p95(values):7.2f} ms", flush=True)
        figures |= {f"{name}_p50_ms": p50(values), f"{name}_p95_ms": p95(values)}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.auth", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    print(json.dumps(asyncio.run(measure(parser.parse_args().times))))


if __name__ == "__main__":
    main()
