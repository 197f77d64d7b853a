"""Data keys on real PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from interview.config import Settings
from interview.errors import ConfigError, DatabaseUnavailable
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.persistence.models.privacy import DATA_KEYS
from interview.security.data_keys import DataKeys, build_data_keys
from interview.security.keys import KEY_BYTES, KeyRing, new_key
from interview.security.living import require_master_keys
from interview.security.seal import EncryptionError
from interview.security.wrapping import RingKeyWrapper
from tests.integration.security.conftest import keys_of, new_ring

pytestmark = pytest.mark.integration

_LOWEST = str(uuid.UUID(int=0))


async def test_processes_that_need_a_key_at_once_have_the_same(
    database: Database, ring: KeyRing, interview_id: str
) -> None:
    processes = [keys_of(database, ring) for _ in range(8)]

    ciphers = await asyncio.gather(*(keys.of(interview_id, make=True) for keys in processes))

    assert len({(cipher.key_id, cipher.secret) for cipher in ciphers}) == 1


async def test_interviews_have_keys_of_their_own(keys: DataKeys) -> None:
    first, second = [await keys.of(str(uuid.uuid4()), make=True) for _ in range(2)]
    assert first.secret != second.secret


async def test_a_wrapped_key_cannot_pass_for_another_interviews(
    keys: DataKeys, ring: KeyRing, database: Database, interview_id: str
) -> None:
    await keys.of(interview_id, make=True)
    row = await DataKeyRows(database).find(interview_id)
    assert row is not None
    other = str(uuid.uuid4())
    await DataKeyRows(database).add(
        WrappedKey(str(uuid.uuid4()), other, row.wrapped, row.master_key_id)
    )

    with pytest.raises(EncryptionError) as caught:
        await keys_of(database, ring).of(other, make=True)
    assert caught.value.code == "sealed.invalid"


async def test_a_destroyed_key_is_gone_and_none_is_made_instead(
    database: Database, ring: KeyRing, interview_id: str
) -> None:
    never_used = str(uuid.uuid4())
    keys, other = keys_of(database, ring), keys_of(database, ring, ttl_s=0.001)
    await keys.of(interview_id, make=True)
    await other.of(interview_id, make=True)

    await keys.destroy(interview_id)
    await keys.destroy(interview_id)
    await keys.destroy(never_used)

    async with asyncio.timeout(5):
        while other.known(interview_id) is not None:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.01)
    for holder in (keys, other):
        for gone in (interview_id, never_used):
            with pytest.raises(EncryptionError) as caught:
                await holder.of(gone, make=True)
            assert caught.value.code == "key.destroyed"
            assert not caught.value.retryable


async def test_a_key_in_use_is_read_again_before_anybody_has_to_wait(
    database: Database, ring: KeyRing, interview_id: str
) -> None:
    now = 0.0
    keys = DataKeys(DataKeyRows(database), RingKeyWrapper(ring), ring, clock=lambda: now)
    await keys.of(interview_id, make=True)
    now = 45.0
    assert keys.known(interview_id) is not None
    await asyncio.sleep(0)  # the reading begins
    now = 104.0
    async with asyncio.timeout(5):
        while keys.known(interview_id) is None:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0)


async def test_a_known_key_outlives_an_outage_and_an_unknown_one_is_worth_a_retry(
    ring: KeyRing, database: Database, interview_id: str
) -> None:
    now = 0.0

    class Away(DataKeyRows):
        is_away = False

        async def find(self, interview_id: str) -> WrappedKey | None:
            if self.is_away:
                raise DatabaseUnavailable("away")
            return await super().find(interview_id)

    rows = Away(database)
    keys = DataKeys(rows, RingKeyWrapper(ring), ring, clock=lambda: now)
    known = await keys.of(interview_id, make=True)
    rows.is_away, now = True, 1000.0

    assert (await keys.of(interview_id, make=True)).secret == known.secret
    with pytest.raises(DatabaseUnavailable) as caught:
        await keys.of(str(uuid.uuid4()), make=True)
    assert caught.value.retryable


class Rows(DataKeyRows):
    """Counts, waits for the gate, and is away when told to be."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.found, self.is_away, self.gate = 0, False, asyncio.Event()
        self.gate.set()

    async def find(self, interview_id: str) -> WrappedKey | None:
        self.found += 1
        if self.is_away:
            raise DatabaseUnavailable("away")
        row = await super().find(interview_id)
        await self.gate.wait()
        return row


