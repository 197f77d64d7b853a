"""Turns what SQLAlchemy, asyncpg and the network raise into the project's errors.

Nothing of the original text is kept where it could hold a row's values: PostgreSQL quotes
them in details, and asyncpg in messages about arguments.
"""

from __future__ import annotations

import asyncpg
import sqlalchemy.exc

from interview.errors import DatabaseUnavailable, InterviewError

__all__ = ["DATABASE_FAILURES", "DatabaseRejected", "translated"]

DATABASE_FAILURES = (sqlalchemy.exc.DBAPIError, sqlalchemy.exc.TimeoutError, OSError)
"""What translates. Everything else is a mistake of ours and stays what it is."""

# PostgreSQL error codes, appendix A of its manual.
_REASONS = {
    "28": "refuses the credentials in DATABASE_URL",
    "3D": "has no database of the name in DATABASE_URL",
    "42P01": "lacks this project's tables: run the migrations (make migrate)",
    "42703": "has tables of an older version: run the migrations (make migrate)",
    "08": "closed the connection",
    "57P": "is restarting or shutting down",
    "57014": "took too long",
    "25P03": "took too long",
    "55P03": "took too long",
    "53300": "has no free connection slot",
    "53": "is short of disk or memory",
    "25006": "is read-only at the moment",
    "40": "asks to repeat a transaction that collided with another",
}


class DatabaseRejected(InterviewError):
    """`database.rejected`: PostgreSQL refused a statement, so a rule of the schema is broken.
    `constraint` names the rule, or is empty."""

    def __init__(self, sqlstate: str, constraint: str) -> None:
        rule = f" by {constraint}" if constraint else ""
        super().__init__("database.rejected", f"statement refused{rule} (SQLSTATE {sqlstate})")
        self.constraint = constraint


def translated(
    error: sqlalchemy.exc.DBAPIError | sqlalchemy.exc.TimeoutError | OSError, server: str
) -> InterviewError:
    """`server`: host and port, for people."""
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        return DatabaseUnavailable("all database connections of this process are in use")
    if isinstance(error, TimeoutError):
        return DatabaseUnavailable(f"PostgreSQL at {server} took too long")
    if isinstance(error, OSError):
        return DatabaseUnavailable(f"PostgreSQL at {server} cannot be reached")
    sqlstate = str(getattr(error.orig, "sqlstate", None) or "")
    for length in (5, 3, 2):
        if reason := _REASONS.get(sqlstate[:length]):
            return DatabaseUnavailable(f"PostgreSQL at {server} {reason}")
    cause = getattr(error.orig, "__cause__", None)
    if isinstance(cause, asyncpg.InvalidCachedStatementError):
        # Seen once by each connection that was open while a migration ran.
        return DatabaseUnavailable(f"PostgreSQL at {server} was migrated meanwhile")
    if error.connection_invalidated:
        return DatabaseUnavailable(f"PostgreSQL at {server} closed the connection")
    constraint = getattr(cause, "constraint_name", None)
    return DatabaseRejected(sqlstate or "none", str(constraint or ""))
