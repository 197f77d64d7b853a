"""`make start` as a person meets it: one clear line when it cannot, and no trace when it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from launcher.paths import REPOSITORY
from launcher.ports import free_port
from tests.services import RunningStack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

_SETTINGS = ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS", "OPENAI_API_KEY", "HOST", "PORT")


@dataclass
class Terminal:
    """Runs `python -m launcher start` again and again on one data folder."""

    home: Path
    port: int = field(default_factory=free_port)
    running: list[asyncio.subprocess.Process] = field(
        default_factory=list[asyncio.subprocess.Process]
    )

    async def start(self, **env: str) -> asyncio.subprocess.Process:
        clean = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "launcher", "start"),
            cwd=REPOSITORY,
            env={**clean, "INTERVUE_HOME": str(self.home), "PORT": str(self.port), **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.running.append(process)
        return process

    async def failure(self, **env: str) -> str:
        """What it says on stderr when it cannot start."""
        process = await self.start(**env)
        _, errors = await process.communicate()
        assert process.returncode == 1
        return errors.decode().strip()

    async def ready(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None
        said = b""
        while b"Ctrl-C" not in said:
            line = await process.stdout.readline()
            assert line, said.decode()
            said += line
        return said.decode()

    def state(self) -> dict[str, Any]:
        return json.loads((self.home / "run" / "stack.json").read_text())


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncGenerator[Terminal]:
    terminal = Terminal(tmp_path / "home")
    yield terminal
    for process in terminal.running:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def environment(pid: int) -> set[str]:
    """The names of what a process was told at its start."""
    told = Path(f"/proc/{pid}/environ").read_text()
    return {line.partition("=")[0] for line in told.split("\0") if line}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until_gone(pids: list[int], timeout_s: float = 20.0) -> None:
    async with asyncio.timeout(timeout_s):
        while any(alive(pid) for pid in pids):  # noqa: ASYNC110 the children are not ours to wait for
            await asyncio.sleep(0.02)


async def test_a_port_in_use_is_named_with_its_holder(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", terminal.port)):
        assert await terminal.failure() == (
            f"Port {terminal.port} is in use by process {os.getpid()} "
            f"(end it with: kill {os.getpid()}). Or choose another one: "
            f"PORT={terminal.port + 1} make start"
        )


async def test_a_port_that_is_none_is_named(terminal: Terminal) -> None:
    assert await terminal.failure(PORT="eighty") == (
        "PORT: eighty is no port; a number from 1 to 65535 is"
    )


@pytest.mark.parametrize(
    ("name", "url", "line"),
    [
        ("DATABASE_URL", "postgresql+asyncpg://me:secret@127.0.0.1:{port}/db", "database"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:{port}", "Redis"),
        ("TEMPORAL_ADDRESS", "127.0.0.1:{port}", "Temporal"),
    ],
)
async def test_a_service_that_cannot_be_reached(
    terminal: Terminal, services: RunningStack, name: str, url: str, line: str
) -> None:
    port = free_port()
    given = {key: services.urls[key] for key in ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS")}

    said = await terminal.failure(**{**given, name: url.format(port=port)})

    assert said.startswith(f"Could not connect to {line} at 127.0.0.1:{port}")
    assert name in said
    assert "secret" not in said
    assert "\n" not in said


async def test_a_missing_key_is_one_line(terminal: Terminal, services: RunningStack) -> None:
    given = {key: services.urls[key] for key in ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS")}

    said = await terminal.failure(**given, STT_PROVIDERS="openai")

    assert "OPENAI_API_KEY not set: put it into .env" in said
    assert "\n" not in said


async def test_start_kill_stop_and_start_again(terminal: Terminal) -> None:
    first = await terminal.start()
    said = await terminal.ready(first)
    assert f"http://localhost:{terminal.port}/docs" in said
    state = terminal.state()
    assert set(state["pids"]) == {"postgres", "valkey", "temporal", "api", "worker", "code"}
    # Where strangers' programs run, nothing is known that opens anything.
    names = environment(state["pids"]["code"])
    ours = {"REDIS_URL", "TEMPORAL_ADDRESS", "WORKER_READY_FILE", "PATH"}
    assert ours <= names <= {*ours, "LANG", "LC_CTYPE"}
    async with httpx.AsyncClient(trust_env=False) as client:
        url = state["urls"]["app"]
        assert (await client.get(f"{url}/health/ready")).json()["status"] == "ok"
        # The UI is the API's to show; where it really is, nobody is told.
        assert f"Temporal UI   http://localhost:{terminal.port}/temporal/" in said
        assert state["urls"]["TEMPORAL_UI_URL"] not in said
        page = await client.get(f"{url}/temporal/")
        assert (page.status_code, 'base: "/temporal"' in page.text) == (200, True)

    # A second one says so and leaves the first alone.
    assert f"running here already (process {first.pid})" in await terminal.failure()

    # kill -9 of the launcher takes everything with it, and the next start works.
    first.kill()
    await first.communicate()
    await until_gone(list(state["pids"].values()))
    second = await terminal.start()
    await terminal.ready(second)
    pids = terminal.state()["pids"]

    second.send_signal(signal.SIGINT)
    assert await second.wait() == 0
    assert not any(alive(pid) for pid in pids.values())
    assert not (terminal.home / "run" / "stack.json").exists()
