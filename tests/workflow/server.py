"""A server whose time can be skipped."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.api.testservice.v1 import LockTimeSkippingRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from interview.temporal_setup import prepare_namespace
from launcher.test_server import test_server_path as server_path

__all__ = ["skipping_server"]


@asynccontextmanager
async def skipping_server() -> AsyncGenerator[WorkflowEnvironment]:
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