async def _settled(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.005)


async def test_who_needs_a_key_at_once_reads_it_once(
    ring: KeyRing, database: Database, interview_id: str
) -> None:
    rows = Rows(database)
    keys = DataKeys(rows, RingKeyWrapper(ring), ring)
    ciphers = await asyncio.gather(*(keys.of(interview_id, make=True) for _ in range(200)))
    assert rows.found == 1
    assert all(cipher is ciphers[0] for cipher in ciphers)


async def test_nobody_waits_for_a_stale_key_and_an_outage_is_tried_seldom(
    ring: KeyRing, database: Database, interview_id: str
) -> None:
    now = 0.0
    rows = Rows(database)
    keys = DataKeys(rows, RingKeyWrapper(ring), ring, clock=lambda: now)
    await keys.of(interview_id, make=True)
    rows.is_away, now = True, 1000.0
    for _ in range(50):
        assert keys.known(interview_id) is not None
        await asyncio.sleep(0)
    assert rows.found == 2
    now = 1006.0
    assert keys.known(interview_id) is not None
    await _settled(lambda: rows.found == 3)
    now = 3601.0
    with pytest.raises(DatabaseUnavailable):
        await keys.of(interview_id, make=False)


async def test_a_key_that_is_destroyed_while_it_is_read_is_not_kept(
    ring: KeyRing, database: Database, interview_id: str
) -> None:
    await keys_of(database, ring).of(interview_id, make=True)
    rows = Rows(database)
    keys = DataKeys(rows, RingKeyWrapper(ring), ring)
    rows.gate.clear()
    reading = asyncio.create_task(keys.of(interview_id, make=False))
    await _settled(lambda: rows.found == 1)
    await asyncio.sleep(0.05)
    await keys.destroy(interview_id)
    rows.gate.set()
    with pytest.raises(EncryptionError) as caught:
        await reading
    assert caught.value.code == "key.destroyed"
    assert keys.known(interview_id) is None


async def test_opening_makes_no_key_and_a_lost_master_key_is_no_erasure(
    ring: KeyRing, database: Database, interview_id: str
) -> None:
    with pytest.raises(EncryptionError) as caught:
        await keys_of(database, ring).of(interview_id, make=False)
    assert (caught.value.code, caught.value.retryable) == ("key.unknown", True)
    assert await DataKeyRows(database).find(interview_id) is None

    now = 0.0
    rows = Rows(database)
    keys = DataKeys(rows, RingKeyWrapper(ring), ring, clock=lambda: now)
    cipher = await keys.of(interview_id, make=True)
    await keys_of(database, KeyRing((*new_ring()[1].keys, *ring.keys))).rotate()
    now = 45.0
    assert keys.known(interview_id) is cipher
    await _settled(lambda: rows.found == 2)
    await asyncio.sleep(0.05)
    assert keys.known(interview_id) is cipher


async def test_rotation_under_use_then_the_old_master_key_may_go(database: Database) -> None:
    old, old_ring = new_ring()
    interviews = [str(uuid.uuid4()) for _ in range(5)]
    before = keys_of(database, old_ring)
    secrets = [(await before.of(i, make=True)).secret for i in interviews]
    await before.destroy(interviews[4])
    _, both = new_ring(old)
    rotating, user = keys_of(database, both), keys_of(database, both, ttl_s=0.0001)

    async def use() -> None:
        for _ in range(10):
            for index in range(4):
                assert (await user.of(interviews[index], make=True)).secret == secrets[index]

    counts, _ = await asyncio.gather(asyncio.gather(rotating.rotate(), rotating.rotate()), use())

    assert sum(counts) == 4, "each once, though two rotated"
    assert await rotating.rotate() == 0
    alone = keys_of(database, _only(both))
    assert [(await alone.of(i, make=True)).secret for i in interviews[:4]] == secrets[:4]
    with pytest.raises(EncryptionError) as caught:
        await alone.of(interviews[4], make=True)
    assert caught.value.code == "key.destroyed"
    with pytest.raises(EncryptionError) as caught:
        await keys_of(database, old_ring).of(interviews[0], make=True)
    assert caught.value.code == "key.unknown"


