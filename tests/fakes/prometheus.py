"""A real Prometheus with our rules, that looks often."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from launcher.ports import free_port

__all__ = ["OBSERVABILITY", "Prometheus", "QueryRefused"]

OBSERVABILITY = Path("deploy/observability")


class QueryRefused(AssertionError):
    """What Prometheus says is wrong with it."""


@dataclass
class Prometheus:
    """`targets`: addresses by the job of `prometheus.yaml` that they take the place of. What it has
    seen stays in `folder`, for another one that looks at nothing any more."""

    binary: Path
    folder: Path
    targets: Mapping[str, Sequence[str]]
    scrape_s: int = 1
    _process: subprocess.Popen[bytes] = field(init=False)
    _api: httpx.Client = field(init=False)

    def __enter__(self) -> Self:
        config: dict[str, Any] = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text())
        every = f"{self.scrape_s}s"
        config["global"] = {"scrape_interval": every, "evaluation_interval": every}
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": list(self.targets.get(job["job_name"], ()))}]
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
        shutil.copy(OBSERVABILITY / "alerts.yaml", self.folder)
        address = f"127.0.0.1:{free_port()}"
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(self.binary, f"--config.file={self.folder / 'prometheus.yaml'}"),
                    *(f"--storage.tsdb.path={self.folder / 'data'}",),
                    *(f"--web.listen-address={address}", "--log.level=warn"),
                ],
                stdout=log,
                stderr=log,
            )
        self._api = httpx.Client(base_url=f"http://{address}/api/v1", trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()
        self._process.terminate()
        self._process.wait(10)

    def ask(self, path: str, **params: str) -> Any:
        """The `data` of an answer. Raises `QueryRefused`, and `httpx.HTTPStatusError` while it
        starts."""
        response = self._api.get(path, params=params)
        if response.status_code == 503:
            response.raise_for_status()
        answer = response.json()
        if answer["status"] != "success":
            raise QueryRefused(answer["error"])
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Each `{"metric": labels, "value": [time, text]}`."""
        return self.ask("/query", query=expression)["result"]

    def wait_for(self, expression: str, within_s: float = 30.0) -> list[dict[str, Any]]:
        """Until it gives something. Raises `TimeoutError`."""
        give_up_at = time.monotonic() + within_s
        while time.monotonic() < give_up_at:
            try:
                if found := self.query(expression):
                    return found
            except (httpx.TransportError, httpx.HTTPStatusError):
                pass  # it starts
            time.sleep(0.2)
        raise TimeoutError(expression)
