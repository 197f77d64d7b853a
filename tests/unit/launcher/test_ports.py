from __future__ import annotations

import os
import socket
from collections.abc import Generator

import pytest

from launcher.ports import choose_port, free_port, is_free, port_holder


@pytest.fixture
def taken() -> Generator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_taken_port_is_seen_also_from_all_interfaces(taken: int) -> None:
    assert not is_free(taken)
    assert not is_free(taken, "0.0.0.0")
    assert is_free(free_port())


def test_the_holder_is_found(taken: int) -> None:
    assert port_holder(taken) == os.getpid()
    assert port_holder(free_port()) is None


def test_a_preferred_port_is_kept_when_it_can_be(taken: int) -> None:
    wanted = free_port()

    assert choose_port(wanted) == wanted
    assert choose_port(taken) != taken
