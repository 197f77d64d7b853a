"""An interview's documents: read once, kept sealed with the interview's key, erased with it.

Objects: `interviews/{interview_id}/documents/{name}`, the file, and `{name}-text`, what it says and
what it hides as JSON. A name is of one upload: whoever fails, or comes second, takes away its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid

from pydantic import TypeAdapter

from interview.documents.extractor import Extractor
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.documents.results import ERROR_CODES, MEDIA_TYPES, Extraction
from interview.errors import ConflictError, InvalidInputError
from interview.persistence.documents import (
    DocumentRecords,
    DocumentRow,
    HiddenPlace,
    NewDocument,
)
from interview.persistence.vocabulary import DocumentKind
from interview.ports import BlobStore
from interview.security.principal import Principal
from interview.security.seal import EncryptionError

__all__ = ["Documents"]

_TEXT = TypeAdapter[Extraction](Extraction)


class Documents:
    """All methods raise `DatabaseUnavailable`; those that move files also `BlobStoreUnavailable`
    and `EncryptionError`."""

    def __init__(self, records: DocumentRecords, blobs: BlobStore, extractor: Extractor) -> None:
        self._records = records
        self._blobs = blobs
        self._extractor = extractor

    async def add(
        self, interview_id: str, kind: DocumentKind, data: bytes, by: Principal
    ) -> DocumentRow:
        """The same file twice is one document, and is read once; one that was refused is tried
        again. Raises `InvalidInputError` (`document.*`: it is noted, and not kept), `ConflictError`
        (`document.too_many`), `RateLimitedError` and `NotFoundError` (`interview.not_found`)."""
        digest = await asyncio.to_thread(_digest, data)
        found = await self._records.find(interview_id, kind, digest)
        if found is not None and found.status == "ready":
            return found
        if found is None:
            # Before it is read, which is the costly part.
            await self._records.require_room(interview_id)
        new = NewDocument(
            interview_id=interview_id,
            kind=kind,
            status="ready",
            sha256=digest,
            size_bytes=len(data),
        )
        try:
            extraction = await self._extractor.extract(data)
        except InvalidInputError as error:
            if error.code in ERROR_CODES and 0 < len(data) <= MAX_DOCUMENT_BYTES:
                refused = {"status": "refused", "error_code": error.code}
                await self._records.save(new.model_copy(update=refused), by)
            raise
        return await self._keep(new, data, extraction, by)

    async def of(self, interview_id: str) -> list[DocumentRow]:
        return await self._records.of(interview_id)

    async def get(self, interview_id: str, document_id: str) -> DocumentRow:
        """Raises `NotFoundError` (`document.not_found`)."""
        return await self._records.get(interview_id, document_id)

    async def file(self, row: DocumentRow) -> bytes:
        """As it came. Raises `ConflictError` with the code with which it was refused, and
        `NotFoundError` (`blob.not_found`)."""
        data = await self._blobs.get(_kept(row, row.key))
        if await asyncio.to_thread(_digest, data) != row.sha256:
            raise EncryptionError("sealed.invalid", "this is not what was kept")
        return data

    async def text(self, row: DocumentRow) -> Extraction:
        """Raises as `file`."""
        data = await self._blobs.get(_kept(row, row.text_key))
        return await asyncio.to_thread(_TEXT.validate_json, data)

    async def delete(self, row: DocumentRow, by: Principal) -> None:
        """The objects first: while there is a row, it may be asked for again."""
        for key in (row.key, row.text_key):
            if key is not None:
                await self._blobs.delete(key)
        await self._records.delete(row, by)

    async def _keep(
        self, new: NewDocument, data: bytes, extraction: Extraction, by: Principal
    ) -> DocumentRow:
        key = f"interviews/{new.interview_id}/documents/{uuid.uuid4()}"
        text_key = f"{key}-text"
        saved: DocumentRow | None = None
        try:
            media_type = MEDIA_TYPES[extraction.format]
            await self._blobs.put(key, data, content_type=media_type)
            text = await asyncio.to_thread(_TEXT.dump_json, extraction)
            await self._blobs.put(text_key, text, content_type="application/json")
            hidden = tuple(
                HiddenPlace(
                    reason=span.reason, offset=span.offset, length=len(span.text), page=span.page
                )
                for span in extraction.hidden
            )
            update = {
                "format": extraction.format,
                "key": key,
                "text_key": text_key,
                "pages": extraction.pages,
                "characters": len(extraction.text),
                "hidden": hidden,
                "hidden_omitted": extraction.hidden_omitted,
            }
            saved = await self._records.save(new.model_copy(update=update), by)
            return saved
        finally:
            # Not saved, or another one was first. What is left when this fails too goes with the
            # interview.
            if saved is None or saved.key != key:
                await asyncio.shield(self._discard(key, text_key))

    async def _discard(self, *keys: str) -> None:
        for key in keys:
            await self._blobs.delete(key)


def _kept(row: DocumentRow, key: str | None) -> str:
    if key is None:
        code = row.error_code or "document.unreadable"
        raise ConflictError(code, "the document could not be read, and was not kept")
    return key


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
