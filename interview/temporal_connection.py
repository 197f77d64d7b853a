"""How a connection to Temporal is secured, for every process that has one."""

from __future__ import annotations

from pathlib import Path

from temporalio.service import TLSConfig

from interview.config import CodeSettings
from interview.errors import ConfigError

__all__ = ["temporal_tls"]


def temporal_tls(settings: CodeSettings) -> bool | TLSConfig:
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
