"""One time-skipping server for all; workers and fakes of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.workflow.floor import Floor
from tests.workflow.server import skipping_server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def time_skipping_env() -> AsyncGenerator[WorkflowEnvironment]:
    async with skipping_server() as env:
        yield env


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def apart() -> AsyncGenerator[WorkflowEnvironment]:
    """Another one. A child that outlives its workflow, and what wakes up without a worker, keep a
    test server's time from being skipped for good."""
    async with skipping_server() as env:
        yield env


@pytest_asyncio.fixture(loop_scope="session")
async def floor(
    time_skipping_env: WorkflowEnvironment, request: pytest.FixtureRequest
) -> AsyncGenerator[Floor]:
    """Parametrize it indirectly with the number of workflows a worker may cache."""
    cached: int = getattr(request, "param", 1000)
    async with Floor(time_skipping_env, max_cached_workflows=cached) as floor:
        yield floor


@pytest_asyncio.fixture(loop_scope="session")
async def floor_apart(apart: WorkflowEnvironment) -> AsyncGenerator[Floor]:
    """For interviews that are evaluated after their end."""
    async with Floor(apart) as floor:
        yield floor
