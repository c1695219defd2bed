"""From incidents, decisions, notes and assignments to a session's flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.models import Account
from server.builds.judging import Judged
from server.builds.reading import findings, read_judged
from server.ingest.models import ExamSession, IncidentRow
from server.review.correlation import Group, Incident, correlate, lead
from server.review.durations import MICROS
from server.review.flags import Assigned, Flag, Flags, Note
from server.review.life import Decision, Verdict
from server.review.models import AssignmentRow, DecisionRow, NoteRow
from server.review.reading import place, policies_of
from shared.flags import Kind, Severity
from shared.policy import Policy

_T = TypeVar("_T")

# Made once: to make them takes longer than to ask them, and they are asked for every delivery.
_SESSIONS = bindparam("sessions", expanding=True)
_WHOSE, _BY = aliased(Account), aliased(Account)
_DECISIONS = (
    select(DecisionRow, Account.name)
    .join(Account, Account.id == DecisionRow.account_id)
    .where(DecisionRow.session_id.in_(_SESSIONS))
    .order_by(DecisionRow.n)
)
_NOTES = (
    select(NoteRow, Account.name)
    .join(Account, Account.id == NoteRow.account_id)
    .where(NoteRow.session_id.in_(_SESSIONS))
    .order_by(NoteRow.n)
)
_ASSIGNMENTS = (
    select(AssignmentRow, _WHOSE.name, _BY.name)
    .outerjoin(_WHOSE, _WHOSE.id == AssignmentRow.account_id)
    .join(_BY, _BY.id == AssignmentRow.by_id)
    .where(AssignmentRow.session_id.in_(_SESSIONS))
    .order_by(AssignmentRow.n)
)

# A session's id, and a flag's of it; the flag's is empty for what is the session's own.
Of = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Added:
    """What people added to sessions and their flags, oldest first."""

    decisions: Mapping[Of, tuple[Decision, ...]] = field(default_factory=dict[Of, Any])
    notes: Mapping[Of, tuple[Note, ...]] = field(default_factory=dict[Of, Any])
    assigned: Mapping[Of, Assigned | None] = field(default_factory=dict[Of, Any])

    def named(self, session_id: str) -> set[str]:
        """The flags of a session that something was added to."""
        places = (*self.decisions, *self.notes, *self.assigned)
        return {flag for session, flag in places if session == session_id and flag}


async def read_flags_of(db: AsyncSession, sessions: Sequence[ExamSession]) -> dict[str, Flags]:
    """The flags of several sessions, each in order of time, by session id."""
    policies = await policies_of(db, sessions)
    incidents = await read_incidents(db, sessions)
    judged = await read_judged(db, sessions)
    added = await read_added(db, [session.id for session in sessions])
    return {
        session.id: flags_of(
            session.id,
            incidents[session.id],
            policies[session.policy_version_id],
            added,
            judged[session.id],
        )
        for session in sessions
    }


def flags_of(
    session_id: str,
    incidents: Sequence[Incident],
    policy: Policy,
    added: Added,
    judged: Sequence[Judged] = (),
) -> Flags:
    """A session's flags in order of time, from all that there is of it; ``judged`` are the
    programs that recorded it.
    """
    decided = {
        flag: frozenset({flag, *history[0].covers})
        for (session, flag), history in added.decisions.items()
        if session == session_id
    }
    burst = round(policy.review.burst_s * MICROS)
    named = added.named(session_id)
    every = [*incidents, *findings(judged, policy, named)]
    groups = correlate(every, burst, decided, named)
    flags = [_flag(session_id, group, policy, added) for group in groups]
    return Flags(sorted(flags, key=lambda flag: (flag.start, flag.id)))


async def read_incidents(
    db: AsyncSession, sessions: Sequence[ExamSession]
) -> dict[str, list[Incident]]:
    """The incidents of several sessions, on session time, by session id."""
    query = select(
        IncidentRow.session_id,
        IncidentRow.incident_id,
        IncidentRow.kind,
        IncidentRow.severity,
        IncidentRow.boot,
        IncidentRow.start,
        IncidentRow.end,
        IncidentRow.confidence,
        IncidentRow.detail,
        IncidentRow.begin_seq,
    ).where(IncidentRow.session_id.in_([session.id for session in sessions]))
    by_id = {session.id: session for session in sessions}
    found: dict[str, list[Incident]] = {name: [] for name in by_id}
    for name, incident, kind, severity, boot, start, end, sure, detail, seq in (
        await db.execute(query)
    ).tuples():
        session = by_id[name]
        found[name].append(
            Incident(
                id=incident,
                kind=Kind(kind),
                severity=Severity(severity),
                start=max(0, place(session, boot, start)),
                end=None if end is None else max(0, place(session, boot, end)),
                confidence=sure,
                detail=detail,
                seq=seq,
            )
        )
    return found


def _flag(session_id: str, group: Group, policy: Policy, added: Added) -> Flag:
    shown, of = lead(group.members), (session_id, group.id)
    ends = [one.end for one in group.members]
    first = policy.review.human_first
    return Flag(
        id=group.id,
        kind=shown.kind,
        severity=shown.severity,
        start=min(one.start for one in group.members),
        end=None if None in ends else max(end for end in ends if end is not None),
        confidence=shown.confidence,
        detail=shown.detail,
        history=added.decisions.get(of, ()),
        members=group.members,
        follows=group.follows,
        four_eyes=policy.review.four_eyes,
        # Nothing that the server makes of the machine's word acts by itself.
        human_first=any(one.kind in first or one.by_server for one in group.members),
        notes=added.notes.get(of, ()),
        assigned=added.assigned.get(of),
    )


async def read_added(db: AsyncSession, sessions: Sequence[str]) -> Added:
    """What people added to these sessions and their flags."""
    of = {"sessions": list(sessions)}
    return Added(
        _by_flag((await db.execute(_DECISIONS, of)).tuples().all(), _decision),
        _by_flag((await db.execute(_NOTES, of)).tuples().all(), _note),
        await _assigned(db, sessions),
    )


def _by_flag(
    rows: Sequence[tuple[Any, str]], made: Callable[[Any, str], _T]
) -> dict[Of, tuple[_T, ...]]:
    found: dict[Of, tuple[_T, ...]] = {}
    for row, name in rows:
        of = (row.session_id, row.flag_id)
        found[of] = (*found.get(of, ()), made(row, name))
    return found


async def _assigned(db: AsyncSession, sessions: Sequence[str]) -> dict[Of, Assigned | None]:
    of = {"sessions": list(sessions)}
    found: dict[Of, Assigned | None] = {}
    for row, name, giver in (await db.execute(_ASSIGNMENTS, of)).tuples():
        to = row.account_id
        found[row.session_id, row.flag_id] = (
            None if to is None else Assigned(to, name or "", row.by_id, giver, row.at)
        )
    return found


def _decision(row: DecisionRow, name: str) -> Decision:
    return Decision(
        n=row.n,
        verdict=Verdict(row.verdict),
        note=row.note,
        by_id=row.account_id,
        by=name,
        at=row.at,
        covers=tuple(msgspec.convert(row.covers, list[str])),
    )


def _note(row: NoteRow, name: str) -> Note:
    return Note(n=row.n, text=row.text, by_id=row.account_id, by=name, at=row.at)
