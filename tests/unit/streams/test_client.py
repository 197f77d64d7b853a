"""No process loads what redis-py would measure with."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SEEN = """
import sys
import {module}
assert "redis" in sys.modules
assert "opentelemetry.sdk.metrics" not in sys.modules
import opentelemetry.sdk.metrics
"""


@pytest.mark.parametrize("module", ["worker", "code_worker", "api.__main__", "cli.__main__"])
def test_redis_comes_without_metrics_of_its_own(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SEEN.format(module=module)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
