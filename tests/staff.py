"""An organization's people, signed in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from interview.config import Settings
from interview.persistence.database import Database
from interview.persistence.models import AUTH_SESSIONS, ORGANIZATIONS, USERS
from interview.persistence.vocabulary import UserRole
from interview.security.keys import parse_keys
from interview.security.principal import Principal
from interview.security.tokens import AccessTokens

__all__ = ["Staff"]


@dataclass
class Staff:
    """Of one organization: a new one, unless it is given."""

    settings: Settings
    database: Database
    organization_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _is_there: bool = False

    async def sign_in(self, role: UserRole, interview_id: str | None = None) -> Principal:
        """A new user of that role."""
        user_id, session_id = str(uuid.uuid4()), str(uuid.uuid4())
        async with self.database.transaction() as connection:
            if not self._is_there:
                await connection.execute(
                    insert(ORGANIZATIONS).on_conflict_do_nothing(),
                    {"organization_id": self.organization_id, "name": "Tests"},
                )
                self._is_there = True
            await connection.execute(
                insert(USERS),
                {
                    "user_id": user_id,
                    "organization_id": self.organization_id,
                    "role": role,
                    "email": f"{user_id}@example.com",
                    "address_proved_at": datetime.now(UTC),
                },
            )
            await connection.execute(
                insert(AUTH_SESSIONS),
                {
                    "session_id": session_id,
                    "user_id": user_id,
                    "method": "password",
                    "interview_id": interview_id,
                    "expires_at": datetime.now(UTC) + timedelta(days=1),
                },
            )
        return Principal(
            "user",
            organization_id=self.organization_id,
            role=role,
            user_id=user_id,
            session_id=session_id,
            interview_id=interview_id,
        )

    def headers(self, principal: Principal) -> dict[str, str]:
        keys = parse_keys("AUTH_KEYS", self.settings.auth_keys)
        token = AccessTokens(keys, self.settings.public_url).issue(principal)
        return {"Authorization": f"Bearer {token}"}

    async def admin(self) -> dict[str, str]:
        """Headers of a new admin."""
        return self.headers(await self.sign_in("admin"))
