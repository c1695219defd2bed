"""Legal holds: what is held is not destroyed, whatever else says that it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.candidates.models import AppealRow
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Candidate, Enrolment
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.retention.models import HoldRow
from server.retention.settings import hold_still
from shared.encoding import sha256_hex

# A reason is a sentence or two.
MAX_REASON_CHARS = 1_000

# Half a year: by then somebody should ask whether a hold is still needed.
DEFAULT_REVIEW_DAYS = 180
MOST_REVIEW_DAYS = 3_650


class HoldKind(StrEnum):
    """What a hold is on."""

    SESSION = "session"
    CANDIDATE = "candidate"
    EXAM = "exam"


class Keeper(StrEnum):
    """What keeps a session from being destroyed: a hold, by what it is on, or an appeal."""

    SESSION = "session"
    CANDIDATE = "candidate"
    EXAM = "exam"
    APPEAL = "appeal"

    @property
    def words(self) -> str:
        """As staff are told it."""
        if self is Keeper.APPEAL:
            return "an appeal that is not answered yet"
        return f"a legal hold on the {self.value}"


class HoldError(ValueError):
    """A hold cannot be placed or released so; the message says why. ``field`` names what."""

    def __init__(self, field: str, why: str) -> None:
        """Take the field and the reason."""
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A hold as asked for; ``review_days`` from now somebody is to look again."""

    kind: HoldKind
    subject_id: str
    reason: str
    review_days: int = DEFAULT_REVIEW_DAYS


_MODELS = {
    HoldKind.SESSION: ExamSession,
    HoldKind.CANDIDATE: Candidate,
    HoldKind.EXAM: Exam,
}


async def place_hold(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    institution_id: str,
    draft: HoldDraft,
) -> HoldRow:
    """Hold something; what is under way stops before its next step.

    Raises:
        HoldError: there is no such thing in this institution, or no reason.
    """
    reason = draft.reason.strip()
    if not 0 < len(reason) <= MAX_REASON_CHARS:
        raise HoldError("reason", f"Say why, in at most {MAX_REASON_CHARS:,} characters.")
    if not 1 <= draft.review_days <= MOST_REVIEW_DAYS:
        raise HoldError("review_days", f"1 to {MOST_REVIEW_DAYS:,} days.")
    model = _MODELS[draft.kind]
    own = select(model.id).where(
        model.id == draft.subject_id, model.institution_id == institution_id
    )
    if await db.scalar(own) is None:
        raise HoldError("subject_id", f"There is no such {draft.kind.value} here.")
    await hold_still(db, institution_id)
    row = HoldRow(
        id=new_id(),
        institution_id=institution_id,
        kind=draft.kind.value,
        subject_id=draft.subject_id,
        reason=reason,
        placed_by=actor if isinstance(actor, str) else actor.id,
        placed_at=now,
        review_at=now + draft.review_days * MICROS_PER_DAY,
        released_by=None,
        released_at=None,
        release_reason=None,
    )
    db.add(row)
    _log(db, now, actor, row, "hold.place", reason)
    return row


async def subject_named(
    db: AsyncSession, institution_id: str, kind: HoldKind, name: str
) -> str:
    """The id of what somebody names to be held: by its id or, of a candidate, the reference."""
    name = name.strip()
    if kind is HoldKind.CANDIDATE:
        query = select(Candidate.id).where(
            Candidate.institution_id == institution_id, Candidate.reference == name
        )
        if (found := await db.scalar(query)) is not None:
            return found
    return name.lower()


