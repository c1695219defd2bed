"""The register of consent: what a candidate agreed to, when, in which words.

It is read from the evidence itself (the session's first record). What has to outlive that (the
records are destroyed, or the agreement was withdrawn) is a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.candidates.models import ConsentRow
from server.exams.models import PolicyVersion
from server.ingest.models import ExamSession, RecordRow
from server.ingest.projection import text
from shared.records import MalformedRecord, Open, decode_record

# As the protocol names what is agreed to by itself, and what people call it.
ITEMS: Mapping[str, str] = {
    "camera": "camera",
    "microphone": "microphone",
    "screen": "screen",
    "photo": "photograph of the face",
    "document": "photograph of a document",
    "voice": "sample of the voice",
    "computer": "what goes on on the computer",
    "lockdown": "the computer being locked for the exam",
}

# Longer words are no word of ours.
MOST_CHARS = 64


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to: ``at`` by the candidate's clock, ``given`` how, each of ``items``, in
    ``language``, of the terms whose hash is ``policy``. ``withdrawn_at`` by the server's.
    """

    at: int | None
    given: str
    items: tuple[str, ...]
    language: str
    policy: str
    withdrawn_at: int | None = None

    @property
    def words(self) -> list[str]:
        """The items as people call them."""
        return [ITEMS.get(one, one) for one in self.items]


async def consents_of(
    db: AsyncSession, sessions: list[ExamSession]
) -> dict[str, Consent | None]:
    """The agreement of each session, by id; ``None`` where recording never began."""
    ids = [session.id for session in sessions]
    kept = {
        row.session_id: _of_row(row)
        for row in await db.scalars(select(ConsentRow).where(ConsentRow.session_id.in_(ids)))
    }
    hashes = select(PolicyVersion.id, PolicyVersion.hash).where(
        PolicyVersion.id.in_({session.policy_version_id for session in sessions})
    )
    policies = dict((await db.execute(hashes)).tuples().all())
    query = select(RecordRow.session_id, RecordRow.payload).where(
        RecordRow.session_id.in_([one for one in ids if one not in kept]), RecordRow.seq == 0
    )
    opened = dict((await db.execute(query)).tuples().all())
    return {
        session.id: kept.get(session.id)
        or _of_record(opened.get(session.id), policies[session.policy_version_id])
        for session in sessions
    }


async def keep_consent(db: AsyncSession, session: ExamSession) -> ConsentRow | None:
    """Put the agreement into a row of its own, which outlives the records."""
    # Locked, so that of two at once the second finds the row of the first.
    await db.get_one(ExamSession, session.id, with_for_update=True)
    found = await db.get(ConsentRow, session.id)
    if found is not None:
        return found
    consent = (await consents_of(db, [session]))[session.id]
    if consent is None:
        return None
    row = ConsentRow(
        session_id=session.id,
        at=consent.at,
        given=consent.given,
        items=list(consent.items),
        language=consent.language,
        policy=consent.policy,
        withdrawn_at=None,
    )
    db.add(row)
    await db.flush()
    return row


def _of_row(row: ConsentRow) -> Consent:
    return Consent(
        row.at, row.given, tuple(row.items), row.language, row.policy, row.withdrawn_at
    )


def _of_record(payload: bytes | None, policy: str) -> Consent | None:
    if payload is None:
        return None
    try:
        body = decode_record(payload).body
    except MalformedRecord:  # pragma: no cover  (the server takes no such record in)
        return None
    if not isinstance(body, Open):
        return None
    said = body.consent
    at = said.get("at")
    return Consent(
        at=at if isinstance(at, int) and 0 <= at < 2**53 else None,
        given=_word(said.get("given"), 200),
        items=tuple(_words(said.get("items"))),
        language=_word(said.get("language"), MOST_CHARS),
        policy=body.policy or policy,
    )


def _words(value: Any) -> list[str]:
    found = value if isinstance(value, list | tuple) else []
    return [word for one in found[:MOST_CHARS] if (word := _word(one, MOST_CHARS))]


def _word(value: Any, most: int) -> str:
    return text(value)[:most] if isinstance(value, str) else ""
