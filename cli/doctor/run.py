"""`intervue doctor`: everything at once, each thing by itself."""

from __future__ import annotations

import asyncio
import logging

from cli.connection import settings_here
from cli.doctor.findings import Check, Finding, as_json, as_lines, is_well, looked_at
from cli.doctor.providers import Providers
from cli.doctor.services import Services
from interview.config import Settings
from interview.errors import ConfigError
from interview.persistence.database import Database
from interview.security.production import check_production
from interview.streams.log import connect_redis

__all__ = ["doctor", "examine"]


async def doctor(*, as_json_: bool) -> int:
    """1 when something is wrong."""
    # What clients warn of is told below.
    logging.disable(logging.CRITICAL)
    try:
        settings = settings_here()
        check_production(settings)
    except ConfigError as error:
        findings = {"settings": Finding("wrong", str(error), "see .env.example")}
    else:
        findings = {"settings": Finding("ok", f"for {settings.environment}")}
        findings |= await examine(settings)
    print(as_json(findings) if as_json_ else "\n".join(as_lines(findings)))
    return 0 if is_well(findings) else 1


async def examine(settings: Settings) -> dict[str, Finding]:
    """By the name of what was looked at."""
    database, redis = Database.from_settings(settings), connect_redis(settings.redis_url)
    services, providers = Services(settings, database, redis), Providers(settings)
    checks: dict[str, tuple[Check, str]] = {
        "database": (services.look_at_database, "start PostgreSQL, or correct DATABASE_URL"),
        "migrations": (services.look_at_migrations, "run the migrations: make migrate"),
        "keys": (services.look_at_keys, "put back the keys from the backup"),
        "redis": (services.look_at_redis, "start Redis, or correct REDIS_URL"),
        "temporal": (services.look_at_temporal, "start Temporal, or correct TEMPORAL_ADDRESS"),
        "workers": (services.look_at_workers, "start a worker: make worker"),
        "recordings": (services.look_at_recordings, "correct BLOB_URL, or who may write there"),
        "disk": (services.look_at_disk, "make room: recordings and PostgreSQL need it"),
        "clock": (services.look_at_clock, "let all machines follow one time server"),
        "speech to text": (providers.look_at_stt, "see STT_PROVIDERS"),
        "language model": (providers.look_at_llm, "see LLM_PROVIDERS"),
        "text to speech": (providers.look_at_tts, "see TTS_PROVIDERS"),
    }
    try:
        found = await asyncio.gather(*(looked_at(check, help) for check, help in checks.values()))
    finally:
        await redis.aclose()
        await database.close()
    return dict(zip(checks, found, strict=True))
