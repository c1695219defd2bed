"""Gives places in exams accommodation profiles, for as long as nobody has begun there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.enrolment.models import Enrolment
from server.enrolment.service import CandidateDraft, Place, enrol
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
    """
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
