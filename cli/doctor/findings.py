"""What a look at one thing comes to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from interview.errors import ConfigError, InterviewError

__all__ = ["Check", "Doubtful", "Finding", "Sick", "as_json", "as_lines", "is_well", "looked_at"]

LOOK_S = 8.0

Check = Callable[[], Awaitable[str]]
"""Returns what was found well. Raises `Sick` or `Doubtful`, or whatever a client library does."""


class Sick(Exception):
    """It does not work: what is the matter, and what to do."""

    def __init__(self, matter: str, remedy: str = "") -> None:
        super().__init__(matter)
        self.matter, self.remedy = matter, remedy


class Doubtful(Sick):
    """It works, and may not for long."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` is empty where nothing is to be done, or nobody knows what."""

    status: Literal["ok", "warning", "wrong"]
    detail: str
    remedy: str = ""
    ms: float = 0.0


async def looked_at(check: Check, remedy: str) -> Finding:
    """`remedy` is what helps where the check itself does not know better."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(LOOK_S):
            detail = await check()
    except Doubtful as doubt:
        return Finding("warning", doubt.matter, doubt.remedy or remedy)
    except Sick as sick:
        return Finding("wrong", sick.matter, sick.remedy or remedy)
    except TimeoutError:
        return Finding("wrong", f"no answer within {LOOK_S:g} s", remedy)
    except (ConfigError, InterviewError) as error:
        return Finding("wrong", getattr(error, "message", str(error)), remedy)
    except Exception as error:
        # Of a client library: its text may hold an address with a password.
        return Finding("wrong", type(error).__name__, remedy)
    return Finding("ok", detail, ms=round((time.monotonic() - began) * 1000, 1))


def is_well(findings: Mapping[str, Finding]) -> bool:
    return all(finding.status != "wrong" for finding in findings.values())


def as_json(findings: Mapping[str, Finding]) -> str:
    checks = {name: asdict(finding) for name, finding in findings.items()}
    return json.dumps({"well": is_well(findings), "checks": checks}, indent=2)


def as_lines(findings: Mapping[str, Finding]) -> list[str]:
    width = max(map(len, findings))
    lines: list[str] = []
    for name, finding in findings.items():
        mark = {"ok": "ok", "warning": "look", "wrong": "WRONG"}[finding.status]
        lines.append(f"{name:<{width}}  {mark:<5}  {finding.detail}")
        if finding.status != "ok" and finding.remedy:
            lines.append(f"{'':<{width}}         → {finding.remedy}")
    return lines
