"""Accommodation profiles: what is left out for candidates who have one, and their policy.

A candidate's policy is the exam's newest one with the profile in it. It is made whenever
their code is looked at, and kept when the code is taken up: so a profile that changes does
so for everybody who has not begun, and for nobody who has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.exams.contradictions import SHORTEST_BREAK_S
from server.exams.models import AccommodationProfile, Exam, PolicyVersion
from server.exams.service import add_version
from server.storage.keys import InstitutionKeys
from shared.counting import count
from shared.flags import Group, Kind
from shared.policy import Accommodation, Breaks, Policy, decode_policy, encode_policy
from shared.signed import Domain, Signed, sign

MAX_NAME_CHARS = 100
MAX_NOTE_CHARS = 2_000

# What an institution has room for on one page; more would be one a candidate.
MAX_PROFILES = 200

# What keeps the recording itself honest is no detector of anybody's behaviour.
ACCOMMODATED = tuple(kind for kind in Kind if kind.group is not Group.RECORDER)


# As ``shared.policy`` bounds breaks and durations (a day, in seconds).
MAX_BREAKS = 100
MAX_DURATION_S = 86_400.0

# Three times as long again is more than any exam gives; a break of four hours is another day.
MAX_EXTRA_PERCENT = 300
MAX_BREAK_MINUTES = 240


class ProfileDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile as it is to be: ``off`` are the kinds that are not watched, ``extra_percent``
    is how much longer the exam lasts, ``breaks`` how many more there may be, and
    ``break_minutes`` how long one may be (0: as the exam says, or ten minutes where it has no
    breaks and says nothing of them).
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME_CHARS)]
    off: tuple[Kind, ...] = ()
    extra_percent: Annotated[int, msgspec.Meta(ge=0, le=MAX_EXTRA_PERCENT)] = 0
    breaks: Annotated[int, msgspec.Meta(ge=0, le=MAX_BREAKS)] = 0
    break_minutes: Annotated[int, msgspec.Meta(ge=0, le=MAX_BREAK_MINUTES)] = 0
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE_CHARS)] = ""


class ProfileError(ValueError):
    """The profile cannot be so; ``field`` is the draft's, the message says why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class ProfileTaken(ProfileError):
    """Another profile of the institution has the name."""


async def profiles_of(
    db: AsyncSession, institution_id: str, *, archived: bool = True
) -> list[AccommodationProfile]:
    """An institution's profiles by name, with or without those that are archived."""
    query = (
        select(AccommodationProfile)
        .where(AccommodationProfile.institution_id == institution_id)
        .order_by(AccommodationProfile.name, AccommodationProfile.id)
    )
    if not archived:
        query = query.where(AccommodationProfile.archived.is_(None))
    return list(await db.scalars(query))


async def find_profile(
    db: AsyncSession, institution_id: str, name: str
) -> AccommodationProfile | None:
    """A profile of the institution, by its id or its name."""
    query = select(AccommodationProfile).where(
        AccommodationProfile.institution_id == institution_id,
        (AccommodationProfile.id == name) | (AccommodationProfile.name == name),
    )
    return (await db.scalars(query.limit(1))).first()


async def create_profile(
    db: AsyncSession, institution_id: str, draft: ProfileDraft, now: int
) -> AccommodationProfile:
    """Add a profile.

    Raises:
        ProfileError: it says nothing, or there are too many already.
        ProfileTaken: its name is another one's.
    """
    name = await _judged(db, institution_id, draft)
    count = select(func.count()).where(AccommodationProfile.institution_id == institution_id)
    if (await db.scalar(count) or 0) >= MAX_PROFILES:
        raise ProfileError("name", f"An institution has at most {MAX_PROFILES} profiles.")
    made = AccommodationProfile(
        id=new_id(),
        institution_id=institution_id,
        created=now,
        archived=None,
        **_columns(name, draft),
    )
    db.add(made)
    await db.flush()
    return made


async def change_profile(
    db: AsyncSession, profile: AccommodationProfile, draft: ProfileDraft
) -> None:
    """Make a profile say something else, for those who have not begun.

    Raises:
        ProfileError: it says nothing.
        ProfileTaken: its name is another one's.
    """
    name = await _judged(db, profile.institution_id, draft, own=profile.id)
    for column, value in _columns(name, draft).items():
        setattr(profile, column, value)
    await db.flush()


def _columns(name: str, draft: ProfileDraft) -> dict[str, Any]:
    return {
        "name": name,
        "off": [kind.value for kind in Kind if kind in draft.off],
        "extra_percent": draft.extra_percent,
        "breaks": draft.breaks,
        "break_minutes": draft.break_minutes,
        "note": draft.note.strip(),
    }


