"""What the server counts of itself, in Prometheus' text format.

Names and units as https://prometheus.io/docs/practices/naming/ asks for. No label names a
person, a session or an institution.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from server.operation.stock import Stock

# What pages and receipts are held to lies within these, in seconds; uploads of a slow line
# take minutes.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)

PREFIX = "invigil"


class Metrics:
    """The counters and gauges of one server process."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Histogram(
            f"{PREFIX}_request_seconds",
            "How long requests took, by route.",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._under_way = self._gauge("requests_under_way", "Requests being answered.")
        self._links = self._gauge("websockets", "WebSockets open.")
        self._failed = Counter(
            f"{PREFIX}_failures", "Requests that met a bug (500).", registry=self._registry
        )
        self._chores = Counter(
            f"{PREFIX}_chore_failures",
            "Looks of what runs beside the requests that failed, by chore.",
            ("chore",),
            registry=self._registry,
        )
        self._sessions = self._gauge("sessions", "Sessions of exams, by state.", ("state",))
        self._heard = self._gauge(
            "sessions_heard", "Open sessions heard of in the last minute."
        )
        self._records = self._gauge("records", "Signed records held.")
        self._pieces = self._gauge("pieces_awaited", "Sealed pieces committed to and not here.")
        self._bytes = self._gauge("pieces_bytes", "Bytes of sealed pieces that came.")
        self._expired = self._gauge(
            "sessions_expired", "Sessions whose time is over, not destroyed."
        )
        self._free = self._gauge("disk_free_bytes", "Free where the data folder lies.")

    def began(self, *, link: bool) -> None:
        """A request, or a WebSocket (``link``), began."""
        (self._links if link else self._under_way).inc()

    def ended(self, *, link: bool) -> None:
        """It is over."""
        (self._links if link else self._under_way).dec()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request on ``route`` (its template, never its path) was answered."""
        self._requests.labels(method, route, str(status)).observe(seconds)
        if status == 500:
            self._failed.inc()

    def chore_failed(self, chore: str) -> None:
        """A look of this chore failed; its next one comes all the same."""
        self._chores.labels(chore).inc()

    def text(self, stock: Stock) -> bytes:
        """All of it, with what the database and the disk held when it was asked."""
        for state, count in stock.sessions.items():
            self._sessions.labels(state).set(count)
        self._heard.set(stock.heard)
        self._records.set(stock.records)
        self._pieces.set(stock.awaited)
        self._bytes.set(stock.bytes)
        self._expired.set(stock.expired)
        self._free.set(stock.disk_free)
        return generate_latest(self._registry)

    def _gauge(self, name: str, help_: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", help_, labels, registry=self._registry)
