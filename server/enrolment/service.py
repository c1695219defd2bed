"""Gives candidates places in exams, each with a one-time code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.service import new_id
from server.clock import MICROS_PER_DAY
from server.enrolment.codes import code_hash, new_code, plain
from server.enrolment.models import Candidate, Enrolment
from server.enrolment.references import folded, known_by, same_address
from server.enrolment.writing import UNREADABLE, is_readable, one_line, reference_of
from server.exams.models import AccommodationProfile, Exam
from server.exams.service import lock_exam
from server.mail.letters import MailError, address_of

# Ids of one question: below what either database takes.
AT_ONCE = 1_000


class CandidateDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to enrol; ``reference`` is the institution's own name for them, ``email`` where
    letters go (the reference, where that is an address), and ``accommodation`` the name or id
    of the profile that they have, if any.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    accommodation: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    email: Annotated[str, msgspec.Meta(max_length=200)] | None = None

    @property
    def address(self) -> str | None:
        """Where letters go.

        Raises:
            MailError: what is said to be an address is none.
        """
        if self.email:
            return address_of(self.email)
        with suppress(MailError):
            return address_of(self.reference)
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """A new enrolment and its code, which can never be shown again."""

    enrolment: Enrolment
    candidate: Candidate
    code: str


class NotEnrolled(ValueError):
    """Nobody is enrolled; the message says why, and what to do."""


class ExamOver(NotEnrolled):
    """Nobody can begin the exam any more."""


class AlreadyEnrolled(NotEnrolled):
    """Somebody has a place in the exam already; the message says who."""


def refuse_over(exam: Exam, now: int) -> None:
    """Nobody gets a place in an exam that nobody can begin any more.

    Raises:
        ExamOver: it is over or cancelled.
    """
    if exam.ends <= now or exam.cancelled is not None:
        raise ExamOver("This exam is over or cancelled; nobody can begin it.")


def tidied(draft: CandidateDraft) -> CandidateDraft:
    """Somebody to enrol with name and reference as they were meant, as in a list.

    Raises:
        NotEnrolled: there is no name or reference, or none that people can read.
    """
    name, reference = one_line(draft.name), reference_of(draft.reference)
    if not name or not reference:
        raise NotEnrolled("Everybody has a name and a reference, so nobody was enrolled.")
    unread = next((one for one in (name, reference) if not is_readable(one)), None)
    if unread is not None:
        shown = "".join(mark if mark.isprintable() else UNREADABLE for mark in unread)
        raise NotEnrolled(
            f"There are characters in “{shown[:60]}” that nobody can read, so nobody was "
            "enrolled."
        )
    return msgspec.structs.replace(draft, name=name, reference=reference)


def usual_expiry(exam: Exam, days: int, now: int) -> int:
    """Until when a code is good where nothing is said: so many ``days``, and at least until its
    exam closes (microseconds UTC).
    """
    return max(exam.ends, now + days * MICROS_PER_DAY)


async def take_turns(db: AsyncSession, institution_id: str) -> None:
    """Wait until nobody else gives places to the institution's candidates, up to the end of the
    transaction: two at once may bring the same candidate.
    """
    own = select(Institution.id).where(Institution.id == institution_id)
    await db.execute(own.with_for_update())


async def refuse_enrolled(
    db: AsyncSession, exam: Exam, drafts: Sequence[CandidateDraft]
) -> dict[str, str]:
    """Nobody gets two places in an exam: a form may be sent twice, and a program asks again
    where it heard no answer. From here on others who enrol wait. Who of them is known to the
    institution, as ``known_by`` has it.

    Raises:
        AlreadyEnrolled: one of them has a place, or is named twice.
    """
    await lock_exam(db, exam)
    await take_turns(db, exam.institution_id)
    references = [draft.reference for draft in drafts]
    known = await known_by(db, exam.institution_id, references)
    there = await placed(db, exam.id, known.values())
    taken = [one for one in references if known.get(folded(one)) in there]
    if taken:
        raise AlreadyEnrolled(
            f"“{min(taken)}” has a place in this exam already, so nobody was enrolled. Leave "
            "them out; who needs another code is given one among the exam's candidates."
        )
    times = Counter(map(folded, references))
    for reference in references:
        if times[folded(reference)] > 1:
            raise AlreadyEnrolled(f"“{reference}” is named twice, so nobody was enrolled.")
    return known


async def placed(db: AsyncSession, exam_id: str, candidates: Collection[str]) -> set[str]:
    """Which of these candidates (ids) have a place in an exam that they have not given up."""
    ids, found = sorted(candidates), set[str]()
    for at in range(0, len(ids), AT_ONCE):
        query = select(Enrolment.candidate_id).where(
            Enrolment.exam_id == exam_id,
            Enrolment.withdrawn.is_(None),
            Enrolment.candidate_id.in_(ids[at : at + AT_ONCE]),
        )
        found.update(await db.scalars(query))
    return found


async def enrol(
    db: AsyncSession,
    secret: bytes,
    exam: Exam,
    draft: CandidateDraft,
    *,
    expires: int,
    now: int,
    code: str | None = None,
    profile: AccommodationProfile | None = None,
    known: Mapping[str, str] | None = None,
) -> Place:
    """A place for a candidate, who is made where the reference is new; whether they have one
    already is for ``refuse_enrolled``.

    Args:
        db: the transaction.
        secret: the server's secret, which the code's hash is keyed with.
        exam: the exam.
        draft: who it is for.
        expires: until when the code can be taken up, microseconds UTC.
        now: the time, microseconds UTC.
        code: the code to use, for a demo; a random one by default.
        profile: the accommodation that they have (what the draft calls it, looked up).
        known: who is known already, as ``refuse_enrolled`` found it; looked up by default.
    """
    if known is None:
        known = await known_by(db, exam.institution_id, [draft.reference])
    own = known.get(folded(draft.reference))
    candidate = await _candidate(db, exam.institution_id, own, draft, now)
    code = code or new_code()
    enrolment = Enrolment(
        id=new_id(),
        exam_id=exam.id,
        candidate_id=candidate.id,
        code_hash=code_hash(secret, plain(code) or ""),
        expires=expires,
        redeemed_at=None,
        session_id=None,
        created=now,
        accommodation_id=None if profile is None else profile.id,
        issued=now,
        withdrawn=None,
        checked=None,
    )
    db.add(enrolment)
    await db.flush()
    return Place(enrolment, candidate, code)


async def _candidate(
    db: AsyncSession, institution_id: str, own: str | None, draft: CandidateDraft, now: int
) -> Candidate:
    """The candidate of an id, whose letters go where the draft says; or a new one."""
    if own is not None:
        found = await db.get_one(Candidate, own)
        if draft.address and not same_address(draft.address, found.email):
            found.email = draft.address
        return found
    candidate = Candidate(
        id=new_id(),
        institution_id=institution_id,
        name=draft.name,
        reference=draft.reference,
        email=draft.address,
        created=now,
    )
    db.add(candidate)
    await db.flush()
    return candidate


async def places_of(
    db: AsyncSession, exam_id: str, limit: int | None = None
) -> list[tuple[Enrolment, Candidate]]:
    """The places in an exam and who each is for, by name; all, or the first ``limit``."""
    query = (
        select(Enrolment, Candidate)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)
        .where(Enrolment.exam_id == exam_id)
        .order_by(Candidate.name, Enrolment.created, Enrolment.id)
        .limit(limit)
    )
    return [(place, candidate) for place, candidate in await db.execute(query)]


async def place_of(
    db: AsyncSession, exam_id: str, enrolment_id: str
) -> tuple[Enrolment, Candidate] | None:
    """One place in an exam and who it is for; ``None`` where there is no such place."""
    query = (
        select(Enrolment, Candidate)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)
        .where(Enrolment.exam_id == exam_id, Enrolment.id == enrolment_id)
    )
    found = [(place, candidate) for place, candidate in await db.execute(query)]
    return found[0] if found else None
