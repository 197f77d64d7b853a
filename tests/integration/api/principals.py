"""Everybody who may come to a door, with real rows behind what they show."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.config import Settings
from interview.domain.planning.draft import Draft
from interview.domain.roles import get_plan, get_rubric
from interview.persistence.access import API_KEY_PREFIX
from interview.persistence.database import Database, within
from interview.persistence.models import (
    ACCOMMODATIONS,
    API_KEYS,
    AUTH_SESSIONS,
    CONSENTS,
    DOCUMENTS,
    INTERVIEWS,
    INVITATIONS,
    ORGANIZATIONS,
    PLAN_PROPOSALS,
    RECORDINGS,
    TURNS,
    USERS,
    WEBHOOK_DELIVERIES,
    WEBHOOKS,
)
from interview.persistence.planning.roles import RoleRecords
from interview.persistence.planning.versions import PlanRecords
from interview.persistence.records import Records
from interview.persistence.rows import NewInterview
from interview.persistence.vocabulary import UserRole
from interview.security.keys import parse_keys
from interview.security.principal import Principal
from interview.security.tokens import AccessTokens, new_secret
from tests.access import Who, Whose

__all__ = ["People", "World", "populate"]

EVERY_SCOPE = ["interviews:read", "interviews:write", "interviews:erase", "audit:read"]


@dataclass(frozen=True)
class World:
    """Two organizations. `interview_id` is the candidate's, of the first one; `unclaimed_id` is
    nobody's. `headers` are what each one sends."""

    settings: Settings
    database: Database
    organization_id: str
    interview_id: str
    unclaimed_id: str
    recording_id: str
    document_id: str
    accommodation_id: str
    invitation_id: str
    """Of the candidate's interview."""
    role_id: str
    proposal_id: str
    """Of the first organization: it has a draft, and the proposal failed."""
    webhook_id: str
    delivery_id: str
    """Likewise; the delivery is dead."""
    elsewhere: Mapping[str, str]
    """Ids by their parameters, of an interview of another candidate's in the same organization."""
    key_id: str
    """Of an API key of the first organization."""
    headers: Mapping[Who, dict[str, str]]
    sessions: Mapping[Who, Principal]

    @property
    def interviews(self) -> Mapping[Whose, str]:
        return {"the candidate": self.interview_id, "nobody": self.unclaimed_id}

    def ids(self, who: Who) -> dict[str, str]:
        """By their parameters in paths, of what is there."""
        known = {
            "interview_id": self.unclaimed_id if who == "anonymous" else self.interview_id,
            "recording_id": self.recording_id,
            "document_id": self.document_id,
            "accommodation_id": self.accommodation_id,
            "invitation_id": self.invitation_id,
            "key_id": self.key_id,
            "role_id": self.role_id,
            "proposal_id": self.proposal_id,
            "webhook_id": self.webhook_id,
            "delivery_id": self.delivery_id,
            "number": "1",
            "user_id": self.sessions["disabled"].user_id,
            "session_id": self.sessions[who].session_id if who in self.sessions else None,
        }
        return {name: value for name, value in known.items() if value is not None}

    def token(self, who: Who) -> str:
        return self.headers[who]["Authorization"].removeprefix("Bearer ")

    async def revoke(self, who: Who) -> None:
        await self._change(
            update(AUTH_SESSIONS)
            .where(AUTH_SESSIONS.c.session_id == self.sessions[who].session_id)
            .values(revoked_at=datetime.now(UTC), revoked_reason="by hand")
        )

    async def set_user(self, who: Who, **values: Any) -> None:
        user_id = self.sessions[who].user_id
        await self._change(update(USERS).where(USERS.c.user_id == user_id).values(**values))

    async def claim(self, interview_id: str) -> str:
        """The interview is the candidate's now."""
        await self._change(
            update(INTERVIEWS)
            .where(INTERVIEWS.c.interview_id == interview_id)
            .values(candidate_id=self.sessions["candidate"].user_id, unclaimed=False)
        )
        await self.consent(withdrawn=False, interview_id=interview_id)
        return interview_id

    async def give_to(self, who: Who) -> None:
        """The candidate's interview."""
        await self._change(
            update(INTERVIEWS)
            .where(INTERVIEWS.c.interview_id == self.interview_id)
            .values(candidate_id=self.sessions[who].user_id)
        )

    async def consent(self, *, withdrawn: bool, interview_id: str = "") -> None:
        await self._change(
            insert(CONSENTS).values(
                consent_id=str(uuid.uuid4()),
                interview_id=interview_id or self.interview_id,
                notice_version="1",
                notice_sha256="0" * 64,
                withdrawn_at=datetime.now(UTC) if withdrawn else None,
            )
        )

    async def withdraw(self) -> None:
        await self._change(
            update(CONSENTS)
            .where(CONSENTS.c.interview_id == self.interview_id)
            .values(withdrawn_at=datetime.now(UTC))
        )

    async def _change(self, statement: Any) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(statement)


