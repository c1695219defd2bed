"""Takes a list of candidates in: kept while it is looked at, previewed, then imported whole.

An import is one transaction: either everybody of it is enrolled, or nobody. No code is made by
it; codes are given out afterwards (``issuing``), when somebody is there to take them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_DAY
from server.enrolment.decoding import NoText
from server.enrolment.models import Candidate, Enrolment, ImportRow
from server.enrolment.references import folded, known_by, same_address
from server.enrolment.roster import Choices, Entry, Roster, Tell, read_roster
from server.enrolment.service import ExamOver, placed, refuse_over, take_turns
from server.exams.accommodations import profiles_of
from server.exams.models import Exam
from server.exams.service import lock_exam
from server.storage.database import Database

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
    exams, ``enrolled`` here already (and keeps place and code). ``renamed`` are known under
    another name, which they keep; ``moves`` is how many who are known get an e-mail address,
    ``moved`` those who had another one.
    """

    roster: Roster
    new: int
    known: int
    enrolled: int
    renamed: list[tuple[Entry, str]]
    moved: list[tuple[Entry, str]]
    moves: int
    shown: list[Entry]

    @property
    def good(self) -> int:
        """How many would be enrolled."""
        return self.new + self.known

    @property
    def does_something(self) -> bool:
        """Whether anything would be another after it."""
        return bool(self.good or self.moves)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: ``places`` given, e-mail ``addresses`` changed."""

    places: int
    addresses: int


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
) -> Imported:
    """Enrol everybody of an ``importable`` list who is not yet, take over the addresses that it
    has of the others, and log it.

    Raises:
        NotImported: the exam is over, or an accommodation is gone meanwhile.
    """
    held = await db.get_one(Exam, exam.id)
    try:
        refuse_over(held, now)
    except ExamOver as error:
        raise NotImported(str(error)) from error
    done = await enrol_list(db, held, roster.entries, now, tell)
    more: dict[str, Any] = {"addresses": done.addresses} if done.addresses else {}
    audit.record(
        db,
        now,
        staff,
        "exam.enrol",
        ("exam", exam.id),
        institution_id=exam.institution_id,
        candidates=done.places,
        left_out=roster.bad_rows,
        **more,
    )
    return done


async def preview(db: AsyncSession, exam: Exam, roster: Roster) -> Preview:
    """What importing a list would do; changes nothing."""
    known = await _known(db, exam, [entry.reference for entry in roster.entries])
    new = enrolled = moves = 0
    renamed: list[tuple[Entry, str]] = []
    moved: list[tuple[Entry, str]] = []
    shown: list[Entry] = []
    for entry in roster.entries:
        found = known.get(folded(entry.reference))
        if found is not None and found.moves(entry):
            moves += 1
            moved += [(entry, found.email)] if found.email else []
        if found is not None and found.enrolled:
            enrolled += 1
            continue
        new += found is None
        if len(shown) < SHOWN:
            shown.append(entry)
        if found is not None and found.name != entry.name:
            renamed.append((entry, found.name))
    count = len(roster.entries) - enrolled
    return Preview(roster, new, count - new, enrolled, renamed, moved, moves, shown)


async def enrol_list(
    db: AsyncSession, exam: Exam, entries: Sequence[Entry], now: int, tell: Tell
) -> Imported:
    """Give everybody of a list a place, without a code, who has none yet; who is known gets the
    address that the list has for them.

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
    moved = [
        {"id": found.id, "email": entry.email}
        for entry in entries
        if (found := known.get(folded(entry.reference))) is not None and found.moves(entry)
    ]
    for at in range(0, len(moved), AT_ONCE):
        await db.execute(update(Candidate), moved[at : at + AT_ONCE])
    for at in range(0, len(wanted), AT_ONCE):
        await _enrol(db, exam, wanted[at : at + AT_ONCE], known, profiles, now)
        tell(min(at + AT_ONCE, len(wanted)), len(wanted))
    return Imported(len(wanted), len(moved))


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
