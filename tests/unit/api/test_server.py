"""How the process is run."""

from __future__ import annotations

import socket

import pytest

from api.__main__ import bound_socket, server_options
from interview.config import Settings
from interview.errors import ConfigError
from interview.protocol import limits
from launcher.ports import free_port


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as caught:
            bound_socket(Settings(host="127.0.0.1", port=port))
    assert str(port) in str(caught.value)
    assert "PORT" in str(caught.value)


def test_frames_are_bounded_and_not_compressed() -> None:
    options = server_options(Settings())
    assert options["ws_max_size"] == limits.MAX_FRAME_BYTES
    assert options["ws_per_message_deflate"] is False
    assert 0 < options["timeout_graceful_shutdown"] <= 30


def test_nobody_waits_for_a_process_that_only_starts() -> None:
    with (
        bound_socket(Settings(host="127.0.0.1", port=free_port())) as bound,
        pytest.raises(ConnectionRefusedError),
    ):
        socket.create_connection(bound.getsockname(), timeout=2)
