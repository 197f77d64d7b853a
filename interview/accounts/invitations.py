"""Inviting a candidate by a link, and coming in by one."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from interview.accounts import mails
from interview.accounts.digests import digest
from interview.accounts.gate import SessionGate
from interview.accounts.sessions import Sessions, SignedIn
from interview.contracts.interview import Limits
from interview.domain.plan import Plan
from interview.domain.rubric import Rubric
from interview.errors import ConflictError, InterviewError, MailError, NotFoundError
from interview.mail import Mailer
from interview.persistence import interviews
from interview.persistence.accounts import invitations, sessions, users
from interview.persistence.accounts.invitations import InvitationRow
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.rows import NewInterview
from interview.persistence.vocabulary import AuditAction
from interview.security.principal import Principal
from interview.security.tokens import new_secret

__all__ = ["DAYS", "Invitations"]

DAYS = 14
"""How long a link is good for, unless it is said."""


class Invitations:
    """All methods raise `DatabaseUnavailable`; what they do is done whole or not at all."""

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        gate: SessionGate,
        mailer: Mailer,
        public_url: str,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._gate = gate
        self._mailer = mailer
        self._public_url = public_url

    async def create(
        self,
        by: Principal,
        *,
        plan: Plan,
        rubric: Rubric | None,
        candidate_name: str,
        candidate_email: str | None,
        days: int,
        limits: Limits,
    ) -> tuple[InvitationRow, str]:
        """With a new interview; the row and the link, which nobody knows afterwards."""
        new = NewInterview(
            interview_id=str(uuid.uuid4()),
            plan=plan,
            rubric=rubric,
            candidate_name=candidate_name,
            limits=limits,
            organization_id=by.organization_id,
            created_by=by.user_id,
        )
        async with self._database.transaction() as connection:
            await interviews.create(connection, new, by)
            return await self._issue(
                connection, by, new.interview_id, candidate_email, days, "invitation.created"
            )

    async def reissue(
        self, by: Principal, invitation_id: str, days: int, *, same_person: bool
    ) -> tuple[InvitationRow, str]:
        """A new link to the same interview; the ones before it that nobody used are revoked. Where
        somebody has come in already, only for `same_person`: whoever comes by it goes on with what
        that one said. Raises `NotFoundError` (`invitation.not_found`), `ConflictError`
        (`interview.ended`, `invitation.somebody_came`)."""
        async with self._database.transaction() as connection:
            found = await self._of(connection, by, invitation_id)
            await invitations.lock_interview(connection, found.interview_id)
            # It may have begun, ended or been erased while the lock was waited for.
            before = await self._of(connection, by, invitation_id)
            if before.interview_ended:
                raise ConflictError("interview.ended", "the interview is over")
            if before.candidate_id is not None and not same_person:
                raise ConflictError(
                    "invitation.somebody_came",
                    "somebody has come in already: confirm that the new link is for the same "
                    "person, or make an interview of its own for another one",
                )
            await invitations.revoke(connection, before.interview_id)
            return await self._issue(
                *(connection, by, before.interview_id, before.candidate_email, days),
                "invitation.reissued",
            )

    async def mail(self, row: InvitationRow, link: str) -> bool:
        """False when it could not be sent: the link is good all the same."""
        if row.candidate_email is None:
            return False
        try:
            await self._mailer.send(
                mails.invitation(row.candidate_email, link, row.organization_name, row.language)
            )
        except MailError:
            return False
        return True

    async def page(
        self, organization_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[InvitationRow], str | None]:
        """Newest first. Raises `InvalidInputError` (`page.invalid_cursor`)."""
        async with self._database.transaction() as connection:
            rows, following = await invitations.page(
                connection, organization_id, limit=limit, cursor=cursor
            )
        return list(rows), following

    async def revoke(self, by: Principal, invitation_id: str) -> None:
        """May be repeated; one that was used stays so. Raises `NotFoundError`
        (`invitation.not_found`), `ConflictError` (`invitation.used`)."""
        async with self._database.transaction() as connection:
            row = await self._of(connection, by, invitation_id)
            await invitations.lock_interview(connection, row.interview_id)
            if await invitations.revoke(connection, row.interview_id, invitation_id):
                await _note(connection, by, "invitation.revoked", row)
            elif (await self._of(connection, by, invitation_id)).state == "used":
                raise ConflictError("invitation.used", "somebody has come in by it already")

    async def look(self, secret: str, visitor: Principal) -> InvitationRow:
        """Uses nothing up. Raises as `accept`."""
        async with self._database.transaction() as connection:
            row = await invitations.by_hash(connection, digest(secret))
        if row is None:
            raise _unknown()
        if not _is_of(row, visitor):
            _require_open(row)
        return row

    async def accept(self, secret: str, visitor: Principal, device: str) -> SignedIn | None:
        """Of two at once, one comes in. None where the visitor has come in by it before.

        Raises `NotFoundError` (`invitation.not_found`) and `ConflictError`: `invitation.used`,
        `invitation.expired`, `invitation.revoked`, `interview.ended`."""
        hashed = digest(secret)
        async with self._database.transaction() as connection:
            found = await invitations.by_hash(connection, hashed)
            if found is None:
                raise _unknown()
            await invitations.lock_interview(connection, found.interview_id)
            await invitations.by_hash(connection, hashed, lock=True)
            # A statement of its own: it sees what was done while the lock was waited for.
            row = await invitations.by_hash(connection, hashed)
            if row is None:
                raise _unknown()
            if _is_of(row, visitor):
                return None
            _require_open(row)
            user_id = row.candidate_id or await self._new_candidate(connection, row)
            # Whoever came in by an earlier link may have been somebody else.
            moved = await sessions.revoke(
                connection, user_id=user_id, reason="moved", interview_id=row.interview_id
            )
            await invitations.use(connection, row.invitation_id, user_id)
            signed_in = await self._sessions.start_in(
                connection,
                user_id,
                method="invitation",
                device=device,
                interview_id=row.interview_id,
            )
            by = Actor.user(row.organization_id, user_id)
            await _note(connection, by, "invitation.accepted", row)
        self._gate.forget(*moved)
        return signed_in

    async def _new_candidate(self, connection: AsyncConnection, row: InvitationRow) -> str:
        user_id = await users.add(
            connection,
            organization_id=row.organization_id,
            role="candidate",
            email=None,
            name=row.candidate_name,
            password_hash=None,
        )
        assert user_id is not None, "no address, so none that is taken"
        await invitations.claim(connection, row.interview_id, user_id)
        return user_id

    async def _issue(
        self,
        connection: AsyncConnection,
        by: Principal,
        interview_id: str,
        candidate_email: str | None,
        days: int,
        action: AuditAction,
    ) -> tuple[InvitationRow, str]:
        secret = new_secret()
        row = await invitations.add(
            connection,
            organization_id=by.organization_id,
            interview_id=interview_id,
            token_hash=digest(secret),
            candidate_email=candidate_email,
            created_by=by.user_id,
            lasts=timedelta(days=days),
        )
        await _note(connection, by, action, row)
        return row, mails.invitation_link(self._public_url, secret)

    async def _of(
        self, connection: AsyncConnection, by: Principal, invitation_id: str
    ) -> InvitationRow:
        row = await invitations.by_id(connection, by.organization_id, invitation_id)
        if row is None:
            raise _unknown()
        return row


def _is_of(row: InvitationRow, visitor: Principal) -> bool:
    """They came in by it, and their session holds."""
    return (
        row.used_by is not None
        and visitor.user_id == row.used_by
        and visitor.interview_id == row.interview_id
    )


def _require_open(row: InvitationRow) -> None:
    problems: dict[str, InterviewError] = {
        "used": ConflictError("invitation.used", "this link has been used already"),
        "expired": ConflictError("invitation.expired", "this link has expired"),
        "revoked": ConflictError("invitation.revoked", "this link was taken back"),
    }
    if row.state != "open":
        raise problems[row.state]
    if row.interview_ended:
        raise ConflictError("interview.ended", "the interview is over")


def _unknown() -> NotFoundError:
    return NotFoundError("invitation.not_found", "there is no such invitation")


async def _note(
    connection: AsyncConnection, by: Principal | Actor, action: AuditAction, row: InvitationRow
) -> None:
    subject = Subject("invitation", row.invitation_id, row.interview_id)
    await AuditTrail.append(connection, by, action, subject)
