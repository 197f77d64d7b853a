"""The rows of an interview's documents."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.documents.results import DocumentFormat, HiddenReason
from interview.errors import ConflictError, NotFoundError
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.interviews import no_interview
from interview.persistence.models import DOCUMENTS, INTERVIEWS
from interview.persistence.planning.probes import forget_probes
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import AuditAction, DocumentKind, DocumentStatus
from interview.security.principal import Principal

__all__ = ["MAX_DOCUMENTS", "DocumentRecords", "DocumentRow", "HiddenPlace", "NewDocument"]

MAX_DOCUMENTS = 20
"""Of one interview, the refused ones included."""


class HiddenPlace(BaseModel):
    """Where something is hidden, in the terms of `documents.results.HiddenSpan`. `length`: in
    characters."""

    model_config = ConfigDict(frozen=True)

    reason: HiddenReason
    offset: int
    length: int
    page: int | None


class NewDocument(BaseModel):
    """One that was read, whose objects are in the store already; or one that was not."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    interview_id: str
    kind: DocumentKind
    status: DocumentStatus
    error_code: str | None = None
    sha256: str
    size_bytes: int
    format: DocumentFormat | None = None
    key: str | None = None
    text_key: str | None = None
    pages: int | None = None
    characters: int = 0
    hidden: tuple[HiddenPlace, ...] = ()
    hidden_omitted: int = 0


class DocumentRow(NewDocument):
    document_id: str
    created_at: datetime


_ROW = [DOCUMENTS.c[name] for name in DocumentRow.model_fields]
_OF_INTERVIEW = DOCUMENTS.c.interview_id == bindparam("of_interview")
_THIS = _OF_INTERVIEW & (DOCUMENTS.c.document_id == bindparam("of_document"))
_LIST = select(*_ROW).where(_OF_INTERVIEW).order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.document_id)
_GET = select(*_ROW).where(_THIS)
_SAME = select(*_ROW).where(
    _OF_INTERVIEW,
    DOCUMENTS.c.kind == bindparam("of_kind"),
    DOCUMENTS.c.sha256 == bindparam("of_sha256"),
)
_COUNT = select(func.count()).select_from(DOCUMENTS).where(_OF_INTERVIEW)
_LOCK_INTERVIEW = (
    select(INTERVIEWS.c.organization_id)
    .where(INTERVIEWS.c.interview_id == bindparam("of_interview"))
    # Against others that add to it, and its erasure.
    .with_for_update(key_share=True)
)
_INSERT = insert(DOCUMENTS)
_CHANGING = set(NewDocument.model_fields) - {"interview_id", "kind", "sha256"}
# One that could not be read may be tried again; one that was read stays as it is.
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=["interview_id", "kind", "sha256"],
    set_={name: _INSERT.excluded[name] for name in sorted(_CHANGING)},
    where=DOCUMENTS.c.status == "refused",
)
_DELETE = delete(DOCUMENTS).where(_THIS)


class DocumentRecords:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, interview_id: str) -> list[DocumentRow]:
        """In the order in which they came."""
        if canonical_uuid(interview_id) is None:
            return []
        async with self._database.transaction() as connection:
            found = await connection.execute(_LIST, {"of_interview": interview_id})
            return [DocumentRow.model_validate(row) for row in found]

    async def get(self, interview_id: str, document_id: str) -> DocumentRow:
        """Raises `NotFoundError` (`document.not_found`)."""
        if canonical_uuid(interview_id) and canonical_uuid(document_id):
            this = {"of_interview": interview_id, "of_document": document_id}
            async with self._database.transaction() as connection:
                row = (await connection.execute(_GET, this)).one_or_none()
            if row is not None:
                return DocumentRow.model_validate(row)
        raise NotFoundError("document.not_found", "no such document")

    async def find(self, interview_id: str, kind: DocumentKind, sha256: str) -> DocumentRow | None:
        async with self._database.transaction() as connection:
            return await _same(connection, interview_id, kind, sha256)

    async def require_room(self, interview_id: str) -> None:
        """For another one. Raises `ConflictError` (`document.too_many`)."""
        async with self._database.transaction() as connection:
            await _require_room(connection, interview_id)

    async def save(self, new: NewDocument, by: Principal) -> DocumentRow:
        """Of one file twice, the first that was read stays: compare `key`. Raises `NotFoundError`
        (`interview.not_found`) and `ConflictError` (`document.too_many`)."""
        this = {"of_interview": new.interview_id}
        async with self._database.transaction() as connection:
            organization_id = await connection.scalar(_LOCK_INTERVIEW, this)
            if organization_id is None:
                raise no_interview()
            before = await _same(connection, new.interview_id, new.kind, new.sha256)
            if before is not None and before.status == "ready":
                return before
            if before is None:
                await _require_room(connection, new.interview_id)
            values: dict[str, Any] = {
                **new.model_dump(),
                "document_id": str(uuid.uuid4()),
                "organization_id": organization_id,
                "created_by": by.user_id,
            }
            await connection.execute(_SAVE, values)
            row = await _same(connection, new.interview_id, new.kind, new.sha256)
            assert row is not None, "it was just saved"
            if row.status == "ready":
                details = {"kind": row.kind, "hidden": len(row.hidden)}
                await _note(connection, organization_id, by, "document.added", row, details)
            else:
                details = {"kind": row.kind, "code": row.error_code}
                await _note(connection, organization_id, by, "document.refused", row, details)
        return row

    async def delete(self, row: DocumentRow, by: Principal) -> None:
        """Whose objects are gone; and the probes that were made from it. May be repeated."""
        this = {"of_interview": row.interview_id, "of_document": row.document_id}
        async with self._database.transaction() as connection:
            organization_id = await connection.scalar(_LOCK_INTERVIEW, this)
            deleted = await connection.execute(_DELETE, this)
            if deleted.rowcount and organization_id is not None:
                details: dict[str, Any] = {"kind": row.kind}
                if gone := await forget_probes(connection, row.interview_id, row.document_id):
                    details["probes"] = gone
                await _note(connection, organization_id, by, "document.deleted", row, details)


async def _require_room(connection: AsyncConnection, interview_id: str) -> None:
    if (await connection.scalar(_COUNT, {"of_interview": interview_id}) or 0) >= MAX_DOCUMENTS:
        raise ConflictError(
            "document.too_many", f"an interview has at most {MAX_DOCUMENTS} documents"
        )


async def _same(
    connection: AsyncConnection, interview_id: str, kind: str, sha256: str
) -> DocumentRow | None:
    this = {"of_interview": interview_id, "of_kind": kind, "of_sha256": sha256}
    row = (await connection.execute(_SAME, this)).one_or_none()
    return None if row is None else DocumentRow.model_validate(row)


async def _note(
    connection: AsyncConnection,
    organization_id: str,
    by: Principal,
    action: AuditAction,
    row: DocumentRow,
    details: dict[str, Any],
) -> None:
    who = Actor.of(by)
    actor = Actor(organization_id, who.kind, who.actor_id)
    subject = Subject("document", row.document_id, row.interview_id)
    await AuditTrail.append(connection, actor, action, subject, details)
