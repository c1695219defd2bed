"""What is known of a candidate's session and was decided, as they are told it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.candidates.appeals import appeals_of
from server.candidates.consent import consents_of
from server.candidates.requests import requests_of
from server.candidates.words import Words
from server.enrolment.models import Candidate, Enrolment
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.live.ending import EndedBy, read_ended_by
from server.live.models import CommandRow, SaidRow
from server.retention.keeping import read_kept
from server.retention.settings import read_protection
from server.review.outcomes import Outcome, in_force, read_outcomes

# Commands whose words the candidate was shown.
SHOWN = ("message", "warn", "terminate", "pause")


async def about_candidate(db: AsyncSession, candidate_id: str, now: int) -> dict[str, Any]:
    """Who somebody is here, and the exams that they have a place in."""
    candidate = await db.get_one(Candidate, candidate_id)
    institution = await db.get_one(Institution, candidate.institution_id)
    query = (
        select(Exam.title, Exam.starts, Enrolment.created)
        .join(Enrolment, Enrolment.exam_id == Exam.id)
        .where(Enrolment.candidate_id == candidate_id)
        .order_by(Exam.starts, Exam.id)
    )
    return {
        "written": now,
        "institution": {"name": institution.name, "contact": institution.contact},
        "you": {
            "name": candidate.name,
            "reference": candidate.reference,
            "email": candidate.email,
        },
        "exams": [
            {"title": title, "starts": starts, "enrolled": enrolled}
            for title, starts, enrolled in await db.execute(query)
        ],
    }


async def about_session(db: AsyncSession, session: ExamSession, now: int) -> dict[str, Any]:
    """All of it, as JSON values; times in microseconds UTC."""
    exam = await db.get_one(Exam, session.exam_id)
    candidate = await db.get_one(Candidate, session.candidate_id)
    institution = await db.get_one(Institution, session.institution_id)
    kept = await read_kept(db, session)
    consent = (await consents_of(db, [session]))[session.id]
    return {
        "written": now,
        "institution": {"name": institution.name, "contact": institution.contact},
        "exam": {"title": exam.title, "starts": exam.starts, "ends": exam.ends},
        "you": {"name": candidate.name, "reference": candidate.reference},
        "session": {
            "id": session.id,
            "state": session.state,
            "ended_by": await _ended_by(db, session),
            "began": session.created,
            "records": session.size,
            "pieces": session.blobs,
            "pieces_held": session.blobs_durable,
        },
        "decision": None if kept.everything_gone else await _decision(db, session),
        "consent": None
        if consent is None
        else {
            "at": consent.at,
            "given": consent.given,
            "items": list(consent.items),
            "language": consent.language,
            "terms": consent.policy,
            "withdrawn": consent.withdrawn_at,
        },
        "kept_until": {kind.value: kept.until[kind] for kind in kept.here},
        "held": kept.held,
        "destroyed": [
            {"what": one.words, "at": one.at, "why": one.why, "stopped": one.stopped}
            for one in kept.gone
        ],
        "messages": await _messages(db, session.id),
        "appeals": [
            {
                "text": one.text,
                "received": one.received,
                "state": one.state,
                "answer": one.answer,
                "answered": one.answered_at,
            }
            for one in await appeals_of(db, session.id)
        ],
        "requests": [
            {
                "kind": one.kind,
                "text": one.text,
                "received": one.received,
                "due": one.due,
                "state": one.state,
                "outcome": one.outcome,
            }
            for one in await requests_of(db, session.candidate_id)
        ],
    }


async def _decision(db: AsyncSession, session: ExamSession) -> dict[str, Any]:
    """What was decided about the session and when, nobody's name and no note; ``outcome`` is
    ``None`` where the institution tells it itself.
    """
    words = Words("en")
    if not (await read_protection(db, session.institution_id)).publish_decision:
        return {"outcome": None, "words": words("decision.hidden"), "at": None}
    last = in_force(await read_outcomes(db, session.id))
    outcome, at = (Outcome.OPEN, None) if last is None else (last.outcome, last.at)
    return {"outcome": outcome.value, "words": words(f"decision.{outcome}"), "at": at}


async def _ended_by(db: AsyncSession, session: ExamSession) -> EndedBy | None:
    """Who ended it, where the app did not."""
    ended = [session.id] if session.state == "terminated" else []
    return (await read_ended_by(db, ended)).get(session.id)


async def _messages(db: AsyncSession, session_id: str) -> list[dict[str, Any]]:
    said = select(SaidRow).where(SaidRow.session_id == session_id)
    told = select(CommandRow).where(
        CommandRow.session_id == session_id, CommandRow.action.in_(SHOWN)
    )
    found = [
        {"at": row.at, "from": "you", "kind": row.kind, "text": row.text}
        for row in await db.scalars(said)
    ]
    found += [
        {
            "at": row.created,
            "from": "the proctors" if row.account_id is not None else "the exam's rules",
            "kind": row.action,
            "text": row.text,
        }
        for row in await db.scalars(told)
    ]
    return sorted(found, key=lambda one: one["at"])
