"""Links to a session's page for its candidate: 256 bits that nobody guesses, and revocable.

The first link follows from the session's own token, so that the recorder can put it into the
candidate's receipt without asking. Later ones follow from the server's secret. The database has
their hashes only.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit import service as audit
from server.candidates.models import CandidateLinkRow
from server.enrolment.tokens import Tokens, token_hash
from server.ingest.models import ExamSession
from shared.candidate_page import page_path, page_token
from shared.encoding import to_base64


def token_of(secret: bytes, tokens: Tokens, session_id: str, generation: int) -> str:
    """The ``generation``-th link's token, from 0."""
    if generation == 0:
        return page_token(tokens.of(session_id))
    message = f"invigil/candidate-page/1\0{session_id}\0{generation}".encode()
    return to_base64(hmac.digest(secret, message, hashlib.sha256))


def first_link(session_id: str, token: str, now: int) -> CandidateLinkRow:
    """The row of the link that a session begins with; ``token`` is the session's own."""
    return CandidateLinkRow(
        session_id=session_id,
        generation=0,
        token_hash=token_hash(page_token(token)),
        created=now,
        revoked_at=None,
    )


async def find_linked(db: AsyncSession, token: str) -> ExamSession | None:
    """The session whose page a link opens, if it opens one."""
    query = (
        select(ExamSession)
        .join(CandidateLinkRow, CandidateLinkRow.session_id == ExamSession.id)
        .where(
            CandidateLinkRow.token_hash == hash_of(token),
            CandidateLinkRow.revoked_at.is_(None),
        )
    )
    return (await db.execute(query)).scalar_one_or_none()


def hash_of(token: str) -> str:
    """What the database would hold of whatever was typed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def current_link(
    db: AsyncSession, secret: bytes, tokens: Tokens, session: ExamSession, now: int
) -> str | None:
    """The address (from ``/``) of a session's page, or ``None`` where it was revoked.

    A session from before there were links gets its first one.
    """
    query = (
        select(CandidateLinkRow)
        .where(CandidateLinkRow.session_id == session.id)
        .order_by(CandidateLinkRow.generation.desc())
        .limit(1)
    )
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        row = first_link(session.id, tokens.of(session.id), now)
        db.add(row)
    if row.revoked_at is not None:
        return None
    return page_path(token_of(secret, tokens, session.id, row.generation))


async def revoke_link(db: AsyncSession, now: int, staff: Staff, session: ExamSession) -> None:
    """Have every link of a session open nothing any more."""
    await db.execute(
        update(CandidateLinkRow)
        .where(CandidateLinkRow.session_id == session.id, CandidateLinkRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    subject = ("session", session.id)
    audit.record(db, now, staff, "candidate-link.revoke", subject)


async def renew_link(
    db: AsyncSession,
    secret: bytes,
    tokens: Tokens,
    now: int,
    staff: Staff,
    session: ExamSession,
) -> str:
    """Make a new link and revoke those before; its address (from ``/``)."""
    await current_link(db, secret, tokens, session, now)
    await db.flush()
    query = select(func.max(CandidateLinkRow.generation)).where(
        CandidateLinkRow.session_id == session.id
    )
    generation = (await db.scalar(query) or 0) + 1
    await revoke_link(db, now, staff, session)
    token = token_of(secret, tokens, session.id, generation)
    db.add(
        CandidateLinkRow(
            session_id=session.id,
            generation=generation,
            token_hash=token_hash(token),
            created=now,
            revoked_at=None,
        )
    )
    subject = ("session", session.id)
    audit.record(db, now, staff, "candidate-link.renew", subject)
    return page_path(token)
