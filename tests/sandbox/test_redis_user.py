"""What Redis lets the worker that runs code do, as the containers set it up."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from interview.domain.code_runs import OutputPiece, Run, RunResult, SandboxStatus
from interview.sandbox.exchange import CodeExchange
from launcher.paths import Home
from launcher.valkey import prepare_valkey

pytestmark = pytest.mark.integration

_SECRETS = {"REDIS_PASSWORD": "everything", "CODE_REDIS_PASSWORD": "runs"}


def _command() -> list[str]:
    compose: Any = yaml.safe_load(Path("docker-compose.yml").read_text())
    return [
        re.sub(r"\$\{(\w+)[^}]*\}", lambda match: _SECRETS[match[1]], part)
        for part in compose["services"]["redis"]["command"][1:]
    ]


@pytest.fixture
async def address(tmp_path: Path) -> AsyncGenerator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    binary = prepare_valkey(Home(tmp_path), port)[0].program.argv[0]
    server = await asyncio.create_subprocess_exec(
        *(binary, *_command(), "--port", str(port), "--bind", "127.0.0.1", "--dir", tmp_path),
        stdout=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.02)
    yield f"127.0.0.1:{port}"
    server.kill()
    await server.wait()


def _redis(address: str, who: str) -> Redis:
    return Redis.from_url(f"redis://{who}@{address}")  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments


async def test_it_can_do_its_work_and_nothing_else(address: str) -> None:
    everybody, worker = _redis(address, ":everything"), _redis(address, "code:runs")
    wants, runs = CodeExchange(everybody), CodeExchange(worker)
    await everybody.set("interview:1", "secret")

    status = SandboxStatus(backend="bubblewrap")
    await runs.show_alive("here", status)
    assert await wants.status() == status
    run = Run(language="python", source="print(1)")
    key = await wants.offer("a", run)
    taken = await runs.take("a", key)
    assert taken.run == run
    await runs.write("a", key, taken.attempt, [OutputPiece(case=0, stream="stdout", text="1\n")])
    result = RunResult(ending="finished", backend="bubblewrap")
    assert await runs.settle("a", key, result) == result
    assert [piece.text async for piece in wants.output("a", key)] == ["1\n"]
    await runs.leave("here")

    for forbidden in (
        ("GET", "interview:1"),
        ("SET", "interview:1", "x"),
        ("XADD", "events:1", "*", "a", "b"),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("FLUSHALL",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("CLIENT", "LIST"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("PUBLISH", "x", "y"),
        ("EVAL", "return 1", "0"),
        ("MIGRATE", "10.0.0.1", "6379", "code:a:job", "0", "10"),
        ("REPLICAOF", "10.0.0.1", "6379"),
    ):
        with pytest.raises((NoPermissionError, RedisError), match="permission"):
            await worker.execute_command(*forbidden)  # pyright: ignore[reportUnknownMemberType] untyped arguments
    assert await everybody.get("interview:1") == b"secret"
    await everybody.aclose()
    await worker.aclose()


@pytest.mark.parametrize("who", ["", ":runs", "default:", "code:", "code:everything"])
async def test_nobody_else_is_let_in(address: str, who: str) -> None:
    stranger = Redis.from_url(f"redis://{who}@{address}" if who else f"redis://{address}")  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    with pytest.raises(AuthenticationError):
        await stranger.get("code:a:job")
    await stranger.aclose()