async def release_hold(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    hold: HoldRow,
    reason: str,
) -> None:
    """Let go of what was held; its time may be over at once.

    Raises:
        HoldError: no reason is given, or it was released before.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON_CHARS:
        raise HoldError("reason", f"Say why, in at most {MAX_REASON_CHARS:,} characters.")
    # Before the institution's row, as whoever destroys locks a session before it.
    await look_again(db, hold.subject_id)
    await hold_still(db, hold.institution_id)
    await db.refresh(hold)
    if hold.released_at is not None:
        raise HoldError("reason", "Somebody released this hold already.")
    hold.released_at, hold.release_reason = now, reason
    hold.released_by = actor if isinstance(actor, str) else actor.id
    _log(db, now, actor, hold, "hold.release", reason)


async def look_again(db: AsyncSession, subject_id: str) -> None:
    """Have the sessions of a session, candidate or exam looked at anew for what is due."""
    own = (ExamSession.id, ExamSession.candidate_id, ExamSession.exam_id)
    await db.execute(
        update(ExamSession)
        .where(or_(*(column == subject_id for column in own)))
        .values(due_at=None)
    )


def _log(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    hold: HoldRow,
    action: str,
    reason: str,
) -> None:
    audit.record(
        db,
        now,
        actor,
        action,
        (hold.kind, hold.subject_id),
        institution_id=hold.institution_id,
        hold=hold.id,
        # A reason may name people, and the log is for ever.
        reason=sha256_hex(reason.encode("utf-8", "replace")),
    )


def _on(session: ExamSession) -> Select[tuple[HoldRow]]:
    subjects = (session.id, session.candidate_id, session.exam_id)
    return select(HoldRow).where(
        HoldRow.institution_id == session.institution_id,
        HoldRow.subject_id.in_(subjects),
        HoldRow.released_at.is_(None),
    )


async def holds_on(db: AsyncSession, session: ExamSession) -> list[HoldRow]:
    """The holds in force on a session: its own, its candidate's, its exam's."""
    return list(await db.scalars(_on(session).order_by(HoldRow.placed_at)))


async def holds_on_candidate(db: AsyncSession, candidate: Candidate) -> list[HoldRow]:
    """The holds in force on who somebody is: their own, their sessions', and those of the exams
    in which they have a place, as it belongs to an exam who was to sit it.
    """
    places = select(Enrolment.exam_id).where(Enrolment.candidate_id == candidate.id)
    sessions = select(ExamSession.id).where(ExamSession.candidate_id == candidate.id)
    query = select(HoldRow).where(
        HoldRow.institution_id == candidate.institution_id,
        or_(HoldRow.subject_id == candidate.id, HoldRow.subject_id.in_(sessions.union(places))),
        HoldRow.released_at.is_(None),
    )
    return list(await db.scalars(query.order_by(HoldRow.placed_at)))


async def why_kept(db: AsyncSession, session: ExamSession) -> Sequence[str]:
    """Why a session must not be destroyed now, a sentence each; empty where it may."""
    return [one.words for one in await keepers_of(db, session)]


async def keepers_of(db: AsyncSession, session: ExamSession) -> list[Keeper]:
    """What keeps a session from being destroyed now."""
    keepers = [Keeper(hold.kind) for hold in await holds_on(db, session)]
    waiting = select(AppealRow.id).where(
        AppealRow.session_id == session.id, AppealRow.state != "answered"
    )
    if (await db.execute(waiting.limit(1))).first() is not None:
        keepers.append(Keeper.APPEAL)
    return keepers


def is_kept() -> ColumnElement[bool]:
    """A condition: a row of ``ExamSession`` must not be destroyed, as ``why_kept`` tells."""
    subjects = (ExamSession.id, ExamSession.candidate_id, ExamSession.exam_id)
    hold = select(HoldRow.id).where(
        HoldRow.institution_id == ExamSession.institution_id,
        HoldRow.subject_id.in_(subjects),
        HoldRow.released_at.is_(None),
    )
    appeal = select(AppealRow.id).where(
        AppealRow.session_id == ExamSession.id, AppealRow.state != "answered"
    )
    return or_(hold.exists(), appeal.exists())


async def open_holds(
    db: AsyncSession, institution_id: str, skip: int = 0, most: int | None = None
) -> list[HoldRow]:
    """The holds of an institution: those in force first, by when they are to be reviewed.
    Without the first ``skip``, and at most so many.
    """
    query = (
        select(HoldRow)
        .where(HoldRow.institution_id == institution_id)
        .order_by(HoldRow.released_at.is_not(None), HoldRow.review_at, HoldRow.id)
        .offset(skip)
    )
    return list(await db.scalars(query if most is None else query.limit(most)))


async def count_holds(db: AsyncSession, institution_id: str) -> int:
    """How many holds an institution has, those that were released too."""
    query = select(func.count()).where(HoldRow.institution_id == institution_id)
    return await db.scalar(query) or 0


async def hold_of(db: AsyncSession, institution_id: str, hold_id: str) -> HoldRow | None:
    """A hold of this institution."""
    query = select(HoldRow).where(
        HoldRow.id == hold_id, HoldRow.institution_id == institution_id
    )
    return (await db.execute(query)).scalar_one_or_none()
