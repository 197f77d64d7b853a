from __future__ import annotations

import socket
from collections.abc import Generator

import httpx
import pytest

from interview.errors import ConfigError
from interview.telemetry.exposition import Exposition, expose, exposed
from interview.telemetry.metrics import TEMPORAL_DELAYS


@pytest.fixture(scope="module")
def served() -> Generator[Exposition]:
    exposition = expose("127.0.0.1", 0)
    yield exposition
    exposition.close()


def get(served: Exposition, path: str = "/metrics") -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.get(f"http://127.0.0.1:{served.port}{path}")


def test_prometheus_reads_ours_and_the_process_s(served: Exposition) -> None:
    TEMPORAL_DELAYS.inc()

    answer = get(served)

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "\nintervue_temporal_delays_total " in answer.text
    assert "\nprocess_resident_memory_bytes " in answer.text
    assert "\nintervue_build{build=" in answer.text


def test_nothing_else_is_served(served: Exposition) -> None:
    assert get(served, "/").status_code == 404
    assert get(served, "/metrics/../etc/passwd").status_code == 404


def test_a_taken_port_is_named(served: Exposition) -> None:
    with pytest.raises(ConfigError, match=f"Port {served.port} cannot be used for metrics"):
        expose("127.0.0.1", served.port)


def test_it_ends_and_gives_the_port_back() -> None:
    exposition = expose("127.0.0.1", 0)
    exposition.close()
    with socket.create_server(("127.0.0.1", exposition.port), reuse_port=False):
        pass


def test_off_means_nothing_listens() -> None:
    assert exposed("127.0.0.1", 0) is None
