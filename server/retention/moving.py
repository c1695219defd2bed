"""Moves an institution's recordings to another region's store: copied, compared, then let go.

Each session is moved by itself: its pieces are copied and read back, the row says where they
are from now on, and only then the old copies go. What a crash interrupts is done again.

The command moves all at once, when nothing is running or still delivered. Chosen on the page,
new sessions go to the region from then on, and those there are follow by themselves
(``move_waiting``), each once nothing comes of it any more; whether that is so is asked again at
the end, as something may have come while it was copied.

What is destroyed while its session is moved is gone from both stores in the end: once all is
copied, the session is looked at again while no destruction makes a step.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import structlog
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_DAY, WallClock
from server.ingest.models import ExamSession
from server.retention.destruction import under_way
from server.retention.models import DataProtectionRow
from server.retention.pieces import gone_names
from server.retention.places import MOVE
from server.retention.settings import hold_still
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.database import Database
from server.storage.regions import RegionalBlobs
from shared.counting import count
from shared.encoding import sha256_hex

# A session that is not complete is moved once nothing came of it for so long (µs): a piece that
# is on its way goes where its session was when it came.
QUIET_FOR = MICROS_PER_DAY

# Sessions of one go: an hour's recording is some 70 MB, and what is due to be destroyed waits.
MOST = 20

_log = structlog.get_logger("invigil.server")


class NotMoved(Exception):
    """A session cannot be moved; the message says why. Nothing of it was let go."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many sessions and pieces are in another store now."""

    sessions: int
    pieces: int


async def move_institution(
    database: Database, blobs: RegionalBlobs, clock: WallClock, institution_id: str, region: str
) -> Moved:
    """Have an institution's recordings in ``region``, those to come too.

    Raises:
        UnknownRegion: the settings name no store of it.
        NotMoved: a session is still being recorded or delivered, or a copy is not what was
            copied; then all others are moved.
    """
    target, now = blobs.store(region), clock()
    own = ExamSession.institution_id == institution_id
    async with database.transaction() as db:
        row = await hold_still(db, institution_id)
        if region != row.region:
            await _refuse_running(db, institution_id, now)
        _settle(db, now, audit.COMMAND_LINE, row, region)
        query = select(ExamSession.id, ExamSession.region).where(
            own, ExamSession.region != region
        )
        waiting = (await db.execute(query)).tuples().all()
    pieces, stay = 0, list[NotMoved]()
    for session_id, old in waiting:
        try:
            pieces += await _move(database, session_id, blobs.store(old), target, region, now)
        except NotMoved as error:
            stay.append(error)
    if len(stay) > 1:
        raise NotMoved(f"{stay[0]}; and {count(len(stay) - 1, 'other')} cannot be moved either")
    if stay:
        raise stay[0]
    return Moved(len(waiting), pieces)


async def _refuse_running(db: AsyncSession, institution_id: str, now: int) -> None:
    running = ExamSession.state == "open"
    query = select(ExamSession.id, ExamSession.state).where(
        ExamSession.institution_id == institution_id, or_(running, not_(_at_rest(now)))
    )
    found = (await db.execute(query.order_by(running.desc()).limit(1))).first()
    if found is None:
        return
    if found.state == "open":
        raise NotMoved(f"session {found.id} is still open; move when no exam is running")
    raise _delivered_still(found.id)


async def choose_region(
    db: AsyncSession,
    now: int,
    staff: Staff,
    blobs: RegionalBlobs,
    region: str,
) -> None:
    """Have the institution's recordings in ``region`` from now on; those there are follow.

    Raises:
        UnknownRegion: the settings name no store of it.
    """
    blobs.store(region)
    row = await hold_still(db, staff.institution_id)
    if row.region != region:
        _settle(db, now, staff, row, region)


