"""Recorders that deliver as fast as they can to a server that may die at any moment, and
remember every promise they were given.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx
from sqlalchemy import select
from support.campus import STEP, Campus, Pupil, connected

from server.ingest.models import BlobRow, ReceiptRow, RecordRow
from server.storage.database import Database
from shared.encoding import ZERO_HASH, sha256_hex
from shared.receipts import Receipt, decode_receipt
from shared.signed import Domain, Signed, holds, parse_line

# What one request brings at most, so that a session takes many.
BATCH = 6

# Answers that a recorder waits after and tries again.
NOT_NOW = frozenset({429, 503})


class Promise(NamedTuple):
    """What was sent (records, or the name of a blob), and the receipt that came back."""

    sent: tuple[Signed, ...] | str
    receipt: Signed


@dataclass(repr=False)
class Sender:
    """One recorder: a pupil, what it was promised, and what it has not been yet."""

    pupil: Pupil
    rng: random.Random
    promises: list[Promise] = field(default_factory=list[Promise])
    sent: int = 0
    checked: int = 0
    unsent: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    ahead: int = field(init=False)
    gone: bool = False

    def __post_init__(self) -> None:
        self.ahead = self.pupil.mono - time.monotonic_ns() // 1_000

    def record_more(self) -> None:
        """Write a few more records, most of which commit to a piece."""
        if not self.pupil.records:
            self._tick()
            self.pupil.open()
        for _ in range(self.rng.randint(1, BATCH)):
            self._record_one()

    def _record_one(self) -> None:
        pupil, seq = self.pupil, len(self.pupil.records)
        self._tick()
        if self.rng.random() < 0.2:
            pupil.incident(len(pupil.incidents))
            return
        stream = self.rng.choice(("camera", "microphone", "screen"))
        pupil.segment(stream, self.rng.randbytes(self.rng.randint(10, 4_000)))
        self.unsent.append((seq, next(reversed(pupil.blobs))))

    def _tick(self) -> None:
        """Let the pupil's clock show the real time, which the server's receipts bear."""
        now = time.monotonic_ns() // 1_000 + self.ahead
        self.pupil.mono = max(self.pupil.mono, now) - STEP

    async def deliver(self, client: httpx.AsyncClient) -> None:
        """Records and pieces, over three connections, until the server goes away."""
        self.pupil.client, self.gone = client, False
        await asyncio.gather(
            self._while_there(self._write_and_send),
            self._while_there(self._send_piece),
            self._while_there(self._send_piece),
        )

    async def hand_in(self, client: httpx.AsyncClient) -> None:
        """Close the session and deliver what is left of it."""
        self.pupil.client = client
        self._tick()
        self.pupil.close()
        while self.sent < len(self.pupil.records):
            await self._send_records()
        while self.unsent:
            await self._send_piece()

    async def again(self, client: httpx.AsyncClient) -> None:
        """Send the last of each kind again: the receipt must be the same, to the byte."""
        self.pupil.client = client
        for kind in (tuple, str):
            last = next(
                (one for one in reversed(self.promises) if type(one.sent) is kind), None
            )
            if last is None:
                continue
            answer = await (
                self.pupil.upload(last.sent)
                if isinstance(last.sent, str)
                else self.pupil.deliver(*last.sent)
            )
            assert answer.status_code == 200, answer.text
            assert parse_line(answer.content) == last.receipt

    async def _while_there(self, send: Callable[[], Awaitable[None]]) -> None:
        while not self.gone:
            try:
                await send()
            except httpx.TransportError:
                self.gone = True

    async def _write_and_send(self) -> None:
        if self.sent == len(self.pupil.records):
            self.record_more()
        await self._send_records()

    async def _send_records(self) -> None:
        batch = tuple(self.pupil.records[self.sent : self.sent + BATCH])
        answer = await self.pupil.deliver(*batch)
        if await _wait(answer):
            return
        receipt = self._keep(batch, answer)
        self.sent += len(batch)
        # Anchors never go back: one for a batch that came again may be an old one.
        if decode_receipt(receipt.payload).size == self.sent:
            self.pupil.receipts.append(receipt)

    async def _send_piece(self) -> None:
        ready = next((one for one in self.unsent if one[0] < self.sent), None)
        if ready is None:
            await asyncio.sleep(0.001)
            return
        # At the end until it is promised, so that the other task takes another.
        self.unsent.remove(ready)
        self.unsent.append(ready)
        answer = await self.pupil.upload(ready[1])
        if await _wait(answer):
            return
        self._keep(ready[1], answer)
        if ready in self.unsent:
            self.unsent.remove(ready)

    def _keep(self, sent: tuple[Signed, ...] | str, answer: httpx.Response) -> Signed:
        assert answer.status_code == 200, answer.text
        receipt = parse_line(answer.content)
        assert holds(receipt, Domain.RECEIPT, self.pupil.institution_key)
        self.promises.append(Promise(sent, receipt))
        return receipt


async def _wait(answer: httpx.Response) -> bool:
    if answer.status_code not in NOT_NOW:
        return False
    await asyncio.sleep(0.01)
    return True


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as database and disk hold it."""

    records: list[Signed]
    receipts: list[Signed]
    pieces: dict[str, int | None]


