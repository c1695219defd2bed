"""A line that resets three connections in ten, stalls, and is gone for up to three days."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.campus import Campus, client_of, copy_of, found_campus, sign_in
from support.evidence_server import EvidenceServer
from support.figures import amount
from support.flaky_proxy import FlakyProxy
from support.recording import (
    FakeClock,
    heartbeat,
    hurry,
    ids,
    incident,
    make_ledger,
    make_store,
    opened,
    segment,
)
from support.weather import Climate, Counts, Serve, Weather

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import Attachment, draft_body, draft_incident, draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.sync.channel import SessionChannel
from recorder.sync.client import ServerClient
from recorder.sync.courier import Courier
from recorder.sync.delivery import deliver
from recorder.sync.enrolment import enrol
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from recorder.sync.transport import Transport
from shared.verify import verify_bundle

HOUR = 3600.0

# The longest outage, and the longest session, of any seed; seconds of virtual time.
LONGEST_OUTAGE_S = 72 * HOUR
LONGEST_SESSION_S = 20 * 60.0

# Far more steps than days of backoff take; beyond this, delivery does not end.
MAX_STEPS = 100_000

Figures = Callable[[str, str], None]


@dataclass(frozen=True)
class Outcome:
    """What one session cost: the bodies' bytes that were needed, and those that went."""

    seed: int
    needed: int
    counts: Counts
    outage_s: float

    @property
    def wasted(self) -> int:
        """Bytes sent beyond what was needed and what was in flight when a request broke."""
        return self.counts.sent - self.counts.sent_in_vain - self.needed


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus that is copied, never used."""
    return asyncio.run(found_campus(tmp_path_factory.mktemp("campus")))


@pytest.mark.timeout(21_600)
def test_whatever_the_network_does_everything_arrives_once(
    template: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    hurry(monkeypatch)
    outcomes = [
        _session(seed, template, tmp_path / str(seed)) for seed in range(amount(2, 500))
    ]
    needed = sum(one.needed for one in outcomes)
    sent = sum(one.counts.sent for one in outcomes)
    requests = sum(one.counts.requests for one in outcomes)
    broken = sum(one.counts.broken for one in outcomes)
    worst = max(one.wasted / one.needed for one in outcomes)
    days = sum(one.outage_s for one in outcomes) / 86_400
    assert worst <= 0.1
    figures(
        "network that resets, stalls and goes away",
        f"{len(outcomes)} sessions, {broken:,} of {requests:,} requests broken, "
        f"{days:,.1f} days of outages: nothing lost, nothing twice; beyond what was in flight "
        f"{worst:.1%} wasted at worst (with it {sent / needed - 1:.0%} over all)",
    )


def _session(seed: int, template: Campus, folder: Path) -> Outcome:
    """Record a session, deliver it through its weather, and have the server export it."""
    dice = random.Random(seed)
    length = dice.uniform(60.0, LONGEST_SESSION_S)
    campus = copy_of(template, folder / "server")
    with _serving(campus) as (client, serve):
        code = asyncio.run(campus.code())
        recorder = _Recorder(campus, folder / "store", code, serve, dice, length)
        recorder.run()
        bundle = folder / "session.zip"
        bundle.write_bytes(client(recorder.store.founding.session))
        return recorder.judge(seed, bundle)


@contextmanager
def _serving(campus: Campus) -> Iterator[tuple[Callable[[str], bytes], Serve]]:
    """The application on a loop of its own: how to get a bundle, and how to ask it."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(client_of(campus)) as client,
    ):

        def serve(request: httpx.Request) -> httpx.Response:
            async def ask() -> httpx.Response:
                return await client.request(
                    request.method,
                    request.url.path,
                    content=request.content,
                    headers=request.headers,
                )

            answer = portal.call(ask)
            headers = {k: v for k, v in answer.headers.items() if k != "content-encoding"}
            return httpx.Response(answer.status_code, content=answer.content, headers=headers)

        async def bundle(session: str) -> bytes:
            await sign_in(campus, client, campus.proctor)
            answer = await client.get(f"/sessions/{session}/bundle")
            assert answer.status_code == 200, answer.text
            return answer.content

        yield lambda session: portal.call(bundle, session), serve


