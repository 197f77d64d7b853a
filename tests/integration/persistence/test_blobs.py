"""Both object stores keep one contract; S3 is spoken to a server in a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from interview.config import Settings
from interview.errors import (
    BlobStoreUnavailable,
    ConfigError,
    InvalidInputError,
    NotFoundError,
)
from interview.persistence.blobs import FilesystemBlobStore, S3BlobStore, build_blob_store
from interview.ports import BlobStore
from launcher.ports import free_port

pytestmark = pytest.mark.integration

START_S = 30.0


class S3Server:
    """moto: the S3 API over HTTP, objects in memory."""

    def __init__(self) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_S
        while not self._make_bucket():
            assert self._process.poll() is None
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.05)

    def _make_bucket(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("PUT", "/recordings")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def s3() -> Generator[S3Server]:
    server = S3Server()
    yield server
    server.stop()


def s3_settings(endpoint: str, bucket: str = "recordings") -> Settings:
    return Settings(
        blob_url=f"s3://{bucket}/some/prefix",
        s3_endpoint=endpoint,
        s3_access_key_id="key-id",  # pyright: ignore[reportArgumentType]  # pydantic wraps it
        s3_secret_access_key="key-secret",  # pyright: ignore[reportArgumentType]  # likewise
    )


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "file":
        return build_blob_store(Settings(blob_url=f"file://{tmp_path}/new/folder"))
    server: S3Server = request.getfixturevalue("s3")
    return build_blob_store(s3_settings(server.endpoint))


async def test_what_is_put_is_got(store: BlobStore) -> None:
    data = os.urandom(100_000)
    stored = await store.put("interviews/1/-turn_1/answer.webm", data, content_type="audio/webm")
    assert stored.key == "interviews/1/-turn_1/answer.webm"
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.size_bytes == len(data)
    assert await store.get(stored.key) == data


async def test_the_same_key_twice_is_one_object(store: BlobStore) -> None:
    first = await store.put("twice", b"first", content_type="audio/webm")
    assert await store.put("twice", b"first", content_type="audio/webm") == first
    second = await store.put("twice", b"second", content_type="audio/webm")
    assert second.sha256 != first.sha256
    assert await store.get("twice") == b"second"


@pytest.mark.parametrize("size", [0, 12 * 1024 * 1024])
async def test_empty_and_large_objects(store: BlobStore, size: int) -> None:
    data = os.urandom(size)
    stored = await store.put("sized", data, content_type="audio/webm")
    assert stored.size_bytes == size
    assert await store.get("sized") == data


async def test_a_missing_object_is_not_found(store: BlobStore) -> None:
    with pytest.raises(NotFoundError) as error:
        await store.get("no/such/object")
    assert error.value.code == "blob.not_found"


async def test_deleting_is_idempotent(store: BlobStore) -> None:
    await store.put("gone", b"x", content_type="audio/webm")
    await store.delete("gone")
    await store.delete("gone")
    await store.delete("never/there")
    with pytest.raises(NotFoundError):
        await store.get("gone")


@pytest.mark.parametrize(
    "key",
    ["", "/", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", ".hidden", "a\\b", "a b"]
    + ["a\0b", "a\n", "a%2e%2e", "é", "a#1", "x" * 513],
)
async def test_a_hostile_key_is_refused(store: BlobStore, key: str) -> None:
    for call in (
        store.put(key, b"x", content_type="audio/webm"),
        store.get(key),
        store.delete(key),
    ):
        with pytest.raises(InvalidInputError) as error:
            await call
        assert error.value.code == "blob.invalid_key"


async def test_a_usable_store_checks_out(store: BlobStore) -> None:
    await store.check()


async def test_many_at_once_do_not_hold_up_the_loop(store: BlobStore) -> None:
    data = os.urandom(2_000_000)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    puts = [store.put(f"many/{n}", data, content_type="audio/webm") for n in range(4)]
    await asyncio.gather(*puts)
    ticking.cancel()
    assert ticks > 100


async def test_concurrent_puts_of_one_key_leave_one_whole_object(store: BlobStore) -> None:
    versions = [bytes([n]) * 300_000 for n in range(6)]
    puts = [store.put("raced", data, content_type="audio/webm") for data in versions]
    await asyncio.gather(*puts)
    assert await store.get("raced") in versions


# The folder


def files_under(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


async def test_objects_are_plain_files_and_nothing_else_is_left(tmp_path: Path) -> None:
    store = FilesystemBlobStore(tmp_path)
    await store.put("a/b/c.webm", b"sound", content_type="audio/webm")
    await store.put("a/b/c.webm", b"sound", content_type="audio/webm")
    assert files_under(tmp_path) == {"a/b/c.webm": b"sound"}


async def test_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = build_blob_store(Settings(blob_url="file://.intervue/blobs"))
    monkeypatch.chdir("/")
    await store.put("a", b"x", content_type="audio/webm")
    assert (tmp_path / ".intervue/blobs/a").read_bytes() == b"x"


async def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BlobStoreUnavailable):
        FilesystemBlobStore(tmp_path / "file" / "blobs")
    store = FilesystemBlobStore(tmp_path / "blobs")
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(BlobStoreUnavailable) as error:
        await store.check()
    assert (error.value.code, error.value.retryable) == ("blob.unavailable", True)
    with pytest.raises(BlobStoreUnavailable):
        await store.put("a", b"x", content_type="audio/webm")


# The bucket


async def test_the_object_lies_under_the_prefix_with_its_type(s3: S3Server) -> None:
    store = build_blob_store(s3_settings(s3.endpoint))
    await store.put("typed.webm", b"sound", content_type="audio/webm")
    plain = S3Store(
        config={
            "bucket": "recordings",
            "endpoint": s3.endpoint,
            "access_key_id": "key-id",
            "secret_access_key": "key-secret",
        },
        client_options={"allow_http": True},
    )
    found = await obstore.get_async(plain, "some/prefix/typed.webm")
    assert found.attributes["Content-Type"] == "audio/webm"
    assert await found.bytes_async() == b"sound"


async def test_a_missing_bucket_is_unavailable(s3: S3Server) -> None:
    store = build_blob_store(s3_settings(s3.endpoint, bucket="absent"))
    with pytest.raises(BlobStoreUnavailable):
        await store.check()
    with pytest.raises(BlobStoreUnavailable, match="s3://absent"):
        await store.put("a", b"x", content_type="audio/webm")


async def test_an_unreachable_server_is_unavailable_soon() -> None:
    store = S3BlobStore(
        "recordings",
        endpoint=f"http://127.0.0.1:{free_port()}",
        access_key_id="key-id",
        secret_access_key="key-secret",
    )
    for call in (store.check(), store.get("a"), store.put("a", b"x", content_type="audio/webm")):
        began = time.monotonic()
        with pytest.raises(BlobStoreUnavailable) as error:
            await call
        assert time.monotonic() - began < 5
        assert "key-" not in str(error.value)


@pytest.mark.parametrize("url", ["", "file://", "s3://", "ftp://host/x", "recordings"])
def test_a_wrong_address_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="BLOB_URL"):
        build_blob_store(Settings.model_construct(blob_url=url))


def test_half_a_pair_of_keys_is_a_configuration_error() -> None:
    half = s3_settings("").model_copy(update={"s3_secret_access_key": None})
    with pytest.raises(ConfigError, match="S3_SECRET_ACCESS_KEY"):
        build_blob_store(half)
