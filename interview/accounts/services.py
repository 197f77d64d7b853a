"""All there is to do with accounts, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from interview.accounts.api_keys import ApiKeys
from interview.accounts.external import ExternalPeople
from interview.accounts.gate import SessionGate
from interview.accounts.invitations import Invitations
from interview.accounts.members import Members
from interview.accounts.openid import OpenIdProvider, build_provider
from interview.accounts.passwords import Passwords
from interview.accounts.people import People
from interview.accounts.proof import Proof
from interview.accounts.sessions import Sessions
from interview.config import Settings
from interview.mail import Mailer, build_mailer
from interview.persistence.access import AccessRecords
from interview.persistence.database import Database
from interview.security.keys import KeyRing
from interview.security.tokens import AccessTokens

__all__ = ["Accounts"]

COME_BACK_MARGIN_S = 24 * 3600.0
"""A candidate's session outlasts the longest pause by so much."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """`openid` is None where no provider is set up."""

    people: People
    proof: Proof
    members: Members
    sessions: Sessions
    invitations: Invitations
    gate: SessionGate
    api_keys: ApiKeys
    openid: OpenIdProvider | None
    external: ExternalPeople
    mailer: Mailer
    passwords: Passwords

    @classmethod
    def build(
        cls,
        settings: Settings,
        database: Database,
        access: AccessRecords,
        tokens: AccessTokens,
        ring: KeyRing,
    ) -> Self:
        """Raises `ConfigError`."""
        mailer, passwords, gate = build_mailer(settings), Passwords(), SessionGate(access)
        sessions = Sessions(
            database,
            tokens,
            gate,
            idle_s=settings.session_idle_s,
            max_s=settings.session_max_s,
            invited_s=settings.pause_expiry_s + COME_BACK_MARGIN_S,
        )
        return cls(
            people=People(database, passwords, mailer, gate, settings.public_url),
            proof=Proof(database, mailer, settings.public_url),
            members=Members(database, mailer, gate, settings.public_url),
            sessions=sessions,
            invitations=Invitations(database, sessions, gate, mailer, settings.public_url),
            gate=gate,
            api_keys=ApiKeys(database),
            openid=build_provider(settings, ring),
            external=ExternalPeople(database, gate, settings.oidc_organization),
            mailer=mailer,
            passwords=passwords,
        )

    def close(self) -> None:
        self.passwords.close()
