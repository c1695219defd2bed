"""Slow, oversized, broken and countless: the server goes on answering others, refuses with
what fits, and gives back memory and files.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import resource
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import repeat

import httpx
import msgspec
import psutil
import pytest
from support.campus import Campus, MovableClock, Pupil, digest_header, found_campus, redeem
from support.figures import amount
from support.raw_http import chunk, dripped, head, speak
from support.running_server import RunningServer, running

from shared.wire import MAX_BLOB_BYTES, Problem

Figures = Callable[[str, str], None]

# How long the server waits for who dawdles, in seconds; half a minute by default.
SLOW_S = 3

# Of each kind at once.
SLOW = amount(20, 100)
PARALLEL = amount(40, 400)
IDLE = 1_000

# Recorders that deliver while another floods, and how many records each.
POLITE = 8
DELIVERIES = amount(5, 60)

# What a compressed body would unpack to.
BOMB_BYTES = amount(50, 1_000) * 1024**2

# What all of this may leave behind, in bytes.
MAX_GROWTH = 200 * 1024**2

INSPECT = "/api/v1/enrolments/inspect"
JSON = {"Content-Type": "application/json"}
REFUSED = frozenset({400, 401, 408, 413, 414, 415, 422, 431})


@dataclass
class Yard:
    """A running server, one recorder's credentials, and its address."""

    server: RunningServer
    campus: Campus
    pupil: Pupil
    worker: psutil.Process
    latencies: list[float] = field(default_factory=list[float])

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.server.url.removeprefix("http://").partition(":")
        return host, int(port)

    def blob(self, name: str, **more: str) -> tuple[str, dict[str, str]]:
        headers = {**self.pupil.headers, "Content-Digest": digest_header(name), **more}
        return self.pupil.url(f"blobs/{name}"), headers

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Ask for ``/health`` again and again meanwhile; every answer must be well."""

        async def ask() -> None:
            async with httpx.AsyncClient(base_url=self.server.url, timeout=60) as client:
                while True:
                    began = time.monotonic()
                    assert (await client.get("/health")).status_code == 200
                    self.latencies.append(time.monotonic() - began)
                    await asyncio.sleep(0.02)

        asking = asyncio.create_task(ask())
        try:
            yield
        finally:
            assert not asking.done() or asking.exception() is None, asking.exception()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    raise_file_limit()
    folder = tmp_path_factory.mktemp("sockets") / "data"
    clock = MovableClock(time.time_ns() // 1_000)
    campus = asyncio.run(found_campus(folder, clock=clock))

    async def enter(url: str) -> Pupil:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            pupil = await redeem(client, await campus.code())
            pupil.open()
            pupil.segment("camera", os.urandom(1_000_000))
            pupil.segment("screen", os.urandom(1_000_000))
            pupil.take(await pupil.deliver(*pupil.records))
            return pupil

    with running(folder, slow_request_s=str(SLOW_S)) as server:
        pupil = asyncio.run(enter(server.url))
        (worker,) = psutil.Process(server.process.pid).children()
        yield Yard(server, campus, pupil, worker)
        for word in ("failed", "Traceback", "panicked"):
            assert word not in server.log, server.log[-4_000:]


def raise_file_limit() -> None:
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + 1_000
    if files != resource.RLIM_INFINITY and files < wanted <= most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def test_others_are_answered_meanwhile_and_nothing_is_left_behind(
    yard: Yard, figures: Figures
) -> None:
    async def everything() -> None:
        async with yard.watched():
            await asyncio.gather(idle(yard), slow(yard))
            for scene in (false_lengths, odd_headers, endless, too_large, bombs, many):
                await scene(yard)

    before, files = yard.worker.memory_info().rss, yard.worker.num_fds()
    asyncio.run(everything())
    wait_for_files(yard, files)
    grown = yard.worker.memory_info().rss - before
    assert grown < MAX_GROWTH
    lag = sorted(yard.latencies)
    figures(
        "slow, oversized and countless requests",
        f"{IDLE:,} idle connections, {3 * SLOW} slow heads and bodies, false lengths, endless "
        f"chunks, 17 MiB, gzip bombs, {PARALLEL} uploads at once; /health meanwhile "
        f"{statistics.median(lag) * 1e3:.0f} ms in the median, {lag[-1] * 1e3:.0f} ms at most; "
        f"memory {before >> 20} MB before, {(before + grown) >> 20} MB after; no file left",
    )


def wait_for_files(yard: Yard, files: int) -> None:
    """Connections take a moment to be closed; a few belong to the pool of threads."""
    deadline = time.monotonic() + 60
    while yard.worker.num_fds() > files + 4:
        assert time.monotonic() < deadline, yard.worker.open_files()
        time.sleep(0.05)


def test_a_flooding_session_does_not_hold_up_the_others(yard: Yard, figures: Figures) -> None:
    """It is told to wait, with when to come again; the others get their receipts."""
    alone, beside, answers = asyncio.run(flooded(yard))
    assert set(answers) <= {200, 409, 429}
    assert answers[429] > 0
    figures(
        "one session floods, eight deliver",
        f"{answers.total():,} requests of the flood ({answers[429]:,} told to wait); receipts "
        f"of the others {tail(alone)} before, {tail(beside)} meanwhile",
    )


async def flooded(yard: Yard) -> tuple[list[float], list[float], Counter[int]]:
    answers: Counter[int] = Counter()
    async with httpx.AsyncClient(base_url=yard.server.url, timeout=90) as client:
        codes = [await yard.campus.code(f"polite-{n}") for n in range(POLITE)]
        polite = [await redeem(client, code) for code in codes]
        for pupil in polite:
            pupil.open()
        alone = await receipts_of(polite)

        async def flood() -> None:
            body = yard.pupil.records[0].line() * 64
            while True:
                answer = await client.post(
                    yard.pupil.url("records"), content=body, headers=yard.pupil.headers
                )
                answers[answer.status_code] += 1
                if answer.status_code == 429:
                    assert int(answer.headers["retry-after"]) > 0

        flooding = [asyncio.create_task(flood()) for _ in range(8)]
        while answers[429] == 0:
            beside = await receipts_of(polite)
        for task in flooding:
            assert not task.done(), task
            task.cancel()
        await asyncio.gather(*flooding, return_exceptions=True)
    return alone, beside, answers


async def receipts_of(pupils: list[Pupil]) -> list[float]:
    """How long each of some deliveries took, in seconds."""

    async def deliver(pupil: Pupil) -> list[float]:
        took: list[float] = []
        for _ in range(DELIVERIES):
            record = pupil.records[0] if len(took) == 0 else pupil.incident(len(took))
            began = time.monotonic()
            pupil.take(await pupil.deliver(record))
            took.append(time.monotonic() - began)
        return took

    return [one for took in await asyncio.gather(*map(deliver, pupils)) for one in took]


def tail(took: list[float]) -> str:
    ordered = sorted(took)
    middle, late = (ordered[len(took) * part // 100] * 1e3 for part in (50, 95))
    return f"{middle:.0f} ms (p95 {late:.0f})"


async def idle(yard: Yard) -> None:
    """A thousand connections that say nothing are there, and are closed in the end."""
    opened = [await asyncio.open_connection(*yard.address) for _ in range(IDLE)]
    try:
        async with httpx.AsyncClient(base_url=yard.server.url, timeout=30) as client:
            assert (await client.get("/health")).status_code == 200
        async with asyncio.timeout(60):
            heard = await asyncio.gather(
                *(reader.read() for reader, _ in opened), return_exceptions=True
            )
    finally:
        for _, writer in opened:
            writer.transport.abort()
    assert all(said == b"" or isinstance(said, ConnectionError) for said in heard)


async def slow(yard: Yard) -> None:
    """A byte now and then: heads are closed, bodies refused."""
    drip = SLOW_S / 4
    records = head("POST", yard.pupil.url("records"), yard.pupil.headers, 1_000)
    path, headers = yard.blob(next(iter(yard.pupil.blobs)))
    piece = head("PUT", path, headers, len(yard.pupil.blobs[path.rpartition("/")[2]]))
    form = head("POST", INSPECT, JSON, 1_000)
    heads = [dripped((bytes([b]) for b in records), drip) for _ in range(SLOW)]
    bodies = [
        dripped([top, *repeat(b"x", 900)], drip) for top in (records, piece, form) * SLOW
    ][: 2 * SLOW]
    heard = await asyncio.gather(*(speak(yard.address, said) for said in (*heads, *bodies)))
    assert {one.only for one in heard[:SLOW]} <= {None, 408}
    # A few pieces of one session are waited for, and more of them not even begun.
    assert {one.only for one in heard[SLOW:]} == {408, 429}
    for one in heard[SLOW:]:
        problem = msgspec.json.decode(one.raw.partition(b"\r\n\r\n")[2], type=Problem)
        assert ("slowly" if one.only == 408 else "pieces already") in problem.detail


async def false_lengths(yard: Yard) -> None:
    """More promised than comes, and less."""
    records, headers = yard.pupil.url("records"), yard.pupil.headers
    less = head("POST", records, headers, 1_000) + b"x" * 10
    more = head("POST", records, headers, 5) + b"x" * 50
    for said, half_close in ((less, True), (less, False), (more, False), (more, True)):
        heard = await speak(yard.address, said, half_close=half_close)
        assert set(heard.statuses) <= REFUSED, heard.raw
    for wrong in ("-1", "1e3", "5, 6", "99999999999999999999", "0x10", ""):
        said = head("POST", records, {**headers, "Content-Length": wrong}, None)
        said = said.replace(b"Transfer-Encoding: chunked\r\n", b"") + b"x"
        heard = await speak(yard.address, said, half_close=True)
        assert set(heard.statuses) <= REFUSED, (wrong, heard.raw)
    both = head("POST", records, {**headers, "Content-Length": "3"}) + chunk(b"x")
    assert set((await speak(yard.address, both, half_close=True)).statuses) <= REFUSED
    whole = head("GET", "/health", {})
    assert (await speak(yard.address, whole, half_close=True)).only in {200, None}


async def odd_headers(yard: Yard) -> None:
    """Bytes in headers that are no text, and text that is no such header's."""
    odd = ("\xff\xfe", "Bearer \xff", "invigil=\xff", "a=b; invigil=\xc3\x28; c", "=" * 99, "")
    odd += ("bytes=9-1", "text/html; charset=x\xff", "multipart/form-data", "gzip, br", ";=,")
    names = ("Authorization", "Cookie", "Content-Type", "Content-Digest", "X-CSRF-Token")
    names += ("Accept", "Content-Encoding", "Range", "Origin", "HX-Request", "X-Forwarded-For")
    status, login = yard.pupil.url("status"), "/login"
    said = [
        head(method, path, {name: value}, length) + b"x" * (length or 0)
        for name in names
        for value in odd
        for method, path, length in (
            ("GET", status, None),
            ("POST", login, 3),
            ("GET", "/", None),
        )
    ]
    for heard in await asyncio.gather(*(speak(yard.address, one) for one in said)):
        assert heard.only is not None, heard
        assert heard.only < 500, heard.raw