async def move_waiting(
    database: Database, blobs: RegionalBlobs, now: int, after: int = 0
) -> tuple[Moved, int]:
    """Move some of the sessions that are not where their institution wants them by now, the
    oldest of those begun after ``after`` first (µs UTC); and after when to go on, so that those
    that cannot be moved do not stand before the others for ever.
    """
    query = _waiting(now).where(ExamSession.created > after)
    async with database.transaction() as db:
        waiting = (await db.execute(query)).tuples().all()
    pieces = moved = 0
    for session_id, _, old, region in waiting:
        try:
            stores = blobs.store(old), blobs.store(region)
            pieces += await _move(database, session_id, *stores, region, now)
        except (NotMoved, BlobStoreError, OSError) as error:
            _log.error("a session was not moved", session=session_id, why=str(error))
            continue
        moved += 1
    return Moved(moved, pieces), waiting[-1][1] if len(waiting) == MOST else 0


def _waiting(now: int) -> Select[tuple[str, int, str, str]]:
    one = ExamSession
    return (
        select(one.id, one.created, one.region, DataProtectionRow.region)
        .join(
            DataProtectionRow,
            DataProtectionRow.institution_id == ExamSession.institution_id,
        )
        .where(ExamSession.region != DataProtectionRow.region, _at_rest(now))
        .order_by(ExamSession.created)
        .limit(MOST)
    )


def _at_rest(now: int) -> ColumnElement[bool]:
    """A condition: nothing is on its way of an ``ExamSession``, as it is complete or nothing
    came of it for long.
    """
    over = and_(ExamSession.closed, ExamSession.blobs == ExamSession.blobs_durable)
    quiet = func.coalesce(ExamSession.last_seen, ExamSession.created) <= now - QUIET_FOR
    return or_(over, quiet)


def _delivered_still(session_id: str) -> NotMoved:
    return NotMoved(
        f"session {session_id} is still being delivered; move it once all of it is here, or "
        "nothing has come of it for a day"
    )


def _settle(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    row: DataProtectionRow,
    region: str,
) -> None:
    before, row.region = row.region, region
    own = row.institution_id
    audit.record(
        db,
        now,
        actor,
        MOVE,
        ("institution", own),
        institution_id=own,
        before=before,
        region=region,
    )


async def _move(
    database: Database, session_id: str, old: BlobStore, new: BlobStore, region: str, now: int
) -> int:
    """Move one session; how many pieces of it are in the new store. One that was destroyed has
    its row brought up to date alone, and leaves what was copied nowhere.

    Raises:
        NotMoved: a copy is not what was copied, or the session is delivered still.
    """
    copied: set[str] = set()
    for name in sorted(await old.names(session_id)):
        # Destroyed meanwhile, it is no more to be moved.
        with suppress(BlobMissing):
            await _copy(session_id, name, old, new)
            copied.add(name)
    async with database.transaction() as db:
        query = select(ExamSession).where(ExamSession.id == session_id, _at_rest(now))
        session = await db.scalar(query.with_for_update())
        if session is None:
            raise _delivered_still(session_id)
        await hold_still(db, session.institution_id)
        # What came in between is copied while nothing else can come, and nothing can go.
        there = await old.names(session_id)
        for name in sorted(there - copied):
            await _copied(session_id, name, old, new)
        here = await new.names(session_id)
        if gone := await _gone(db, session, here):
            await new.delete_many(session_id, sorted(gone))
            await new.forget_folder(session_id)
        session.region = region
    await old.delete_many(session_id, sorted(there))
    await old.forget_folder(session_id)
    return len(here - gone)


async def _gone(db: AsyncSession, session: ExamSession, here: set[str]) -> set[str]:
    """Which of the pieces that are ``here`` were destroyed: those that are noted as gone, and
    all of a session of which a certificate says so. A destruction that is under way comes to
    the others by itself, unless a hold keeps them.
    """
    if session.purged_at is not None and await under_way(db, session.id) is None:
        return here
    return here & await gone_names(db, session.id)


async def _copied(session_id: str, name: str, old: BlobStore, new: BlobStore) -> None:
    try:
        await _copy(session_id, name, old, new)
    except BlobMissing as error:
        raise NotMoved(f"{error} is in the store's list and cannot be read") from error


async def _copy(session_id: str, name: str, old: BlobStore, new: BlobStore) -> None:
    await new.put_bytes(session_id, name, await old.get(session_id, name))
    if sha256_hex(await new.get(session_id, name)) != name:
        raise NotMoved(f"piece {name} of session {session_id} is damaged, here or there")
