"""How every process talks to Temporal."""

from __future__ import annotations

from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig, TLSConfig

from interview.config import Settings
from interview.errors import ConfigError
from interview.security.codec import encrypted_converter
from interview.security.data_keys import DataKeys

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
            tls=_tls(settings),
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


def _tls(settings: Settings) -> bool | TLSConfig:
    """Any of the certificates, or a name, asks for TLS by itself."""
    certificate = settings.temporal_tls_client_cert_path
    key = settings.temporal_tls_client_key_path
    authority = settings.temporal_tls_server_ca_cert_path
    if (certificate is None) is not (key is None):
        raise ConfigError(
            "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH: set both, or neither"
        )
    if not (certificate or authority or settings.temporal_tls_server_name):
        return settings.temporal_tls
    return TLSConfig(
        server_root_ca_cert=_read("TEMPORAL_TLS_SERVER_CA_CERT_PATH", authority),
        domain=settings.temporal_tls_server_name or None,
        client_cert=_read("TEMPORAL_TLS_CLIENT_CERT_PATH", certificate),
        client_private_key=_read("TEMPORAL_TLS_CLIENT_KEY_PATH", key),
    )


def _read(name: str, path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError as error:
        raise ConfigError(f"{name}: {path} cannot be read ({error.strerror})") from None
