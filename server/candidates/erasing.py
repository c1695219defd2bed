"""Carries out an erasure: what can go goes, what is held stays, and both are said."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from server.accounts.staff import Staff
from server.clock import WallClock
from server.enrolment.models import Candidate, Enrolment
from server.ingest.models import ExamSession
from server.mail.models import MailRow
from server.retention.destruction import Destroyed, Held
from server.retention.service import Retention
from server.storage.database import Database
from shared.certificate import EvidenceKind

# The reason that certificates give.
ASKED = "the candidate asked for it"

# What takes the place of a name; the id still says whose certificates these are.
ERASED = "Erased"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done, a sentence each; ``whole`` where nothing had to stay."""

    whole: bool
    said: tuple[str, ...]


class Erasing:
    """Erases candidates."""

    def __init__(self, database: Database, retention: Retention, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._retention = retention
        self._clock = clock

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
                    said.append(f"Session {session_id} stays: {'; '.join(why)}.")
                case Destroyed(n=n, hash=name):
                    said.append(f"Session {session_id} was destroyed: certificate {n}, {name}.")
                case _:
                    said.append(f"Of session {session_id} nothing was left.")
        if held:
            said.append("Name and reference stay as long as a session does.")
        else:
            await self._forget_name(candidate_id)
            said.append("Name and reference were erased.")
        return Erased(held == 0, tuple(said))

    async def _forget_name(self, candidate_id: str) -> None:
        async with self._database.transaction() as db:
            candidate = await db.get_one(Candidate, candidate_id, with_for_update=True)
            candidate.name, candidate.reference = ERASED, f"erased-{candidate.id}"
            candidate.email = None
            # Letters name their recipient and hold links; what carried them away kept no copy.
            places = select(Enrolment.id).where(Enrolment.candidate_id == candidate_id)
            await db.execute(delete(MailRow).where(MailRow.enrolment_id.in_(places)))
        await self._database.forget()