async def test_rotation_finds_what_a_process_with_the_ring_of_before_makes_meanwhile(
    database: Database,
) -> None:
    old, old_ring = new_ring()
    _, both = new_ring(old)
    late = str(uuid.uuid4())

    class Meanwhile(DataKeyRows):
        """Behind the place where the pass is, as ids come at random."""

        async def not_under(
            self, master_key_id: str, *, after: str, limit: int
        ) -> list[WrappedKey]:
            batch = await super().not_under(master_key_id, after=after, limit=limit)
            if not batch and after != _LOWEST and await self.find(late) is None:
                key_id = _LOWEST[:-1] + "1"
                master_key_id, wrapped = await RingKeyWrapper(old_ring).wrap(
                    bytes(KEY_BYTES), f"{key_id}/{late}".encode()
                )
                await self.add(WrappedKey(key_id, late, wrapped, master_key_id))
            return batch

    await keys_of(database, old_ring).of(str(uuid.uuid4()), make=True)
    rotating = DataKeys(Meanwhile(database), RingKeyWrapper(both), both)
    await rotating.rotate()
    row = await DataKeyRows(database).find(late)
    assert row is not None
    assert row.master_key_id == both.current.key_id


async def test_rotation_tells_what_it_leaves_behind(
    database: Database, keys_url: str, interview_id: str
) -> None:
    """Rows whose master key is gone are passed over, and the others are rewrapped."""
    lost, (old, old_ring), (new, _) = new_ring()[1], new_ring(), new_ring()
    for number in range(3):
        await keys_of(database, lost if number else old_ring).of(str(uuid.uuid4()), make=True)
    destroyed = keys_of(database, lost)
    await destroyed.of(interview_id, make=True)
    await destroyed.destroy(interview_id)

    async def rotate() -> tuple[int, list[str]]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "interview.security.rotate"),
            env={**os.environ, "DATABASE_URL": keys_url, "MASTER_KEYS": f"{new},{old}"},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode().splitlines()

    code, said = await rotate()
    current = new.partition(":")[0]
    left = f"left under {lost.current.key_id}: 2; MASTER_KEYS needs it, or a process uses it"
    none = "0 secrets of webhooks sealed with it"
    assert (code, said[-3:]) == (1, [f"1 keys rewrapped under {current}", none, left])
    assert (await rotate())[1][-3:] == [f"0 keys rewrapped under {current}", none, left]
    living = await DataKeyRows(database).living()
    assert living == {current: 1, lost.current.key_id: 2}
    assert await DataKeyRows(database).master_key_ids() == sorted(living)

    async with database.transaction() as connection:
        await connection.execute(
            sa.delete(DATA_KEYS).where(DATA_KEYS.c.master_key_id == lost.current.key_id)
        )
    assert await rotate() == (0, [f"0 keys rewrapped under {current}", none])


async def test_a_process_notices_that_it_lacks_a_master_key_in_use(
    database: Database, keys: DataKeys, interview_id: str
) -> None:
    other = keys_of(database, new_ring()[1])
    await other.check()
    await keys.of(interview_id, make=True)
    await keys.check()
    with pytest.raises(EncryptionError) as caught:
        await other.check()
    assert (caught.value.code, caught.value.retryable) == ("key.unknown", True)
    assert keys.deployment.key_id in caught.value.message
    with pytest.raises(ConfigError, match=keys.deployment.key_id):
        await require_master_keys(other)
    await keys.destroy(interview_id)
    await other.check()


async def test_a_database_that_is_away_keeps_no_process_from_starting(ring: KeyRing) -> None:
    away = Database("postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none")
    await require_master_keys(keys_of(away, ring))
    await require_master_keys(None)
    await away.close()


async def test_keys_of_before_there_was_a_master_key_are_read_and_rotated(
    database: Database, interview_id: str
) -> None:
    def keys_with(**fields: object) -> DataKeys:
        keys = build_data_keys(Settings.model_validate(fields), database)
        assert keys is not None
        return keys

    secret = (await keys_with(master_keys=None).of(interview_id, make=True)).secret
    given = new_key()
    assert (await keys_with(master_keys=given).of(interview_id, make=False)).secret == secret
    in_production = keys_with(master_keys=given, environment="production")
    with pytest.raises(EncryptionError) as caught:
        await in_production.of(interview_id, make=False)
    assert caught.value.code == "key.unknown"

    assert await keys_with(master_keys=given).rotate() == 1
    assert (await in_production.of(interview_id, make=False)).secret == secret


def _only(ring: KeyRing) -> KeyRing:
    return KeyRing(ring.keys[:1])
