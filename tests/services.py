"""The real services and the real stack, started once a session and only when asked for."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Coroutine, Generator, Sequence
from typing import Any, TypeVar

import pytest

from launcher.paths import Home
from launcher.stack import ALL, LocalStack

__all__ = ["LOCAL_PROVIDERS", "RunningStack", "services", "stack", "start_stack"]

T = TypeVar("T")

LOCAL_PROVIDERS = {
    # Interviews nudge late, so that a slow machine does not change what is said.
    "SILENCE_NUDGE_S": "600",
    "STT_PROVIDERS": "local",
    "TTS_PROVIDERS": "local",
    "LLM_PROVIDERS": "scripted",
}


class RunningStack:
    """A `LocalStack` whose processes are watched from a thread of its own, so that tests with
    an event loop each can share it."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stack", daemon=True)
        self._thread.start()

    @property
    def urls(self) -> dict[str, str]:
        """`DATABASE_URL`, `REDIS_URL`, `TEMPORAL_ADDRESS`, `app`."""
        return self._stack.urls

    @property
    def home(self) -> Home:
        return self._stack.home

    def start(self) -> None:
        self._call(self._stack.__aenter__())

    def stop(self) -> None:
        self._call(self._stack.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def pid(self, name: str) -> int:
        return self._stack.pid(name)

    def kill(self, name: str) -> float:
        """SIGKILL."""
        return self._stack.kill(name)

    async def wait_ready(self, name: str) -> None:
        future = asyncio.run_coroutine_threadsafe(self._stack.wait_ready(name), self._loop)
        await asyncio.wrap_future(future)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=300)


def start_stack(
    factory: pytest.TempPathFactory,
    which: Sequence[str],
    env: dict[str, str] | None = None,
    workers: int = 1,
) -> RunningStack:
    home = Home(factory.mktemp("stack") / uuid.uuid4().hex[:8])
    running = RunningStack(LocalStack(home, services=which, env=env or {}, workers=workers))
    running.start()
    return running


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStack]:
    """PostgreSQL, migrated; Valkey; Temporal."""
    running = start_stack(tmp_path_factory, ALL[:3])
    yield running
    running.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStack]:
    """Everything `make start` runs, with local speech."""
    running = start_stack(tmp_path_factory, ALL, LOCAL_PROVIDERS)
    yield running
    running.stop()
