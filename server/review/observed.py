"""How much of each session could be observed, for the list: the same as on its own page.

It hangs on every piece and heartbeat of a session, so that it is kept, and made anew where
records came since: of a session that is over at once, of one that is being recorded a minute
later at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Text, and_, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession
from server.review.absences import Absences, Interval
from server.review.durations import MICROS
from server.review.models import ObservedRow
from server.review.phases import read_phases_of
from server.review.reading import extent, policies_of, read_absences, read_tracks
from server.review.timeline import UNDELIVERED, UNPLAYABLE, missing, parted
from server.review.tracks import Track, here, runs, undelivered
from server.review.watching import Observability, observability, observed_share

# A session that is being recorded is looked at anew once it is so much longer, in
# microseconds: a page of the list is loaded every few seconds.
RENEWED_EVERY = 60 * MICROS

# Whether what is kept is right for good: of a session that is over, with all its records.
_CURRENT = and_(
    ObservedRow.size == ExamSession.size,
    ObservedRow.live.is_(False),
    ExamSession.state != "open",
)

# A stream, how long it counts and how much of that was missed (µs), whether it was recorded.
_InShort = tuple[str, int, int, bool]


async def observed_of(
    db: AsyncSession, sessions: Sequence[ExamSession]
) -> dict[str, list[Observability]]:
    """How much of each stream could be observed, by session id; without the reasons."""
    ids = [session.id for session in sessions]
    rows = await db.scalars(select(ObservedRow).where(ObservedRow.session_id.in_(ids)))
    kept = {row.session_id: row for row in rows}
    stale = [one for one in sessions if _is_stale(one, kept.get(one.id))]
    made = await _made(db, stale)
    told = {name: _told(row.streams) for name, row in kept.items() if name not in made}
    return told | made


async def kept_shares(
    db: AsyncSession, exam_id: str
) -> tuple[dict[str, list[float]], list[str]]:
    """How much of each stream could be observed in an exam's sessions, by stream, as far as it
    is kept and right; and the ids of the other sessions, of which ``observed_of`` tells. There
    may be ten thousand.
    """
    # As one text each, decoded at once: ten thousand rows take several times as long.
    streams = func.aggregate_strings(cast(ObservedRow.streams, Text), ",").filter(_CURRENT)
    stale = func.aggregate_strings(ExamSession.id, ",").filter(_CURRENT.is_not(True))
    query = (
        select(streams, stale)
        .select_from(ExamSession)
        .outerjoin(ObservedRow, ObservedRow.session_id == ExamSession.id)
        .where(ExamSession.exam_id == exam_id, ExamSession.size > 0)
    )
    kept, others = (await db.execute(query)).one()
    of_all = msgspec.json.decode(f"[{kept or ''}]", type=list[list[_InShort]])
    shares: dict[str, list[float]] = defaultdict(list)
    for stream, duration, missed, recorded in chain.from_iterable(of_all):
        share = observed_share(duration, missed, recorded=recorded)
        if share is not None:
            shares[stream].append(share)
    return shares, sorted(others.split(",")) if others else []


async def keep_of_ended(db: AsyncSession, most: int) -> int:
    """Make what is not kept of sessions that are over, of ``most`` at once; of how many."""
    query = (
        select(ExamSession)
        .outerjoin(ObservedRow, ObservedRow.session_id == ExamSession.id)
        .where(ExamSession.size > 0, ExamSession.state != "open", _CURRENT.is_not(True))
        .where(ExamSession.purged_at.is_(None))
        .order_by(ExamSession.id)
        .limit(most)
        # One that is just being destroyed is let be, and none is before this is written.
        .with_for_update(of=ExamSession, read=True, key_share=True, skip_locked=True)
    )
    sessions = list(await db.scalars(query))
    await _made(db, sessions)
    return len(sessions)


def absent_from(
    tracks: Mapping[str, Track], absences: Absences, reach: int, *, live: bool
) -> list[Interval]:
    """What of a session's streams is not there, as ``timeline.missing`` tells it.

    Args:
        tracks: the streams.
        absences: gaps and unobserved time.
        reach: how far the session's records reach, in microseconds.
        live: whether more may come.
    """
    played = {name: runs(track) for name, track in tracks.items()}
    known = [one for name, track in tracks.items() for one in _known(name, track)]
    return missing(played, absences, reach, live=live, known=known)


def _known(stream: str, track: Track) -> list[Interval]:
    """What records commit to, where it is not shown."""
    return [
        *(Interval(stream, *span, UNDELIVERED) for span in undelivered(track)),
        *(Interval(stream, *span, UNPLAYABLE) for span in here(track)),
    ]


def _is_stale(session: ExamSession, row: ObservedRow | None) -> bool:
    live = session.state == "open"
    if row is None or row.live != live:
        return True
    if row.size == session.size:
        return False
    return not live or extent(session) >= row.duration + RENEWED_EVERY


async def _made(
    db: AsyncSession, sessions: Sequence[ExamSession]
) -> dict[str, list[Observability]]:
    if not sessions:
        return {}
    policies = await policies_of(db, sessions)
    phases = await read_phases_of(db, sessions)
    found: dict[str, list[Observability]] = {}
    # In one order for everybody: each row that is kept is held until the transaction ends.
    for session in sorted(sessions, key=lambda one: one.id):
        live, reach = session.state == "open", extent(session)
        absences = await read_absences(db, session)
        tracks = await read_tracks(db, session)
        found[session.id] = observability(
            policies[session.policy_version_id],
            reach,
            absences,
            parted(absent_from(tracks, absences, reach, live=live))[1],
            tracks,
            live=live,
            within=phases[session.id].counted,
        )
        await _keep(db, session, found[session.id])
    return found


async def _keep(db: AsyncSession, session: ExamSession, found: Sequence[Observability]) -> None:
    row = {
        "session_id": session.id,
        "size": session.size,
        "duration": extent(session),
        "live": session.state == "open",
        "streams": [[one.stream, one.duration, one.missed, one.recorded] for one in found],
    }
    # Two who look at the list at once may both bring a session up to date.
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(ObservedRow).values(row)
    await db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=row))


def _told(streams: list[Any]) -> list[Observability]:
    return [Observability(*one) for one in msgspec.convert(streams, list[_InShort])]
