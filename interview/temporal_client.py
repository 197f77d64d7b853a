"""How every process talks to Temporal."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import Runtime

from interview.config import Settings
from interview.security.codec import encrypted_converter
from interview.security.data_keys import DataKeys
from interview.temporal_connection import open_connection

__all__ = ["connect_temporal"]


async def connect_temporal(
    settings: Settings,
    keys: DataKeys | None = None,
    *,
    identity: str | None = None,
    lazy: bool = False,
    patience_s: float = 0.0,
    runtime: Runtime | None = None,
) -> Client:
    """`identity` is what the server calls this process. `lazy` returns at once and connects on
    first use, for a process that must start while Temporal is away. For `patience_s` it waits
    for the database where it needs a key. Without `keys` nothing is encrypted, and nothing
    encrypted read. `runtime` tells its metrics. Raises `ConfigError` when the server cannot be
    reached, or a certificate not be read."""
    converter = (
        encrypted_converter(keys, patience_s=patience_s) if keys else pydantic_data_converter
    )
    return await open_connection(settings, converter, identity=identity, lazy=lazy, runtime=runtime)
