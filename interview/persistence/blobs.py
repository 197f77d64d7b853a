"""Recordings and documents in an object store: a folder, or a bucket of any S3 API."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from interview.config import Settings
from interview.errors import (
    BlobStoreUnavailable,
    ConfigError,
    InvalidInputError,
    NotFoundError,
)
from interview.ports import BlobStore, FoundBlob, StoredBlob

if TYPE_CHECKING:
    from obstore.store import S3Config  # exists in the stubs only

__all__ = ["FilesystemBlobStore", "S3BlobStore", "build_blob_store"]

# No segment begins with a dot, so none is `..` or hidden; the filesystem adapter's own
# temporary names hold a `#`.
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_MAX_KEY = 512
_PROBE = "health/probe"
_REQUEST_TIMEOUT = timedelta(seconds=60)
_CONNECT_TIMEOUT = timedelta(seconds=5)
_RETRY_TIMEOUT = timedelta(seconds=15)
_RETRIES = 2


class FilesystemBlobStore:
    """Objects as files under `root`, which is made when it is missing.

    An object appears whole or not at all, and is on disk when `put` returns.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._where = f"object store {self._root}"
        with _failures(self._where):
            self._store = LocalStore(self._root, mkdir=True)

    async def put(self, key: str, data: bytes, *, content_type: str) -> StoredBlob:
        """A file keeps no `content_type`; the recording's row does."""
        _check_key(key)
        with _failures(self._where):
            await obstore.put_async(self._store, key, data, use_multipart=False)
            await asyncio.to_thread(self._sync, key)
        return await _stored(key, data)

    async def get(self, key: str) -> bytes:
        _check_key(key)
        return await _get(self._store, key, self._where)

    async def delete(self, key: str) -> None:
        _check_key(key)
        await _delete(self._store, key, self._where)

    async def find(self, folder: str) -> list[FoundBlob]:
        _check_key(folder)
        return await _find(self._store, folder, self._where)

    async def delete_all(self, folder: str) -> None:
        _check_key(folder)
        with _failures(self._where):
            # More than is found: a process that died in a `put` leaves a file of another name.
            await asyncio.to_thread(_remove_tree, self._root / folder)

    async def check(self) -> None:
        """Writes a probe. Raises `BlobStoreUnavailable`."""
        with _failures(self._where):
            await obstore.put_async(self._store, _PROBE, b"ok", use_multipart=False)

    def _sync(self, key: str) -> None:
        path = self._root / key
        # The folders too: a file whose name is lost is lost.
        for entry in (path, *(p for p in path.parents if p.is_relative_to(self._root))):
            descriptor = os.open(entry, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


class S3BlobStore:
    """Objects under `prefix` of a bucket, which must exist. Without keys the usual AWS chain
    finds credentials: environment, web identity, instance role."""

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "",
        endpoint: str = "",
        region: str = "us-east-1",
        access_key_id: str = "",
        secret_access_key: str = "",
    ) -> None:
        self._where = f"object store s3://{bucket}"
        config: S3Config = {"bucket": bucket, "region": region}
        if access_key_id:
            config["access_key_id"] = access_key_id
            config["secret_access_key"] = secret_access_key
        if endpoint:
            config["endpoint"] = endpoint
        self._store = S3Store(
            prefix=prefix or None,
            config=config,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "timeout": _REQUEST_TIMEOUT,
                "connect_timeout": _CONNECT_TIMEOUT,
            },
            # Few: whoever calls has a retry of its own. S3 asks for some as a matter of course.
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_TIMEOUT},
        )

    async def put(self, key: str, data: bytes, *, content_type: str) -> StoredBlob:
        _check_key(key)
        with _failures(self._where):
            # In one piece: an upload in parts that breaks off leaves parts that are paid for.
            await obstore.put_async(
                self._store,
                key,
                data,
                attributes={"Content-Type": content_type},
                use_multipart=False,
            )
        return await _stored(key, data)

    async def get(self, key: str) -> bytes:
        _check_key(key)
        return await _get(self._store, key, self._where)

    async def delete(self, key: str) -> None:
        _check_key(key)
        await _delete(self._store, key, self._where)

    async def find(self, folder: str) -> list[FoundBlob]:
        _check_key(folder)
        return await _find(self._store, folder, self._where)

    async def delete_all(self, folder: str) -> None:
        for blob in await self.find(folder):
            await self.delete(blob.key)

    async def check(self) -> None:
        """Lists a prefix without objects. Raises `BlobStoreUnavailable`."""
        with _failures(self._where):
            # The overload for Arrow, which is not used here, has no types.
            found = obstore.list(self._store, prefix=_PROBE)  # pyright: ignore[reportUnknownMemberType]
            async for _ in found:
                break


def build_blob_store(settings: Settings) -> BlobStore:
    """`BLOB_URL` is `file://folder` (relative to the working directory, or absolute with a
    third slash) or `s3://bucket/prefix`. Raises `ConfigError`."""
    url = settings.blob_url
    if url.startswith("file://") and (folder := url.removeprefix("file://")):
        return FilesystemBlobStore(Path(folder))
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise ConfigError("BLOB_URL: file://folder or s3://bucket/prefix")
    key_id, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    if (key_id is None) != (secret is None):
        raise ConfigError("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY: set both or neither")
    return S3BlobStore(
        parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=key_id.get_secret_value() if key_id else "",
        secret_access_key=secret.get_secret_value() if secret else "",
    )


async def _stored(key: str, data: bytes) -> StoredBlob:
    digest = await asyncio.to_thread(hashlib.sha256, data)
    return StoredBlob(key=key, sha256=digest.hexdigest(), size_bytes=len(data))


async def _get(store: LocalStore | S3Store, key: str, where: str) -> bytes:
    with _failures(where):
        try:
            found = await obstore.get_async(store, key)
        except FileNotFoundError:
            raise NotFoundError("blob.not_found", "no such object") from None
        return bytes(await found.bytes_async())


async def _delete(store: LocalStore | S3Store, key: str, where: str) -> None:
    with _failures(where):
        try:
            await obstore.delete_async(store, key)
        except FileNotFoundError:
            return


async def _find(store: LocalStore | S3Store, folder: str, where: str) -> list[FoundBlob]:
    found: list[FoundBlob] = []
    with _failures(where):
        # The overload for Arrow, which is not used here, has no types.
        listed = obstore.list(store, prefix=f"{folder}/")  # pyright: ignore[reportUnknownMemberType]
        async for batch in listed:
            found += [FoundBlob(item["path"], item["size"]) for item in batch]
    return found


def _remove_tree(path: Path) -> None:
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        pass


def _check_key(key: str) -> None:
    if len(key) > _MAX_KEY or _KEY.fullmatch(key) is None:
        raise InvalidInputError("blob.invalid_key", "not a key of the object store")


@contextmanager
def _failures(where: str) -> Generator[None]:
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError, PermissionError):
        raise BlobStoreUnavailable(f"{where} refuses access") from None
    except FileNotFoundError:
        raise BlobStoreUnavailable(f"{where} does not exist") from None
    except (BaseError, OSError):
        raise BlobStoreUnavailable(f"{where} cannot be used") from None
