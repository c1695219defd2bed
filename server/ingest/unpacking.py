"""Feeds a parcel's parts through the very judgement that a recorder's deliveries get."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import islice

from server.ingest.judgement import read_claim
from server.ingest.pieces import Pieces, Upload
from server.ingest.writer import Batch, Outcome, Writer
from server.problems import Rejection
from shared.parcel import RECEIPTS, RECORDS, DamagedPart, Parcel
from shared.progress import Progress
from shared.sealing import OpeningKey
from shared.signed import Domain, MalformedLine, Signed, holds, parse_lines
from shared.wire import ProblemType

# Pieces of one import under way at once, each in memory: together they share transactions.
PIECES_AT_ONCE = 8

# How often something is tried again while another delivery of the session is quicker.
MAX_TRIES = 10

# Troubles that are told in words; the rest is counted.
MAX_TOLD = 20


@dataclass(frozen=True, slots=True)
class Doors:
    """Where deliveries go, by whichever way they come."""

    writer: Writer
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Target:
    """The session that a parcel is of, and where it stood when the import began.

    ``key`` opens what is sealed to the institution, ``public`` is its signing key (raw).
    """

    session: str
    institution: str
    token_hash: str
    key: OpeningKey
    public: bytes
    size: int
    durable: int


class Unpacking:
    """One parcel on its way in.

    ``troubles`` says what could not be taken and why, ``untold`` how much more there was;
    ``receipts`` are those in the parcel that this server's key signed.
    """

    def __init__(self, doors: Doors, parcel: Parcel, target: Target, show: Progress) -> None:
        self.troubles: list[str] = []
        self.untold = 0
        self.receipts: list[Signed] = []
        self._doors = doors
        self._parcel = parcel
        self._target = target
        self._show = show
        self._all = parcel.portions(RECORDS) + len(parcel.manifest.pieces)
        self._done = 0
        self._orphans = 0

    async def run(self) -> None:
        """Records first, then pieces: the order in which they prove each other.

        Raises:
            SQLAlchemyError, OSError, DatabaseBusy: the server cannot work; what was taken
                so far is kept, and the same parcel can be imported again.
        """
        for n in range(self._parcel.portions(RECORDS)):
            if not await self._take_records(n):
                break
            self._step()
        names = iter(self._parcel.manifest.pieces.items())
        while some := list(islice(names, PIECES_AT_ONCE)):
            await _all_of([self._take_piece(*one) for one in some])
        if self._orphans:
            self._tell(f"pieces of records that are not here: {self._orphans}")
        for n in range(self._parcel.portions(RECEIPTS)):
            lines, why = await self._read(RECEIPTS, n)
            if why:
                self._tell(why)
            own = [s for s in lines if holds(s, Domain.RECEIPT, self._target.public)]
            self.receipts += own
            if len(own) != len(lines):
                self._tell(f"{RECEIPTS}/{n} holds some that this institution never signed")

    async def _take_records(self, n: int) -> bool:
        """Have a portion judged; whether the next may follow."""
        lines, why = await self._read(RECORDS, n)
        if lines:
            batch = [read_claim(signed) for signed in lines]
            job = Batch(self._target.session, self._target.token_hash, batch)
            outcome = await _patiently(lambda: self._doors.writer.submit(job))
            if isinstance(outcome, Rejection):
                why = _said(outcome)
        if why:
            self._tell(f"{why}; what came before is kept")
        return not why

    async def _take_piece(self, sha256: str, size: int) -> None:
        target = self._target
        upload = Upload(target.session, target.token_hash, sha256, sha256, size)
        try:
            outcome = await _patiently(
                lambda: self._doors.pieces.keep(upload, self._piece(sha256))
            )
        except DamagedPart as damaged:
            self._tell(f"{damaged}; save the file again, or copy it again")
        else:
            if isinstance(outcome, Rejection) and outcome.type == ProblemType.BLOB_UNKNOWN:
                self._orphans += 1
            elif isinstance(outcome, Rejection):
                self._tell(f"blobs/{sha256}: {outcome.detail}")
        self._step()

    async def _piece(self, sha256: str) -> AsyncIterator[bytes]:
        """Read only where it is wanted: what is here already is not."""
        yield await asyncio.to_thread(self._parcel.piece, sha256)

    async def _read(self, kind: str, n: int) -> tuple[list[Signed], str]:
        """The signed lines of a portion up to the first that is none, and why it ends there."""
        lines: list[Signed] = []
        key = self._target.key
        try:
            plain = await asyncio.to_thread(self._parcel.portion, kind, n, key)
            for signed in parse_lines(plain):
                lines.append(signed)  # noqa: PERF402  (those before a bad one are kept)
        except DamagedPart as damaged:
            return lines, str(damaged)
        except MalformedLine as error:
            return lines, f"{kind}/{n}, {error}"
        return lines, ""

    def _step(self) -> None:
        self._done += 1
        self._show(self._done, self._all)

    def _tell(self, words: str) -> None:
        if len(self.troubles) < MAX_TOLD:
            self.troubles.append(words)
        else:
            self.untold += 1


def _said(outcome: Rejection) -> str:
    where = "" if outcome.size is None else f" (record {outcome.size} is the next one here)"
    number = "" if outcome.check is None else f" by check {outcome.check}"
    return f"the records were refused{number}: {outcome.detail}{where}"


async def _patiently(attempt: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Try again while the session is busy with another delivery."""
    outcome = await attempt()
    for _ in range(MAX_TRIES):
        if not isinstance(outcome, Rejection) or outcome.type != ProblemType.BUSY:
            break
        await asyncio.sleep(outcome.retry_after or 0)
        outcome = await attempt()
    return outcome


async def _all_of(work: list[Awaitable[None]]) -> None:
    """Wait for all of it, and only then raise what one of them raised."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
