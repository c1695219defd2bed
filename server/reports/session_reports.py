"""A session's report gathered: the verdict waited for, the case read, the pictures opened.

What is kept of one is opened evidence: it goes when anything of its session is destroyed,
whichever process does that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from litestar import Litestar
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.chores import beside, repeated
from server.clock import WallClock
from server.ingest.models import ExamSession
from server.reports.making import Name, Reports, Say, State, log_made
from server.reports.printing import Sheet
from server.reports.session_report import SessionReport, session_report
from server.reports.sheets import MOST_PICTURES, session_sheet
from server.reports.verdicts import Verdicts
from server.retention.models import DestructionRow
from server.review.attachments import Found, find_attachment
from server.review.casefile import read_case
from server.review.flags import Flag
from server.review.media import Media, Unplayable
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.signed import public_bytes

# What is said of a picture where more flags have one than are printed.
TOO_MANY = (
    f"Pictures of the first {MOST_PICTURES} flags are printed; this one is in the bundle."
)

# How often it is looked for reports that must go, in seconds: a certificate that says that
# evidence is destroyed is read by people, who take longer.
LOOK_S = 5.0


@dataclass(frozen=True, slots=True)
class _Picture:
    """A flag's snapshot, found or said why not."""

    flag: str
    found: Found | str


class SessionReports:
    """Makes sessions' reports."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        media: Media,
        verdicts: Verdicts,
        reports: Reports,
        clock: WallClock,
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._keys = keys
        self._media = media
        self._verdicts = verdicts
        self._reports = reports
        self._clock = clock

    @staticmethod
    def name(staff: Staff, session_id: str) -> Name:
        """What a report is kept under: each asker has their own."""
        return staff.id, "session", session_id

    def begin(self, staff: Staff, session_id: str) -> State:
        """Make one anew. Whoever calls has logged the access."""

        async def gather(say: Say) -> Sheet:
            return (await self.gather(staff.name, session_id, say))[1]

        async def finish(file: Path) -> None:
            data = await asyncio.to_thread(file.read_bytes)
            async with self._database.transaction() as db:
                log_made(db, self._clock(), staff, ("session", session_id), "pdf", data)

        return self._reports.begin(self.name(staff, session_id), gather, finish)

    async def forget_destroyed(self) -> None:
        """Drop reports that were begun before the last destruction of something of their
        session had come to its end.
        """
        if not (kept := self._reports.kept("session")):
            return
        until = func.max(func.coalesce(DestructionRow.finished, self._clock()))
        query = (
            select(DestructionRow.session_id, until)
            .where(DestructionRow.session_id.in_(kept))
            .group_by(DestructionRow.session_id)
        )
        async with self._database.transaction() as db:
            found = (await db.execute(query)).tuples().all()
        for session_id, last in found:
            self._reports.drop("session", session_id, last)

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """For as long as the application runs: what must go is looked for."""
        async with beside(self._run):
            yield

    async def _run(self, stop: asyncio.Event) -> None:
        await repeated(
            "reports", self._tidy, LOOK_S, stop, "reports that must go cannot be looked for"
        )

    async def _tidy(self) -> None:
        self._reports.forget_old()
        await self.forget_destroyed()

    async def read(self, db: AsyncSession, session: ExamSession, by: str) -> SessionReport:
        """What a report says now, with the verdict that there is."""
        look = await self._verdicts.look(db, session)
        now = self._clock()
        return session_report(await read_case(db, session, now), look, now, by)

    async def verified(self, by: str, session_id: str, say: Say) -> SessionReport:
        """What a report says once the evidence was verified."""
        say("Verifying the evidence")
        look = await self._verdicts.settled(session_id)
        say("Reading the session")
        async with self._database.transaction() as db:
            session = await db.get_one(ExamSession, session_id)
            now = self._clock()
            return session_report(await read_case(db, session, now), look, now, by)

    async def gather(self, by: str, session_id: str, say: Say) -> tuple[SessionReport, Sheet]:
        """The same with what it is laid out from; ``by`` is who has it made."""
        report = await self.verified(by, session_id, say)
        async with self._database.transaction() as db:
            wanted = [await _picture(db, report, flag) for flag in report.confirmed]
        say("Opening the pictures")
        pictures, absent = await self._opened(wanted)
        key = public_bytes(self._keys.signing(report.case.session.key_ref))
        return report, session_sheet(report, pictures, absent, key)

    async def _opened(self, wanted: list[_Picture]) -> tuple[dict[str, bytes], dict[str, str]]:
        pictures: dict[str, bytes] = {}
        absent: dict[str, str] = {}
        for one in wanted:
            if isinstance(one.found, str):
                absent[one.flag] = one.found
            elif len(pictures) >= MOST_PICTURES:
                absent[one.flag] = TOO_MANY
            else:
                match await self._media.open(one.found.part):
                    case Unplayable(why=why):
                        absent[one.flag] = why
                    case data:
                        pictures[one.flag] = data
        return pictures, absent


async def _picture(db: AsyncSession, report: SessionReport, flag: Flag) -> _Picture:
    pictures = report.case.pictures.get(flag.id)
    if pictures is None or pictures.snapshot is None:
        why = pictures.left_out if pictures and pictures.left_out else ""
        said = f"{why[0].upper()}{why[1:]}." if why else "No snapshot was taken of this."
        return _Picture(flag.id, said)
    found = await find_attachment(db, report.case.session, pictures.snapshot.n)
    return _Picture(flag.id, found if isinstance(found, Found) else found.why)
