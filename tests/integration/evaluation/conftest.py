"""The stack of the planning tests: its worker asks the fake provider, and may be killed."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.fakes.evaluation import ScoringModel
from tests.fakes.provider_server import FakeProviders
from tests.integration.planning.conftest import (  # noqa: F401 fixtures
    admin,
    database,
    fake,
    provider_server,
    records,
    redis,
    settings,
    stack,
    staff,
    temporal,
)


@pytest.fixture
def model(fake: FakeProviders) -> Generator[ScoringModel]:  # noqa: F811
    model = ScoringModel()
    fake.structured = model
    yield model
    model.released.set()
