"""Carries out an erasure: what can go goes, what is held stays, and both are said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.candidates.models import DataRequestRow
from server.candidates.words import DEFAULT, Words
from server.enrolment.decoding import ENCODINGS
from server.enrolment.models import Candidate, Enrolment, ImportRow
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.mail.carriers import Carrier
from server.mail.models import MailRow
from server.retention.destruction import Destroyed, Held
from server.retention.holds import Keeper, holds_on_candidate
from server.retention.pieces import kinds_here
from server.retention.service import Retention
from server.retention.settings import hold_still
from server.storage.database import Database
from shared.certificate import EvidenceKind

# The reason that certificates give.
ASKED = "the candidate asked for it"

# What takes the place of a name; the id still says whose certificates these are.
ERASED = "Erased"

# What was done is kept in English, as staff and programs read it; a candidate's own page says
# it in their language (``outcome_lines``).
_SAY = Words(DEFAULT)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done, a sentence each; ``whole`` where nothing had to stay."""

    whole: bool
    said: tuple[str, ...]


class Erasing:
    """Erases candidates."""

    def __init__(self, database: Database, retention: Retention, carrier: Carrier) -> None:
        """Take what it works with; ``carrier`` is what letters were carried by."""
        self._database = database
        self._retention = retention
        self._carrier = carrier

    async def erase(self, candidate_id: str, staff: Staff) -> Erased:
        """Destroy all sessions of a candidate that nothing holds; where none is left, the name.

        It may be done again: what had to stay then goes as soon as it may.
        """
        query = select(ExamSession.id).where(ExamSession.candidate_id == candidate_id)
        async with self._database.transaction() as db:
            sessions = list(await db.scalars(query.order_by(ExamSession.created)))
        said: list[str] = []
        held = 0
        for session_id in sessions:
            outcome = await self._retention.destroy(
                session_id, tuple(EvidenceKind), staff, ASKED
            )
            match outcome:
                case Held(why=why):
                    held += 1
                    said.append(_SAY("outcome.stays", session=session_id, why="; ".join(why)))
                case Destroyed(n=n, hash=name):
                    told = {"session": session_id, "n": str(n), "hash": name}
                    said.append(_SAY("outcome.destroyed", **told))
                case _:
                    said.append(_SAY("outcome.nothing", session=session_id))
        if held:
            said.append(_SAY("outcome.name-waits"))
            return Erased(whole=False, said=tuple(said))
        if kept := await self._forget_name(candidate_id):
            said.append(_SAY("outcome.name-stays", why="; ".join(kept)))
            return Erased(whole=False, said=tuple(said))
        said.append(_SAY("outcome.name-erased"))
        return Erased(whole=True, said=tuple(said))

    async def _forget_name(self, candidate_id: str) -> Sequence[str]:
        """Erase who they are; why not, where something came to keep it meanwhile."""
        async with self._database.transaction() as db:
            candidate = await db.get_one(Candidate, candidate_id)
            # No hold comes from here on; the institution's row is locked before a candidate's.
            await hold_still(db, candidate.institution_id)
            await db.refresh(candidate, with_for_update=True)
            if kept := await _why_named(db, candidate):
                return kept
            await self._forget_letters(db, candidate)
            await _forget_lists(db, candidate)
            await _forget_words(db, candidate)
            candidate.name, candidate.reference = ERASED, f"erased-{candidate.id}"
            candidate.email = None
        await self._database.forget()
        return ()

    async def _forget_letters(self, db: AsyncSession, candidate: Candidate) -> None:
        """Letters name their recipient and hold links, in the outbox and where a carrier that
        keeps them put them: those first, as the rows say which they are.
        """
        places = select(Enrolment.id).where(Enrolment.candidate_id == candidate.id)
        theirs = MailRow.enrolment_id.in_(places)
        if candidate.email is not None:
            own = MailRow.institution_id == candidate.institution_id
            theirs |= own & (MailRow.recipient == candidate.email)
        letters = list(await db.scalars(select(MailRow.id).where(theirs)))
        await self._carrier.forget(letters)
        await db.execute(delete(MailRow).where(theirs))


async def _why_named(db: AsyncSession, candidate: Candidate) -> list[str]:
    """Why somebody's name must stay, a sentence each; empty where it may go."""
    holds = await holds_on_candidate(db, candidate)
    reasons = [Keeper(hold.kind).words for hold in holds]
    query = select(ExamSession.id).where(ExamSession.candidate_id == candidate.id)
    sessions = await db.scalars(query.order_by(ExamSession.created))
    left = [session_id for session_id in sessions if await kinds_here(db, session_id)]
    return reasons + [_SAY("reason.left", session=one) for one in left]


async def _forget_lists(db: AsyncSession, candidate: Candidate) -> None:
    """A list that somebody uploaded and did not import yet is uploaded again without them."""
    exams = select(Exam.id).where(Exam.institution_id == candidate.institution_id)
    query = select(ImportRow).where(ImportRow.exam_id.in_(exams))
    words = [word for word in (candidate.name, candidate.reference, candidate.email) if word]
    for row in await db.scalars(query):
        texts = [row.data.decode(encoding, "replace") for encoding in ENCODINGS]
        if any(word in text for word in words for text in texts):
            await db.delete(row)


async def _forget_words(db: AsyncSession, candidate: Candidate) -> None:
    """What they wrote when they asked, and how they showed who they are."""
    query = select(DataRequestRow).where(DataRequestRow.candidate_id == candidate.id)
    for row in await db.scalars(query):
        row.text = ERASED if row.text else ""
        row.identity = ERASED if row.identity else row.identity
        row.extended_why = ERASED if row.extended_why else row.extended_why
