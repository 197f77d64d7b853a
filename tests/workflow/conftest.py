"""One time-skipping server for all; workers and fakes of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.api.testservice.v1 import LockTimeSkippingRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from interview.temporal_setup import prepare_namespace
from launcher.test_server import test_server_path as server_path
from tests.workflow.floor import Floor


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def time_skipping_env() -> AsyncGenerator[WorkflowEnvironment]:
    async with _server() as env:
        yield env


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def apart() -> AsyncGenerator[WorkflowEnvironment]:
    """Another one. A child that outlives its workflow, and what wakes up without a worker, keep a
    test server's time from being skipped for good."""
    async with _server() as env:
        yield env


@asynccontextmanager
async def _server() -> AsyncGenerator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=server_path(),
        # Java takes its time to start on a busy machine.
        test_server_startup_timeout=timedelta(seconds=60),
    ) as env:
        # Time stands still, so to speak: it passes by itself only where a test asks for it.
        await env.client.test_service.lock_time_skipping(LockTimeSkippingRequest())
        await prepare_namespace(env.client)
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
