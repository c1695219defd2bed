"""Deciding about a flag: idempotent, in the open, and never over somebody's head.

Whoever decides says which version of the flag they saw. If somebody else decided
meanwhile, nothing is written and the second one is told who and what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit.service import record
from server.ingest.models import ExamSession
from server.review.calling import NOBODY, Called, call
from server.review.flag_memory import read_flag, read_flags
from server.review.flags import Flag
from server.review.life import RESOLVER, Decision, Verdict
from server.review.likeness import things_of
from server.review.models import DecisionRow
from server.review.ranking import refresh_one
from server.review.turns import take_turn
from server.review.wording import and_wrote
from shared.encoding import sha256_hex


@dataclass(frozen=True, slots=True)
class Ask:
    """A decision as asked for. ``version`` is the flag's as the reviewer saw it."""

    flag_id: str
    verdict: Verdict
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision stands (or stood already: the same was asked twice); who was called by
    its note.
    """

    flag: Flag
    called: Called = NOBODY


@dataclass(frozen=True, slots=True)
class Superseded:
    """Somebody else decided first; ``flag`` is as it stands now."""

    flag: Flag

    @property
    def words(self) -> str:
        """What the second one is told."""
        last = self.flag.history[-1]
        return (
            f"{last.by} {last.verdict.done} meanwhile{and_wrote(last.note)}. "
            "Nothing of yours was saved; look again and decide."
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Not for this person to decide, or not at the moment; ``flag`` is as it stands."""

    flag: Flag
    words: str


@dataclass(frozen=True, slots=True)
class NoFlag:
    """The session has no such flag, or not the version that was named."""


Outcome = Decided | Superseded | Refused | NoFlag


async def decide(
    db: AsyncSession, now: int, staff: Staff, session: ExamSession, ask: Ask
) -> Outcome:
    """Write a decision and its entry in the log, in the caller's transaction."""
    await take_turn(db, session.id)
    flag = await read_flag(db, session, ask.flag_id)
    return NoFlag() if flag is None else await decide_on(db, now, staff, session, flag, ask)


async def decide_on(
    db: AsyncSession,
    now: int,
    staff: Staff,
    session: ExamSession,
    flag: Flag,
    ask: Ask,
    *,
    calls: bool = True,
) -> Outcome:
    """The same about a flag that was read in this transaction already; its note ``calls``
    colleagues, or did so beside another flag.
    """
    told = _without_writing(flag, staff, ask)
    if told is not None:
        return told
    row = DecisionRow(
        session_id=session.id,
        flag_id=flag.id,
        n=flag.version + 1,
        verdict=ask.verdict.value,
        note=ask.note,
        account_id=staff.id,
        at=now,
        covers=list(flag.covers),
    )
    if not await _write(db, row):
        current = await read_flag(db, session, flag.id)
        if current is None:
            return NoFlag()
        return Decided(current) if _same(current, staff, ask) else Superseded(current)
    record(
        db,
        now,
        staff,
        "flag.decide",
        ("session", session.id),
        flag=flag.id,
        n=row.n,
        kind=flag.kind.value,
        verdict=ask.verdict.value,
        incidents=flag.count,
        # What a note says may be personal; that it is this note can be shown all the same.
        note=sha256_hex(ask.note.encode("utf-8", "replace")),
    )
    called = NOBODY
    if calls:
        of = (session.id, flag.id)
        called = await call(db, now, staff, of, ("decision", row.n), ask.note)
    made = Decision(row.n, ask.verdict, ask.note, staff.id, staff.name, now, flag.covers)
    return Decided(replace(flag, history=(*flag.history, made)), called)


def _without_writing(flag: Flag, staff: Staff, ask: Ask) -> Outcome | None:
    """The answer where there is nothing to write, or it may not be."""
    if ask.version > flag.version:
        return NoFlag()
    if flag.version > ask.version:
        return Decided(flag) if _same(flag, staff, ask) else Superseded(flag)
    last = flag.history[-1] if flag.history else None
    if last is None and ask.verdict is Verdict.OPEN:
        return Decided(flag)
    again = last is not None and (last.verdict, last.note) == (ask.verdict, ask.note)
    if again and flag.proposed is None:
        return Decided(flag)
    if again and flag.proposed is not None and flag.proposed.by_id == staff.id:
        return Decided(flag)
    return _refused(flag, staff, ask)


def _refused(flag: Flag, staff: Staff, ask: Ask) -> Refused | None:
    if flag.verdict is Verdict.ESCALATED and not staff.may(RESOLVER):
        words = f"This flag was escalated: it takes the role {RESOLVER.value} to decide it."
        return Refused(flag, words)
    own = flag.proposed is not None and flag.proposed.by_id == staff.id
    if own and ask.verdict is Verdict.ACCEPTED:
        words = (
            "You have confirmed this flag; by the exam's rules another person has to agree. "
            "Your note can stand beside the flag."
        )
        return Refused(flag, words)
    return None


def _same(flag: Flag, staff: Staff, ask: Ask) -> bool:
    """Whether what was asked is exactly what the last decision is: the same click twice."""
    last = flag.history[-1]
    asked = (ask.version + 1, staff.id, ask.verdict, ask.note)
    return (last.n, last.by_id, last.verdict, last.note) == asked


async def _write(db: AsyncSession, row: DecisionRow) -> bool:
    """Add the row unless another transaction has that version already (PostgreSQL)."""
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return False
    return True


def alike(flag: Flag, flags: Sequence[Flag]) -> list[Flag]:
    """The flags of a session that are like this one and nobody has judged, itself included:
    of the same kind, and of the same window, program or object where it has one.
    """
    things = {thing.key for thing in things_of(flag)}
    return [
        one
        for one in flags
        if one.kind is flag.kind
        and one.verdict is Verdict.OPEN
        and one.proposed is None
        and (not things or things & {thing.key for thing in things_of(one)})
    ]


async def dismiss_alike(
    db: AsyncSession, now: int, staff: Staff, session: ExamSession, flag_id: str, note: str
) -> list[Flag] | NoFlag:
    """Dismiss all open flags like this one for one reason, each by a decision of its own;
    those that were. What somebody decided meanwhile is not open, and stays as it is.
    """
    await take_turn(db, session.id)
    flags = await read_flags(db, session)
    flag = next((one for one in flags if one.id == flag_id), None)
    if flag is None:
        return NoFlag()
    done: list[Flag] = []
    # The one that was looked at first: beside it those are called whom the reason names.
    for one in sorted(alike(flag, flags), key=lambda one: one.id != flag_id):
        ask = Ask(one.id, Verdict.DISMISSED, note, one.version)
        outcome = await decide_on(db, now, staff, session, one, ask, calls=not done)
        if isinstance(outcome, Decided):
            done.append(outcome.flag)
    changed = {one.id for one in done}
    await refresh_one(db, session, await read_flags(db, session), changed)
    return done
