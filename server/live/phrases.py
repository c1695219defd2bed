"""What an institution's staff often say to candidates, ready to be chosen."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import WallClock
from server.ingest.projection import text as storable
from server.live.models import PhraseRow
from server.problems import Rejection
from server.storage.database import Database

# As long as a message may be (``CommandDraft.text``).
MOST_CHARS = 2_000

# A list that somebody can choose from.
MOST_PHRASES = 50

# What an institution begins with is offered, not kept: the first that is added takes its place.
USUAL = (
    "Please stay in view of the camera.",
    "Please put everything but the permitted aids away.",
    "Please look at your own screen.",
    "There is noise in your room. Please see to it that you are alone.",
    "Your picture is too dark. Please turn a light on.",
    "I have seen your message and will be back in a moment.",
)


async def read_phrases(db: AsyncSession, institution_id: str) -> list[PhraseRow]:
    """An institution's own phrases, oldest first."""
    query = select(PhraseRow).where(PhraseRow.institution_id == institution_id)
    return list(await db.scalars(query.order_by(PhraseRow.created, PhraseRow.id)))


async def read_offered(db: AsyncSession, institution_id: str) -> tuple[str, ...]:
    """What is offered to staff: their own phrases, or the usual ones."""
    own = await read_phrases(db, institution_id)
    return tuple(one.text for one in own) or USUAL


class Phrases:
    """Adding and removing them."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock

    async def add(self, staff: Staff, text: str) -> Rejection | None:
        """Keep another one."""
        text = storable(" ".join(text.split()))
        if not text:
            return Rejection("about:blank", 422, "Write what candidates are told.")
        if len(text) > MOST_CHARS:
            why = f"A phrase has at most {MOST_CHARS} characters."
            return Rejection("about:blank", 422, why)
        now = self._clock()
        async with self._database.transaction() as db:
            mine = PhraseRow.institution_id == staff.institution_id
            there = list(await db.scalars(select(PhraseRow.text).where(mine)))
            if text in there:
                return Rejection("about:blank", 409, "This phrase is there already.")
            if len(there) >= MOST_PHRASES:
                why = f"There are {MOST_PHRASES} phrases already. Remove one first."
                return Rejection("about:blank", 409, why)
            row = PhraseRow(
                id=new_id(), institution_id=staff.institution_id, text=text, created=now
            )
            db.add(row)
            audit.record(db, now, staff, "phrase.add", ("phrase", row.id))
        return None

    async def remove(self, staff: Staff, phrase_id: str) -> Rejection | None:
        """Take one out."""
        now = self._clock()
        async with self._database.transaction() as db:
            query = select(PhraseRow).where(
                PhraseRow.id == phrase_id, PhraseRow.institution_id == staff.institution_id
            )
            row = (await db.scalars(query)).one_or_none()
            if row is None:
                return Rejection("about:blank", 404, "There is no such phrase any more.")
            await db.delete(row)
            audit.record(db, now, staff, "phrase.remove", ("phrase", phrase_id))
        return None