async def audit(campus: Campus, client: httpx.AsyncClient, senders: list[Sender]) -> int:
    """Whether every promise ever given is kept; how many there are."""
    async with connected(campus.settings) as database:
        kept = [await _kept(database, sender.pupil.session) for sender in senders]
    for sender, held in zip(senders, kept, strict=True):
        told = _chained(sender.pupil, held)
        for promise in sender.promises[sender.checked :]:
            _kept_to(promise, held, told)
        sender.checked = len(sender.promises)
        _on_disk(campus, sender.pupil, held)
        await _status_agrees(sender, client, held)
    return sum(len(sender.promises) for sender in senders)


async def _kept(database: Database, session: str) -> Kept:
    async with database.transaction() as db:
        records = select(RecordRow).where(RecordRow.session_id == session)
        receipts = select(ReceiptRow).where(ReceiptRow.session_id == session)
        pieces = select(BlobRow).where(BlobRow.session_id == session)
        return Kept(
            [
                Signed(row.payload, row.signature)
                for row in await db.scalars(records.order_by(RecordRow.seq))
            ],
            [
                Signed(row.payload, row.signature)
                for row in await db.scalars(receipts.order_by(ReceiptRow.n))
            ],
            {row.sha256: row.receipt_n for row in await db.scalars(pieces)},
        )


def _chained(pupil: Pupil, held: Kept) -> dict[str, Receipt]:
    """Every receipt given holds of what is kept; each by its hash."""
    told: dict[str, Receipt] = {}
    prev, size = ZERO_HASH, 0
    assert held.records == pupil.records[: len(held.records)], "records, byte for byte"
    for n, signed in enumerate(held.receipts):
        assert holds(signed, Domain.RECEIPT, pupil.institution_key)
        receipt = decode_receipt(signed.payload)
        assert (receipt.session, receipt.prev) == (pupil.session, prev)
        assert size <= receipt.size <= len(held.records)
        head = held.records[receipt.size - 1].hash if receipt.size else ZERO_HASH
        assert receipt.head == head
        assert all(held.pieces[name] == n for name in receipt.durable)
        prev, size = signed.hash, receipt.size
        told[signed.hash] = receipt
    listed = [name for receipt in told.values() for name in receipt.durable]
    assert sorted(listed) == sorted(name for name, n in held.pieces.items() if n is not None)
    assert size == len(held.records), "no record is kept without a receipt"
    return told


def _kept_to(promise: Promise, held: Kept, told: dict[str, Receipt]) -> None:
    assert promise.receipt in held.receipts, "a receipt that the server does not know"
    receipt = told[promise.receipt.hash]
    if isinstance(promise.sent, str):
        assert promise.sent in receipt.durable
    else:
        assert promise.sent[-1] in held.records[: receipt.size]


def _on_disk(campus: Campus, pupil: Pupil, held: Kept) -> None:
    folder = campus.settings.data_dir / "blobs" / pupil.session
    for name, n in held.pieces.items():
        if n is not None:
            data = (folder / name).read_bytes()
            assert data == pupil.blobs[name]
            assert sha256_hex(data) == name


async def _status_agrees(sender: Sender, client: httpx.AsyncClient, held: Kept) -> None:
    pupil = sender.pupil
    answer = await client.get(pupil.url("status"), headers=pupil.headers)
    assert answer.status_code == 200, answer.text
    status = answer.json()
    newest = held.receipts[-1].line().decode() if held.receipts else None
    assert (status["size"], status["receipt"]) == (len(held.records), newest)
    assert status["head"] == (held.records[-1].hash if held.records else ZERO_HASH)
    missing = {name for name, n in held.pieces.items() if n is None}
    assert set(status["missing"]) <= missing
    assert len(status["missing"]) == min(64, len(missing))
