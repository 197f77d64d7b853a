"""The Temporal development server: found, downloaded or built, and tuned for voice."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home

__all__ = ["find_temporal", "prepare_temporal", "raise_retention", "shared_tools"]

VERSION = "v1.5.1"
_MODULE = f"github.com/temporalio/cli/cmd/temporal@{VERSION}"
_DOWNLOAD_TIMEOUT_S = 90.0
_RETENTION_DAYS = 365

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
# The development server polls its queues 20 times a second by default, which costs 100 ms an
# activity, and lets timers be late by a second.
_DYNAMIC_CONFIG = (
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="50ms"',
    "system.enableActivityEagerExecution=true",
)


def shared_tools() -> Path:
    """Tools that took minutes to build are kept for every checkout of this user."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "intervue" / "tools"


async def find_temporal(home: Home, say: Callable[[str], None]) -> Path:
    """PATH, this project's tools, this user's tools, the SDK's download, then a build from
    source. Raises `StartError`, which says what to install."""
    on_path = shutil.which("temporal")
    for path in (on_path, home.tools / "temporal", shared_tools() / "temporal"):
        if path is not None and os.access(path, os.X_OK):
            return Path(path)
    tools = shared_tools()
    tools.mkdir(parents=True, exist_ok=True)
    say("Temporal's server is not here yet: downloading it …")
    if (path := await _download(tools)) is not None:
        return path
    go = shutil.which("go")
    if go is None:
        raise StartError(
            "Temporal's server could not be downloaded, and there is no Go to build it with: "
            "install the Temporal CLI (or Go 1.24 or newer), or set TEMPORAL_ADDRESS"
        )
    return await _build(go, tools, say)


async def _download(tools: Path) -> Path | None:
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


async def _build(go: str, tools: Path, say: Callable[[str], None]) -> Path:
    say("No download: building it from source, which takes about four minutes, once …")
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        go,
        "install",
        _MODULE,
        env={**os.environ, "GOBIN": str(tools), "GOFLAGS": "-modcacherw"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    output = asyncio.create_task(process.communicate())
    while not output.done():
        await asyncio.wait({output}, timeout=15.0)
        if not output.done():
            say(f"  still building, {time.monotonic() - began:.0f} s …")
    if process.returncode:
        _, errors = output.result()
        lines = errors.decode(errors="replace").strip().splitlines()
        raise StartError(
            f"Temporal's server could not be built ({lines[-1] if lines else 'no message'}): "
            "install the Temporal CLI, or set TEMPORAL_ADDRESS"
        )
    say(f"  built in {time.monotonic() - began:.0f} s")
    return tools / "temporal"


def prepare_temporal(home: Home, binary: Path, port: int, ui_port: int) -> tuple[ChildSpec, str]:
    address = f"127.0.0.1:{port}"
    argv = [
        str(binary),
        *("server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"),
        *("--port", str(port), "--ui-port", str(ui_port)),
        *("--db-filename", str(home.temporal / "temporal.db")),
    ]
    for pragma in _PRAGMAS:
        argv += ["--sqlite-pragma", pragma]
    for value in _DYNAMIC_CONFIG:
        argv += ["--dynamic-config-value", value]
    spec = ChildSpec(
        name="temporal", argv=argv, log=home.log("temporal"), ready=lambda: _answers(address)
    )
    return spec, address


async def raise_retention(address: str, namespace: str = "default") -> None:
    """Closed interviews stay readable for a year; the development server's default is a day."""
    client = await Client.connect(address, namespace=namespace)
    retention = Duration(seconds=_RETENTION_DAYS * 24 * 3600)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=retention),
        )
    )


async def _answers(address: str) -> bool:
    try:
        async with asyncio.timeout(2.0):
            client = await Client.connect(address)
            return await client.service_client.check_health()
    except (RuntimeError, TimeoutError):
        return False
