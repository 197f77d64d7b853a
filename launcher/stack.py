"""The local stack: services, migrations, API and worker, started together and kept alive."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from launcher.child import Child, ChildSpec
from launcher.errors import StartError
from launcher.external import check_redis, check_temporal
from launcher.keys import check_living_keys, keep_keys, local_keys
from launcher.migrations import migrate
from launcher.paths import REPOSITORY, Home
from launcher.ports import choose_port
from launcher.postgres import prepare_postgres
from launcher.process import Program
from launcher.settings import check_settings
from launcher.standby import Standby
from launcher.temporal import find_temporal, prepare_temporal, raise_retention
from launcher.temporal_postgres import (
    choose_low_port,
    find_server,
    make_namespace,
    prepare_server,
)
from launcher.valkey import prepare_valkey

__all__ = ["ALL", "LocalStack", "Ports"]

ALL = ("postgres", "valkey", "temporal", "api", "worker")
"""All but `code`, which runs candidates' programs, and `web`."""
_WORKER_ALIVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Preferred ports; a taken one is replaced by a free one, but for the app's own."""

    app: int | None = None
    postgres: int | None = None
    valkey: int | None = None
    temporal: int | None = None
    temporal_ui: int | None = None


@dataclass
class LocalStack:
    """`async with LocalStack(home) as stack:` starts `services` and stops them in the end.

    `given` is what the user has set: a service whose URL stands there (`DATABASE_URL`,
    `REDIS_URL`, `TEMPORAL_ADDRESS`) is used instead of one of ours, and our defaults for API
    and worker give way to it. `env` goes to API and worker above all. Raises `StartError`.
    """

    home: Home
    services: Sequence[str] = ALL
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    ports: Ports = Ports()
    say: Callable[[str], None] = lambda _: None
    worker_argv: Sequence[str] = (sys.executable, "worker.py")
    temporal: Literal["development", "postgres"] = "development"
    """The development server with a file of its own, or the production server on PostgreSQL."""
    workers: int = 1
    """The first is called `worker`, the others `worker-2` and so on."""
    reload: bool = False
    """The API restarts when its source changes."""
    spares: bool = False
    """API and worker load while the services start, and a loaded one stands by for when they die:
    back in a third of the time, for as much memory again."""
    urls: dict[str, str] = field(init=False, default_factory=dict[str, str])
    _keys: dict[str, str] = field(init=False, repr=False, default_factory=dict[str, str])
    _postgres_up: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _children: dict[str, Child] = field(init=False, default_factory=dict[str, Child])
    _standby: dict[str, Standby] = field(init=False, default_factory=dict[str, Standby])

    async def __aenter__(self) -> Self:
        self.home.create()
        self._keys = await asyncio.to_thread(local_keys, self.home)
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def app_url(self) -> str:
        return self.urls["app"]

    def pid(self, name: str) -> int:
        pid = self._children[name].pid
        assert pid is not None, f"{name} is between two lives"
        return pid

    def pids(self) -> dict[str, int]:
        """Of those that are alive."""
        return {name: pid for name, c in self._children.items() if (pid := c.pid) is not None}

    def kill(self, name: str) -> float:
        """SIGKILL; returns the `time.monotonic()` of it."""
        self._children[name].kill()
        return time.monotonic()

    async def wait_ready(self, name: str) -> None:
        await self._children[name].wait_ready()

    def restarts(self, name: str) -> int:
        return self._children[name].restarts

    async def stop(self) -> None:
        """API and worker first, then what they need. Idempotent."""
        apps = ("web", "api", "code", *self._workers())
        for group in (apps, ("temporal",), ("postgres", "valkey")):
            running = [self._children.pop(name) for name in group if name in self._children]
            await asyncio.gather(*(child.stop() for child in running))
        await asyncio.gather(*(standby.empty() for standby in self._standby.values()))
        self._state_file.unlink(missing_ok=True)

    async def _start(self) -> None:
        starting = {
            "postgres": self._start_postgres,
            "valkey": self._start_valkey,
            "temporal": self._start_temporal,
        }
        for name in ("api", *self._workers()):
            if self.spares and name.partition("-")[0] in self.services:
                self.home.rotate_log(name)
                self._standby[name] = Standby(self._app(name, {}))
                await self._standby[name].fill()
        wanted = [start for name, start in starting.items() if name in self.services]
        if {"api", "worker"} & {*self.services}:
            # Nothing is begun that would have to be broken off.
            await asyncio.to_thread(check_settings, self.given)
        await _together(*(start() for start in wanted))
        if "postgres" in self.services:
            # Before new ones are kept in the place of keys that were lost.
            env = {**self._keys, **self.given, **self.env}
            await check_living_keys(self.urls["DATABASE_URL"], env, self.home)
        self._keys = await asyncio.to_thread(keep_keys, self.home, self._keys)
        apps = {"api": self._start_api, "web": self._start_web, "code": self._start_code}
        await _together(
            *(start() for name, start in apps.items() if name in self.services),
            *(self._start_worker(name) for name in self._workers() if "worker" in self.services),
        )
        self._write_state()

    async def _start_postgres(self) -> None:
        if (url := self.given.get("DATABASE_URL")) is None:
            port = choose_port(self.ports.postgres)
            spec, url = await asyncio.to_thread(prepare_postgres, self.home, port)
            await self._run(spec)
        self.urls["DATABASE_URL"] = url
        self._postgres_up.set()
        if await migrate(url):
            self.say("  database migrated")

    async def _start_valkey(self) -> None:
        if (url := self.given.get("REDIS_URL")) is None:
            spec, url = prepare_valkey(self.home, choose_port(self.ports.valkey))
            await self._run(spec)
        else:
            await check_redis(url)
        self.urls["REDIS_URL"] = url

    async def _start_temporal(self) -> None:
        if self.temporal == "postgres":
            await self._start_temporal_server()
            return
        if (address := self.given.get("TEMPORAL_ADDRESS")) is None:
            binary = await find_temporal(self.home, self.say)
            ui_port = choose_port(self.ports.temporal_ui)
            port = choose_port(self.ports.temporal)
            spec, address = prepare_temporal(self.home, binary, port, ui_port)
            await self._run(spec)
            self.urls["TEMPORAL_UI_URL"] = f"http://127.0.0.1:{ui_port}"
            await raise_retention(self.home, binary, address)
        else:
            await check_temporal(address)
        self.urls["TEMPORAL_ADDRESS"] = address

    async def _start_temporal_server(self) -> None:
        server, sql_tool = await find_server(self.home, self.say)
        await self._postgres_up.wait()
        url, port = self.urls["DATABASE_URL"], self.ports.temporal or choose_low_port()
        spec, address = await prepare_server(self.home, server, sql_tool, url, port)
        await self._run(spec)
        await make_namespace(address)
        self.urls["TEMPORAL_ADDRESS"] = address

    async def _start_api(self) -> None:
        port = self.ports.app or choose_port(None)
        env = {**self._app_env(), "PORT": str(port)}
        host = env.get("HOST") or self.given["HOST"]
        host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.urls["app"] = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
        spec = ChildSpec(
            name="api",
            program=self._app("api", env),
            ready=lambda _: _healthy(host, port, "/health/live"),
            standby=self._standby.get("api"),
        )
        await self._run(spec)

    def _workers(self) -> list[str]:
        return ["worker", *(f"worker-{number}" for number in range(2, self.workers + 1))]

    async def _start_worker(self, name: str) -> None:
        alive = self.home.run / f"{name}-alive"
        env = {**self._app_env(), "WORKER_READY_FILE": str(alive), **self._metrics_port(name)}
        spec = ChildSpec(
            name=name,
            program=self._app(name, env),
            ready=lambda _: _touched_lately(alive),
            before=lambda: alive.unlink(missing_ok=True),  # a predecessor's says nothing
            standby=self._standby.get(name),
            stop_timeout_s=25.0,
        )
        await self._run(spec)

    def _metrics_port(self, name: str) -> dict[str, str]:
        """One each: the first worker's, and those after it."""
        port = self.env.get("WORKER_METRICS_PORT") or self.given.get("WORKER_METRICS_PORT") or "0"
        further = self._workers().index(name)
        if not further or not port.isdecimal() or port == "0":
            return {}
        return {"WORKER_METRICS_PORT": str(int(port) + further)}

    async def _start_code(self) -> None:
        """The worker that runs candidates' programs: of all that we know it is told the least."""
        alive = self.home.run / "code-alive"
        known = await asyncio.to_thread(_names_for_code)
        given = {name: value for name, value in self.given.items() if name in known}
        services = {name: self.urls[name] for name in ("REDIS_URL", "TEMPORAL_ADDRESS")}
        ours = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env = {name: value for name, value in self.env.items() if name in known}
        program = Program(
            argv=[sys.executable, "code_worker.py"],
            log=self.home.log("code"),
            env={**ours, **given, **services, **env, "WORKER_READY_FILE": str(alive)},
            inherits=False,
        )
        spec = ChildSpec(
            name="code",
            program=program,
            ready=lambda _: _touched_lately(alive),
            before=lambda: alive.unlink(missing_ok=True),
            stop_timeout_s=15.0,
        )
        await self._run(spec)

    async def _start_web(self) -> None:
        """The web's dev server; it talks to the API across origins."""
        self.urls["web"] = "http://localhost:3000"
        program = Program(
            argv=["node", "node_modules/next/dist/bin/next", "dev", "--port", "3000"],
            log=self.home.log("web"),
            env={
                "NEXT_PUBLIC_API_URL": self.app_url,
                "NEXT_PUBLIC_WS_URL": self.app_url.replace("http", "ws", 1),
            },
            cwd=REPOSITORY / "web",
            tree=True,
        )
        await self._run(
            ChildSpec(name="web", program=program, ready=lambda _: _healthy("127.0.0.1", 3000, "/"))
        )

    def _app(self, name: str, env: Mapping[str, str]) -> Program:
        api = [sys.executable, "-m", "api", *(["--reload"] if self.reload else [])]
        return Program(
            argv=api if name == "api" else self.worker_argv,
            log=self.home.log(name),
            env=env,
            tree=self.reload and name == "api",
        )

    def _app_env(self) -> dict[str, str]:
        services = {name: url for name, url in self.urls.items() if name.isupper()}
        # Whoever starts it here may use it, and nobody else reaches it.
        ours = {"DEBUG": "true", "HOST": "127.0.0.1", "BLOB_URL": self.home.blobs.as_uri()}
        ours |= self._keys
        defaults = {name: value for name, value in ours.items() if name not in self.given}
        return {**defaults, **services, **self.env}

    async def _run(self, spec: ChildSpec) -> None:
        if spec.standby is None:
            self.home.rotate_log(spec.name)
        child = Child(spec, on_change=self._write_state, say=self.say)
        self._children[spec.name] = child
        await child.start()

    @property
    def _state_file(self) -> Path:
        return self.home.run / "stack.json"

    def _write_state(self) -> None:
        """What `make demo KILL=…` reads. The URLs hold a password: for this user alone."""
        state: dict[str, Any] = {"launcher": os.getpid(), "urls": self.urls, "pids": self.pids()}
        temporary = self._state_file.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(state, file)
        temporary.replace(self._state_file)


def _names_for_code() -> set[str]:
    # Imported while API and worker start: it would hold up all that comes before.
    from interview.config import CodeSettings

    return {name.upper() for name in CodeSettings.model_fields}


async def _together(*starting: Any) -> None:
    """All at once; the first failure is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in starting:
                group.create_task(one)
    except BaseExceptionGroup as failures:
        for failure in failures.exceptions:
            if isinstance(failure, StartError):
                raise failure from None
        raise failures.exceptions[0] from failures


async def _healthy(host: str, port: int, path: str) -> bool:
    """By hand: a client library would take longer to import than Valkey to start."""
    try:
        async with asyncio.timeout(2.0):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                return (await reader.readline()).split(b" ")[1:2] == [b"200"]
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def _touched_lately(path: Path) -> bool:
    try:
        touched = (await asyncio.to_thread(path.stat)).st_mtime
    except FileNotFoundError:
        return False
    return time.time() - touched < _WORKER_ALIVE_S
