"""The ranking: every session's score kept in a table, so that the list is one question.

A score is stale when a record about an incident, a phase or a program came after it was made.
Stale ones are brought up to date by a chore every few seconds (``live.limits``), and a few by
whoever looks at the list; what people do to a session does so at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession, IncidentRow, PhaseRow, ProgramRow
from server.review import search
from server.review.flag_keeping import keep_flags
from server.review.flag_memory import read_flags, read_flags_together
from server.review.flags import Flags, Tally, tally
from server.review.models import NoteRow, RankRow, SessionDecisionRow
from server.review.phases import read_phases_of
from server.review.reading import extent, policies_of
from server.review.score import Score, automatic, score
from server.review.turns import free_ones, take_turn

# As many reasons as fit beside a name.
REASONS = 3

# Raised where the same records would make other flags or scores, so that all are made anew.
EDITION = 1

# No edition: what is kept is made anew.
UNSETTLED = 0

# How many sessions are brought up to date at once: each takes a few milliseconds.
BATCH = 200

# And by one look at the list, which has a fifth of a second for everything; the next look, or
# the chore, goes on.
AT_A_LOOK = 10

# How many are looked through for stale ones.
LOOKED_AT = 2_000


async def refresh(db: AsyncSession, session: ExamSession) -> Score:
    """Bring a session's flags and score up to date, whatever was kept of them."""
    await take_turn(db, session.id)
    await _keep_words(db, session)
    return await refresh_one(db, session, await read_flags(db, session))


async def _keep_words(db: AsyncSession, session: ExamSession) -> None:
    """What people said about the session itself can be searched for."""
    notes = select(NoteRow.text).where(NoteRow.session_id == session.id, NoteRow.flag_id == "")
    told = select(SessionDecisionRow.note).where(SessionDecisionRow.session_id == session.id)
    said = [*await db.scalars(notes), *await db.scalars(told)]
    if any(said):
        await search.put(db, {(session.id, ""): said})


async def refresh_one(
    db: AsyncSession,
    session: ExamSession,
    flags: Flags,
    changed: Collection[str] | None = None,
) -> Score:
    """The same from ``flags``, which were read after the session's turn was taken.

    Args:
        db: the transaction.
        session: the session.
        flags: all of its flags.
        changed: those that somebody judged in this transaction. Where all that is kept is of
            the records that there are, the others are as they are kept.
    """
    query = select(RankRow.size, RankRow.edition).where(RankRow.session_id == session.id)
    kept = (await db.execute(query)).one_or_none() if changed is not None else None
    only = changed if kept is not None and tuple(kept) == (session.size, EDITION) else None
    [found] = await _refresh(db, [(session, flags)], only)
    return found


async def unsettle(db: AsyncSession, institution_id: str, build: str | None) -> None:
    """Have sessions scored anew whose programs stand otherwise now: those that name ``build``,
    or all of the institution's that say what they are recorded by.
    """
    of = select(ProgramRow.session_id).join(
        ExamSession, ExamSession.id == ProgramRow.session_id
    )
    of = of.where(ExamSession.institution_id == institution_id)
    if build is not None:
        of = of.where(ProgramRow.build == build)
    await db.execute(
        update(RankRow)
        .where(RankRow.session_id.in_(of))
        .values(edition=UNSETTLED)
        .execution_options(synchronize_session=False)
    )


async def refresh_stale(
    db: AsyncSession,
    institution_id: str | None = None,
    *,
    versions: Collection[str] | None = None,
    only: Collection[str] | None = None,
    most: int = BATCH,
) -> list[str]:
    """Bring the scores of an institution's sessions (or of all) up to date, ``most`` at once;
    the ids of those that were stale. With ``versions``, only of sessions that are being
    recorded under those of policies; with ``only``, of these sessions.
    """
    stale, same = await _stale(db, institution_id, versions, only)
    if same:
        # What came since is nothing that counts: not to be looked through again. Past the ORM,
        # which takes many of one update for rows by their primary key alone.
        kept = RankRow.metadata.tables[RankRow.__tablename__]
        connection = await db.connection()
        await connection.execute(
            update(kept)
            .where(kept.c.session_id == bindparam("of"), kept.c.size < bindparam("reach"))
            .values(size=bindparam("reach")),
            [{"of": name, "reach": size} for name, size in same],
        )
    names = await free_ones(db, stale[:most])
    query = select(ExamSession).where(ExamSession.id.in_(names)).order_by(ExamSession.id)
    sessions = (await db.execute(query)).scalars().all() if names else []
    if sessions:
        flags = await read_flags_together(db, sessions)
        await _refresh(db, [(session, flags[session.id]) for session in sessions])
    return [session.id for session in sessions]


