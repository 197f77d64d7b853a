"""Data keys on real PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Callable, Sequence

import pytest
import sqlalchemy as sa

from interview.config import Settings
from interview.errors import ConfigError, DatabaseUnavailable
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.persistence.models.privacy import DATA_KEYS
from interview.security import data_keys
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
    rows = Rows(database)
    keys = DataKeys(rows, RingKeyWrapper(ring), ring, clock=lambda: now)
    await keys.of(interview_id, make=True)
    now = 29.0
    assert keys.known(interview_id) is not None
    await asyncio.sleep(0)  # a reading would begin
    now = 31.0
    assert keys.known(interview_id) is not None
    await _settled(lambda: len(rows.together) == 1)
    assert rows.found == 1


async def test_a_known_key_outlives_an_outage_and_an_unknown_one_is_worth_a_retry(
    ring: KeyRing, database: Database, interview_id: str
) -> None:
    now = 0.0
    rows = Rows(database)
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
        self.together: list[set[str]] = []

    async def find(self, interview_id: str) -> WrappedKey | None:
        self.found += 1
        if self.is_away:
            raise DatabaseUnavailable("away")
        row = await super().find(interview_id)
        await self.gate.wait()
        return row

    async def find_many(self, interview_ids: Sequence[str]) -> list[WrappedKey]:
        rows = [] if self.is_away else await super().find_many(interview_ids)
        self.together.append(set(interview_ids))
        if self.is_away:
            raise DatabaseUnavailable("away")
        await self.gate.wait()
        return rows


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
    assert len(rows.together) == 1
    now = 1006.0
    assert keys.known(interview_id) is not None
    await _settled(lambda: len(rows.together) == 2)
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


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def _in_use(rows: Rows, ring: KeyRing, clock: Clock, n: int) -> tuple[DataKeys, list[str]]:
    """Each first read a second after the one before, and used since."""
    keys = DataKeys(rows, RingKeyWrapper(ring), ring, clock=clock)
    interviews = [str(uuid.uuid4()) for _ in range(n)]
    for interview_id in interviews:
        await keys.of(interview_id, make=True)
        clock.now += 1.0
    _use(keys, interviews)
    return keys, interviews


def _use(keys: DataKeys, interviews: list[str]) -> list[str]:
    """Those that are known."""
    return [interview_id for interview_id in interviews if keys.known(interview_id) is not None]


async def test_keys_in_use_are_read_again_together_and_others_are_not(
    ring: KeyRing, database: Database
) -> None:
    rows, clock = Rows(database), Clock()
    keys, [idle, *interviews] = await _in_use(rows, ring, clock, 11)
    clock.now = 32.0
    _use(keys, interviews)  # two are due, and the others soon
    await _settled(lambda: len(rows.together) == 1)
    assert rows.together == [{idle, *interviews}], "each was used since it was read"
    rows.together.clear()
    for _ in range(20):
        clock.now += 10.0
        assert _use(keys, interviews) == interviews
        await asyncio.sleep(0.02)
    assert 4 <= len(rows.together) <= 7
    assert all(together == set(interviews) for together in rows.together)
    assert keys.known(idle) is not None
    await _settled(lambda: {idle} in rows.together)


async def test_a_key_due_while_others_are_read_is_read_after_them(
    ring: KeyRing, database: Database
) -> None:
    rows, clock = Rows(database), Clock()
    keys, [first] = await _in_use(rows, ring, clock, 1)
    clock.now = 29.0
    later = str(uuid.uuid4())
    await keys.of(later, make=True)
    rows.gate.clear()
    clock.now = 31.0
    _use(keys, [first])
    await _settled(lambda: len(rows.together) == 1)
    clock.now = 60.0
    _use(keys, [later])
    rows.gate.set()
    await _settled(lambda: len(rows.together) == 2)
    assert rows.together == [{first}, {later}]


async def test_a_destroyed_key_among_many_is_noticed_and_the_others_stay(
    ring: KeyRing, database: Database
) -> None:
    rows, clock = Rows(database), Clock()
    keys, interviews = await _in_use(rows, ring, clock, 5)
    await keys_of(database, ring).destroy(interviews[2])
    clock.now = 35.0
    _use(keys, interviews)
    await _settled(lambda: keys.known(interviews[2]) is None)
    others = interviews[:2] + interviews[3:]
    assert _use(keys, interviews) == others
    assert len(rows.together) == 1
    with pytest.raises(EncryptionError) as caught:
        await keys.of(interviews[2], make=True)
    assert caught.value.code == "key.destroyed"


async def test_many_that_cannot_be_read_are_kept_and_tried_again_together(
    ring: KeyRing, database: Database
) -> None:
    rows, clock = Rows(database), Clock()
    keys, interviews = await _in_use(rows, ring, clock, 5)
    rows.is_away = True
    clock.now = 40.0
    for _ in range(20):
        assert _use(keys, interviews) == interviews
        await asyncio.sleep(0.001)
    assert len(rows.together) == 1
    rows.is_away = False
    clock.now = 46.0
    assert _use(keys, interviews) == interviews
    await _settled(lambda: len(rows.together) == 2)
    assert rows.together == [set(interviews)] * 2
    await asyncio.sleep(0.05)
    rows.is_away = True
    clock.now = 3640.0  # an hour after the first reading
    assert _use(keys, interviews) == interviews


async def test_what_is_forgotten_while_many_are_read_stays_forgotten(
    ring: KeyRing, database: Database
) -> None:
    rows, clock = Rows(database), Clock()
    keys, interviews = await _in_use(rows, ring, clock, 3)
    rows.gate.clear()
    clock.now = 40.0
    _use(keys, interviews)
    await _settled(lambda: len(rows.together) == 1)
    await keys.destroy(interviews[0])
    keys.forget(interviews[1])
    rows.gate.set()
    await asyncio.sleep(0.05)
    assert _use(keys, interviews) == interviews[2:]


async def test_more_keys_than_fit_a_query_are_read_by_several(
    ring: KeyRing, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_keys, "_MOST_TOGETHER", 2)
    rows, clock = Rows(database), Clock()
    keys, interviews = await _in_use(rows, ring, clock, 5)
    clock.now = 40.0
    _use(keys, interviews)
    await _settled(lambda: len(rows.together) == 3)
    assert [len(together) for together in rows.together] == [2, 2, 1]
    assert set().union(*rows.together) == set(interviews)


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
    await _settled(lambda: len(rows.together) == 1)
    await asyncio.sleep(0.05)
    assert keys.known(interview_id) is cipher
    now = 3601.0
    assert keys.known(interview_id) is None


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
