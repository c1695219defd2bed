"""Where an account is signed in, and the end of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.factors import Means
from server.accounts.models import StaffSession
from server.accounts.staff import Staff

# What browsers call themselves holds, the most telling first: others name these, too.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("python-httpx", "A program"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One browser that is signed in; times in µs UTC. ``here`` is the one that asks."""

    id: str
    device: str
    address: str
    means: str
    since: int
    seen: int
    here: bool


async def places_of(
    db: AsyncSession, account_id: str, asking: Staff | None, idle: int, now: int
) -> list[Place]:
    """Where an account is signed in, the newest first.

    Args:
        db: the transaction.
        account_id: whose.
        asking: who asks, from one of them perhaps; ``None`` for the command line.
        idle: after how long without a request a session is over, in µs.
        now: µs UTC.
    """
    query = (
        select(StaffSession)
        .where(StaffSession.account_id == account_id, StaffSession.expires > now)
        .where(StaffSession.last_seen > now - idle)
        .order_by(StaffSession.last_seen.desc())
    )
    return [_place(row, asking) for row in await db.scalars(query)]


async def end_session(db: AsyncSession, account_id: str, session: str) -> bool:
    """End one of an account's sessions at once; whether there was such a one."""
    row = await db.get(StaffSession, session)
    if row is None or row.account_id != account_id:
        return False
    await db.delete(row)
    return True


def device(agent: str) -> str:
    """A browser and system in words, as far as they say so."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "An unknown browser"


def _place(row: StaffSession, asking: Staff | None) -> Place:
    return Place(
        id=row.id,
        device=device(row.agent),
        address=row.address,
        means=Means(row.means).label,
        since=row.created,
        seen=row.last_seen,
        here=asking is not None and row.id == asking.session_hash,
    )
