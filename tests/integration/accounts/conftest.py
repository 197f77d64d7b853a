"""The real API over real PostgreSQL and Valkey, where people sign in."""

from __future__ import annotations

import asyncio
import email
import email.policy
import random
import re
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from interview.accounts.gate import SessionGate
from interview.accounts.sessions import Sessions
from interview.config import Settings
from interview.persistence.access import AccessRecords
from interview.persistence.database import Database
from interview.security.keys import new_key, parse_keys
from interview.security.tokens import AccessTokens
from tests.integration.api.servers import serving
from tests.services import RunningStack

PASSWORD = "a nanosecond of wire"
BEARER = {"transport": "bearer"}


def some_address() -> dict[str, str]:
    """Every test calls from one of its own, as a proxy says: they are not throttled together."""
    return {"X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.7"}


@pytest.fixture
def settings(services: RunningStack, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "debug": False,
            "auth_keys": new_key(),
            "database_url": services.urls["DATABASE_URL"],
            "redis_url": services.urls["REDIS_URL"],
            "temporal_address": services.urls["TEMPORAL_ADDRESS"],
            "blob_url": (tmp_path / "blobs").as_uri(),
            "mail_outbox": tmp_path / "outbox",
            "trusted_proxies": ("127.0.0.1",),
            "web_dir": tmp_path / "no-web-client",
        }
    )


@pytest.fixture
async def url(settings: Settings) -> AsyncGenerator[str]:
    async with serving(settings) as url:
        yield url


@pytest.fixture
async def http(url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """Keeps no cookies: what a browser would do is spelled out."""
    async with client(url) as http:
        yield http


def client(url: str, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=30.0, headers=some_address(), **options
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database(settings.database_url, pool_size=10)
    yield database
    await database.close()


@pytest.fixture
def sessions(settings: Settings, database: Database) -> Sessions:
    return make_sessions(settings, database)


def make_sessions(
    settings: Settings, database: Database, tokens: AccessTokens | None = None, **options: Any
) -> Sessions:
    keys = parse_keys("AUTH_KEYS", settings.auth_keys)
    return Sessions(
        database,
        tokens or AccessTokens(keys, settings.public_url),
        SessionGate(AccessRecords(database)),
        **({"idle_s": 14 * 86400, "max_s": 90 * 86400} | options),
    )


async def change(database: Database, statement: str, **values: Any) -> None:
    """By hand, as no code of ours does."""
    async with database.transaction() as connection:
        await connection.execute(text(statement), values)


async def value(database: Database, statement: str, **values: Any) -> Any:
    async with database.transaction() as connection:
        return (await connection.execute(text(statement), values)).scalar_one()


@dataclass
class Person:
    """Somebody with an account, by bearer tokens."""

    email: str
    user_id: str
    organization_id: str
    session_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}

    @classmethod
    def of(cls, body: dict[str, Any]) -> Person:
        account = body["account"]
        return cls(
            account["email"],
            account["user_id"],
            account["organization_id"],
            account["session_id"],
            body["access_token"],
            body["refresh_token"],
        )


def new_address() -> str:
    return f"{uuid.uuid4().hex}@company.example"


async def register(http: httpx.AsyncClient, **changes: Any) -> Person:
    body = {"email": new_address(), "password": PASSWORD, "organization": "Company"} | BEARER
    response = await http.post("/api/v1/auth/register", json=body | changes)
    assert response.status_code == 201, response.text
    return Person.of(response.json())


async def login(http: httpx.AsyncClient, email: str, password: str = PASSWORD) -> Person:
    body = {"email": email, "password": password} | BEARER
    response = await http.post("/api/v1/auth/login", json=body)
    assert response.status_code == 200, response.text
    return Person.of(response.json())


async def refreshed(http: httpx.AsyncClient, token: str) -> httpx.Response:
    body = {"refresh_token": token} | BEARER
    return await http.post("/api/v1/auth/refresh", json=body)


async def who(http: httpx.AsyncClient, person: Person) -> str:
    """`ok`, or why not."""
    response = await http.get("/api/v1/account", headers=person.headers)
    return "ok" if response.status_code == 200 else code(response)


def code(response: httpx.Response) -> str:
    return response.json()["error"]["code"]


@pytest.fixture
async def admin(http: httpx.AsyncClient, settings: Settings) -> Person:
    """Of an organization of their own, who has opened the link in their mail."""
    return await prove(http, settings, await register(http))


async def prove(http: httpx.AsyncClient, settings: Settings, person: Person) -> Person:
    """That the address is theirs, by the link that they are mailed."""
    async with asyncio.timeout(10):
        while not (found := mails(settings, person.email)):  # noqa: ASYNC110 - a file that comes
            await asyncio.sleep(0.01)
    body = {"token": link_secret(found[-1])}
    proved = await http.post("/api/v1/account/address/proof", json=body, headers=person.headers)
    assert proved.status_code == 204, proved.text
    return person


def mails(settings: Settings, to: str) -> list[EmailMessage]:
    found = sorted(settings.mail_outbox.glob("*.eml")) if settings.mail_outbox.exists() else []
    parsed = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in found
    ]
    return [message for message in parsed if message["To"] == to]


def link_secret(message: EmailMessage) -> str:
    """What comes after `#` of the link: browsers send it to no server."""
    link = r"http://localhost:8000/(?:reset-password|confirm-address)/#token=(\S+)"
    match = re.search(link, message.get_content())
    assert match is not None
    return match[1]
