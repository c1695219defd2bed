"""Calling colleagues by name: ``@name`` in a note or a decision picks staff of the institution.

A name is what stands before the @ of somebody's address, or their name without its spaces;
case is nothing. Whoever is called finds the text under *For you* until they have seen it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.review.models import MentionRow

Source = Literal["note", "decision", "session"]

# More in one text is a circular, and nobody's in particular.
MOST_CALLED = 20

_CALL = re.compile(r"(?<![\w@.])@([\w.+-]*\w)")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can be called: ``handle`` is how they are written."""

    id: str
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class Called:
    """Who was called by a text, and which names are nobody's."""

    people: tuple[Colleague, ...]
    unknown: tuple[str, ...]

    @property
    def words(self) -> str:
        """What the writer is told of names that are nobody's; empty where all are known."""
        if not self.unknown:
            return ""
        names = ", ".join(f"@{name}" for name in self.unknown)
        return f"Nobody here is called {names}; nobody was told by that."


NOBODY = Called((), ())


async def read_colleagues(db: AsyncSession, institution_id: str) -> list[Colleague]:
    """Everybody of an institution who can be called, by name."""
    query = (
        select(Account.id, Account.name, Account.email)
        .where(Account.institution_id == institution_id, Account.active)
        .order_by(Account.name, Account.email)
    )
    rows = (await db.execute(query)).tuples()
    return [Colleague(key, name, email.partition("@")[0]) for key, name, email in rows]


def called_in(said: str, colleagues: Sequence[Colleague]) -> Called:
    """Who is called in a text, each once, in the order of the text."""
    by_name: dict[str, list[Colleague]] = {}
    for one in colleagues:
        for name in {one.handle.casefold(), "".join(one.name.split()).casefold()}:
            by_name.setdefault(name, []).append(one)
    names = list(dict.fromkeys(_CALL.findall(said)))[:MOST_CALLED]
    people = {one.id: one for name in names for one in by_name.get(name.casefold(), ())}
    unknown = tuple(name for name in names if name.casefold() not in by_name)
    return Called(tuple(people.values()), unknown)


async def call(
    db: AsyncSession,
    now: int,
    staff: Staff,
    of: tuple[str, str],
    source: tuple[Source, int],
    said: str,
) -> Called:
    """Tell those who are called in a text that was just written.

    Args:
        db: the transaction in which it was written.
        now: microseconds UTC.
        staff: who wrote it.
        of: the session and the flag it is about; the flag empty for the session itself.
        source: what kind of text, and its number there.
        said: the text.
    """
    if "@" not in said:
        return NOBODY
    found = called_in(said, await read_colleagues(db, staff.institution_id))
    session_id, flag_id = of
    rows: list[Mapping[str, object]] = [
        {
            "account_id": one.id,
            "session_id": session_id,
            "flag_id": flag_id,
            "source": source[0],
            "n": source[1],
            "by_id": staff.id,
            "at": now,
            "seen_at": None,
        }
        for one in found.people
        if one.id != staff.id
    ]
    if rows:
        await db.execute(insert(MentionRow), rows)
    return found
