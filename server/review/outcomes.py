"""The decision about a whole session: what came of the review, and for what reasons.

Like those about flags it is only added, says which version it builds upon, and tells the
second of two who decide at once. It is a person's; no score and no flag makes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.audit.service import record
from server.ingest.models import ExamSession
from server.problems import Rejection
from server.retention.gone import refuse_gone
from server.review.calling import NOBODY, Called, call
from server.review.life import MAX_NOTE_CHARS
from server.review.models import RankRow, SessionDecisionRow
from server.review.ranking import refresh
from server.review.turns import take_turn
from server.review.wording import and_wrote
from shared.encoding import sha256_hex


class Outcome(StrEnum):
    """What came of a session's review (``open``: taken back)."""

    OPEN = "open"
    PASSED = "passed"
    CONCERNS = "concerns"
    REFERRED = "referred"
    INCONCLUSIVE = "inconclusive"

    @property
    def label(self) -> str:
        """As pages write it."""
        return _LABELS[self]


_LABELS = {
    Outcome.OPEN: "Not decided",
    Outcome.PASSED: "Passed: nothing to object to",
    Outcome.CONCERNS: "Concerns noted, the result stands",
    Outcome.REFERRED: "Referred to the examination board",
    Outcome.INCONCLUSIVE: "Inconclusive: not enough could be observed",
}


class Reason(StrEnum):
    """What a decision rests on; several may be ticked."""

    FLAGS = "flags"
    IDENTITY = "identity"
    HELP = "help"
    MATERIALS = "materials"
    OBSERVED = "observed"
    EVIDENCE = "evidence"
    TECHNICAL = "technical"
    EXPLAINED = "explained"

    @property
    def label(self) -> str:
        """As pages write it."""
        return _REASONS[self]


_REASONS = {
    Reason.FLAGS: "Confirmed flags",
    Reason.IDENTITY: "Doubt about who sat the exam",
    Reason.HELP: "Signs of help from others",
    Reason.MATERIALS: "Materials or programs that were not allowed",
    Reason.OBSERVED: "Too much could not be observed",
    Reason.EVIDENCE: "The evidence does not hold, or is incomplete",
    Reason.TECHNICAL: "Technical trouble, not the candidate's doing",
    Reason.EXPLAINED: "What was flagged has an innocent explanation",
}

# What may not be said without a word on why.
NEEDS_REASON = frozenset({Outcome.CONCERNS, Outcome.REFERRED, Outcome.INCONCLUSIVE})


@dataclass(frozen=True, slots=True)
class SessionDecision:
    """The ``n``-th decision about a session, from 1, by whom and when (µs since 1970)."""

    n: int
    outcome: Outcome
    reasons: tuple[Reason, ...]
    note: str
    by_id: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class SessionAsk:
    """A decision as asked for. ``version`` is how many there were as the reviewer saw it."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Concluded:
    """The decision stands, or stood already; who was called by its note."""

    history: tuple[SessionDecision, ...]
    called: Called = NOBODY


async def read_outcomes(db: AsyncSession, session_id: str) -> tuple[SessionDecision, ...]:
    """Every decision about a session, oldest first."""
    query = (
        select(SessionDecisionRow, Account.name)
        .join(Account, Account.id == SessionDecisionRow.account_id)
        .where(SessionDecisionRow.session_id == session_id)
        .order_by(SessionDecisionRow.n)
    )
    return tuple(
        SessionDecision(
            n=row.n,
            outcome=Outcome(row.outcome),
            reasons=tuple(Reason(one) for one in row.reasons),
            note=row.note,
            by_id=row.account_id,
            by=name,
            at=row.at,
        )
        for row, name in (await db.execute(query)).tuples()
    )


def in_force(history: Sequence[SessionDecision]) -> SessionDecision | None:
    """The decision in force, if there is one."""
    last = history[-1] if history else None
    return last if last is not None and last.outcome is not Outcome.OPEN else None


async def conclude(
    db: AsyncSession, now: int, staff: Staff, session: ExamSession, ask: SessionAsk
) -> Concluded | Rejection:
    """Write a decision about a session and its entry in the log."""
    why = _unfit(ask)
    if why:
        return Rejection("about:blank", 422, why)
    await take_turn(db, session.id)
    if gone := await refuse_gone(db, session.id):
        return gone
    history = await read_outcomes(db, session.id)
    if ask.version > len(history):
        return Rejection("about:blank", 404, "There is no such version of the decision.")
    if ask.version < len(history):
        same = _same(history[-1], staff, ask)
        return Concluded(history) if same else _superseded(history[-1])
    if (history[-1].outcome if history else Outcome.OPEN) is ask.outcome and (
        not history or (history[-1].reasons, history[-1].note) == (ask.reasons, ask.note)
    ):
        return Concluded(history)
    row = SessionDecisionRow(
        session_id=session.id,
        n=len(history) + 1,
        outcome=ask.outcome.value,
        reasons=[one.value for one in ask.reasons],
        note=ask.note,
        account_id=staff.id,
        at=now,
    )
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return _superseded((await read_outcomes(db, session.id))[-1])
    called = await call(db, now, staff, (session.id, ""), ("session", row.n), ask.note)
    record(
        db,
        now,
        staff,
        "session.decide",
        ("session", session.id),
        n=row.n,
        outcome=ask.outcome.value,
        reasons=[one.value for one in ask.reasons],
        note=sha256_hex(ask.note.encode("utf-8", "replace")),
    )
    await refresh(db, session)
    told = "" if ask.outcome is Outcome.OPEN else ask.outcome.value
    mine = RankRow.session_id == session.id
    await db.execute(update(RankRow).where(mine).values(outcome=told))
    return Concluded(await read_outcomes(db, session.id), called)


def _unfit(ask: SessionAsk) -> str:
    if len(ask.note) > MAX_NOTE_CHARS:
        return f"A note has at most {MAX_NOTE_CHARS} characters."
    if ask.outcome in NEEDS_REASON and not ask.reasons and not ask.note:
        return "Say why: tick a reason, or write a note."
    return ""


def _same(last: SessionDecision, staff: Staff, ask: SessionAsk) -> bool:
    """The same click twice."""
    asked = (ask.version + 1, staff.id, ask.outcome, ask.reasons, ask.note)
    return (last.n, last.by_id, last.outcome, last.reasons, last.note) == asked


def _superseded(last: SessionDecision) -> Rejection:
    words = (
        f"{last.by} decided about this session meanwhile: {last.outcome.label}"
        f"{and_wrote(last.note)}. Nothing of yours was saved; look again and decide."
    )
    return Rejection("about:blank", 409, words)
