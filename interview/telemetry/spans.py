"""Spans as OpenTelemetry has them. Imported only where traces are wanted."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

from interview.build import build_id
from interview.config import Settings

__all__ = ["Spans"]

Ids = tuple[int, int]
"""Of a trace, and of a span in it."""
Value = str | int | float | bool

_QUEUED = 8_192
_EVERY_MS = 1_000
_CLOSE_MS = 3_000

_wanted: ContextVar[Ids | None] = ContextVar("wanted_ids", default=None)


class _Ids(IdGenerator):
    """Those that are wanted of the span that is being started, else any."""

    def generate_trace_id(self) -> int:
        wanted = _wanted.get()
        return wanted[0] if wanted is not None else random.getrandbits(128) or 1

    def generate_span_id(self) -> int:
        wanted = _wanted.get()
        return wanted[1] if wanted is not None else random.getrandbits(64) or 1


@dataclass(frozen=True, slots=True)
class _Span:
    inner: trace.Span

    def set(self, **attributes: Value) -> None:
        for name, value in attributes.items():
            self.inner.set_attribute(f"intervue.{name}", value)

    def event(self, name: str) -> None:
        self.inner.add_event(name)

    def failed(self, code: str) -> None:
        """The code alone: an exception's text may hold anything."""
        self.inner.set_attribute("error.type", code)
        self.inner.set_status(trace.StatusCode.ERROR)

    def end(self, at_ns: int | None = None) -> None:
        self.inner.end(at_ns)


class Spans:
    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("intervue")

    @classmethod
    def exporting(cls, settings: Settings, service: str) -> Self:
        headers = settings.otlp_headers
        exporter = OTLPSpanExporter(
            endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces",
            headers=_pairs(headers.get_secret_value()) if headers else None,
            timeout=_CLOSE_MS / 1000,
        )
        provider = TracerProvider(
            resource=Resource.create(
                {
                    "service.namespace": "intervue",
                    "service.name": service,
                    "service.version": build_id(),
                    "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
                }
            ),
            # By the trace's id, which all processes know: a turn is told of whole, or not at all.
            sampler=TraceIdRatioBased(settings.trace_ratio),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=_QUEUED, schedule_delay_millis=_EVERY_MS)
        )
        return cls(provider)

    def close(self) -> None:
        self._provider.force_flush(_CLOSE_MS)
        self._provider.shutdown()

    def start(
        self,
        name: str,
        attributes: Mapping[str, Value],
        *,
        ids: Ids | None = None,
        parent: Ids | None = None,
        start_ns: int | None = None,
    ) -> _Span:
        """`ids` of its own, or any; below `parent`, or below nothing."""
        context = trace.set_span_in_context(_elsewhere(parent) if parent else trace.INVALID_SPAN)
        token = _wanted.set(ids)
        try:
            span = self._tracer.start_span(name, context, start_time=start_ns)
        finally:
            _wanted.reset(token)
        started = _Span(span)
        started.set(**attributes)
        return started

    def start_below(self, name: str, attributes: Mapping[str, Value]) -> _Span:
        """Below the current one. Where there is none nothing is told: of no turn is it a part."""
        if not trace.get_current_span().get_span_context().is_valid:
            return _Span(trace.INVALID_SPAN)
        started = _Span(self._tracer.start_span(name))
        started.set(**attributes)
        return started

    def event(self, name: str) -> None:
        trace.get_current_span().add_event(name)

    @contextmanager
    def current(self, span: object) -> Generator[None]:
        assert isinstance(span, _Span), "one of ours"
        with trace.use_span(span.inner, record_exception=False, set_status_on_exception=False):
            yield


def _elsewhere(ids: Ids) -> trace.Span:
    """One that another process tells of, or has told of."""
    trace_id, span_id = ids
    return trace.NonRecordingSpan(
        trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=trace.TraceFlags(1))
    )


def _pairs(headers: str) -> dict[str, str]:
    """`name=value,name=value`, as OpenTelemetry writes them."""
    pairs = (pair.partition("=") for pair in headers.split(",") if pair.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
