"""Reads an institution's log: its end checked, its entries found, all of it to export."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Institution
from server.audit.models import LogEntryRow, LogHeadRow
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.chain import Refused
from shared.encoding import from_base64
from shared.log import Entry, Key, LogState, decode_entry, follow, sign_manifest
from shared.signed import Signed, public_bytes

_log = structlog.get_logger("invigil.server")

# Entries of one page.
PAGE = 100

# Entries of a log's end that are checked when the server starts and when the page is shown:
# a fraction of a second's work.
END = 200

# Entries of an export that are read at once; each may have 64 KiB.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class LogEnd:
    """The newest entries, checked: ``checked`` of ``size``, up to ``head``; ``wrong`` says
    what does not hold.
    """

    size: int
    head: str
    checked: int
    wrong: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries to show: of a session, an actor, an action; older than ``before``."""

    session: str = ""
    actor: str = ""
    action: str = ""
    before: int | None = None

    @property
    def any(self) -> bool:
        """Whether some entries are left out."""
        return bool(self.session or self.actor or self.action)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry for the page; ``name`` is its actor's, where that is an account."""

    entry: Entry
    action: str
    subject_kind: str
    subject_id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and the number that the older ones lie before."""

    lines: list[Line]
    older: int | None


@dataclass(frozen=True, slots=True)
class Export:
    """An export under way: ``first`` is its first line, ``entries`` how many follow in how
    many ``bytes``, as the log's head counts them; ``whole`` where the entries are all there.
    """

    institution_id: str
    first: bytes
    entries: int
    bytes: int
    whole: bool


async def check_end(db: AsyncSession, institution_id: str, most: int = END) -> LogEnd:
    """Check the newest ``most`` entries against each other and the log's head."""
    # In one statement: between two, the log may grow.
    newest = _entries(institution_id).order_by(LogEntryRow.n.desc()).limit(most).subquery()
    query = (
        select(LogHeadRow, newest)
        .outerjoin(newest, true())
        .where(LogHeadRow.institution_id == institution_id)
        .order_by(newest.c.n)
        .execution_options(populate_existing=True)
    )
    found = (await db.execute(query)).all()
    head: LogHeadRow = found[0][0]
    rows = [row for row in found if row.n is not None]
    if not rows or head.first_key is None:
        wrong = "its entries are gone" if head.size or rows else None
        return LogEnd(head.size, head.head, 0, wrong)
    before = await _key_before(db, institution_id, rows[0].n) or head.first_key
    prev = decode_entry(rows[0].payload).prev
    state = LogState(institution_id, before, rows[0].n, prev)
    for row in rows:
        judged = follow(state, Signed(row.payload, row.signature))
        if isinstance(judged, Refused):
            wrong = f"entry {state.size}: {judged.why}"
            return LogEnd(head.size, head.head, len(rows), wrong)
        state = judged.state
    wrong = None
    if (state.size, state.head) != (head.size, head.head):
        wrong = f"it ends with entry {state.size - 1}, and should with {head.size - 1}"
    return LogEnd(head.size, head.head, len(rows), wrong)


async def _key_before(db: AsyncSession, institution_id: str, n: int) -> bytes | None:
    """The raw key that the last handover before entry ``n`` put in force."""
    query = (
        select(LogEntryRow.payload)
        .where(
            LogEntryRow.institution_id == institution_id,
            LogEntryRow.action == "key",
            LogEntryRow.n < n,
        )
        .order_by(LogEntryRow.n.desc())
        .limit(1)
    )
    payload = await db.scalar(query)
    if payload is None:
        return None
    body = decode_entry(payload).body
    assert isinstance(body, Key)
    return from_base64(body.next.public_key)


async def report_ends(database: Database) -> None:
    """Tell the operator of logs whose ends do not hold. The server serves on all the same:
    what is logged from now on shows when that was, and an exam does not wait.
    """
    async with database.transaction() as db:
        institutions = list(await db.scalars(select(Institution.id)))
    for institution_id in institutions:
        async with database.transaction() as db:
            end = await check_end(db, institution_id)
        if end.wrong is not None:
            _log.error("a log does not hold", institution=institution_id, why=end.wrong)


async def read_page(db: AsyncSession, institution_id: str, filters: Filters) -> Page:
    """The newest entries that the filters leave."""
    query = (
        select(LogEntryRow, Account.name)
        .outerjoin(Account, Account.id == LogEntryRow.actor)
        .where(LogEntryRow.institution_id == institution_id)
        .order_by(LogEntryRow.n.desc())
        .limit(PAGE + 1)
    )
    for column, value in (
        (LogEntryRow.subject_id, filters.session),
        (LogEntryRow.actor, filters.actor),
        (LogEntryRow.action, filters.action),
    ):
        if value:
            query = query.where(column == value)
    if filters.before is not None:
        query = query.where(LogEntryRow.n < filters.before)
    found = (await db.execute(query)).tuples().all()
    lines = [
        Line(decode_entry(row.payload), row.action, row.subject_kind, row.subject_id, name)
        for row, name in found[:PAGE]
    ]
    return Page(lines, lines[-1].entry.n if len(found) > PAGE else None)


async def begin_export(
    db: AsyncSession, keys: KeyStore, institution_id: str, now: int
) -> Export:
    """An export of the log as it stands."""
    # In one statement: between two, the log may grow.
    last = select(func.max(LogEntryRow.n)).where(LogEntryRow.institution_id == institution_id)
    query = (
        select(LogHeadRow, last.scalar_subquery())
        .where(LogHeadRow.institution_id == institution_id)
        .execution_options(populate_existing=True)
    )
    head, newest = (await db.execute(query)).tuples().one()
    institution = await db.get_one(Institution, institution_id)
    key = keys.signing(head.key_ref or institution.key_ref)
    public = public_bytes(key)
    state = LogState(institution_id, public, head.size, head.head)
    first = sign_manifest(key, state, head.first_key or public, max(now, head.time))
    whole = (-1 if newest is None else newest) == head.size - 1
    return Export(institution_id, first.line(), head.size, head.bytes, whole)


async def export_chunks(database: Database, export: Export) -> AsyncIterator[bytes]:
    """The entries' lines, some at a time, each read in a transaction of its own: entries
    never change, so that nobody has to wait for a long export.
    """
    at = 0
    while at < export.entries:
        query = _entries(export.institution_id).where(
            LogEntryRow.n >= at, LogEntryRow.n < min(at + CHUNK, export.entries)
        )
        async with database.transaction() as db:
            rows = (await db.execute(query.order_by(LogEntryRow.n))).all()
        yield b"".join(Signed(row.payload, row.signature).line() for row in rows)
        at += CHUNK


def _entries(institution_id: str) -> Select[Any]:
    return select(LogEntryRow.n, LogEntryRow.payload, LogEntryRow.signature).where(
        LogEntryRow.institution_id == institution_id
    )
