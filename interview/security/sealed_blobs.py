"""An object store whose objects are sealed: an interview's with its key, others with a key of the
deployment. Sizes and digests are those of what was given. Objects of before are read as they are.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re

from interview.errors import NotFoundError
from interview.ports import BlobStore, FoundBlob, StoredBlob
from interview.security.data_keys import DataKeys
from interview.security.seal import Cipher, EncryptionError

__all__ = ["SealedBlobStore", "sealed"]

_MAGIC = b"intervue-sealed-1\n"
_INTERVIEWS = re.compile(r"interviews/([0-9a-f-]{36})/")
_CACHE = "speech-cache/"


class SealedBlobStore:
    """As `inner`; also raises `EncryptionError` and `DatabaseUnavailable`."""

    def __init__(self, inner: BlobStore, keys: DataKeys) -> None:
        self._inner = inner
        self._keys = keys

    async def put(self, key: str, data: bytes, *, content_type: str) -> StoredBlob:
        cipher = await self._cipher(key)
        sealed, digest = await asyncio.to_thread(_sealed, cipher, key, data)
        await self._inner.put(self._name(key), sealed, content_type="application/octet-stream")
        return StoredBlob(key=key, sha256=digest, size_bytes=len(data))

    async def get(self, key: str) -> bytes:
        try:
            return await self._get(key)
        except EncryptionError:
            if not key.startswith(_CACHE):
                raise
            # Damaged, or of another master key: it is made anew.
            raise NotFoundError("blob.not_found", "cannot be opened any more") from None

    async def _get(self, key: str) -> bytes:
        data = await self._inner.get(self._name(key))
        if not data.startswith(_MAGIC):
            return data
        key_id, _, sealed = data[len(_MAGIC) :].partition(b"\n")
        cipher = await self._cipher(key, key_id.decode(errors="replace"))
        return await asyncio.to_thread(cipher.open, sealed, _bound(cipher, key))

    async def delete(self, key: str) -> None:
        for name in {self._name(key), key}:  # and that of before
            await self._inner.delete(name)

    async def find(self, folder: str) -> list[FoundBlob]:
        return await self._inner.find(folder)

    async def delete_all(self, folder: str) -> None:
        await self._inner.delete_all(folder)

    async def check(self) -> None:
        await self._inner.check()

    async def _cipher(self, key: str, key_id: str | None = None) -> Cipher:
        if (match := _INTERVIEWS.match(key)) is None:
            return self._keys.deployment_key(key_id or self._keys.deployment.key_id)
        cipher = await self._keys.of(match[1], make=key_id is None)
        if key_id not in (None, cipher.key_id):
            raise EncryptionError("sealed.invalid", "sealed data cannot be opened")
        return cipher

    def _name(self, key: str) -> str:
        """A cached line's name is a digest of its text, which may be guessed."""
        if not key.startswith(_CACHE):
            return key
        secret = self._keys.deployment.secret
        return _CACHE + hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()


def sealed(store: BlobStore, keys: DataKeys | None) -> BlobStore:
    """As it is without keys."""
    return store if keys is None else SealedBlobStore(store, keys)


def _sealed(cipher: Cipher, key: str, data: bytes) -> tuple[bytes, str]:
    head = _MAGIC + cipher.key_id.encode() + b"\n"
    return head + cipher.seal(data, _bound(cipher, key)), hashlib.sha256(data).hexdigest()


def _bound(cipher: Cipher, key: str) -> bytes:
    return f"{cipher.key_id}/{key}".encode()
