"""Alembic's entry. The database is the caller's, that of `-x url=…`, or DATABASE_URL."""

from __future__ import annotations

import asyncio
import logging

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from interview.config import load_settings
from interview.errors import ConfigError, DatabaseUnavailable
from interview.logging import configure_logging
from interview.persistence.database import engine_url
from interview.persistence.failures import DATABASE_FAILURES, translated
from interview.persistence.migrate import MIGRATION_LOCK
from interview.persistence.models import Base

_CONNECT_TIMEOUT_S = 10.0


def _url() -> str:
    given = context.config.attributes.get("url")
    given = given or context.get_x_argument(as_dictionary=True).get("url")
    return given or load_settings().database_url


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_server_default=True
    )
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        context.run_migrations()


async def _online() -> None:
    url = engine_url(_url())
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": _CONNECT_TIMEOUT_S},
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run)
    except ProgrammingError:
        raise  # a mistake in a migration needs its whole text
    except DATABASE_FAILURES as error:
        known = translated(error, f"{url.host}:{url.port or 5432}")
        if isinstance(known, DatabaseUnavailable):
            raise known from None
        raise
    finally:
        await engine.dispose()


def _offline() -> None:
    """`alembic upgrade head --sql` prints the statements."""
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def _command_line() -> None:
    """As one line for a person where something is amiss."""
    configure_logging()
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    # Alembic prints the same message.
    logging.getLogger("alembic.util.messaging").setLevel(logging.CRITICAL)
    try:
        _offline() if context.is_offline_mode() else asyncio.run(_online())
    except (ConfigError, DatabaseUnavailable) as error:
        raise CommandError(str(error)) from None


if context.config.cmd_opts is not None:
    _command_line()
else:
    asyncio.run(_online())
