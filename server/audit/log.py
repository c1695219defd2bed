"""Makes entries of what a transaction notes (``audit.service``), as its last act.

One institution's log is one chain: its row in ``log_head`` is locked, the entries are
numbered, chained and signed, and all of it commits with what they are about, or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.audit.models import LogEntryRow, LoggedHeadRow, LogHeadRow
from server.audit.service import SYSTEM, Moved, Note
from server.ingest.models import ExamSession
from server.integrations.events import ACTS, told
from server.integrations.outbox import Happened, announce
from server.storage.database import NOTES, Database
from server.storage.keys import KeyStore
from shared.chain import hand_over
from shared.log import (
    MAX_HEADS,
    Access,
    Act,
    Entry,
    EntryBody,
    Head,
    Heads,
    Key,
    sign_entry,
)
from shared.signed import public_bytes
from shared.wire import SessionState

_LOCK = (
    select(
        LogHeadRow.size,
        LogHeadRow.head,
        LogHeadRow.time,
        LogHeadRow.bytes,
        LogHeadRow.key_ref,
        LogHeadRow.first_key,
    )
    .where(LogHeadRow.institution_id == bindparam("institution"))
    .with_for_update()
)

# Asked once the log is held: who waited for it would be shown what was there before.
_PRESENT_KEYS = select(Institution.key_ref).where(Institution.id == bindparam("institution"))

# Sessions whose chain, or state, is not the one that the log named last.
_MOVED = (
    select(ExamSession.id, ExamSession.size, ExamSession.head, ExamSession.state)
    .outerjoin(LoggedHeadRow, LoggedHeadRow.session_id == ExamSession.id)
    .where(
        ExamSession.id.in_(bindparam("sessions", expanding=True)),
        ExamSession.institution_id == bindparam("institution"),
        ExamSession.size > 0,
        or_(
            LoggedHeadRow.session_id.is_(None),
            LoggedHeadRow.size < ExamSession.size,
            LoggedHeadRow.state != ExamSession.state,
        ),
    )
    .order_by(ExamSession.id)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A log up to its head, as its row in ``log_head`` says.

    ``key_ref`` names the keys that signed last, ``present_ref`` the institution's present
    ones, which are to sign what is next.
    """

    institution_id: str
    size: int
    head: str
    time: int
    bytes: int
    key_ref: str | None
    first_key: bytes | None
    present_ref: str


async def hold(db: AsyncSession, institution_id: str) -> Standing:
    """Where the log stands; nobody else appends to it until the transaction ends."""
    asked = {"institution": institution_id}
    found = (await db.execute(_LOCK, asked)).one()
    present = (await db.execute(_PRESENT_KEYS, asked)).scalar_one()
    return Standing(institution_id, *found, present_ref=present)


def logged_database(url: str, keys: KeyStore) -> Database:
    """A database whose transactions write what they note into the logs."""
    return Database(url, _Log(keys).append_all)


