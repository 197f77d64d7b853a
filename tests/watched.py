"""A stack that is watched, whose first voice is away, and somebody who has no business there."""

from __future__ import annotations

import os
import uuid

from interview.protocol import limits
from launcher.ports import is_free
from tests.integration.api.servers import Client
from tests.services import LOCAL_PROVIDERS

__all__ = ["Metrics", "intrude"]


class Metrics:
    """Where one API and two workers tell of themselves."""

    def __init__(self) -> None:
        groups = [range(port, port + 3) for port in range(19_400, 19_900, 3)]
        # Each process looks elsewhere first: what is free is bound only once the stack starts.
        first = os.getpid() % len(groups)
        self._ports = next(
            ports for ports in groups[first:] + groups[:first] if all(map(is_free, ports))
        )

    @property
    def env(self) -> dict[str, str]:
        """For a stack of two workers, another one of which speaks than was meant to."""
        api, worker, _ = self._ports
        return {
            **LOCAL_PROVIDERS,
            "API_METRICS_PORT": str(api),
            "WORKER_METRICS_PORT": str(worker),
            "TTS_PROVIDERS": "openai,local",
            "TTS_BASE_URL": "http://127.0.0.1:1/v1",
            "TTS_API_KEY": "of-a-voice-that-is-away",
        }

    @property
    def api(self) -> str:
        return f"127.0.0.1:{self._ports[0]}"

    @property
    def workers(self) -> tuple[str, str]:
        return f"127.0.0.1:{self._ports[1]}", f"127.0.0.1:{self._ports[2]}"

    @property
    def targets(self) -> dict[str, tuple[str, ...]]:
        """For Prometheus."""
        return {"intervue-api": (self.api,), "intervue-worker": self.workers}


async def intrude(url: str) -> None:
    """And be not let in."""
    async with Client(url, str(uuid.uuid4())) as stranger:
        await stranger.send(type="hello")
        assert await stranger.closed() == limits.CLOSE_NOT_FOUND
