"""Serves the metrics of this process on a port of their own, which is not for the public."""

from __future__ import annotations

import threading
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6, SOCK_STREAM, socket

from prometheus_client import GCCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from interview.build import build_id
from interview.errors import ConfigError
from interview.telemetry.metrics import BUILD, REGISTRY

__all__ = ["Exposition", "expose", "exposed"]

_SDK_TIMEOUT_S = 2.0
_WAITS = ("activity_schedule_to_start_latency", "workflow_task_schedule_to_start_latency")
_WAITED = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""In seconds. The SDK's own begin at a tenth of one: in good times all waits are below it."""


@dataclass(frozen=True, slots=True)
class Exposition:
    """`runtime` is for this process's Temporal client, whose numbers it then serves too."""

    port: int
    runtime: Runtime
    _server: ThreadingHTTPServer

    def close(self) -> None:
        """Blocks for a moment."""
        self._server.shutdown()
        self._server.server_close()


def exposed(host: str, port: int) -> Exposition | None:
    """None where `port` is 0. Raises `ConfigError` where it cannot be had."""
    return expose(host, port) if port else None


def expose(host: str, port: int) -> Exposition:
    """`GET /metrics`, answered by a thread: a scrape holds up no turn. Port 0 takes any. Raises
    `ConfigError`."""
    sdk = f"127.0.0.1:{_free_port()}"
    metrics = PrometheusConfig(
        bind_address=sdk,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=dict.fromkeys(_WAITS, _WAITED),
    )
    try:
        server = _server(host, port)
    except OSError as error:
        raise ConfigError(
            f"Port {port} cannot be used for metrics ({error.strerror}): set API_METRICS_PORT "
            "and WORKER_METRICS_PORT to free ones, or to 0 for none."
        ) from error
    try:
        runtime = Runtime(telemetry=TelemetryConfig(metrics=metrics))
    except (RuntimeError, ValueError) as error:
        server.server_close()
        raise ConfigError("the Temporal client's own metrics cannot be served") from error
    server.sdk_url = f"http://{sdk}/metrics"
    if not _process_is_known():
        ProcessCollector(registry=REGISTRY)
        GCCollector(registry=REGISTRY)
    BUILD.labels(build_id()).set(1)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return Exposition(server.server_address[1], runtime, server)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    sdk_url = ""


class _Server6(_Server):
    address_family = AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] the one that made it
    timeout = 5.0

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        body = generate_latest(REGISTRY) + _of_the_sdk(self.server.sdk_url)
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: one comes every few seconds."""


def _server(host: str, port: int) -> _Server:
    return (_Server6 if ":" in host else _Server)((host, port), _Handler)


def _of_the_sdk(url: str) -> bytes:
    """Empty where it does not answer: ours are served all the same."""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=_SDK_TIMEOUT_S) as answer:
            return answer.read()
    except OSError:
        return b""


def _process_is_known() -> bool:
    return any(family.name.startswith("process_") for family in REGISTRY.collect())


def _free_port() -> int:
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
