"""Requests to have one's data or to have it erased: written down, checked, done, in time."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.candidates.models import DataRequestRow
from server.candidates.words import Wrong
from server.clock import MICROS_PER_SECOND
from server.enrolment.models import Candidate
from server.ingest.projection import text

MAX_TEXT_CHARS = 4_000

# GDPR, Article 12(3): within one month; two further months where that is necessary.
MONTHS, FURTHER_MONTHS = 1, 2

# Open at once of one candidate: one of each kind is all that is needed.
MOST_OPEN = 3
MOST_SHOWN = 500

RECEIVED, CHECKED, DONE, REFUSED = "received", "checked", "done", "refused"
OPEN = (RECEIVED, CHECKED)


class RequestKind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    ERASURE = "erasure"


class RequestError(ValueError):
    """This cannot be asked or done; the message says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A request with whose it is."""

    request: DataRequestRow
    candidate: Candidate


def months_later(moment: int, months: int) -> int:
    """The same day of a later month, or that month's last (µs UTC)."""
    when = datetime.fromtimestamp(moment / MICROS_PER_SECOND, UTC)
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    day = min(when.day, monthrange(year, month + 1)[1])
    later = when.replace(year=year, month=month + 1, day=day)
    return int(later.timestamp()) * MICROS_PER_SECOND


async def receive(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    candidate: Candidate,
    kind: RequestKind,
    words: str = "",
) -> DataRequestRow:
    """Write a request down.

    Raises:
        RequestError: it is too long, or the same is asked already.
    """
    words = text(words.strip())
    if len(words) > MAX_TEXT_CHARS:
        raise RequestError(Wrong("request-text", MAX_TEXT_CHARS))
    await db.get_one(Candidate, candidate.id, with_for_update=True)
    query = select(DataRequestRow.kind).where(
        DataRequestRow.candidate_id == candidate.id, DataRequestRow.state.in_(OPEN)
    )
    there = list(await db.scalars(query))
    if kind.value in there or len(there) >= MOST_OPEN:
        raise RequestError(Wrong("request-asked"))
    row = DataRequestRow(
        id=new_id(),
        institution_id=candidate.institution_id,
        candidate_id=candidate.id,
        kind=kind.value,
        via="staff" if isinstance(actor, Staff) else "candidate",
        text=words,
        state=RECEIVED,
        received=now,
        due=months_later(now, MONTHS),
        extended_why=None,
        identity=None,
        identity_by=None,
        identity_at=None,
        done_by=None,
        done_at=None,
        outcome=[],
    )
    db.add(row)
    _log(db, now, actor, row, "data-request.receive")
    return row


async def requests_of(db: AsyncSession, candidate_id: str) -> list[DataRequestRow]:
    """A candidate's requests, newest first."""
    query = select(DataRequestRow).where(DataRequestRow.candidate_id == candidate_id)
    ordered = query.order_by(DataRequestRow.received.desc(), DataRequestRow.id)
    return list(await db.scalars(ordered))


async def all_requests(db: AsyncSession, institution_id: str) -> list[Shown]:
    """An institution's requests: those that wait first, by when they are due."""
    query = (
        select(DataRequestRow, Candidate)
        .join(Candidate, Candidate.id == DataRequestRow.candidate_id)
        .where(DataRequestRow.institution_id == institution_id)
        .order_by(DataRequestRow.state.not_in(OPEN), DataRequestRow.due, DataRequestRow.id)
        .limit(MOST_SHOWN)
    )
    return [Shown(*row) for row in (await db.execute(query)).tuples()]


async def count_requests(db: AsyncSession, institution_id: str) -> int:
    """How many requests an institution has."""
    query = select(func.count()).where(DataRequestRow.institution_id == institution_id)
    return await db.scalar(query) or 0


async def waiting(db: AsyncSession, institution_id: str) -> int:
    """How many requests wait."""
    query = select(func.count()).where(
        DataRequestRow.institution_id == institution_id, DataRequestRow.state.in_(OPEN)
    )
    return await db.scalar(query) or 0


async def request_of(
    db: AsyncSession, institution_id: str, request_id: str
) -> DataRequestRow | None:
    """A request to this institution, locked."""
    query = select(DataRequestRow).where(
        DataRequestRow.id == request_id, DataRequestRow.institution_id == institution_id
    )
    return (await db.execute(query.with_for_update())).scalar_one_or_none()


async def check_identity(
    db: AsyncSession, now: int, staff: Staff, row: DataRequestRow, how: str
) -> None:
    """Note how it was made sure who asks.

    Raises:
        RequestError: nothing was said, or the request is closed.
    """
    _must_be(row, OPEN)
    how = _said(how, "Say how you made sure who asks")
    row.identity, row.identity_by, row.identity_at = how, staff.id, now
    row.state = CHECKED
    _log(db, now, staff, row, "data-request.check")


async def extend(
    db: AsyncSession, now: int, staff: Staff, row: DataRequestRow, why: str
) -> None:
    """Take two further months, with the reason that the candidate is told.

    Raises:
        RequestError: no reason is given, it was done before, or the request is closed.
    """
    _must_be(row, OPEN)
    if row.extended_why is not None:
        raise RequestError("It was extended already; the law knows no second time.")
    row.extended_why = _said(why, "Say why it takes longer")
    row.due = months_later(row.received, MONTHS + FURTHER_MONTHS)
    _log(db, now, staff, row, "data-request.extend")


async def close(
    db: AsyncSession,
    now: int,
    staff: Staff,
    row: DataRequestRow,
    state: str,
    outcome: Collection[str],
) -> None:
    """Write down what was done, or why nothing is.

    Raises:
        RequestError: it is closed already, or nobody made sure who asks.
    """
    _must_be(row, OPEN if state == REFUSED else (CHECKED,))
    row.state, row.outcome = state, list(outcome)
    row.done_by, row.done_at = staff.id, now
    _log(db, now, staff, row, f"data-request.{state}")


def must_be_checked(row: DataRequestRow) -> None:
    """Refuse what may only be done once it is known who asks.

    Raises:
        RequestError: it is not known yet, or the request is closed.
    """
    _must_be(row, (CHECKED,))


def must_be_for_copy(row: DataRequestRow) -> None:
    """Refuse to hand a copy over that was not asked for, or to whoever may ask in their name.

    Raises:
        RequestError: it asks for something else, it is not known yet who asks, or the request
            is closed.
    """
    if row.kind != RequestKind.EXPORT:
        raise RequestError("This request asks for erasure, not for a copy.")
    must_be_checked(row)


def _must_be(row: DataRequestRow, states: Collection[str]) -> None:
    if row.state in states:
        return
    if row.state == RECEIVED:
        raise RequestError("First note how you made sure who asks.")
    raise RequestError("This request is closed already.")


def _said(words: str, ask: str) -> str:
    words = text(words.strip())
    if not 0 < len(words) <= MAX_TEXT_CHARS:
        raise RequestError(f"{ask}, in at most {MAX_TEXT_CHARS:,} characters.")
    return words


def _log(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    row: DataRequestRow,
    action: str,
) -> None:
    audit.record(
        db,
        now,
        actor,
        action,
        ("candidate", row.candidate_id),
        institution_id=row.institution_id,
        request=row.id,
        kind=row.kind,
    )
