"""How every process talks to Temporal."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig

from interview.config import Settings
from interview.errors import ConfigError
from interview.security.codec import encrypted_converter
from interview.security.data_keys import DataKeys
from interview.temporal_tls import temporal_tls

__all__ = ["connect_temporal"]


async def connect_temporal(
    settings: Settings,
    keys: DataKeys | None = None,
    *,
    lazy: bool = False,
    patience_s: float = 0.0,
    runtime: Runtime | None = None,
) -> Client:
    """`lazy` returns at once and connects on first use, for a process that must start while
    Temporal is away. For `patience_s` it waits for the database where it needs a key. Without
    `keys` nothing is encrypted, and nothing encrypted read. `runtime` tells its metrics. Raises
    `ConfigError` when the server cannot be reached, or a certificate not be read."""
    key = settings.temporal_api_key
    try:
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=(
                encrypted_converter(keys, patience_s=patience_s)
                if keys
                else pydantic_data_converter
            ),
            api_key=key.get_secret_value() if key else None,
            tls=temporal_tls(settings),
            lazy=lazy,
            runtime=runtime,
            # By default a call that found the server away waits up to 5 s before it looks again.
            retry_config=RetryConfig(max_interval_millis=500, max_retries=30),
        )
    except RuntimeError as error:
        raise ConfigError(
            f"Could not connect to Temporal at {settings.temporal_address}. "
            "Start it (make start, or docker compose up -d temporal) or correct TEMPORAL_ADDRESS."
        ) from error
