"""What the two services have in common, as the backend sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from interview.domain.code_runs import CaseResult, Language, Limits

__all__ = ["Attempt", "Program", "Service", "within"]


@dataclass(frozen=True, slots=True)
class Program:
    language: Language
    source: str
    stdin: str
    limits: Limits

    @property
    def whole(self) -> str:
        """In SQL the input is part of the script: neither service reads it otherwise."""
        return f"{self.stdin}\n{self.source}" if self.language == "sql" else self.source


@dataclass(frozen=True, slots=True)
class Attempt:
    """`case` is None where it was not compiled; `compiler` says why."""

    case: CaseResult | None
    compiler: str = ""


class Service(Protocol):
    """Each raises `RemoteFailure`."""

    @property
    def name(self) -> str: ...

    async def languages(self) -> dict[Language, str]:
        """Those that are there, and what it calls them."""
        ...

    async def attempt(self, program: Program, called: str) -> Attempt: ...

    async def close(self) -> None: ...


def within(limit: int, stdout: str, stderr: str) -> tuple[str, str, bool]:
    """Both cut to `limit` bytes together, and whether they had to be."""
    out, err = stdout.encode(), stderr.encode()
    over = len(out) + len(err) > limit
    out = out[:limit]
    err = err[: limit - len(out)]
    return out.decode(errors="ignore"), err.decode(errors="ignore"), over
