"""A server that takes traces by OTLP over HTTP, as a collector does."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

__all__ = ["OtlpReceiver", "SeenSpan"]


@dataclass(frozen=True, slots=True)
class SeenSpan:
    """Ids in hexadecimal; times in ns."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    events: tuple[str, ...]
    failed: bool


@dataclass
class OtlpReceiver:
    """`with OtlpReceiver() as receiver:`; `url` is what `OTLP_ENDPOINT` is set to."""

    spans: list[SeenSpan] = field(default_factory=list[SeenSpan])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    _server: ThreadingHTTPServer = field(init=False)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                assert self.path == "/v1/traces"
                receiver.headers.append({k.lower(): v for k, v in self.headers.items()})
                receiver.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def trace(self, trace_id: str) -> list[SeenSpan]:
        """In the order in which they began."""
        found = [span for span in list(self.spans) if span.trace_id == trace_id]
        return sorted(found, key=lambda span: span.start_ns)

    def wait(self, seen: Callable[[list[SeenSpan]], bool], within_s: float = 10.0) -> None:
        """Until what came is enough. Raises `TimeoutError`, with the names of what came."""
        give_up_at = time.monotonic() + within_s
        while not seen(list(self.spans)):
            if time.monotonic() > give_up_at:
                raise TimeoutError(sorted({span.name for span in self.spans}))
            time.sleep(0.05)


def _spans(request: ExportTraceServiceRequest) -> list[SeenSpan]:
    found: list[SeenSpan] = []
    for resource in request.resource_spans:
        about = {a.key: a.value.string_value for a in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                found.append(
                    SeenSpan(
                        service=about["service.name"],
                        name=span.name,
                        trace_id=span.trace_id.hex(),
                        span_id=span.span_id.hex(),
                        parent_id=span.parent_span_id.hex(),
                        start_ns=span.start_time_unix_nano,
                        end_ns=span.end_time_unix_nano,
                        attributes={a.key: _value(a.value) for a in span.attributes},
                        events=tuple(event.name for event in span.events),
                        failed=span.status.code == 2,
                    )
                )
    return found


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
