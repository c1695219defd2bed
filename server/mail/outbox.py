"""The outbox: letters are put into it in the caller's transaction, so that what is done and
what is said about it happen both or not at all.

A letter's text may hold a one-time code or a link that resets a password, and no such thing
can be read from the database: texts are sealed (AES-256-GCM, NIST SP 800-38D) under a key made
of the server's secret, which lies in the key folder, and destroyed once they are sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.clock import WallClock
from server.mail.letters import STUCK, Letter, State, checked
from server.mail.models import MailRow
from server.storage.seal import Seal

# Rows of one INSERT: far below the parameters that either database takes in a statement.
ROWS_AT_ONCE = 500


class Outbox:
    """Takes letters in. ``carrying.Post`` takes them out again."""

    def __init__(self, secret: bytes, clock: WallClock) -> None:
        """Take the server's secret, which texts are sealed under."""
        self._seal = Seal(secret, "invigil/mail/1")
        self._clock = clock

    async def queue(
        self,
        db: AsyncSession,
        institution_id: str,
        *,
        to: str,
        subject: str,
        text: str,
        kind: str,
        once: str | None = None,
        exam_id: str | None = None,
        enrolment_id: str | None = None,
    ) -> str | None:
        """Put one letter in; its id, or ``None`` where there is one with this ``once`` already.

        Args:
            db: the caller's transaction: the letter is sent if, and only if, it commits.
            institution_id: whose letter it is.
            to: an e-mail address.
            subject: one line.
            text: plain text.
            kind: a word for what it is about, as ``"invitation"``.
            once: names what there is to be at most one letter about, ever.
            exam_id: the exam that it is about; it is taken back where that is cancelled.
            enrolment_id: whose place in it.

        Raises:
            MailError: there can be no such letter.
        """
        letter = Letter(
            to=to,
            subject=subject,
            text=text,
            kind=kind,
            once=once,
            exam_id=exam_id,
            enrolment_id=enrolment_id,
        )
        ids = await self.queue_all(db, institution_id, [letter])
        return ids[0] if ids else None

    async def queue_all(
        self, db: AsyncSession, institution_id: str, letters: Iterable[Letter]
    ) -> list[str]:
        """Put many in; the ids of those that are new.

        Raises:
            MailError: one of them cannot be; none is put in.
        """
        now = self._clock()
        rows = [self._row(institution_id, checked(letter), now) for letter in letters]
        ids: list[str] = []
        insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        for at in range(0, len(rows), ROWS_AT_ONCE):
            statement = (
                insert(MailRow)
                .values(rows[at : at + ROWS_AT_ONCE])
                .on_conflict_do_nothing(index_elements=["institution_id", "once"])
                .returning(MailRow.id)
            )
            ids += await db.scalars(statement)
        return ids

    async def withdraw(
        self,
        db: AsyncSession,
        institution_id: str,
        why: str,
        *,
        exam_id: str | None = None,
        enrolments: Sequence[str] = (),
    ) -> int:
        """Take back what has not gone yet about an exam or some places; how many letters."""
        about = (
            MailRow.exam_id == exam_id
            if exam_id is not None
            else MailRow.enrolment_id.in_(enrolments)
        )
        waiting = (State.WAITING, *STUCK)
        done = await db.execute(
            update(MailRow)
            .where(MailRow.institution_id == institution_id, about)
            .where(MailRow.state.in_([state.value for state in waiting]))
            .values(state=State.WITHDRAWN.value, why=why, sealed=b"")
        )
        return int(getattr(done, "rowcount", 0))

    async def send_again(
        self, db: AsyncSession, institution_id: str, letters: Sequence[str] | None = None
    ) -> int:
        """Let letters that could not be sent be tried again, now: these, or all; how many."""
        query = update(MailRow).where(
            MailRow.institution_id == institution_id,
            MailRow.state.in_([state.value for state in STUCK]),
            MailRow.sealed != b"",
        )
        if letters is not None:
            query = query.where(MailRow.id.in_(letters))
        now = self._clock()
        done = await db.execute(
            # Days without success are counted from now on.
            query.values(state=State.WAITING.value, due=now, created=now, attempts=0, why="")
        )
        return int(getattr(done, "rowcount", 0))

    def text_of(self, row: MailRow) -> str | None:
        """What a letter says; ``None`` where its text is gone, or is not this server's."""
        return self._seal.opened(row.id, row.sealed) if row.sealed else None

    def _row(self, institution_id: str, letter: Letter, now: int) -> dict[str, Any]:
        name = new_id()
        return {
            "id": name,
            "institution_id": institution_id,
            "kind": letter.kind,
            "recipient": letter.to,
            "subject": letter.subject,
            "sealed": self._seal.sealed(name, letter.text),
            "once": letter.once,
            "exam_id": letter.exam_id,
            "enrolment_id": letter.enrolment_id,
            "state": State.WAITING.value,
            "created": now,
            "due": now,
            "tried": None,
            "attempts": 0,
            "why": "",
        }
