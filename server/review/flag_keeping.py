"""Flags kept as rows, so that lists, search and likeness are questions to the database.

The rows follow from incidents and from what people added; what has not changed (``mark``) is
not written again, so that one decision among ten thousand flags writes one row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession
from server.integrations.outbox import Happened, announce
from server.review import search
from server.review.flags import Flag
from server.review.likeness import texts_of, things_of
from server.review.models import FlagRow, LikenessRow
from server.storage.tables import add_rows
from shared.encoding import sha256_hex

# Rows of one statement; databases bound how many values one may have.
PORTION = 500


# Flags by their session and their own id.
_Of = tuple[str, str]

# What is kept of a session's flags: mark and what was told, by the flag's id.
_Kept = Mapping[str, tuple[str, str | None]]

_NOTHING: _Kept = {}
_UNKNOWN = ("", None)


async def keep_flags(
    db: AsyncSession,
    those: Sequence[tuple[ExamSession, Sequence[Flag]]],
    only: Collection[str] | None = None,
) -> None:
    """Bring what is kept of sessions' flags up to date. The sessions' turns are taken; with
    ``only``, all flags but those are known to be kept as they are.
    """
    query = select(FlagRow.session_id, FlagRow.flag_id, FlagRow.mark, FlagRow.told).where(
        FlagRow.session_id.in_([session.id for session, _ in those])
    )
    if only is not None:
        query = query.where(FlagRow.flag_id.in_(only))
        those = [(session, [one for one in of if one.id in only]) for session, of in those]
    kept: dict[str, dict[str, tuple[str, str | None]]] = {}
    for name, flag, mark, told in (await db.execute(query)).tuples():
        kept.setdefault(name, {})[flag] = (mark, told)
    fresh: list[tuple[ExamSession, Flag]] = []
    gone: set[_Of] = set()
    outdated: set[_Of] = set()
    for session, flags in those:
        own = kept.get(session.id, _NOTHING)
        changed = [one for one in flags if own.get(one.id, _UNKNOWN)[0] != one.once(_mark)]
        fresh += [(session, one) for one in changed]
        outdated.update((session.id, one.id) for one in changed if one.id in own)
        gone.update((session.id, name) for name in own.keys() - {one.id for one in flags})
    await _drop(db, gone | outdated)
    await search.forget(db, sorted(gone))
    for at in range(0, len(fresh), PORTION):
        await _add(db, fresh[at : at + PORTION])
    await announce(db, [*_news(fresh, kept)])


async def _add(db: AsyncSession, fresh: Sequence[tuple[ExamSession, Flag]]) -> None:
    await add_rows(db, FlagRow, [_row(session, flag) for session, flag in fresh])
    alike = [
        {
            "session_id": session.id,
            "exam_id": session.exam_id,
            "flag_id": flag.id,
            "key": thing.key,
        }
        for session, flag in fresh
        for thing in things_of(flag)
    ]
    await add_rows(db, LikenessRow, alike)
    await search.put(db, {(session.id, flag.id): texts_of(flag) for session, flag in fresh})


async def _drop(db: AsyncSession, flags: Collection[_Of]) -> None:
    by_session: dict[str, list[str]] = {}
    for session, flag in sorted(flags):
        by_session.setdefault(session, []).append(flag)
    for session, names in by_session.items():
        for table in (FlagRow, LikenessRow):
            for at in range(0, len(names), PORTION):
                part = names[at : at + PORTION]
                await db.execute(
                    delete(table).where(table.session_id == session, table.flag_id.in_(part))
                )


def _news(
    fresh: Iterable[tuple[ExamSession, Flag]], kept: Mapping[str, _Kept]
) -> Iterator[Happened]:
    """What other systems are told of flags: as of when their session was last heard.

    A flag keeps its name and its incidents for good (``correlation``), so that one that was
    told of is never taken back; but it may grow.
    """
    for session, flag in fresh:
        at, own = session.last_seen or session.created, kept.get(session.id, _NOTHING)
        news = "flag.updated" if flag.id in own else "flag.opened"
        # Of one that was kept before this was, nobody knows what was told.
        if flag.id in own and own[flag.id][1] in (None, _told(flag)):
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
        "mark": flag.once(_mark),
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
