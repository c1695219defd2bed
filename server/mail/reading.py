"""What became of an institution's letters: counted, and listed for who looks after them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.mail.letters import STUCK, State
from server.mail.models import MailRow

# As many as anybody scrolls through; the rest is counted.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter in the list. Times are microseconds UTC; ``due`` is set while it waits.
    ``again`` says whether it can be sent again: its text is still there.
    """

    id: str
    kind: str
    to: str
    subject: str
    state: State
    created: int
    tried: int | None
    due: int | None
    attempts: int
    why: str
    exam_id: str | None
    again: bool


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An institution's letters: how many stand where, and the newest ``listed``."""

    counts: dict[State, int]
    listed: list[Sent]

    @property
    def stuck(self) -> int:
        """How many a person should look at."""
        return sum(self.counts.get(state, 0) for state in STUCK)


async def read_mail(
    db: AsyncSession, institution_id: str, state: State | None = None, limit: int = SHOWN
) -> Mailbox:
    """An institution's letters, the newest first; only those in ``state`` if it is said."""
    own = MailRow.institution_id == institution_id
    counted = select(MailRow.state, func.count()).where(own).group_by(MailRow.state)
    counts = {State(name): number for name, number in (await db.execute(counted)).tuples()}
    query = select(MailRow).where(own)
    if state is not None:
        query = query.where(MailRow.state == state.value)
    newest = query.order_by(MailRow.created.desc(), MailRow.id).limit(limit)
    return Mailbox(counts, [_sent(row) for row in await db.scalars(newest)])


def _sent(row: MailRow) -> Sent:
    state = State(row.state)
    return Sent(
        id=row.id,
        kind=row.kind,
        to=row.recipient,
        subject=row.subject,
        state=state,
        created=row.created,
        tried=row.tried,
        due=row.due if state is State.WAITING else None,
        attempts=row.attempts,
        why=row.why,
        exam_id=row.exam_id,
        again=state in STUCK and bool(row.sealed),
    )
