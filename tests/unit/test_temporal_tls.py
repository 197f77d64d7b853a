"""Certificates for Temporal are found wrong where they are read, not as a connection that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

import code_worker
from interview.config import CodeSettings, Settings
from interview.errors import ConfigError
from interview.temporal_client import connect_temporal


async def test_half_a_certificate(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TEMPORAL_TLS_CLIENT_KEY_PATH: set both"):
        await connect_temporal(Settings(temporal_tls_client_cert_path=tmp_path / "tls.crt"))


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    settings = Settings(temporal_tls_server_ca_cert_path=tmp_path / "ca.crt")
    with pytest.raises(ConfigError, match="TEMPORAL_TLS_SERVER_CA_CERT_PATH: .* cannot be read"):
        await connect_temporal(settings)


async def test_the_worker_that_runs_code_reads_them_too(tmp_path: Path) -> None:
    settings = CodeSettings(temporal_tls_server_ca_cert_path=tmp_path / "ca.crt")
    with pytest.raises(ConfigError, match="TEMPORAL_TLS_SERVER_CA_CERT_PATH: .* cannot be read"):
        await code_worker.connect(settings)
