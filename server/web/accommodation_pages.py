"""The pages of an institution's accommodation profiles, for admins."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.enrolment.accommodating import waiting_with
from server.exams.accommodation_controllers import profile_of
from server.exams.accommodations import (
    ACCOMMODATED,
    MAX_BREAK_MINUTES,
    MAX_BREAKS,
    MAX_EXTRA_PERCENT,
    ProfileDraft,
    ProfileError,
    archive,
    change_profile,
    create_profile,
    extras,
    kinds_off,
    log_profile,
    profiles_of,
)
from server.exams.models import AccommodationProfile
from server.network import AnyRequest
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.policy_form import Fields, Mistakes
from server.web.policy_view import TITLES
from server.web.rendering import page
from shared.flags import Group, Kind
from shared.policy import DEFAULT_RULES

# What a profile gives, and how much of it at most.
_EXTRAS = {
    "extra_percent": MAX_EXTRA_PERCENT,
    "breaks": MAX_BREAKS,
    "break_minutes": MAX_BREAK_MINUTES,
}


class AccommodationPages(Controller):
    """``/accommodations`` and what is below it."""

    path = "/accommodations"
    guards = (require(Role.EXAMINER),)
    include_in_schema = False

    @get("/")
    async def get_profiles(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """All profiles, and the form for a new one."""
        async with database.transaction() as db:
            return await _list(db, current_account(request), Mistakes({}, {}))

    @post("/", status_code=303)
    async def post_profile(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Create a profile; or the form again as it was typed."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            try:
                made = await create_profile(
                    db, staff.institution_id, read_profile(fields), clock()
                )
            except ProfileError as error:
                return await _list(db, staff, Mistakes({error.field: str(error)}, fields))
            log_profile(db, clock(), staff, "create", made)
        return Redirect("/accommodations", status_code=303)

    @get("/{profile_id:str}")
    async def get_profile(
        self,
        request: AnyRequest,
        profile_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Template:
        """One profile, to be changed."""
        async with database.transaction() as db:
            profile = await profile_of(db, current_account(request), profile_id)
            return await _one(db, profile, Mistakes({}, _filled(profile)))

    @post("/{profile_id:str}", status_code=303)
    async def post_change(
        self,
        request: AnyRequest,
        profile_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Change a profile; or the form again as it was typed."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            profile = await profile_of(db, staff, profile_id)
            try:
                await change_profile(db, profile, read_profile(fields))
            except ProfileError as error:
                return await _one(db, profile, Mistakes({error.field: str(error)}, fields))
            log_profile(db, clock(), staff, "change", profile)
        return Redirect("/accommodations", status_code=303)

    @post("/{profile_id:str}/archived", status_code=303)
    async def post_archived(
        self,
        request: AnyRequest,
        profile_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Archive a profile (field ``archived`` is ``yes``) or restore it."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            profile = await profile_of(db, staff, profile_id)
            done = archive(profile, clock(), archived=fields.get("archived") == "yes")
            log_profile(db, clock(), staff, done, profile)
        return Redirect("/accommodations", status_code=303)


def read_profile(fields: Fields) -> ProfileDraft:
    """The profile that a form describes."""
    off = tuple(kind for kind in ACCOMMODATED if f"{kind}.off" in fields)
    return ProfileDraft(
        name=fields.get("name", ""),
        off=off,
        note=fields.get("note", ""),
        **{name: _whole(fields, name, most) for name, most in _EXTRAS.items()},
    )


def _whole(fields: Fields, name: str, most: int) -> int:
    text = fields.get(name, "").strip() or "0"
    # More digits than any of them has are no number of them.
    if not text.isdecimal() or len(text) > 4 or int(text) > most:
        raise ProfileError(name, f"This is a whole number from 0 to {most}.")
    return int(text)


def _filled(profile: AccommodationProfile) -> dict[str, str]:
    off = {f"{kind}.off": "on" for kind in kinds_off(profile)}
    numbers = {name: str(getattr(profile, name)) for name in _EXTRAS}
    return {"name": profile.name, "note": profile.note, **numbers, **off}


def _form(mistakes: Mistakes, kept: tuple[Kind, ...] = ()) -> dict[str, Any]:
    """What ``accommodation_form.html`` needs: kinds that the recorder watches, and ``kept``."""
    shown = [kind for kind in ACCOMMODATED if kind in DEFAULT_RULES or kind in kept]
    groups = [(TITLES[group], [k for k in shown if k.group is group]) for group in Group]
    return {
        "fields": mistakes.fields,
        "wrong": mistakes.words,
        "groups": [(title, kinds) for title, kinds in groups if kinds],
    }


async def _list(db: AsyncSession, staff: Staff, mistakes: Mistakes) -> Template:
    profiles = await profiles_of(db, staff.institution_id)
    context = {
        **_form(mistakes),
        "profiles": [(one, kinds_off(one), extras(one)) for one in profiles],
        "waiting": await waiting_with(db, staff.institution_id),
    }
    return page("accommodations.html", context, status=422 if mistakes.words else 200)


async def _one(db: AsyncSession, profile: AccommodationProfile, mistakes: Mistakes) -> Template:
    waiting = (await waiting_with(db, profile.institution_id)).get(profile.id, 0)
    context = {
        **_form(mistakes, kinds_off(profile)),
        "profile": profile,
        "waiting": waiting,
    }
    return page("accommodation.html", context, status=422 if mistakes.words else 200)
