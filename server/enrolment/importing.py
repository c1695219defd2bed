"""Takes a list of candidates in: kept while it is looked at, previewed, then imported whole.

An import is one transaction: either everybody of it is enrolled, or nobody. No code is made by
it; codes are given out afterwards (``issuing``), when somebody is there to take them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from litestar import Litestar
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_DAY, WallClock
from server.enrolment.decoding import NoText
from server.enrolment.models import Candidate, Enrolment, ImportRow
from server.enrolment.references import folded, known_by, same_address
from server.enrolment.roster import Choices, Entry, Roster, Tell, read_roster
from server.enrolment.service import ExamOver, placed, refuse_over, take_turns
from server.exams.accommodations import profiles_of
from server.exams.models import Exam
from server.exams.service import lock_exam
from server.storage.database import UNREADY, Database

# An upload that nobody came back to holds names: it goes after a day.
KEPT = MICROS_PER_DAY

# Rows of one statement, and ids of one question: below what either database takes.
AT_ONCE = 1_000

# As many rows as a preview shows.
SHOWN = 20

_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class Known:
    """A candidate that the institution has already: ``enrolled`` in this exam or not."""

    id: str
    name: str
    email: str
    enrolled: bool

    def moves(self, entry: Entry) -> bool:
        """Whether a list has another address for them."""
        return bool(entry.email) and not same_address(entry.email, self.email)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do: who is ``new`` to the institution, ``known`` to it from other
    exams, ``enrolled`` here already (and left as they are). ``renamed`` are known under another
    name, which they keep; ``moved`` get another e-mail address.
    """

    roster: Roster
    new: int
    known: int
    enrolled: int
    renamed: list[tuple[Entry, str]]
    moved: list[tuple[Entry, str]]
    shown: list[Entry]

    @property
    def good(self) -> int:
        """How many would be enrolled."""
        return self.new + self.known


@dataclass(slots=True)
class Progress:
    """How far an import is: rows of all, and how it ended, if it has."""

    done: int = 0
    all: int = 0
    exam_id: str = ""
    step: str = "Reading"
    imported: int | None = None
    failed: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.imported is not None or bool(self.failed)

    def tell(self, done: int, all_: int) -> None:
        """Take up how far it is."""
        self.done, self.all = done, max(done, all_)


class NotImported(ValueError):
    """The list cannot be imported so; the message says why."""


async def keep_upload(db: AsyncSession, exam: Exam, name: str, data: bytes, now: int) -> str:
    """Keep a file while it is looked at; its id. Old ones go."""
    await db.execute(delete(ImportRow).where(ImportRow.created <= now - KEPT))
    shown = "".join(mark for mark in name if mark.isprintable())[-200:] or "list.csv"
    row = ImportRow(
        id=new_id(), exam_id=exam.id, name=shown, data=data, choices={}, created=now
    )
    db.add(row)
    await db.flush()
    return row.id


async def upload_of(db: AsyncSession, exam: Exam, import_id: str) -> ImportRow | None:
    """A file that is being looked at, of this exam."""
    row = await db.get(ImportRow, import_id)
    return row if row is not None and row.exam_id == exam.id else None


def choices_of(row: ImportRow) -> Choices:
    """What was said about a file so far."""
    return msgspec.convert(row.choices, Choices)


async def read_upload(
    database: Database, exam: Exam, row: ImportRow, tell: Tell = lambda _done, _all: None
) -> Roster | NoText:
    """The rows of a file that is being looked at."""
    return await read_list(database, exam, row.data, choices_of(row), tell)


async def read_list(
    database: Database,
    exam: Exam,
    data: bytes,
    choices: Choices,
    tell: Tell = lambda _done, _all: None,
) -> Roster | NoText:
    """The rows of a list, read beside the server's other work."""
    async with database.transaction() as db:
        profiles = await profiles_of(db, exam.institution_id, archived=False)
    names = [profile.name for profile in profiles]
    return await asyncio.to_thread(read_roster, data, choices, names, tell)


