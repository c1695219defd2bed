"""Gives places in exams accommodation profiles, for as long as nobody has begun there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litestar.exceptions import NotFoundException
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit import service as audit
from server.enrolment.models import Enrolment
from server.enrolment.service import (
    CandidateDraft,
    Place,
    enrol,
    refuse_enrolled,
    refuse_over,
    tidied,
)
from server.exams.accommodations import find_profile
from server.exams.models import AccommodationProfile, Exam


class NotGiven(ValueError):
    """A profile cannot be given; the message says why."""


async def profile_to_give(
    db: AsyncSession, institution_id: str, name: str
) -> AccommodationProfile:
    """A profile that candidates can be given, by its name or id.

    Raises:
        NotGiven: there is none, or it is archived.
    """
    found = await find_profile(db, institution_id, name)
    if found is None:
        raise NotGiven(f"There is no accommodation “{name[:100]}”. Create it first.")
    if found.archived is not None:
        raise NotGiven(f"The accommodation “{found.name}” is archived. Restore it first.")
    return found


async def profiles_named(
    db: AsyncSession, institution_id: str, drafts: Iterable[CandidateDraft]
) -> dict[str, AccommodationProfile]:
    """The profiles that candidates are to have, by what the drafts call them.

    Raises:
        NotGiven: one of them cannot be given.
    """
    wanted = dict.fromkeys(draft.accommodation for draft in drafts if draft.accommodation)
    return {name: await profile_to_give(db, institution_id, name) for name in wanted}


async def enrol_all(
    db: AsyncSession,
    secret: bytes,
    exam: Exam,
    drafts: Sequence[CandidateDraft],
    *,
    expires: int,
    now: int,
) -> list[Place]:
    """Places for candidates with what accommodations they have; all of them or nobody.

    Raises:
        NotGiven: one of the accommodations cannot be given.
        NotEnrolled: one of them has a place or no name, or nobody can begin the exam any more.
    """
    refuse_over(exam, now)
    drafts = [tidied(draft) for draft in drafts]
    known = await refuse_enrolled(db, exam, drafts)
    profiles = await profiles_named(db, exam.institution_id, drafts)
    return [
        await enrol(
            db,
            secret,
            exam,
            draft,
            expires=expires,
            now=now,
            profile=profiles.get(draft.accommodation or ""),
            known=known,
        )
        for draft in drafts
    ]


async def give(
    db: AsyncSession, exam_id: str, enrolment_id: str, profile: AccommodationProfile | None
) -> Enrolment | None:
    """Give a place of the exam a profile, or none; ``None`` where there is no such place.

    Raises:
        NotGiven: the candidate has begun, under what they agreed to.
    """
    query = (
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.exam_id == exam_id)
        .with_for_update()
    )
    place = (await db.scalars(query)).one_or_none()
    if place is None:
        return None
    if place.session_id is not None:
        raise NotGiven("This candidate has begun, and keeps the rules that they agreed to.")
    place.accommodation_id = None if profile is None else profile.id
    await db.flush()
    return place


async def accommodate(
    db: AsyncSession,
    now: int,
    staff: Staff | str,
    exam: Exam,
    enrolment_id: str,
    name: str | None,
) -> Enrolment:
    """Give a place a profile by name or id, or none, and write it in the log.

    Raises:
        NotFoundException: the exam has no such place.
        NotGiven: there is no such profile, or the candidate has begun.
    """
    profile = await profile_to_give(db, exam.institution_id, name) if name else None
    place = await give(db, exam.id, enrolment_id, profile)
    if place is None:
        raise NotFoundException("There is no such candidate in this exam.")
    audit.record(
        db,
        now,
        staff,
        "accommodation.give",
        ("enrolment", place.id),
        institution_id=exam.institution_id,
        accommodation=place.accommodation_id,
    )
    return place


async def waiting_with(db: AsyncSession, institution_id: str) -> dict[str, int]:
    """How many who have not begun have each profile, by the profile's id."""
    query = (
        select(Enrolment.accommodation_id, func.count())
        .join(AccommodationProfile, AccommodationProfile.id == Enrolment.accommodation_id)
        .where(
            AccommodationProfile.institution_id == institution_id,
            Enrolment.session_id.is_(None),
        )
        .group_by(Enrolment.accommodation_id)
    )
    return {name: count for name, count in (await db.execute(query)).tuples() if name}