async def endless(yard: Yard) -> None:
    """Chunks without end, and what is no chunk."""

    async def for_ever(top: bytes) -> AsyncIterator[bytes]:
        yield top
        for _ in range(4 * MAX_BLOB_BYTES // 65_536):
            yield chunk(b"x" * 65_536)

    path, headers = yard.blob(next(iter(yard.pupil.blobs)))
    for top, status in (
        (head("POST", yard.pupil.url("records"), yard.pupil.headers), {413}),
        (head("PUT", path, headers), {413, 422}),
        (head("POST", INSPECT, JSON), {413}),
    ):
        heard = await speak(yard.address, for_ever(top))
        assert set(heard.statuses) <= status, heard.raw
    for wrong in (b"zz\r\nx\r\n", b"-1\r\n", b"f" * 30 + b"\r\nx\r\n", b"1\r\nxyz\r\n"):
        said = head("POST", yard.pupil.url("records"), yard.pupil.headers) + wrong
        heard = await speak(yard.address, said, half_close=True)
        assert set(heard.statuses) <= REFUSED, heard.raw


async def too_large(yard: Yard) -> None:
    """Bodies, heads, paths and queries beyond every bound."""
    async with httpx.AsyncClient(base_url=yard.server.url, timeout=90) as client:
        path, headers = yard.blob(next(iter(yard.pupil.blobs)))
        large = b"x" * (17 * 1024**2)
        answer = await client.put(path, content=large, headers=headers)
        assert answer.status_code in {413, 422}, answer.text
        line = b"A" * 86 + b" " + b'{"v":' + b"1" * 10_000_000 + b"}\n"
        answer = await client.post(
            yard.pupil.url("records"), content=line, headers=yard.pupil.headers
        )
        assert answer.status_code == 413, answer.text
    for said in (
        head("GET", "/health", {"X-Large": "x" * 1_000_000}),
        head("GET", "/health", {f"X-{n}": "x" for n in range(5_000)}),
        head("GET", "/" + "x" * 200_000, {}),
        head("GET", "/health?" + "x=1&" * 100_000, {}),
        head("GET", "/health", {"Cookie": "invigil=" + "x" * 1_000_000}),
        b"x" * 1_000_000,
    ):
        heard = await speak(yard.address, said)
        assert set(heard.statuses) <= REFUSED, heard.raw[:300]
    for path in ("/health?" + "x=1&" * 4_000, "/" + "x" * 10_000, "/health?" + "%" * 1_000):
        heard = await speak(yard.address, head("GET", path, {}))
        assert heard.only is not None
        assert heard.only < 500


async def bombs(yard: Yard) -> None:
    """Compressed bodies are not unpacked: they are what they are, and refused."""
    bomb = gzip.compress(b"0" * BOMB_BYTES, 1)
    for path, more in ((INSPECT, JSON), (yard.pupil.url("records"), yard.pupil.headers)):
        headers = {**more, "Content-Encoding": "gzip"}
        said = head("POST", path, headers, len(bomb)) + bomb
        assert (await speak(yard.address, said)).only in REFUSED
        small = gzip.compress(b'{"code":"x"}')
        said = head("POST", path, headers, len(small)) + small
        assert (await speak(yard.address, said)).only in REFUSED


async def many(yard: Yard) -> None:
    """Uploads of one recorder at once: taken or told to wait; then all is well."""
    async with httpx.AsyncClient(base_url=yard.server.url, timeout=90) as client:
        yard.pupil.client = client
        names = list(yard.pupil.blobs) * (PARALLEL // 2)
        answers = await asyncio.gather(*(yard.pupil.upload(name) for name in names))
        assert {answer.status_code for answer in answers} <= {200, 429, 503}
        for answer in answers:
            assert answer.status_code == 200 or int(answer.headers["retry-after"]) > 0
        for name in yard.pupil.blobs:
            assert (await yard.pupil.upload(name)).status_code == 200
