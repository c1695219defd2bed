"""Flags kept as rows, so that lists, search and likeness are questions to the database.

The rows follow from incidents and from what people added; what has not changed (``mark``) is
not written again, so that one decision among ten thousand flags writes one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession
from server.integrations.outbox import Happened, announce
from server.review import search
from server.review.flags import Flag
from server.review.likeness import texts_of, things_of
from server.review.models import FlagRow, LikenessRow
from shared.encoding import sha256_hex

# Rows of one statement; databases bound how many values one may have.
PORTION = 500


async def keep_flags(db: AsyncSession, session: ExamSession, flags: Sequence[Flag]) -> None:
    """Bring what is kept of a session's flags up to date. The session's turn is taken."""
    query = select(FlagRow.flag_id, FlagRow.mark, FlagRow.told).where(
        FlagRow.session_id == session.id
    )
    rows = (await db.execute(query)).tuples().all()
    kept, told = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    marks = {flag.id: flag.once(_mark) for flag in flags}
    changed = [flag for flag in flags if kept.get(flag.id) != marks[flag.id]]
    gone = [name for name in kept if name not in marks]
    await _drop(db, session.id, [*gone, *(one.id for one in changed if one.id in kept)])
    await search.forget(db, [(session.id, name) for name in gone])
    for at in range(0, len(changed), PORTION):
        await _add(db, session, changed[at : at + PORTION], marks)
    await announce(db, [*_news(session, changed, told)])


async def _add(
    db: AsyncSession, session: ExamSession, flags: Sequence[Flag], marks: dict[str, str]
) -> None:
    await db.execute(
        insert(FlagRow), [_row(session, flag) | {"mark": marks[flag.id]} for flag in flags]
    )
    of = {"session_id": session.id, "exam_id": session.exam_id}
    alike = [
        of | {"flag_id": flag.id, "key": thing.key}
        for flag in flags
        for thing in things_of(flag)
    ]
    if alike:
        await db.execute(insert(LikenessRow), alike)
    await search.put(db, {(session.id, flag.id): texts_of(flag) for flag in flags})


async def _drop(db: AsyncSession, session_id: str, names: Sequence[str]) -> None:
    for table in (FlagRow, LikenessRow):
        for at in range(0, len(names), PORTION):
            part = names[at : at + PORTION]
            await db.execute(
                delete(table).where(table.session_id == session_id, table.flag_id.in_(part))
            )


def _news(
    session: ExamSession, flags: Iterable[Flag], told: Mapping[str, str | None]
) -> Iterator[Happened]:
    """What other systems are told of flags: as of when their session was last heard.

    A flag keeps its name and its incidents for good (``correlation``), so that one that was
    told of is never taken back; but it may grow.
    """
    at = session.last_seen or session.created
    for flag in flags:
        news = "flag.updated" if flag.id in told else "flag.opened"
        before = told.get(flag.id)
        # Of one that was kept before this was, nobody knows what was told.
        if flag.id in told and before in (None, _told(flag)):
            continue
        yield Happened(session.institution_id, news, at, session.id, _data(flag))


def _data(flag: Flag) -> dict[str, object]:
    return {
        "flag": flag.id,
        "kind": flag.kind.value,
        "severity": flag.severity.value,
        "incidents": len(flag.members),
        "over": flag.end is not None,
    }


def _told(flag: Flag) -> str:
    return sha256_hex(msgspec.json.encode(_data(flag)))


def _row(session: ExamSession, flag: Flag) -> dict[str, object]:
    return {
        "session_id": session.id,
        "flag_id": flag.id,
        "exam_id": session.exam_id,
        "kind": flag.kind.value,
        "start": flag.start,
        "wall": (session.origin_wall or 0) + flag.start,
        "verdict": flag.verdict.value,
        "second": flag.proposed is not None,
        "person": flag.needs_person,
        "assigned": flag.assigned.to_id if flag.assigned else None,
        "told": _told(flag),
    }


def _mark(flag: Flag) -> str:
    """The same as long as nothing that is kept of a flag changes."""
    told = (
        flag.kind,
        flag.severity,
        flag.start,
        flag.verdict,
        flag.proposed is not None,
        flag.needs_person,
        flag.assigned.to_id if flag.assigned else None,
        len(flag.history),
        len(flag.notes),
        [(one.id, one.end, one.detail) for one in flag.members],
    )
    return sha256_hex(msgspec.json.encode(told))
