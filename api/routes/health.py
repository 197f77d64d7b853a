"""Whether this process lives, and whether all it needs is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.authorization import PUBLIC, requires
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import limited_by_address
from api.throttle import Limit
from interview.errors import InterviewError
from interview.pollers import INTERVIEW_QUEUES, unpolled

__all__ = ["router"]

router = APIRouter(tags=["health"], dependencies=[requires(PUBLIC)])

LOOKING = Limit("ready", 600, per_s=60)
"""Each one asks everything that is needed."""
CHECK_TIMEOUT_S = 1.0


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    service: Literal["intervue"] = "intervue"


class Check(BaseModel):
    """`reason` says what to look at."""

    status: Literal["ok", "down"] = "ok"
    reason: str = ""
    ms: float = 0.0


class Readiness(BaseModel):
    status: Literal["ok", "down"]
    checks: dict[str, Check]


class _Down(Exception):
    """The message is shown."""


@router.get("/health")
async def health() -> Health:
    """This process answers."""
    return Health()


@router.get("/health/live")
async def live() -> Health:
    """Restart the process when this fails."""
    return Health()


@router.get(
    "/health/ready",
    dependencies=[limited_by_address(LOOKING)],
    responses={503: {"model": Readiness}} | responses(429),
)
async def ready(services: ServicesDep, response: Response) -> Readiness:
    """503 while anything is missing that an interview needs."""
    checks: dict[str, Callable[[Services], Awaitable[Any]]] = {
        "database": lambda s: s.database.check(),
        "keys": _keys,
        "redis": _redis,
        "temporal": _temporal,
        "blobs": lambda s: s.blobs.check(),
        "worker": _worker,
    }
    results = await asyncio.gather(*(_checked(check(services)) for check in checks.values()))
    everything = all(result.status == "ok" for result in results)
    response.status_code = 200 if everything else 503
    response.headers["Cache-Control"] = "no-store"
    return Readiness(
        status="ok" if everything else "down", checks=dict(zip(checks, results, strict=True))
    )


async def _checked(check: Awaitable[Any]) -> Check:
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check
    except TimeoutError:
        return Check(status="down", reason=f"no answer within {CHECK_TIMEOUT_S:g} s")
    except InterviewError as error:
        return Check(status="down", reason=error.message)
    except _Down as error:
        return Check(status="down", reason=str(error))
    except Exception as error:
        # Whatever a client library raises for a service that is away; its text may hold an
        # address with a password.
        return Check(status="down", reason=type(error).__name__)
    return Check(ms=round((loop.time() - started) * 1000, 1))


async def _keys(services: Services) -> None:
    if services.keys is not None:
        await services.keys.check()


async def _redis(services: Services) -> None:
    # A command of its own, because redis-py types `ping` as sync or async.
    await services.redis.execute_command("PING")  # pyright: ignore[reportUnknownMemberType]


async def _temporal(services: Services) -> None:
    if not await services.temporal.service_client.check_health():
        raise _Down("Temporal says it does not serve")


async def _worker(services: Services) -> None:
    if missing := await unpolled(services.temporal, INTERVIEW_QUEUES):
        raise _Down(f"no worker asks for work on {', '.join(missing)}")
