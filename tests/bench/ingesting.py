"""The server under load: batches of records and sealed pieces from many candidates at once.

The candidates' records are signed beforehand; what is measured is the time from sending to
the receipt, over HTTP on loopback, with the server and this program on the same machine. So
the sender says no more than it must: a client's library takes as long as the server does.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
from bench.measure import Row, at_most, noted, percentile
from support.campus import Pupil, digest_header, redeem
from support.raw_http import head
from support.running_server import running

from server.config import Settings
from server.demonstration import set_up
from server.enrolment.service import CandidateDraft, enrol
from server.exams.models import Exam
from server.opening import opened
from shared.signed import Signed

# Candidates who deliver at once: what an examination of a thousand comes to, where each
# delivers every four seconds and is answered within a few dozen milliseconds.
CANDIDATES = 32
BATCHES = 15

# What four seconds of a session are: a piece a stream, and once in a minute (fifteen of them)
# an incident, at another time of each candidate. Sixty an hour are far more than people cause.
STREAMS = ("camera", "microphone", "screen")
PIECE_BYTES = 12_000
DELIVERED_S = 4.0

# The budget for one node of two cores with 1,000 candidates.
ACK_MS = 250.0
MEMORY_MB = 400.0


def run() -> list[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        codes = asyncio.run(_enrol(folder))
        with running(folder) as server:
            return asyncio.run(_measure(server.url, codes, server.process.pid))


async def _enrol(folder: Path) -> list[str]:
    settings = Settings(data_dir=folder)
    async with opened(settings, migrating=True) as rooms:
        demo = await set_up(rooms.database, rooms.keys, rooms.passwords, settings, rooms.clock)
        async with rooms.database.transaction() as db:
            exam = await db.get_one(Exam, demo.exam)
            now, secret = rooms.clock(), rooms.keys.server_secret()
            places = [
                await enrol(
                    db,
                    secret,
                    exam,
                    CandidateDraft(name=f"C {n}", reference=f"c{n}"),
                    expires=exam.ends,
                    now=now,
                )
                for n in range(CANDIDATES)
            ]
    return [place.code for place in places]


async def _measure(url: str, codes: list[str], pid: int) -> list[Row]:
    limits = httpx.Limits(max_connections=CANDIDATES, max_keepalive_connections=CANDIDATES)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        pupils = [await redeem(client, code) for code in codes]
        batches = [_prepared(pupil, number) for number, pupil in enumerate(pupils)]
    worker = max(psutil.Process(pid).children(), key=lambda p: p.memory_info().rss)
    acks: list[float] = []
    cpu = [sum(worker.cpu_times()[:2])]
    began = time.perf_counter()
    await asyncio.gather(
        *(_deliver(url, *own, acks) for own in zip(pupils, batches, strict=True))
    )
    records_s = time.perf_counter() - began
    cpu.append(sum(worker.cpu_times()[:2]))
    puts: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_upload(url, pupil, puts) for pupil in pupils))
    pieces_s = time.perf_counter() - began
    cpu.append(sum(worker.cpu_times()[:2]))
    records = sum(len(pupil.records) for pupil in pupils)
    pieces = sum(len(pupil.blobs) for pupil in pupils)
    batch_ms, piece_ms = (
        1000 * (cpu[1] - cpu[0]) / len(acks),
        1000 * (cpu[2] - cpu[1]) / pieces,
    )
    carried = 1000 * DELIVERED_S / (batch_ms + len(STREAMS) * piece_ms)
    at_once = f"{CANDIDATES} at once"
    return [
        noted("records taken in", f"{records / records_s:.0f} records/s, {at_once}"),
        noted("batches taken in", f"{len(acks) / records_s:.0f} batches/s, {at_once}"),
        at_most("a batch's receipt, p99", 1000 * percentile(acks, 0.99), ACK_MS, "ms"),
        noted("pieces taken in", f"{pieces / pieces_s:.0f} pieces/s, {at_once}"),
        at_most("a piece's receipt, p99", 1000 * percentile(puts, 0.99), ACK_MS, "ms"),
        noted("the server's CPU", f"{batch_ms:.1f} ms a batch, {piece_ms:.1f} ms a piece"),
        noted("candidates whose deliveries keep one core busy", f"{carried:.0f}"),
        at_most("server's memory", worker.memory_info().rss / 1e6, MEMORY_MB, "MB", 0),
    ]


def _prepared(pupil: Pupil, number: int) -> list[list[Signed]]:
    """The candidate's records, signed, by delivery."""
    pupil.wall = time.time_ns() // 1000 - pupil.mono
    batches = [[pupil.open()]]
    for at in range(BATCHES):
        batch = [pupil.segment(stream, os.urandom(PIECE_BYTES)) for stream in STREAMS]
        if at == number % BATCHES:
            batch.append(pupil.incident(number))
        batches.append(batch)
    return batches


async def _deliver(
    url: str, pupil: Pupil, batches: list[list[Signed]], acks: list[float]
) -> None:
    async with _connected(url) as line:
        for batch in batches:
            body = b"".join(record.line() for record in batch)
            asked = head("POST", pupil.url("records"), pupil.headers, len(body)) + body
            acks.append(await line.ask(asked))


async def _upload(url: str, pupil: Pupil, puts: list[float]) -> None:
    async with _connected(url) as line:
        for name, data in pupil.blobs.items():
            headers = {**pupil.headers, "Content-Digest": digest_header(name)}
            asked = head("PUT", pupil.url(f"blobs/{name}"), headers, len(data)) + data
            puts.append(await line.ask(asked))


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection that is kept."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, asked: bytes) -> float:
        """Send a request; how many seconds it took until the answer was there."""
        began = time.perf_counter()
        self.writer.write(asked)
        top = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", top)
        assert length is not None, top
        answer = await self.reader.readexactly(int(length[1]))
        taken = time.perf_counter() - began
        assert top.startswith(b"HTTP/1.1 200 "), answer
        return taken


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[_Line]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield _Line(reader, writer)
    finally:
        writer.transport.abort()
