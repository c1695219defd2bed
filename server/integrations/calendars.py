"""Exams as iCalendar (RFC 5545): one as a file, all of an institution's as a private feed.

A feed is read by calendar programs that cannot sign in, so that its address is the secret: 256
random bits, of which only the hash is kept. Whoever has it sees when exams are, and no more;
its owner takes it back at any time.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event
from sqlalchemy import case, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.audit.service import record
from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND
from server.exams.models import Exam
from server.exams.starting import is_second, zone_of
from server.integrations.models import CalendarLinkRow
from shared.encoding import sha256_hex

# Exams that were over for longer are in no feed any more (µs).
BACK = 90 * MICROS_PER_DAY

# As many as a calendar program takes without complaint.
MOST = 1_000

# Random bytes of an address.
TOKEN_BYTES = 32

# Beyond this year no zone's rules are worth writing down; times are then told in UTC.
LAST_YEAR = 2100

PRODUCT = "-//Invigil//Exams//EN"
MEDIA_TYPE = "text/calendar"


def calendar(exams: Iterable[Exam], base_url: str, now: int, name: str | None = None) -> bytes:
    """Exams as a calendar file; ``now`` is when it is made (µs UTC)."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    if name is not None:
        made.add("x-wr-calname", name)
    for exam in exams:
        made.add_component(_event(exam, base_url, now))
    _add_zones(made)
    return made.to_ical()


def _event(exam: Exam, base_url: str, now: int) -> Event:
    event = Event()
    event.add("uid", f"{exam.id}@invigil")
    event.add("dtstamp", _utc(now))
    event.add("dtstart", _local(exam.starts, exam.zone))
    event.add("dtend", _local(exam.ends, exam.zone))
    event.add("summary", exam.title)
    event.add("url", f"{base_url}/exams/{exam.id}")
    if exam.cancelled is not None:
        event.add("status", "CANCELLED")
        event.add("description", f"Called off: {exam.cancelled_why}")
    else:
        event.add("status", "TENTATIVE" if exam.published is None else "CONFIRMED")
        event.add("description", "It may be begun within these times.")
    # Whoever has it in a calendar is not busy with it.
    event.add("transp", "TRANSPARENT")
    return event


def _add_zones(made: Calendar) -> None:
    """The rules of the zones that its times are told in, as far as its events reach."""
    times = [event.get(name).dt for event in made.events for name in ("dtstart", "dtend")]
    if times:
        first = min(times).date() - timedelta(days=366)
        last = max(times).date() + timedelta(days=366)
        made.add_missing_timezones(first_date=first, last_date=last)


def _utc(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // MICROS_PER_SECOND, UTC)


def _local(micros: int, name: str) -> datetime:
    """A moment in its zone. Where clocks are put back, the second of two alike is told in UTC:
    in the zone it would be read as the first (RFC 5545, 3.3.5).
    """
    utc, zone = _utc(micros), zone_of(name)
    if zone is None or name == "UTC" or utc.year > LAST_YEAR or is_second(micros, zone):
        return utc
    return utc.astimezone(zone)


def feed_address(base_url: str, token: str) -> str:
    """Where a calendar program asks with a link's secret."""
    return f"{base_url}/calendar/{token}.ics"


async def link_of(db: AsyncSession, staff: Staff) -> CalendarLinkRow | None:
    """A member of staff's link, if they have one; its secret is kept nowhere."""
    return await db.get(CalendarLinkRow, staff.id)


async def make_link(db: AsyncSession, staff: Staff, now: int) -> str:
    """A new secret for a member of staff's feed; the one before is good no longer."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await db.merge(
        CalendarLinkRow(account_id=staff.id, hash=sha256_hex(token.encode()), created=now)
    )
    record(db, now, staff, "calendar.create", ("account", staff.id))
    return token


async def drop_link(db: AsyncSession, staff: Staff, now: int) -> bool:
    """Take the feed's link back; whether there was one."""
    if await link_of(db, staff) is None:
        return False
    await db.execute(delete(CalendarLinkRow).where(CalendarLinkRow.account_id == staff.id))
    record(db, now, staff, "calendar.revoke", ("account", staff.id))
    return True


async def feed_of(db: AsyncSession, token: str, now: int) -> list[Exam] | None:
    """The exams that a link shows; ``None`` where it is nobody's, or its owner's account is
    closed.
    """
    query = (
        select(Account)
        .join(CalendarLinkRow, CalendarLinkRow.account_id == Account.id)
        .where(
            CalendarLinkRow.hash == sha256_hex(token.encode("utf-8", "replace")),
            Account.active.is_(True),
        )
    )
    account = (await db.execute(query)).scalar_one_or_none()
    if account is None:
        return None
    own: Any = Exam.institution_id == account.institution_id
    over: Any = Exam.ends < now
    # Where they are too many: the next ones rather than the last, and what was longest ago goes
    # first.
    needed = over, case((over, -Exam.starts), else_=Exam.starts), Exam.id
    shown = select(Exam).where(own, Exam.ends >= now - BACK).order_by(*needed).limit(MOST)
    return sorted(await db.scalars(shown), key=lambda exam: exam.starts)