async def _stale(
    db: AsyncSession,
    institution_id: str | None,
    versions: Collection[str] | None,
    only: Collection[str] | None,
) -> tuple[list[str], list[tuple[str, int]]]:
    """Sessions that are to be scored anew; and those that grew without anything that counts,
    with the number of their records.
    """
    size = RankRow.size
    came_since = or_(IncidentRow.begin_seq >= size, IncidentRow.end_seq >= size)
    fresh_incident = (
        select(IncidentRow.incident_id)
        .where(IncidentRow.session_id == ExamSession.id, came_since)
        .exists()
    )
    fresh_phase = (
        select(PhaseRow.seq)
        .where(PhaseRow.session_id == ExamSession.id, PhaseRow.seq >= size)
        .exists()
    )
    fresh_program = (
        select(ProgramRow.seq)
        .where(ProgramRow.session_id == ExamSession.id, ProgramRow.seq >= size)
        .exists()
    )
    anew = or_(fresh_incident, fresh_phase, fresh_program)
    never = or_(RankRow.session_id.is_(None), RankRow.edition != EDITION)
    query = (
        select(ExamSession.id, ExamSession.size, or_(never, anew))
        .outerjoin(RankRow, RankRow.session_id == ExamSession.id)
        .where(or_(never, ExamSession.size > size))
        .limit(LOOKED_AT)
    )
    if institution_id is not None:
        query = query.where(ExamSession.institution_id == institution_id)
    if versions is not None:
        query = query.where(
            ExamSession.policy_version_id.in_(versions), ExamSession.state == "open"
        )
    if only is not None:
        query = query.where(ExamSession.id.in_(only))
    rows = (await db.execute(query)).tuples().all()
    stale = [name for name, _, anew in rows if anew]
    return stale, [(name, reach) for name, reach, anew in rows if not anew]


async def _refresh(
    db: AsyncSession,
    those: Sequence[tuple[ExamSession, Flags]],
    only: Collection[str] | None = None,
) -> list[Score]:
    """Score sessions by their flags, and keep both; the scores in the same order. ``only`` is
    for ``keep_flags``.
    """
    sessions = [session for session, _ in those]
    phases = await read_phases_of(db, sessions)
    policies = await policies_of(db, sessions)
    found: list[Score] = []
    rows: list[dict[str, object]] = []
    for session, flags in those:
        policy, counted = policies[session.policy_version_id], phases[session.id].counted
        reach = extent(session)
        own = flags.lately(score, policy, reach, counted)
        limited = (
            score(automatic(flags), policy, reach, counted).value
            if policy.review.limit
            else 0.0
        )
        found.append(own)
        rows.append(_row(session, flags, own, flags.lately(tally), limited))
    await _keep(db, rows)
    await keep_flags(db, those, only)
    return found


def _row(
    session: ExamSession, flags: Flags, found: Score, counts: Tally, limited: float
) -> dict[str, object]:
    return {
        "session_id": session.id,
        "size": session.size,
        "score": found.value,
        "automatic": limited,
        "reasons": [
            [c.kind.value, round(c.points, 1), c.words] for c in found.contributions[:REASONS]
        ],
        "open": counts.open,
        "accepted": counts.accepted,
        "dismissed": counts.dismissed,
        "escalated": counts.escalated,
        "second": counts.second,
        "person": counts.person,
        "kinds": sorted(kind.value for kind in {flag.kind for flag in flags}),
        "edition": EDITION,
    }


async def _keep(db: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    # Two who look at the list at once may both bring a session up to date.
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(RankRow)
    kept = statement.on_conflict_do_update(
        index_elements=["session_id"],
        set_={name: statement.excluded[name] for name in rows[0] if name != "session_id"},
    )
    await db.execute(kept, rows)
