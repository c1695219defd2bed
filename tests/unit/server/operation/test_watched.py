"""Around a request: its id, its measure, its line and its span, and nothing personal."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from server.operation.metrics import Metrics
from server.operation.stock import Stock
from server.operation.tracing import Tracing, tracing_by
from server.operation.watched import Watched

pytestmark = pytest.mark.anyio

STOCK = Stock(
    sessions={"open": 3}, heard=2, records=10, awaited=1, bytes=99, expired=0, disk_free=5
)
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that fails in the middle of its answer."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise OSError(5, "I/O error", "/var/lib/very-secret")


@get("/my/{token:str}")
async def secret(token: FromPath[str]) -> dict[str, Any]:
    return {"request": get_contextvars().get("request"), "length": len(token)}


def client(
    metrics: Metrics, tracing: Tracing | None = None, *, proxied: bool = False
) -> httpx.AsyncClient:
    app = Litestar([secret], logging_config=None, openapi_config=None)
    served = Watched(app, metrics, tracing or Tracing(), proxied=proxied, said=True)
    return httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://test")


async def test_a_request_has_a_name_that_everything_in_it_bears() -> None:
    async with client(Metrics()) as browser:
        first, second = await browser.get("/my/abc"), await browser.get("/my/abc")
    assert first.headers["X-Request-Id"] == first.json()["request"]
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("proxied", "given", "kept"),
    [
        (True, "a-proxys-own.id_1", True),
        (False, "a-proxys-own.id_1", False),
        (True, "short", False),
        (True, "with\ttab and spaces", False),
        (True, "x" * 65, False),
    ],
)
async def test_only_a_proxy_names_requests(proxied: bool, given: str, kept: bool) -> None:
    async with client(Metrics(), proxied=proxied) as browser:
        answer = await browser.get("/my/abc", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept


async def test_log_and_measures_name_the_route_and_never_the_path() -> None:
    metrics = Metrics()
    async with client(metrics) as browser:
        with capture_logs() as lines:
            await browser.get("/my/very-secret?q=private", headers={"User-Agent": "Somebody"})
            await browser.get("/elsewhere/very-secret")
    told = metrics.text(STOCK).decode()
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/my/{token}", 200),
        ("-", 404),
    ]
    for text in (str(lines), told):
        assert "secret" not in text.replace("{token", "")
        assert "private" not in text
        assert "Somebody" not in text
    name = 'invigil_request_seconds_count{method="GET",route="/my/{token}",status="200"} 1.0'
    assert name in told
    assert "invigil_requests_under_way 0.0" in told


async def test_methods_that_callers_make_up_are_one() -> None:
    exporter = InMemorySpanExporter()
    metrics, tracing = Metrics(), tracing_by(exporter)
    async with client(metrics, tracing) as browser:
        with capture_logs() as lines:
            for method in ("PATCH", "SECRET-1", "SECRET-2"):
                await browser.send(httpx.Request(method, "http://test/elsewhere"))
    tracing.close()
    told = metrics.text(STOCK).decode()
    assert [line["method"] for line in lines] == ["PATCH", "other", "other"]
    assert 'invigil_request_seconds_count{method="other",route="-",status="404"} 2.0' in told
    spans = exporter.get_finished_spans()
    assert {span.name for span in spans} == {"PATCH -", "other -"}
    assert "SECRET" not in str([told, lines, [dict(span.attributes or {}) for span in spans]])


async def test_what_there_is_is_told_beside() -> None:
    told = Metrics().text(STOCK).decode()
    assert 'invigil_sessions{state="open"} 3.0' in told
    assert "invigil_pieces_awaited 1.0" in told
    assert "process_resident_memory_bytes" in told


async def test_a_span_of_an_answer_that_broke_off_has_no_words() -> None:
    exporter = InMemorySpanExporter()
    tracing = tracing_by(exporter)
    served = Watched(breaks_off, Metrics(), tracing, proxied=False, said=False)
    transport = httpx.ASGITransport(served)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        with pytest.raises(OSError, match="very-secret"):
            await browser.get("/my/abc")
    tracing.close()
    (span,) = exporter.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert (span.events, "secret" in span.to_json()) == ((), False)


async def test_a_span_is_named_by_its_route_and_part_of_the_callers_trace() -> None:
    exporter = InMemorySpanExporter()
    tracing = tracing_by(exporter)
    async with client(Metrics(), tracing) as browser:
        headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
        await browser.get("/my/very-secret", headers=headers)
    tracing.close()
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET /my/{token}"
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/my/{token}",
        "http.response.status_code": 200,
    }
    assert f"{span.context.trace_id:032x}" == TRACE