def importable(roster: Roster | NoText, *, good_only: bool = False) -> Roster:
    """A list that can be imported: nothing is wrong with it, or with ``good_only`` what is
    wrong is left out.

    Raises:
        NotImported: it is no such list; the message says what to do.
    """
    if isinstance(roster, NoText):
        raise NotImported(roster.why)
    if roster.layout.lacks:
        raise NotImported(roster.layout.lacks)
    if roster.bad and not good_only:
        many = f"{roster.bad_rows:,} rows are" if roster.bad_rows > 1 else "1 row is"
        raise NotImported(f"{many} wrong, so nobody was enrolled.")
    return roster


async def take_in(
    db: AsyncSession, staff: Staff | str, exam: Exam, roster: Roster, now: int, tell: Tell
) -> int:
    """Enrol everybody of an ``importable`` list, and log it; how many were not enrolled yet.

    Raises:
        NotImported: the exam is over, or an accommodation is gone meanwhile.
    """
    held = await db.get_one(Exam, exam.id)
    try:
        refuse_over(held, now)
    except ExamOver as error:
        raise NotImported(str(error)) from error
    count = await enrol_list(db, held, roster.entries, now, tell)
    audit.record(
        db,
        now,
        staff,
        "exam.enrol",
        ("exam", exam.id),
        institution_id=exam.institution_id,
        candidates=count,
        left_out=roster.bad_rows,
    )
    return count


async def preview(db: AsyncSession, exam: Exam, roster: Roster) -> Preview:
    """What importing a list would do; changes nothing."""
    known = await _known(db, exam, [entry.reference for entry in roster.entries])
    new = enrolled = 0
    renamed: list[tuple[Entry, str]] = []
    moved: list[tuple[Entry, str]] = []
    shown: list[Entry] = []
    for entry in roster.entries:
        found = known.get(folded(entry.reference))
        if found is not None and found.enrolled:
            enrolled += 1
            continue
        new += found is None
        if len(shown) < SHOWN:
            shown.append(entry)
        if found is not None and found.name != entry.name:
            renamed.append((entry, found.name))
        if found is not None and found.email and found.moves(entry):
            moved.append((entry, found.email))
    count = len(roster.entries) - enrolled
    return Preview(roster, new, count - new, enrolled, renamed, moved, shown)


async def enrol_list(
    db: AsyncSession, exam: Exam, entries: Sequence[Entry], now: int, tell: Tell
) -> int:
    """Give everybody of a list a place, without a code; how many were not enrolled yet.

    Raises:
        NotImported: an accommodation is gone meanwhile.
    """
    await lock_exam(db, exam)
    await take_turns(db, exam.institution_id)
    profiles = {
        profile.name: profile.id
        for profile in await profiles_of(db, exam.institution_id, archived=False)
    }
    known = await _known(db, exam, [entry.reference for entry in entries])
    wanted = [entry for entry in entries if not _is_enrolled(known, entry)]
    gone = {entry.accommodation for entry in wanted} - profiles.keys() - {""}
    if gone:
        raise NotImported(f"The accommodation “{min(gone)}” is archived or renamed meanwhile.")
    for at in range(0, len(wanted), AT_ONCE):
        await _enrol(db, exam, wanted[at : at + AT_ONCE], known, profiles, now)
        tell(min(at + AT_ONCE, len(wanted)), len(wanted))
    return len(wanted)


def _is_enrolled(known: dict[str, Known], entry: Entry) -> bool:
    found = known.get(folded(entry.reference))
    return found is not None and found.enrolled


