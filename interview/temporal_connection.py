"""A connection to Temporal, for every process that has one."""

from __future__ import annotations

from pathlib import Path

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime
from temporalio.service import GrpcCompression, RetryConfig, TLSConfig

from interview.config import CodeSettings
from interview.errors import ConfigError

__all__ = ["open_connection"]


async def open_connection(
    settings: CodeSettings,
    converter: DataConverter,
    *,
    identity: str | None = None,
    lazy: bool = False,
    runtime: Runtime | None = None,
) -> Client:
    """`identity` is what the server calls this process. Raises `ConfigError` when the server
    cannot be reached, or a certificate not be read."""
    key = settings.temporal_api_key
    try:
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=converter,
            api_key=key.get_secret_value() if key else None,
            tls=_tls(settings),
            identity=identity,
            lazy=lazy,
            runtime=runtime,
            # The default is gzip, of a few kilobytes that are mostly sealed, on both sides.
            grpc_compression=GrpcCompression.NONE,
            # By default a call that found the server away waits up to 5 s before it looks again.
            retry_config=RetryConfig(max_interval_millis=500, max_retries=30),
        )
    except RuntimeError as error:
        raise ConfigError(
            f"Could not connect to Temporal at {settings.temporal_address}. "
            "Start it (make start, or docker compose up -d temporal) or correct TEMPORAL_ADDRESS."
        ) from error


def _tls(settings: CodeSettings) -> bool | TLSConfig:
    """Any of the certificates, or a name, asks for TLS by itself. Raises `ConfigError`."""
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
