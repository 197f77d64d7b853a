from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.fakes.provider_server import FakeProviders, Mount, serving


@pytest.fixture(scope="session")
def provider_server() -> Generator[Mount]:
    with serving() as mount:
        yield mount


@pytest.fixture
def fake(provider_server: Mount) -> FakeProviders:
    return provider_server.put(FakeProviders())