async def _enrol(
    db: AsyncSession,
    exam: Exam,
    part: Sequence[Entry],
    known: dict[str, Known],
    profiles: dict[str, str],
    now: int,
) -> None:
    here = {entry.reference: known.get(folded(entry.reference)) for entry in part}
    ids = {name: new_id() if found is None else found.id for name, found in here.items()}
    new = [
        {
            "id": ids[entry.reference],
            "institution_id": exam.institution_id,
            "name": entry.name,
            "reference": entry.reference,
            "email": entry.email or None,
            "created": now,
        }
        for entry in part
        if here[entry.reference] is None
    ]
    if new:
        await db.execute(insert(Candidate), new)
    moved = [
        {"id": found.id, "email": entry.email}
        for entry in part
        if (found := here[entry.reference]) is not None and found.moves(entry)
    ]
    if moved:
        await db.execute(update(Candidate), moved)
    places: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "exam_id": exam.id,
            "candidate_id": ids[entry.reference],
            "code_hash": no_code(),
            "expires": exam.ends,
            "redeemed_at": None,
            "session_id": None,
            "created": now,
            "accommodation_id": profiles.get(entry.accommodation),
            "issued": None,
            "withdrawn": None,
            "checked": None,
        }
        for entry in part
    ]
    await db.execute(insert(Enrolment), places)


def no_code() -> str:
    """What stands for a code's hash where there is no code: 256 random bits, no code's hash."""
    return secrets.token_hex(32)


async def _known(db: AsyncSession, exam: Exam, references: Sequence[str]) -> dict[str, Known]:
    """Those of an institution's candidates who have these references, by them folded."""
    ids = await known_by(db, exam.institution_id, references)
    there = await placed(db, exam.id, ids.values())
    named = {candidate_id: reference for reference, candidate_id in ids.items()}
    wanted, found = list(named), dict[str, Known]()
    for at in range(0, len(wanted), AT_ONCE):
        query = select(Candidate.id, Candidate.name, Candidate.email).where(
            Candidate.id.in_(wanted[at : at + AT_ONCE])
        )
        for own, name, email in (await db.execute(query)).tuples():
            found[named[own]] = Known(own, name, email or "", own in there)
    return found


@dataclass
class CandidateImports:
    """Imports under way in this process, by the id of their file; long ones go on while their
    page looks on.
    """

    database: Database
    clock: WallClock
    progress: dict[str, Progress] = field(default_factory=dict[str, Progress])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def start(self, staff: Staff | str, exam: Exam, row: ImportRow, *, good_only: bool) -> None:
        """Begin to import a file, unless that is under way."""
        running = self.progress.get(row.id)
        if running is not None and not running.over:
            return
        self.progress[row.id] = Progress(exam_id=exam.id)
        task = asyncio.create_task(self._run(staff, exam, row, good_only=good_only))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def of(self, exam: Exam, import_id: str) -> Progress | None:
        """How far an import of this exam is; of one that is over, how it ended."""
        found = self.progress.get(import_id)
        return found if found is not None and found.exam_id == exam.id else None

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """In the end, wait for what is under way."""
        yield
        await self.settle()

    async def settle(self) -> None:
        """Wait for what is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(
        self, staff: Staff | str, exam: Exam, row: ImportRow, *, good_only: bool
    ) -> None:
        progress = self.progress[row.id]
        try:
            progress.imported = await self.take_in(
                staff, exam, row, good_only=good_only, progress=progress
            )
        except NotImported as error:
            progress.failed = str(error)
        except UNREADY as error:
            _log.error("a list was not imported", why=str(error).partition("\n")[0])
            progress.failed = "The server cannot do this at the moment. Nobody was enrolled."
        except Exception:
            progress.failed = "Something went wrong here. Nobody was enrolled."
            raise

    async def take_in(
        self,
        staff: Staff | str,
        exam: Exam,
        row: ImportRow,
        *,
        good_only: bool,
        progress: Progress,
    ) -> int:
        """Import a file: everybody of it, or with ``good_only`` everybody of whom nothing is
        wrong; how many were enrolled.

        Raises:
            NotImported: something is wrong with it; nobody was enrolled.
        """
        read = await read_upload(self.database, exam, row, progress.tell)
        roster = importable(read, good_only=good_only)
        progress.step = "Enrolling"
        async with self.database.transaction() as db:
            now, tell = self.clock(), progress.tell
            count = await take_in(db, staff, exam, roster, now, tell)
            await db.execute(delete(ImportRow).where(ImportRow.id == row.id))
        return count
