"""Temporal's production server on our PostgreSQL, for load that the development server and its
one SQLite file are not made for.

The server and its schema tool are built once, which takes three minutes, and are kept for every
checkout of this user.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home
from launcher.ports import is_free
from launcher.process import Program, end, spawn
from launcher.temporal import (
    DYNAMIC_CONFIG,
    NICENESS,
    RETENTION_DAYS,
    alone,
    find_tool,
    go_compilers,
    go_install,
    shared_tools,
)

__all__ = ["choose_low_port", "find_server", "make_namespace", "prepare_server"]

_VERSION = "v1.29.1"
_MODULES = {
    "temporal-server": f"go.temporal.io/server/cmd/server@{_VERSION}",
    "temporal-sql-tool": f"go.temporal.io/server/cmd/tools/sql@{_VERSION}",
}
_DATABASES = {"temporal": "temporal", "temporal_visibility": "visibility"}
"""Database → its schema. They lie beside ours in the same server."""
_SHARDS = 16
"""For the life of the database. A shard writes one transaction after another: with fewer of them
turns would wait for each other, and idle ones cost next to nothing."""
_PLUGIN = "postgres12_pgx"
"""Keeps its statements prepared: the other driver has PostgreSQL parse and plan each anew, in a
round trip of its own."""
_GO = {"GOGC": "400", "GOMEMLIMIT": "768MiB"}
"""Garbage is collected less often, for up to as much memory, and as ever beyond that."""
_ONE_PROCESS: Mapping[str, object] = {
    # Partitions spread a queue over processes. In one, a task that comes into another partition
    # than the worker that waits for it is handed on between them.
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    # What a load balancer asks for.
    "system.persistenceHealthSignalMetricsEnabled": False,
    "system.persistenceHealthSignalAggregationEnabled": False,
    "system.historyHealthSignalMetricsEnabled": False,
}
_SERVICES = ("frontend", "history", "matching", "worker")
_CONNECTIONS = 30


async def find_server(home: Home, say: Callable[[str], None]) -> tuple[Path, Path]:
    """Server and schema tool: PATH, this project's tools, this user's tools, then a build from
    source. Raises `StartError`."""
    found = [find_tool(home, name) or await _build(home, name, say) for name in _MODULES]
    return found[0], found[1]


async def _build(home: Home, name: str, say: Callable[[str], None]) -> Path:
    shared_tools().mkdir(parents=True, exist_ok=True)
    async with alone(shared_tools(), say):
        return find_tool(home, name) or await _built(name, say)


async def _built(name: str, say: Callable[[str], None]) -> Path:
    """Beside its final name: Go calls every program after its folder."""
    say(f"{name} is not here yet: building it from source, which takes some minutes, once …")
    unfinished = shared_tools() / f"{name}.new"
    unfinished.mkdir(parents=True, exist_ok=True)
    reason = "there is no Go to build it with"
    for go in go_compilers():
        reason = await go_install(go, _MODULES[name], unfinished, say)
        if reason == "":
            built = next(path for path in unfinished.iterdir() if path.suffix != ".log")
            built.replace(shared_tools() / name)
            await asyncio.to_thread(shutil.rmtree, unfinished)
            return shared_tools() / name
    raise StartError(
        f"{name} could not be built ({reason}): install Go 1.24 or newer, or set TEMPORAL_ADDRESS"
    )


async def prepare_server(
    home: Home, server: Path, sql_tool: Path, database_url: str, port: int
) -> tuple[ChildSpec, str]:
    """Brings the schema up to date; returns the process and its address. Raises `StartError`."""
    url = urlsplit(database_url)
    for database, schema in _DATABASES.items():
        await _migrate(home, sql_tool, url.netloc, database, schema)
    folder = home.run / "temporal-server"
    folder.mkdir(exist_ok=True, mode=0o700)
    _write(folder / "dynamic.yaml", _dynamic_config())
    _write(folder / "development.yaml", _config(url.netloc, port, folder / "dynamic.yaml"))
    spec = ChildSpec(
        name="temporal",
        program=Program(
            argv=[str(server), "--root", "/", "--config", str(folder), "--allow-no-auth", "start"],
            log=home.log("temporal"),
            env=_GO,
            niceness=NICENESS,
        ),
        ready=lambda _: _serves(port),
    )
    return spec, f"127.0.0.1:{port}"


async def make_namespace(address: str) -> None:
    """The default one, with our search attributes. Idempotent. Raises `StartError`."""
    from google.protobuf.duration_pb2 import Duration
    from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
    from temporalio.client import Client
    from temporalio.service import RPCError, RPCStatusCode

    from interview.temporal_setup import prepare_namespace

    retention = Duration()
    retention.FromTimedelta(timedelta(days=RETENTION_DAYS))
    request = RegisterNamespaceRequest(
        namespace="default", workflow_execution_retention_period=retention
    )
    try:
        client = await Client.connect(address)
        try:
            await client.workflow_service.register_namespace(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
        await prepare_namespace(client)
    except (RPCError, RuntimeError) as error:
        raise StartError(f"Temporal's namespace could not be made: {error}") from None


async def _migrate(home: Home, sql_tool: Path, netloc: str, database: str, schema: str) -> None:
    account, _, server = netloc.rpartition("@")
    user, _, password = account.partition(":")
    host, _, port = server.partition(":")
    # By environment: a command line is for everyone to see.
    env = {
        "SQL_PLUGIN": _PLUGIN,
        "SQL_HOST": host,
        "SQL_PORT": port or "5432",
        "SQL_USER": user,
        "SQL_PASSWORD": password,
        "SQL_DATABASE": database,
    }
    done = home.temporal / f"{database}-{_VERSION}"
    if await asyncio.to_thread(done.exists):
        return
    log = home.log("temporal-schema")
    for command in (
        ("create-database",),
        ("setup-schema", "-v", "0.0"),
        ("update-schema", "--schema-name", f"postgresql/v12/{schema}"),
    ):
        process = await spawn(Program([str(sql_tool), *command], log, env))
        try:
            # A database that is there already is no failure, unless its schema cannot be had.
            if await process.wait() and command[0] == "update-schema":
                raise StartError(f"Temporal's database could not be set up: see {log}")
        finally:
            await end(process)
    await asyncio.to_thread(done.touch)


def _config(netloc: str, port: int, dynamic: Path) -> dict[str, Any]:
    account, _, server = netloc.rpartition("@")
    user, _, password = account.partition(":")

    def store(database: str, connections: int) -> dict[str, Any]:
        return {
            "sql": {
                "pluginName": _PLUGIN,
                "databaseName": database,
                "connectAddr": server,
                "connectProtocol": "tcp",
                "user": user,
                "password": password,
                "maxConns": connections,
                "maxIdleConns": connections,
                "maxConnLifetime": "1h",
            }
        }

    return {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "default",
            "visibilityStore": "visibility",
            "numHistoryShards": _SHARDS,
            "datastores": {
                "default": store("temporal", _CONNECTIONS),
                "visibility": store("temporal_visibility", _CONNECTIONS // 3),
            },
        },
        "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"}},
        "services": {name: {"rpc": _rpc(name, port)} for name in _SERVICES},
        "clusterMetadata": {
            "enableGlobalNamespace": False,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {
                "active": {
                    "enabled": True,
                    "initialFailoverVersion": 1,
                    "rpcName": "frontend",
                    "rpcAddress": f"127.0.0.1:{port}",
                }
            },
        },
        "dcRedirectionPolicy": {"policy": "noop"},
        "dynamicConfigClient": {"filepath": str(dynamic), "pollInterval": "60s"},
    }


def choose_low_port() -> int:
    """A free one: the server keeps its ports in a column of 16 bits with a sign."""
    while True:
        if is_free(port := random.randrange(10_000, 2**15)):
            return port


def _rpc(service: str, port: int) -> dict[str, Any]:
    return {
        "grpcPort": port if service == "frontend" else choose_low_port(),
        "membershipPort": choose_low_port(),
        "bindOnLocalHost": True,
    }


def _dynamic_config() -> dict[str, Any]:
    values: Sequence[tuple[str, object]] = [
        (name, json.loads(value)) for name, _, value in (v.partition("=") for v in DYNAMIC_CONFIG)
    ]
    return {name: [{"value": value}] for name, value in (*values, *_ONE_PROCESS.items())}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """JSON is YAML. One of the two holds a password."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)


async def _serves(port: int) -> bool:
    from temporalio.client import Client
    from temporalio.service import RPCError

    try:
        client = await Client.connect(f"127.0.0.1:{port}")
        return await client.service_client.check_health(timeout=timedelta(seconds=2))
    except (RPCError, RuntimeError):
        return False
