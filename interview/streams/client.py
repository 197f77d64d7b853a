"""redis-py, imported without metrics of its own.

Where it finds OpenTelemetry it loads the whole of its metrics, which nobody reads here: a fifth of
a second of each start. It is imported here, and nowhere before.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["Redis", "RedisError"]

_METRICS = ("opentelemetry.metrics", "opentelemetry.sdk.metrics")


@contextmanager
def _without_metrics() -> Generator[None]:
    hidden = [name for name in _METRICS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] None: an import of it fails
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _without_metrics():
    from redis.asyncio import Redis
    from redis.exceptions import RedisError
