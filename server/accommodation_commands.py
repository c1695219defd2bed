"""``invigil-server admin accommodations``: what is switched off for single candidates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import App, Parameter

from server.opening import Fault, Rooms, institution_named, rows_of, run_in_rooms
from server.terminal import print_line
from shared.flags import Kind

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Institution
    from server.exams.accommodations import ProfileDraft
    from server.exams.models import AccommodationProfile

app = App(
    name="accommodations",
    help="""List, create, change, archive and give accommodation profiles.

        invigil-server admin accommodations create "Profile B" --off gaze_away speech
            --institution "Example University"
        invigil-server admin accommodations give ENROLMENT "Profile B"

    Candidates and reviewers read a profile's name: choose one that tells no diagnosis.
    """,
    help_format="plaintext",
)

Kinds = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")]
Flag = Annotated[bool, Parameter(negative="")]


@app.command(name="list")
def list_(*, institution: str) -> None:
    """List an institution's profiles, one line of JSON each.

    Args:
        institution: The institution's name or id.
    """
    from server.exams.accommodations import profiles_of

    async def read(_: Rooms, db: AsyncSession, owner: Institution) -> list[dict[str, Any]]:
        return [_told(one) for one in await profiles_of(db, owner.id)]

    for line in rows_of(institution, read):
        print_line(line)


@app.command
def create(
    name: str,
    *,
    institution: str,
    off: Kinds = (),
    extra_percent: int = 0,
    breaks: int = 0,
    break_minutes: int = 0,
    note: str = "",
) -> None:
    """Create a profile.

    Args:
        name: What candidates and reviewers read.
        institution: The institution's name or id.
        off: The kinds of flag that are switched off, for example gaze_away speech.
        extra_percent: How much longer the exam lasts for them, in per cent.
        breaks: How many more breaks than the exam has they may take.
        break_minutes: How long a break may last, in minutes; 0 for as the exam says.
        note: A note for administrators.
    """
    from server.exams.accommodations import create_profile

    draft = _draft(
        name=name,
        off=_kinds(off),
        extra_percent=extra_percent,
        breaks=breaks,
        break_minutes=break_minutes,
        note=note,
    )

    async def work(rooms: Rooms, db: AsyncSession) -> AccommodationProfile:
        owner = await institution_named(db, institution)
        return await create_profile(db, owner.id, draft, rooms.clock())

    print_line(_changed("create", work))


@app.command
def change(
    profile: str,
    *,
    institution: str,
    name: str = "",
    off: Kinds = (),
    extra_percent: int | None = None,
    breaks: int | None = None,
    break_minutes: int | None = None,
    note: str = "",
) -> None:
    """Change a profile, for everybody who has it and has not begun. What is not said stays.

    Args:
        profile: Its id or name.
        institution: The institution's name or id.
        name: Its new name.
        off: All the kinds of flag that are switched off from now on.
        extra_percent: How much longer the exam lasts for them, in per cent.
        breaks: How many more breaks than the exam has they may take.
        break_minutes: How long a break may last, in minutes; 0 for as the exam says.
        note: The new note for administrators.
    """
    from server.exams.accommodations import change_profile, kinds_off

    async def work(_: Rooms, db: AsyncSession) -> AccommodationProfile:
        found = await _profile(db, institution, profile)
        draft = _draft(
            name=name or found.name,
            off=_kinds(off) if off else kinds_off(found),
            extra_percent=found.extra_percent if extra_percent is None else extra_percent,
            breaks=found.breaks if breaks is None else breaks,
            break_minutes=found.break_minutes if break_minutes is None else break_minutes,
            note=note or found.note,
        )
        await change_profile(db, found, draft)
        return found

    print_line(_changed("change", work))


@app.command
def archive(profile: str, *, institution: str, restore: Flag = False) -> None:
    """Archive a profile: it is given to nobody else, and kept for those who have it.

    Args:
        profile: Its id or name.
        institution: The institution's name or id.
        restore: Take it out of the archive again instead.
    """
    from server.exams.accommodations import archive as put_away

    async def work(rooms: Rooms, db: AsyncSession) -> AccommodationProfile:
        found = await _profile(db, institution, profile)
        put_away(found, rooms.clock(), archived=not restore)
        return found

    print_line(_changed("restore" if restore else "archive", work))


@app.command
def give(enrolment: str, profile: str = "") -> None:
    """Give a candidate who has not begun a profile, in one exam.

    Args:
        enrolment: The id of their place in the exam.
        profile: The profile's id or name; leave it out to take theirs away.
    """
    from server.audit.service import COMMAND_LINE
    from server.enrolment.accommodating import NotGiven, accommodate
    from server.enrolment.models import Enrolment
    from server.exams.models import Exam

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            place = await db.get(Enrolment, enrolment)
            if place is None:
                raise Fault(f"there is no enrolment {enrolment}")
            exam, now = await db.get_one(Exam, place.exam_id), rooms.clock()
            try:
                await accommodate(db, now, COMMAND_LINE, exam, enrolment, profile)
            except NotGiven as error:
                raise Fault(str(error)) from error
            return {"enrolment": place.id, "accommodation": place.accommodation_id}

    print_line(run_in_rooms(work))


def _changed(
    action: str, work: Callable[[Rooms, AsyncSession], Awaitable[AccommodationProfile]]
) -> dict[str, Any]:
    """Do something to a profile, in one transaction with its entry in the log."""
    from server.audit.service import COMMAND_LINE
    from server.exams.accommodations import ProfileError, log_profile

    async def whole(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            try:
                profile = await work(rooms, db)
            except ProfileError as error:
                raise Fault(f"{error.field}: {error}") from error
            log_profile(db, rooms.clock(), COMMAND_LINE, action, profile)
            return _told(profile)

    return run_in_rooms(whole)


async def _profile(db: AsyncSession, institution: str, name: str) -> AccommodationProfile:
    from server.exams.accommodations import find_profile

    owner = await institution_named(db, institution)
    found = await find_profile(db, owner.id, name)
    if found is None:
        raise Fault(f"{owner.name} has no accommodation {name!r}; make it with create")
    return found


def _kinds(names: tuple[str, ...]) -> tuple[Kind, ...]:
    wrong = [name for name in names if name not in set(Kind)]
    if wrong:
        listed = ", ".join(kind.value for kind in Kind)
        raise Fault(f"no kind of flag is called {', '.join(wrong)}; there are {listed}")
    return tuple(Kind(name) for name in names)


def _draft(**values: Any) -> ProfileDraft:
    """A draft within the bounds that forms and HTTP have too."""
    from server.exams.accommodations import ProfileDraft

    try:
        return msgspec.convert(values, ProfileDraft)
    except msgspec.ValidationError as error:
        raise Fault(str(error)) from error


def _told(profile: AccommodationProfile) -> dict[str, Any]:
    return {
        "accommodation": profile.id,
        "name": profile.name,
        "off": profile.off,
        "extra_percent": profile.extra_percent,
        "breaks": profile.breaks,
        "break_minutes": profile.break_minutes,
        "note": profile.note,
        "archived": profile.archived,
    }
