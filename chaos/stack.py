"""The real stack for chaos: every process a child, a link on every connection between them, and
providers that fail on command."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, cast

from redis.asyncio import Redis

from chaos.candidate import AGAIN
from chaos.clock import Clock, find_faketime
from chaos.disk import SmallDisk
from chaos.links import Links
from launcher.keys import local_keys
from launcher.paths import Home
from launcher.ports import free_port
from launcher.stack import LocalStack, Ports
from tests.fakes import wire
from tests.fakes.provider_server import FakeProviders, Mount, serving

__all__ = ["LINKS", "PROCESSES", "ChaosStack", "Process"]

Process = Literal["worker", "api", "valkey", "postgres", "temporal"]
PROCESSES: tuple[Process, ...] = ("worker", "api", "valkey", "postgres", "temporal")

LINKS = (
    "client-api",
    "api-valkey", "api-postgres", "api-temporal",
    "worker-valkey", "worker-postgres", "worker-temporal",
)  # fmt: skip

_SERVICES = ("postgres", "valkey", "temporal")
_VARIABLES = {
    "postgres": "DATABASE_URL",
    "valkey": "REDIS_URL",
    "temporal": "TEMPORAL_ADDRESS",
}
_APPS = ("worker", "api")
_PORT = re.compile(r":\d+(?=/|$)")
_BLOBS_MB = 256


@dataclass
class ChaosStack:
    """`async with ChaosStack(folder) as stack:`. Raises `StartError`.

    `small_disk`: the object store is a file system of its own, which can be filled. `clocks`: the
    processes' clocks can be set. Both are None or empty where this machine cannot do it.
    """

    folder: Path
    small_disk: bool = False
    clocks: bool = False
    links: Links = field(init=False)
    mount: Mount = field(init=False)
    disk: SmallDisk | None = field(init=False, default=None)
    clock: dict[str, Clock] = field(init=False, default_factory=dict[str, Clock])
    _services: LocalStack = field(init=False)
    _apps: dict[str, LocalStack] = field(init=False, default_factory=dict[str, LocalStack])
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)
    _frozen: set[int] = field(init=False, default_factory=set[int])

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.thaw_all()
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """As clients see it: through their link."""
        return f"http://127.0.0.1:{self.links.ports['client-api']}"

    @property
    def direct_url(self) -> str:
        return self._apps["api"].app_url

    @property
    def database_url(self) -> str:
        return self._services.urls["DATABASE_URL"]

    @property
    def redis_url(self) -> str:
        return self._services.urls["REDIS_URL"]

    def log_of(self, process: str) -> str:
        home = self._owner(process).home
        parts = sorted(home.logs.glob(f"{process}.log*"))
        return "".join(part.read_text(errors="replace") for part in parts)

    def alive(self, process: Process) -> bool:
        with suppress(AssertionError):
            return self._owner(process).pid(process) > 0
        return False

    def restarts(self, process: Process) -> int:
        return self._owner(process).restarts(process)

    def kill(self, process: Process) -> bool:
        """SIGKILL. False: it is between two lives already."""
        if not self.alive(process):
            return False
        self._owner(process).kill(process)
        return True

    def freeze(self, process: Process) -> list[int]:
        """SIGSTOP to it and all it started; the pids that `thaw` takes."""
        if not self.alive(process):
            return []
        pids = _tree(self._owner(process).pid(process))
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        self._frozen.update(pids)
        return pids

    def thaw(self, pids: list[int]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            self._frozen.discard(pid)

    def thaw_all(self) -> None:
        self.thaw(list(self._frozen))

    async def ready(self) -> None:
        """All processes serve. Raises `StartError`."""
        for process in PROCESSES:
            await self._owner(process).wait_ready(process)

    async def flush(self) -> None:
        """Raises `RedisError` while it is down."""
        redis = Redis.from_url(self.redis_url)  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
        async with redis:
            await cast(Any, redis).flushall()  # its keyword arguments are untyped

    # Inside

    async def _start(self) -> None:
        blobs = self.folder / "blobs"
        blobs.mkdir(parents=True)
        if self.small_disk:
            self.disk = await asyncio.to_thread(SmallDisk.mount, blobs, _BLOBS_MB)
            if self.disk is not None:
                self._stack.callback(self.disk.unmount)
        self.mount = self._serve_providers()
        self.calm()
        self._services = LocalStack(Home(self.folder / "services"), services=_SERVICES)
        await self._stack.enter_async_context(self._services)
        # The API keeps its port over its lives: its link can be there before it.
        api_port = free_port()
        services = {name: _port(self._services.urls[_VARIABLES[name]]) for name in _SERVICES}
        targets = {"client-api": api_port} | {
            f"{app}-{service}": port for app in _APPS for service, port in services.items()
        }
        self.links = await self._stack.enter_async_context(Links(targets))
        await asyncio.gather(*(self._start_app(app, blobs, api_port) for app in _APPS))

    async def _start_app(self, app: str, blobs: Path, api_port: int) -> None:
        given: dict[str, str] = {}
        for service in _SERVICES:
            variable = _VARIABLES[service]
            port = self.links.ports[f"{app}-{service}"]
            given[variable] = _PORT.sub(f":{port}", self._services.urls[variable])
        self._apps[app] = LocalStack(
            Home(self.folder / app),
            services=(*_SERVICES, app),
            given=given,
            env={**self._env(blobs), **local_keys(self._services.home), **self._clock_of(app)},
            ports=Ports(app=api_port),
            spares=not self.clocks,
        )
        await self._stack.enter_async_context(self._apps[app])

    def calm(self) -> None:
        """The providers do as they should again."""
        fake = FakeProviders(reply=_reply, stt_ms=40, ttft_ms=60, token_ms=2, tts_ms=40)
        fake.chunk_bytes = 9_600
        self.mount.put(fake)

    def _serve_providers(self) -> Mount:
        mounts = ExitStack()
        self._stack.callback(mounts.close)
        return mounts.enter_context(serving())

    def _env(self, blobs: Path) -> dict[str, str]:
        base = f"{self.mount.base_url}/v1"
        return {
            "BLOB_URL": blobs.absolute().as_uri(),
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "warning",
            "SILENCE_NUDGE_S": "600",
            "PROVIDER_TIMEOUT_S": "4",
            "STT_PROVIDERS": "openai",
            "STT_BASE_URL": base,
            "STT_API_KEY": "chaos",
            "TTS_PROVIDERS": "openai",
            "TTS_BASE_URL": base,
            "TTS_API_KEY": "chaos",
            "LLM_PROVIDERS": "anthropic,openai",
            "LLM_ANTHROPIC_BASE_URL": self.mount.base_url,
            "LLM_ANTHROPIC_API_KEY": "chaos",
            "LLM_OPENAI_BASE_URL": base,
            "LLM_OPENAI_API_KEY": "chaos",
        }

    def _clock_of(self, app: str) -> Mapping[str, str]:
        library = find_faketime() if self.clocks else None
        if library is None:
            return {}
        self.clock[app] = clock = Clock(self.folder / f"{app}-clock")
        return clock.environment(library)

    def _owner(self, process: str) -> LocalStack:
        return self._apps.get(process, self._services)


def _port(url: str) -> int:
    return int(_PORT.findall(url)[-1][1:])


def _reply(request: dict[str, Any]) -> tuple[str, str]:
    """Goes on, or says the question anew when the last answer asks for it."""
    allowed = wire.allowed_in(request)
    last = json.dumps(request.get("messages", [])[-1:])
    asked_again = last.rfind(AGAIN) > last.rfind("I moved")
    if asked_again and "reprompt" in allowed:
        return "reprompt", "In other words: what happened?"
    return allowed[0], "Thanks, that is clear to me."


def _tree(pid: int) -> list[int]:
    """The process and all below it: PostgreSQL's are in sessions of their own."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    children: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found