async def _judged(
    db: AsyncSession, institution_id: str, draft: ProfileDraft, own: str = ""
) -> str:
    """The profile's name, where the draft can be one."""
    name = " ".join(draft.name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise ProfileError(
            "name", f"A profile has a name of at most {MAX_NAME_CHARS} printable characters."
        )
    if len(draft.note) > MAX_NOTE_CHARS or "\0" in draft.note:
        raise ProfileError("note", f"A note is text of at most {MAX_NOTE_CHARS:,} characters.")
    wrong = [kind.label for kind in draft.off if kind not in ACCOMMODATED]
    if wrong:
        raise ProfileError(
            "off", f"These keep the recording honest and stay on: {', '.join(wrong)}."
        )
    if not (draft.off or draft.extra_percent or draft.breaks or draft.break_minutes):
        raise ProfileError(
            "off", "Switch a flag off, or give extra time or breaks: so far it changes nothing."
        )
    # Two who choose the same name at once take turns, and the second is told.
    own_lock = select(Institution.id).where(Institution.id == institution_id)
    await db.execute(own_lock.with_for_update())
    query = select(AccommodationProfile.id).where(
        AccommodationProfile.institution_id == institution_id,
        AccommodationProfile.name == name,
        AccommodationProfile.id != own,
    )
    if await db.scalar(query) is not None:
        raise ProfileTaken("name", f"There is a profile “{name}” already; choose another name.")
    return name


def log_profile(
    db: AsyncSession, now: int, staff: Staff | str, action: str, profile: AccommodationProfile
) -> None:
    """Write in the log what became of a profile: what it gives, not its name."""
    audit.record(
        db,
        now,
        staff,
        f"accommodation.{action}",
        ("accommodation", profile.id),
        institution_id=profile.institution_id,
        off=list(profile.off),
        extra_percent=profile.extra_percent,
        breaks=profile.breaks,
    )


def archive(profile: AccommodationProfile, now: int, *, archived: bool) -> str:
    """Archive a profile or restore it; the log's word for that."""
    if archived and profile.archived is None:
        profile.archived = now
    elif not archived:
        profile.archived = None
    return "archive" if archived else "restore"


def extras(profile: AccommodationProfile) -> str:
    """What a profile gives beside what it switches off, in words; empty for nothing."""
    parts = [f"{profile.extra_percent} % more time"] if profile.extra_percent else []
    if profile.breaks:
        parts.append(count(profile.breaks, "more break"))
    if profile.break_minutes:
        parts.append(f"breaks of up to {count(profile.break_minutes, 'minute')}")
    return ", ".join(parts)


def kinds_off(profile: AccommodationProfile) -> tuple[Kind, ...]:
    """The kinds that a profile switches off."""
    return tuple(Kind(name) for name in profile.off)


async def names_of(db: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    """The names of profiles by id."""
    query = select(AccommodationProfile.id, AccommodationProfile.name).where(
        AccommodationProfile.id.in_(ids)
    )
    return dict((await db.execute(query)).tuples().all())


def accommodated(
    newest: PolicyVersion,
    profile: AccommodationProfile | None,
    own: InstitutionKeys,
    *,
    late: bool = False,
) -> Signed:
    """The newest policy as it is for single candidates: who have a profile, and who come
    ``late`` to an exam that gives them the whole time all the same.

    The same at each call until one of the three changes: Ed25519 signs the same bytes alike.
    """
    said = decode_policy(newest.payload)
    if profile is not None:
        said = given(said, profile)
    if late:
        exam = msgspec.structs.replace(said.exam, starts_us=None)
        said = msgspec.structs.replace(said, exam=exam)
    return sign(own.signing, Domain.POLICY, encode_policy(said))


def given(said: Policy, profile: AccommodationProfile) -> Policy:
    """A policy with what a profile leaves out, its extra time and its breaks."""
    duration_s = with_extra_time(said.exam.duration_s, profile)
    exam = msgspec.structs.replace(said.exam, duration_s=duration_s)
    longest_s = max(said.breaks.longest_s, profile.break_minutes * 60.0)
    # An exam without breaks may say of them that they last no time, as nobody takes any.
    if longest_s < SHORTEST_BREAK_S:
        longest_s = Breaks().longest_s
    count = min(MAX_BREAKS, said.breaks.count + profile.breaks)
    breaks = Breaks(count=count, longest_s=longest_s)
    return msgspec.structs.replace(
        said,
        exam=exam,
        breaks=breaks if profile.breaks or profile.break_minutes else said.breaks,
        accommodation=Accommodation(profile=profile.name, off=kinds_off(profile)),
    )


def with_extra_time(duration_s: float, profile: AccommodationProfile) -> float:
    """How long an exam lasts who has a profile, in seconds."""
    return min(MAX_DURATION_S, duration_s * (1 + profile.extra_percent / 100))


async def keep_accommodated(
    db: AsyncSession,
    exam: Exam,
    newest: PolicyVersion,
    profile: AccommodationProfile | None,
    signed: Signed,
    now: int,
) -> PolicyVersion:
    """The row of such a policy; one for all who begin under the same bytes."""
    own = None if profile is None else profile.id
    query = select(PolicyVersion).where(
        PolicyVersion.exam_id == exam.id,
        PolicyVersion.accommodation_id.is_(None)
        if own is None
        else PolicyVersion.accommodation_id == own,
        PolicyVersion.follows.is_not(None),
        PolicyVersion.hash == signed.hash,
        PolicyVersion.signature == signed.signature,
    )
    found = (await db.scalars(query.limit(1))).first()
    if found is not None:
        return found
    return await add_version(db, exam, signed, now, accommodation=own, follows=newest.version)
