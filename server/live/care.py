"""Who of the staff looks at a running session, who has taken it on, what of it was seen.

Looking is noticed by itself and passes; taking on is a word to the others, so that two do not
do the same work. Both are shown and bind nobody: whoever may act may act.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.audit import service as audit
from server.builds.reading import read_alarms
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.ingest.models import ExamSession, IncidentRow, RecordRow
from server.live.conversation import SPOKEN, TO_SEVERAL
from server.live.gathering import PRESENT_FOR
from server.live.models import CareRow, CommandRow, WatcherRow
from server.live.need import MINUTE, NEW_FOR, WEIGHTS
from server.problems import Rejection
from server.review.reading import read_policy
from server.storage.database import Database

# A session stays taken on for so long after whoever has it was last there; whoever forgets to
# give it back keeps nobody from it. Microseconds.
HELD_FOR = 10 * MINUTE

# Being there is written down so often at most (µs): a page asks every two seconds.
NOTED_EVERY = PRESENT_FOR // 4


@dataclass(frozen=True, slots=True)
class Around:
    """Who is at a session: ``holder`` has taken it on (``mine`` where that is who asks),
    ``others`` look at it besides who asks.
    """

    holder: str = ""
    mine: bool = False
    others: tuple[str, ...] = ()


async def read_around(db: AsyncSession, staff: Staff, session_id: str, now: int) -> Around:
    """Who is at a session."""
    care = await db.get(CareRow, session_id)
    holder = care.holder if care is not None and care.held_until > now else None
    name = None if holder is None else await db.scalar(_named(holder))
    query = (
        select(Account.name)
        .join(WatcherRow, WatcherRow.account_id == Account.id)
        .where(
            WatcherRow.session_id == session_id,
            WatcherRow.seen > now - PRESENT_FOR,
            WatcherRow.account_id != staff.id,
        )
        .order_by(WatcherRow.since)
    )
    others = tuple(await db.scalars(query))
    return Around(name or "", holder == staff.id, others)


async def has_fresh(db: AsyncSession, session_id: str, now: int) -> bool:
    """Whether a session has grave incidents that are new and that nobody has seen."""
    care = await db.get(CareRow, session_id)
    spoken = await db.scalar(
        select(func.max(CommandRow.created)).where(
            CommandRow.session_id == session_id,
            CommandRow.action.in_(SPOKEN),
            CommandRow.account_id.is_not(None),
            CommandRow.id.not_like(f"{TO_SEVERAL}%"),
        )
    )
    seen_at = max(spoken or 0, care.seen_at if care is not None else 0)
    query = (
        select(IncidentRow.incident_id)
        .join(
            RecordRow,
            and_(
                RecordRow.session_id == IncidentRow.session_id,
                RecordRow.seq == IncidentRow.begin_seq,
            ),
        )
        .where(
            IncidentRow.session_id == session_id,
            IncidentRow.severity.in_(WEIGHTS),
            RecordRow.received > max(seen_at, now - NEW_FOR),
        )
    )
    if (await db.execute(query.limit(1))).first() is not None:
        return True
    session = await db.get_one(ExamSession, session_id)
    alarms = await read_alarms(db, [session], {session_id: await read_policy(db, session)})
    since = max(seen_at, now - NEW_FOR)
    return any(one.severity in WEIGHTS and one.at > since for one in alarms)


async def note_looking(db: AsyncSession, staff: Staff, session: ExamSession, now: int) -> bool:
    """Somebody looks at a session; whether they have just come."""
    row = await db.get(WatcherRow, (session.id, staff.id))
    if row is not None and row.seen > now - NOTED_EVERY:
        return False
    comes = row is None or row.seen <= now - PRESENT_FOR
    if comes:
        await forget_watchers(db, now)
    since = now if row is None or comes else row.since
    key = {"session_id": session.id, "account_id": staff.id}
    told = {"since": since, "seen": now}
    insert = _insert(db)(WatcherRow).values({**key, **told})
    await db.execute(insert.on_conflict_do_update(index_elements=list(key), set_=told))
    care = await db.get(CareRow, session.id)
    if care is not None and care.holder == staff.id and care.held_until > now:
        care.held_until = now + HELD_FOR
    return comes


class Care:
    """Taking on, giving back, having seen."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock

    async def take(
        self, staff: Staff, session_id: str, *, over: bool = False
    ) -> Rejection | None:
        """Take a session on, from somebody else only where ``over`` says so.

        Raises:
            NotFoundException: the institution has no such session.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            session = await session_of(db, staff, session_id)
            care = await _care(db, session.id)
            held = care.holder if care.held_until > now else None
            if held not in (None, staff.id) and not over:
                name = await db.scalar(_named(held)) or "Somebody"
                why = f"{name} has taken this session on. Take it over if that is agreed."
                return Rejection("about:blank", 409, why)
            if session.state != "open":
                why = "This session is over: there is nothing to take on."
                return Rejection("about:blank", 409, why)
            care.holder, care.held_until = staff.id, now + HELD_FOR
            _record(db, now, staff, "session.take", session, held)
        return None

    async def give_back(self, staff: Staff, session_id: str) -> Rejection | None:
        """Let a session go that one has taken on.

        Raises:
            NotFoundException: the institution has no such session.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            session = await session_of(db, staff, session_id)
            care = await _care(db, session.id)
            if care.holder != staff.id or care.held_until <= now:
                return Rejection("about:blank", 409, "You have not taken this session on.")
            care.holder, care.held_until = None, 0
            _record(db, now, staff, "session.give_back", session, None)
        return None

    async def seen(self, staff: Staff, session_id: str) -> None:
        """Staff have seen a session's incidents up to now.

        Raises:
            NotFoundException: the institution has no such session.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            session = await session_of(db, staff, session_id)
            (await _care(db, session.id)).seen_at = now
            _record(db, now, staff, "session.seen", session, None)


async def note_read(db: AsyncSession, session: ExamSession, newest: int) -> None:
    """What the candidate wrote, up to ``newest`` (µs UTC), was shown to somebody who may answer
    it. What has come since was not.
    """
    care = await db.get(CareRow, session.id)
    if care is None or care.read_at < newest:
        (await _care(db, session.id)).read_at = newest


async def forget_watchers(db: AsyncSession, now: int) -> None:
    """Take out who looked long ago."""
    await db.execute(delete(WatcherRow).where(WatcherRow.seen <= now - HELD_FOR))


async def _care(db: AsyncSession, session_id: str) -> CareRow:
    """A session's row, held until the transaction ends; made where there is none."""
    first = {"session_id": session_id, "held_until": 0, "seen_at": 0, "read_at": 0}
    await db.execute(_insert(db)(CareRow).values(first).on_conflict_do_nothing())
    query = select(CareRow).where(CareRow.session_id == session_id).with_for_update()
    return (await db.scalars(query)).one()


def _insert(db: AsyncSession):
    return sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert


def _named(account_id: str | None):
    return select(Account.name).where(Account.id == account_id)


def _record(
    db: AsyncSession,
    now: int,
    staff: Staff,
    action: str,
    session: ExamSession,
    held: str | None,
) -> None:
    # Whose it was before, where it was somebody else's.
    more = {"from": held} if held not in (None, staff.id) else {}
    audit.record(db, now, staff, action, ("session", session.id), **more)
