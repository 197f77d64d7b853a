from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from interview.persistence.blobs import FilesystemBlobStore
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.streams.log import StreamLog, connect_redis
from tests.integration.persistence.samples import new_interview
from tests.integration.turns.desk import Desk
from tests.services import RunningStack


@pytest.fixture
async def desk(services: RunningStack, tmp_path: Path) -> AsyncGenerator[Desk]:
    redis = connect_redis(services.urls["REDIS_URL"])
    database = Database(services.urls["DATABASE_URL"])
    records = Records(database)
    interview = await records.create_interview(new_interview())
    desk = Desk(
        StreamLog(redis, ttl_s=60), records, FilesystemBlobStore(tmp_path), interview.interview_id
    )
    yield desk
    await desk.close()
    await database.close()
    await redis.aclose()