class _Recorder:
    """Records at the pace of an exam (pieces a tenth of their size) and delivers."""

    def __init__(
        self,
        campus: Campus,
        root: Path,
        code: str,
        serve: Serve,
        dice: random.Random,
        length: float,
    ) -> None:
        self._campus, self._dice, self._end = campus, dice, length
        self._clock = FakeClock()
        self._begun = self._now()
        client = ServerClient(
            "http://127.0.0.1:1", adapter=httpx.MockTransport(serve), wall=lambda: 0.0
        )
        self._pass(0.0)
        inspection = client.inspect(code)
        self.store, self._key = enrol(client, inspection, root, self._clock.wall)
        client.close()
        self._ledger = opened(self._made(self._key))
        self._pieces = dict.fromkeys(("camera", "microphone", "screen"), 0)
        self._incidents = 0
        self._next_piece = self._next_beat = 0.0
        climate = Climate(away=_outages(dice, length))
        self.outage_s = sum(end - start for start, end in climate.away)
        self.weather = Weather(serve, climate, dice, self._elapsed, self._pass)
        channel = SessionChannel(
            Transport(self.store.founding.server, adapter=self.weather),
            self.store.founding,
            wall=lambda: self._clock.wall / 1e6,
        )
        self._courier = Courier(Outbox.of_store(self.store), channel, Pacing(), dice, self._now)

    def _made(self, key: Ed25519PrivateKey) -> Ledger:
        return Ledger(self.store, key, clock=self._clock, boot="boot-1", new_id=ids())

    def _now(self) -> float:
        return self._clock.mono / 1e6

    def _elapsed(self) -> float:
        return self._now() - self._begun

    def _pass(self, seconds: float) -> None:
        self._clock.tick(seconds)
        self._campus.clock.now = self._clock.wall

    def run(self) -> None:
        """Record to the end of the exam, and deliver for as long as it takes."""
        for _ in range(MAX_STEPS):
            self._record()
            closed = self.store.tally.closed
            if closed and self.store.tally.delivered:
                return
            again = self._courier.step(urgent=closed) - self._begun
            due = again if closed else min(again, self._next_piece, self._next_beat, self._end)
            self._pass(max(0.001, due - self._elapsed()))
        raise AssertionError(f"not delivered: {self._courier.note}")

    def _record(self) -> None:
        """What is due by now; time passed while a request was under way."""
        while not self.store.tally.closed and self._next_piece <= self._elapsed():
            self._next_piece += 4.0
            for stream in self._pieces:
                self._piece(stream)
            if self._dice.random() < 0.05:
                self._incident()
        while not self.store.tally.closed and self._next_beat <= self._elapsed():
            self._next_beat += 10.0
            self._ledger.commit(draft_body(heartbeat()))
        if not self.store.tally.closed and self._elapsed() >= self._end:
            self._ledger.commit(empty_close("finished"))

    def _piece(self, stream: str) -> None:
        number = self._pieces[stream]
        self._pieces[stream] = number + 1
        size = self._dice.randint(200, 6_000)
        self._ledger.commit(draft_segment(segment(number, stream=stream, size=size)))

    def _incident(self) -> None:
        self._incidents += 1
        clip = [Attachment("clip", "video/mp4", self._dice.randbytes(4_000))]
        self._ledger.commit(draft_incident(incident(self._incidents), clip))

    def judge(self, seed: int, bundle: Path) -> Outcome:
        """Nothing lost: the bundle holds and is our chain; nothing twice: no more than it."""
        verdict = verify_bundle(bundle)
        assert verdict.holds, (seed, [r for r in verdict.results if r.failures])
        assert check_store(self.store) == [], seed
        tally = self.store.tally
        assert (verdict.records, verdict.blobs) == (tally.records_made, tally.blobs_made), seed
        assert all(row.data is None for row in contents.blob_rows(self.store)), seed
        records = sum(len(one.line()) for one in contents.all_records(self.store))
        self.store.close()
        return Outcome(seed, records + tally.bytes_made, self.weather.counts, self.outage_s)


def _outages(dice: random.Random, length: float) -> tuple[tuple[float, float], ...]:
    """One to four, from seconds to days (log-uniform), begun while it is recorded or soon
    after.
    """
    found: list[tuple[float, float]] = []
    for _ in range(dice.randint(1, 4)):
        start = dice.uniform(0.0, length * 1.2)
        lasts = math.exp(dice.uniform(math.log(5.0), math.log(LONGEST_OUTAGE_S)))
        found.append((start, start + lasts))
    return tuple(found)


def test_the_figures_would_show_waste() -> None:
    counts = Counts(requests=3, broken=1, sent=350, sent_in_vain=100)
    assert Outcome(0, 200, counts, 0.0).wasted == 50


@pytest.mark.timeout(3_600)
def test_a_real_line_that_breaks_delivers_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    hurry(monkeypatch)
    began, pieces = time.monotonic(), amount(60, 300)
    proxies = [
        _over_sockets(seed, pieces, tmp_path / str(seed)) for seed in range(amount(1, 20))
    ]
    connections = sum(proxy.connections for proxy in proxies)
    figures(
        "proxy between real sockets",
        f"{len(proxies)} sessions of {pieces} pieces in {time.monotonic() - began:.0f} s, "
        f"{sum(proxy.resets for proxy in proxies):,} of {connections:,} connections reset, "
        f"{sum(proxy.stalls for proxy in proxies):,} stalled: all delivered once, "
        "every bundle holds",
    )


def _over_sockets(seed: int, pieces: int, folder: Path) -> FlakyProxy:
    """Deliver a session through a proxy that breaks connections; the proxy, for its counts."""
    folder.mkdir()
    dice, server = random.Random(seed), EvidenceServer()
    store = make_store(folder, server)
    ledger = opened(make_ledger(store))
    for number in range(pieces):
        ledger.commit(draft_segment(segment(number, size=dice.randint(200, 20_000))))
    ledger.commit(empty_close("finished"))
    with server.listening() as address:
        proxy = FlakyProxy(urlsplit(address).port or 0, dice)
        with proxy.listening() as line:
            channel = SessionChannel(_one_connection_a_request(line), store.founding)
            report = deliver(
                store,
                channel,
                show=lambda _delivery: None,
                patience_s=60.0,
                pacing=Pacing(first_s=0.02, cap_s=0.05, spread_s=0.0),
                dice=dice,
                monotonic=time.monotonic,
                sleep=time.sleep,
            )
            channel.close()
    assert report.delivered, (seed, report.words)
    assert proxy.resets > 0, seed
    assert check_store(store) == [], seed
    verdict = verify_bundle(server.export(folder / "session.zip"))
    assert verdict.holds, (seed, [r for r in verdict.results if r.failures])
    assert verdict.blobs == pieces, seed
    store.close()
    return proxy


def _one_connection_a_request(address: str) -> Transport:
    """A transport that keeps no connection, so that the proxy draws for each request."""
    adapter = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
    return Transport(address, adapter=adapter)
