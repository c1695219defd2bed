"""OpenTelemetry spans of requests, where ``INVIGIL_OTEL_ENDPOINT`` names a collector.

Sent as OTLP over HTTP in the background; a collector that does not answer costs spans, never
a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

SERVICE = "invigil-server"
SERVER_ERRORS = 500


class RequestSpan(Protocol):
    """A request under way, for the collector."""

    def answered(self, route: str, status: int) -> None:
        """It came to that route and was answered so."""
        ...


class Tracing:
    """Makes a span a request, or none where no collector is named."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """Take what makes spans."""
        self._provider = provider
        self._tracer = provider.get_tracer(SERVICE) if provider is not None else None

    def close(self) -> None:
        """Send what waits."""
        if self._provider is not None:
            self._provider.shutdown()

    @contextmanager
    def span(self, method: str, headers: Mapping[bytes, bytes]) -> Iterator[RequestSpan]:
        """The span of a request; part of the caller's trace where its headers name one."""
        if self._tracer is None:
            yield _Unseen()
            return
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {"traceparent": headers.get(b"traceparent", b"").decode("latin-1")}
        caller = TraceContextTextMapPropagator().extract(carrier)
        # What an exception says, and where it was raised, stays here (``problems.report_bug``).
        with self._tracer.start_as_current_span(
            method,
            context=caller,
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            span.set_attribute("http.request.method", method)
            try:
                yield _Seen(span, method)
            except Exception:
                span.set_status(StatusCode.ERROR)
                raise


class _Unseen:
    def answered(self, route: str, status: int) -> None:
        """Nobody collects."""


class _Seen:
    """Named as OpenTelemetry's conventions for HTTP servers say."""

    def __init__(self, span: Span, method: str) -> None:
        self._span = span
        self._method = method

    def answered(self, route: str, status: int) -> None:
        """Name the span by its route."""
        from opentelemetry.trace import StatusCode

        self._span.update_name(f"{self._method} {route}")
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERRORS:
            self._span.set_status(StatusCode.ERROR)


def tracing_to(endpoint: str) -> Tracing:
    """Spans to the collector at ``endpoint`` (``http://HOST:4318``), none where it is empty."""
    if not endpoint:
        return Tracing()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return tracing_by(OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces"))


def tracing_by(exporter: SpanExporter) -> Tracing:
    """Spans to an exporter, in batches."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider)