class _AtOnce(Database):
    """Every transaction is a part of the one that `connection` is in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        yield self._connection

    async def read(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        return await within(self._connection)(statement, parameters)


async def populate(settings: Settings, database: Database) -> World:
    """New rows each time, in one transaction: of forty, most of the work would be to begin and to
    end them."""
    async with database.transaction() as connection:
        world = await _populate(settings, _AtOnce(connection))
    return replace(world, database=database)


async def _populate(settings: Settings, database: Database) -> World:
    people = People(settings, database)
    home, abroad = await people.organization(), await people.organization()
    candidate = await people.user(home, "candidate")
    admin = await people.user(home, "admin")
    interview_id = await people.interview(home, candidate)
    sessions: dict[Who, Principal] = {
        "candidate": await people.session(candidate, interview_id=interview_id),
        "invited elsewhere": await people.session(
            candidate, interview_id=await people.interview(home, candidate)
        ),
        "other candidate": await people.session(await people.user(home, "candidate")),
        "recruiter": await people.session(await people.user(home, "recruiter")),
        "foreign recruiter": await people.session(await people.user(abroad, "recruiter")),
        "admin": await people.session(admin),
        "foreign admin": await people.session(await people.user(abroad, "admin")),
        "revoked": await people.session(admin),
        "expired": await people.session(admin),
        "disabled": await people.session(await people.user(home, "admin")),
    }
    headers: dict[Who, dict[str, str]] = {
        who: _bearer(people.token(principal, age_s=3600 if who == "expired" else 0))
        for who, principal in sessions.items()
    }
    recording_id = await people.recording(interview_id)
    accommodation_id = await people.accommodation(interview_id)
    other_id = await people.interview(home, await people.user(home, "candidate"))
    key_id, key = await people.api_key(home, EVERY_SCOPE)
    role_id, proposal_id = await people.role(admin)
    webhook_id, delivery_id = await people.webhook(home)
    headers |= {
        "anonymous": {},
        "key with every scope": _bearer(key),
        "key that reads": _bearer((await people.api_key(home, ["interviews:read"]))[1]),
        "key without scope": _bearer((await people.api_key(home, []))[1]),
    }
    world = World(
        settings=settings,
        database=database,
        organization_id=home,
        interview_id=interview_id,
        unclaimed_id=await people.interview(None, None),
        recording_id=recording_id,
        document_id=await people.document(home, interview_id),
        accommodation_id=accommodation_id,
        invitation_id=await people.invitation(home, interview_id),
        role_id=role_id,
        proposal_id=proposal_id,
        webhook_id=webhook_id,
        delivery_id=delivery_id,
        elsewhere={
            "recording_id": await people.recording(other_id),
            "document_id": await people.document(home, other_id),
            "accommodation_id": await people.accommodation(other_id),
        },
        key_id=key_id,
        headers=headers,
        sessions=sessions,
    )
    await world.consent(withdrawn=False)
    await world.consent(
        withdrawn=False, interview_id=sessions["invited elsewhere"].interview_id or ""
    )
    await world.revoke("revoked")
    await world.set_user("disabled", disabled_at=datetime.now(UTC))
    return world


class People:
    """Makes them. Nobody has a password."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    async def organization(self) -> str:
        organization_id = str(uuid.uuid4())
        await self._insert(ORGANIZATIONS, organization_id=organization_id, name="Company")
        return organization_id

    async def user(self, organization_id: str, role: UserRole) -> Principal:
        user_id = str(uuid.uuid4())
        await self._insert(
            USERS,
            user_id=user_id,
            organization_id=organization_id,
            role=role,
            email=None if role == "candidate" else f"{user_id}@company.example",
        )
        return Principal("user", organization_id, role=role, user_id=user_id)

    async def session(self, user: Principal, interview_id: str | None = None) -> Principal:
        session_id = str(uuid.uuid4())
        await self._insert(
            AUTH_SESSIONS,
            session_id=session_id,
            user_id=user.user_id,
            method="password" if interview_id is None else "invitation",
            interview_id=interview_id,
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        return replace(user, session_id=session_id, interview_id=interview_id)

    async def interview(self, organization_id: str | None, candidate: Principal | None) -> str:
        new = NewInterview(interview_id=str(uuid.uuid4()), plan=get_plan("demo"))
        if organization_id is not None and candidate is not None:
            new = new.model_copy(
                update={"organization_id": organization_id, "candidate_id": candidate.user_id}
            )
        return (await Records(self._database).create_interview(new)).interview_id

    async def invitation(self, organization_id: str, interview_id: str) -> str:
        invitation_id = str(uuid.uuid4())
        await self._insert(
            INVITATIONS,
            invitation_id=invitation_id,
            organization_id=organization_id,
            interview_id=interview_id,
            token_hash=hashlib.sha256(invitation_id.encode()).hexdigest(),
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        return invitation_id

    async def accommodation(self, interview_id: str) -> str:
        accommodation_id = str(uuid.uuid4())
        await self._insert(
            ACCOMMODATIONS,
            accommodation_id=accommodation_id,
            interview_id=interview_id,
            extra_time_factor=2,
        )
        return accommodation_id

    async def document(self, organization_id: str, interview_id: str) -> str:
        """One that could not be read."""
        document_id = str(uuid.uuid4())
        await self._insert(
            DOCUMENTS,
            document_id=document_id,
            organization_id=organization_id,
            interview_id=interview_id,
            kind="resume",
            status="refused",
            error_code="document.empty",
            sha256="0" * 64,
            size_bytes=1,
        )
        return document_id

    async def role(self, by: Principal) -> tuple[str, str]:
        """With a draft; and a proposal that failed."""
        role = await RoleRecords(self._database).create("Role", "", by)
        await PlanRecords(self._database).begin(
            role.role_id, by, of=Draft(get_plan("sales"), get_rubric("sales"))
        )
        proposal_id = str(uuid.uuid4())
        await self._insert(
            PLAN_PROPOSALS,
            proposal_id=proposal_id,
            organization_id=by.organization_id,
            role_id=role.role_id,
            state="failed",
            reason="provider.rejected",
            minutes=30,
            finished_at=datetime.now(UTC),
        )
        return role.role_id, proposal_id

    async def webhook(self, organization_id: str) -> tuple[str, str]:
        """One that wants nothing, and a delivery that is dead."""
        webhook_id, delivery_id = str(uuid.uuid4()), str(uuid.uuid4())
        await self._insert(
            WEBHOOKS,
            webhook_id=webhook_id,
            organization_id=organization_id,
            url="https://192.0.2.1/",
            events=[],
            secret=b"whsec_",
        )
        await self._insert(
            WEBHOOK_DELIVERIES,
            delivery_id=delivery_id,
            organization_id=organization_id,
            webhook_id=webhook_id,
            event="plan.approved",
            subject=delivery_id,
            data={},
            state="dead",
            finished_at=datetime.now(UTC),
        )
        return webhook_id, delivery_id

    async def recording(self, interview_id: str) -> str:
        """Of a turn without words. The sound is nowhere."""
        recording_id, turn_id = str(uuid.uuid4()), uuid.uuid4().hex
        await self._insert(
            TURNS,
            interview_id=interview_id,
            turn_id=turn_id,
            turn_number=100,
            kind="audio",
            phase="introduction",
            status="empty",
        )
        await self._insert(
            RECORDINGS,
            recording_id=recording_id,
            interview_id=interview_id,
            turn_id=turn_id,
            key=f"interviews/{interview_id}/{recording_id}",
            sha256="0" * 64,
            size_bytes=1,
            content_type="audio/webm",
            duration_ms=1,
        )
        return recording_id

    async def api_key(self, organization_id: str, scopes: list[str]) -> tuple[str, str]:
        """Its id, and itself."""
        key_id, secret = str(uuid.uuid4()), f"{API_KEY_PREFIX}{new_secret()}"
        await self._insert(
            API_KEYS,
            key_id=key_id,
            organization_id=organization_id,
            name="integration",
            secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
            scopes=scopes,
        )
        return key_id, secret

    def token(self, principal: Principal, *, age_s: float = 0) -> str:
        keys = parse_keys("AUTH_KEYS", self._settings.auth_keys)
        issuer = self._settings.public_url
        return AccessTokens(keys, issuer, clock=lambda: time.time() - age_s).issue(principal)

    async def _insert(self, table: Any, **values: Any) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(insert(table).values(**values))


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
