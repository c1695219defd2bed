"""Accommodation profiles over HTTP, for programs of the institution's own."""

from __future__ import annotations

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.exams.accommodations import (
    ProfileDraft,
    ProfileError,
    ProfileTaken,
    archive,
    change_profile,
    create_profile,
    kinds_off,
    log_profile,
    profiles_of,
)
from server.exams.models import AccommodationProfile
from server.network import AnyRequest
from server.storage.database import Database
from shared.flags import Kind
from shared.wire import API_PREFIX


class ProfileOut(msgspec.Struct, frozen=True):
    """A profile; ``archived`` is when, in microseconds UTC."""

    id: str
    name: str
    off: tuple[Kind, ...]
    extra_percent: int
    breaks: int
    break_minutes: int
    note: str
    archived: int | None


class Archiving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a profile is to be archived."""

    archived: bool


async def profile_of(db: AsyncSession, staff: Staff, profile_id: str) -> AccommodationProfile:
    """A profile of the account's institution.

    Raises:
        NotFoundException: there is none.
    """
    profile = await db.get(AccommodationProfile, profile_id)
    if profile is None or profile.institution_id != staff.institution_id:
        raise NotFoundException("There is no such accommodation.")
    return profile


class AccommodationsController(Controller):
    """``/accommodations``: an institution's profiles. Their names and notes may say more of
    people than reviewers need, so that only admins have all of them.
    """

    path = f"{API_PREFIX}/accommodations"
    tags = ("staff",)
    guards = (require(Role.EXAMINER),)

    @get("/")
    async def get_profiles(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> list[ProfileOut]:
        """All profiles by name, archived ones among them."""
        async with database.transaction() as db:
            found = await profiles_of(db, current_account(request).institution_id)
            return [_shown(one) for one in found]

    @post("/", status_code=201)
    async def post_profile(
        self,
        data: JSONBody[ProfileDraft],
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> ProfileOut:
        """Create a profile; 409 where another has its name."""
        staff = current_account(request)
        async with database.transaction() as db:
            try:
                made = await create_profile(db, staff.institution_id, data, clock())
            except ProfileError as error:
                raise _refusal(error) from error
            log_profile(db, clock(), staff, "create", made)
            return _shown(made)

    @put("/{profile_id:str}")
    async def put_profile(
        self,
        data: JSONBody[ProfileDraft],
        request: AnyRequest,
        profile_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> ProfileOut:
        """Change a profile, for everybody who has it and has not begun."""
        staff = current_account(request)
        async with database.transaction() as db:
            profile = await profile_of(db, staff, profile_id)
            try:
                await change_profile(db, profile, data)
            except ProfileError as error:
                raise _refusal(error) from error
            log_profile(db, clock(), staff, "change", profile)
            return _shown(profile)

    @put("/{profile_id:str}/archived")
    async def put_archived(
        self,
        data: JSONBody[Archiving],
        request: AnyRequest,
        profile_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> ProfileOut:
        """Archive a profile, or restore it. Who has it keeps it."""
        staff = current_account(request)
        async with database.transaction() as db:
            profile = await profile_of(db, staff, profile_id)
            done = archive(profile, clock(), archived=data.archived)
            log_profile(db, clock(), staff, done, profile)
            return _shown(profile)


def _shown(profile: AccommodationProfile) -> ProfileOut:
    return ProfileOut(
        id=profile.id,
        name=profile.name,
        off=kinds_off(profile),
        extra_percent=profile.extra_percent,
        breaks=profile.breaks,
        break_minutes=profile.break_minutes,
        note=profile.note,
        archived=profile.archived,
    )


def _refusal(error: ProfileError) -> ClientException:
    status = 409 if isinstance(error, ProfileTaken) else 400
    return ClientException(f"{error.field}: {error}", status_code=status)
