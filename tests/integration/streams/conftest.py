"""Streams of the real Valkey."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from interview.streams.log import StreamLog


@pytest.fixture
def log(redis: Redis) -> StreamLog:
    return StreamLog(redis, ttl_s=60)
