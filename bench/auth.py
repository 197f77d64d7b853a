"""`make bench-auth`: what it costs to come in and to stay in.

An API process with PostgreSQL and Valkey, asked over HTTP by one client after the other. A login is
mostly argon2id, which takes its time on purpose; refreshing is a transaction that holds one row.
Prints one line of JSON last, times in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import httpx

from bench.stats import p50, p95
from launcher.paths import Home
from launcher.stack import LocalStack

PASSWORD = "a nanosecond of wire"
WARM_UP = 5
_callers = count()


def caller() -> dict[str, str]:
    """Another address for each request: limits are not what is measured."""
    number = next(_callers)
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


class Person:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._email = f"{uuid.uuid4().hex}@company.example"
        self._refresh_token = ""

    async def register(self) -> None:
        await self._post("register", email=self._email, password=PASSWORD, organization="Company")

    async def login(self) -> None:
        await self._post("login", email=self._email, password=PASSWORD)

    async def refresh(self) -> None:
        await self._post("refresh", refresh_token=self._refresh_token)

    async def _post(self, path: str, **body: str) -> None:
        response = await self._http.post(
            f"/api/v1/auth/{path}", json=body | {"transport": "bearer"}, headers=caller()
        )
        self._refresh_token = response.raise_for_status().json()["refresh_token"]


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
            taken = {
                "login": await timed(person.login, times),
                "refresh": await timed(person.refresh, times),
                # Other ways in belong here.
            }
    figures: dict[str, object] = {"bench": "auth", "times": times}
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
