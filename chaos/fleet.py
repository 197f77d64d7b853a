"""What a cluster runs, on this machine: services, workers, and two API processes behind a balancer,
each a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from temporalio.client import Client

from chaos.balance import Balancer
from interview.config import Settings
from interview.persistence.database import Database
from interview.security.data_keys import build_data_keys
from interview.temporal_client import connect_temporal
from launcher.keys import local_keys
from launcher.paths import REPOSITORY, Home
from launcher.ports import free_port
from launcher.stack import ALL, LocalStack, Ports

__all__ = ["Fleet", "terminate"]

_RUN = (
    "import runpy, sys; sys.path.insert(0, {folder!r}); sys.argv[1:] = ['brisk'];"
    "runpy.run_module('bench.stub_worker', run_name='__main__')"
)


class Fleet:
    """Raises `StartError`. What is started here is stopped in the end, workers first."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._wanted = env
        self._stack = AsyncExitStack()
        self.services = LocalStack(Home(folder / "services"), services=ALL[:3])
        self.apis: list[LocalStack] = []
        self.given: dict[str, str] = {}
        self.env: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        try:
            await self._stack.enter_async_context(self.services)
            urls = self.services.urls
            self.given = {name: url for name, url in urls.items() if name.isupper()}
            self.env = {
                **local_keys(self.services.home),
                "BLOB_URL": (self._folder / "blobs").as_uri(),
                "LOG_LEVEL": "warning",
                "SILENCE_NUDGE_S": "600",
                **self._wanted,
            }
            settings = self.settings
            self.database = Database.from_settings(settings)
            self._stack.push_async_callback(self.database.close)
            keys = build_data_keys(settings, self.database)
            self.client: Client = await connect_temporal(settings, keys)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "database_url": self.given["DATABASE_URL"],
                "temporal_address": self.given["TEMPORAL_ADDRESS"],
                "master_keys": self.env["MASTER_KEYS"],
                "debug": True,
            }
        )

    @property
    def url(self) -> str:
        """Of the balancer."""
        return self._balancer.url

    async def start_apis(self, count: int = 2) -> None:
        self.apis = [await self._api(number) for number in range(1, count + 1)]
        ports = [int(api.app_url.rpartition(":")[2]) for api in self.apis]
        self._balancer = await self._stack.enter_async_context(Balancer(ports))

    async def start_workers(
        self, name: str, count: int, *, code: Path = REPOSITORY, argv: Sequence[str] | None = None
    ) -> LocalStack:
        """From the code in a folder, with stub providers; or whatever `argv` says."""
        workers = LocalStack(
            Home(self._folder / name),
            services=(*ALL[:3], "worker"),
            given=self.given,
            env=self.env,
            worker_argv=argv or (sys.executable, "-c", _RUN.format(folder=str(code))),
            workers=count,
        )
        return await self._stack.enter_async_context(workers)

    async def _api(self, number: int) -> LocalStack:
        api = LocalStack(
            Home(self._folder / f"api-{number}"),
            services=(*ALL[:3], "api"),
            given=self.given,
            env=self.env,
            ports=Ports(app=free_port()),
        )
        return await self._stack.enter_async_context(api)


async def terminate(stack: LocalStack, name: str, how: signal.Signals = signal.SIGTERM) -> None:
    """Until the launcher has started it again, as a node would, and it is ready."""
    pid, lives = stack.pid(name), stack.restarts(name)
    os.kill(pid, how)
    while stack.restarts(name) == lives:  # noqa: ASYNC110 - tells nobody
        await asyncio.sleep(0.05)
    await stack.wait_ready(name)