class _Log:
    """Appends to logs, with the institutions' keys."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    async def append_all(self, db: AsyncSession) -> None:
        """Make entries of all that the transaction noted.

        Raises:
            KeysMissing: an institution's key is not here; nothing is done without its entry.
        """
        by_institution: dict[str, list[Note]] = defaultdict(list)
        for note in cast("list[Note]", db.info.pop(NOTES, [])):
            by_institution[note.institution_id].append(note)
        if by_institution:
            await db.flush()
            await announce(db, _happened(by_institution))
        # In one order, so that two transactions never wait for each other in a circle.
        for institution_id, notes in sorted(by_institution.items()):
            standing = await hold(db, institution_id)
            bodies = [(note, body) for note in notes for body in await _bodies(db, note)]
            if bodies:
                await self._append(db, standing, bodies)

    async def _append(
        self, db: AsyncSession, standing: Standing, bodies: Sequence[tuple[Note, EntryBody]]
    ) -> None:
        rows: list[dict[str, Any]] = []
        present = self._keys.signing(standing.present_ref)
        key = self._keys.signing(standing.key_ref or standing.present_ref)
        if public_bytes(key) != public_bytes(present):
            # The institution has a new key: the old one hands the log over to it.
            following = hand_over(
                present, standing.institution_id, standing.size, standing.head
            )
            note = replace(bodies[0][0], actor=SYSTEM, role=None, address=None)
            row, standing = _entry(key, standing, note, Key(next=following))
            rows.append(row)
        for note, body in bodies:
            row, standing = _entry(present, standing, note, body)
            rows.append(row)
        await db.execute(insert(LogEntryRow), rows)
        await db.execute(
            update(LogHeadRow)
            .where(LogHeadRow.institution_id == standing.institution_id)
            .values(
                size=standing.size,
                head=standing.head,
                time=standing.time,
                bytes=standing.bytes,
                key_ref=standing.present_ref,
                first_key=standing.first_key or public_bytes(key),
            )
        )


def _happened(notes: Mapping[str, Sequence[Note]]) -> list[Happened]:
    """Which of the acts are events that other systems may be told of (``integrations``)."""
    return [
        Happened(
            institution_id=institution_id,
            type=ACTS[act.action],
            at=note.now,
            session_id=act.subject.id if act.subject.kind == "session" else None,
            data=told(act.detail) | _exam_of(act),
        )
        for institution_id, of in notes.items()
        for note in of
        if isinstance(act := note.about, Act) and act.action in ACTS
    ]


def _exam_of(act: Act) -> dict[str, str]:
    """The exam that an act is about; a session's is looked up where it is told."""
    return {"exam": act.subject.id} if act.subject.kind == "exam" else {}


async def _bodies(db: AsyncSession, note: Note) -> Sequence[EntryBody]:
    if not isinstance(note.about, Moved):
        return (note.about,)
    asked = {"institution": note.institution_id, "sessions": note.about.sessions}
    rows = (await db.execute(_MOVED, asked)).all()
    if rows:
        ids = [row.id for row in rows]
        named = [{"session_id": row.id, "size": row.size, "state": row.state} for row in rows]
        await db.execute(delete(LoggedHeadRow).where(LoggedHeadRow.session_id.in_(ids)))
        await db.execute(insert(LoggedHeadRow), named)
    heads = [
        Head(
            session=row.id,
            size=row.size,
            head=row.head,
            state=cast("SessionState", row.state),
        )
        for row in rows
    ]
    parts = range(0, len(heads), MAX_HEADS)
    return [Heads(sessions=tuple(heads[at : at + MAX_HEADS])) for at in parts]


def _entry(
    key: Ed25519PrivateKey, standing: Standing, note: Note, body: EntryBody
) -> tuple[dict[str, Any], Standing]:
    """The next entry as a row, and the log with it."""
    entry = Entry(
        institution=standing.institution_id,
        n=standing.size,
        prev=standing.head,
        # A log's time never goes back, whatever is done to the server's clock.
        time=max(note.now, standing.time),
        actor=note.actor,
        role=note.role,
        address=note.address,
        body=body,
    )
    signed = sign_entry(key, entry)
    row = {
        "institution_id": entry.institution,
        "n": entry.n,
        "hash": signed.hash,
        "payload": signed.payload,
        "signature": signed.signature,
        "time": entry.time,
        "type": entry.type,
        "actor": entry.actor,
        **_columns(entry),
    }
    return row, replace(
        standing,
        size=standing.size + 1,
        head=signed.hash,
        time=entry.time,
        bytes=standing.bytes + len(signed.line()),
    )


def _columns(entry: Entry) -> dict[str, Any]:
    """What an entry's body says, for queries."""
    match entry.body:
        case Heads() | Key():
            action, kind, name = entry.type, "institution", entry.institution
        case Access(session=name, what=what):
            action, kind = f"access.{what}", "session"
        case Act(action=action, subject=subject):
            kind, name = subject.kind, subject.id
    stream = entry.body.stream if isinstance(entry.body, Access) else None
    return {"action": action, "subject_kind": kind, "subject_id": name, "stream": stream}
