"""Commands in somebody's name: what pages ask a signed-in account for, a command asks the
account for that ``--by`` names. It acts as that account may, and the log says so, with
``command line`` for where it came from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter

from server.opening import Fault, Rooms, run_in_rooms
from server.terminal import print_line

# The libraries behind these take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.problems import Rejection

_T = TypeVar("_T")

Flag = Annotated[bool, Parameter(negative="")]


def run_as(
    email: str, least: str, work: Callable[[Rooms, Staff], Awaitable[_T | Rejection]]
) -> _T:
    """Do a command's work in an account's name.

    Args:
        email: what the account signs in with.
        least: the least role that may, as on the page.
        work: the work; a ``Rejection`` that it answers, or a thing that is not found, is said.

    Raises:
        Fault: something cannot be opened, is not found or refused, or the account may not.
    """
    from litestar.exceptions import HTTPException
    from litestar.status_codes import HTTP_409_CONFLICT

    from server.problems import Rejection

    async def whole(rooms: Rooms) -> _T:
        async with rooms.database.transaction() as db:
            staff = await account_named(db, email, least)
        try:
            done = await work(rooms, staff)
        except HTTPException as error:
            raise fault(error.detail) from error
        if isinstance(done, Rejection):
            # What somebody else did first begins with their name, which stays as it is.
            told = done.detail.rstrip(".")
            raise Fault(told) if done.status == HTTP_409_CONFLICT else fault(told)
        return done

    return run_in_rooms(whole)


def run_within(
    email: str,
    least: str,
    work: Callable[[Rooms, AsyncSession, Staff], Awaitable[_T | Rejection]],
    refused: tuple[type[Exception], ...] = (),
) -> _T:
    """``run_as`` in one transaction.

    Args:
        email: what the account signs in with.
        least: the least role that may, as on the page.
        work: the work; what it raises leaves nothing behind.
        refused: what it raises where it cannot be done, with the reason in words.

    Raises:
        Fault: as of ``run_as``, and what is ``refused``.
    """

    async def whole(rooms: Rooms, staff: Staff) -> _T | Rejection:
        async with rooms.database.transaction() as db:
            try:
                return await work(rooms, db, staff)
            except refused as error:
                raise fault(str(error)) from error

    return run_as(email, least, whole)


def print_each(
    email: str,
    least: str,
    read: Callable[[Rooms, AsyncSession, Staff], Awaitable[Iterable[Any]]],
) -> None:
    """Read something in an account's name and print it, one line of JSON each."""
    for line in run_within(email, least, read):
        print_line(line)


def print_waiting(
    email: str,
    least: str,
    read: Callable[[AsyncSession, str], Awaitable[Sequence[_T]]],
    told: Callable[[_T], dict[str, Any]],
    *,
    waits: Callable[[_T], bool],
    every: bool,
) -> None:
    """Print what of an institution (its id is what ``read`` takes) ``waits`` for somebody, or
    ``every`` one, as ``told``, one line of JSON each.
    """

    async def listed(_: Rooms, db: AsyncSession, staff: Staff) -> list[dict[str, Any]]:
        found = await read(db, staff.institution_id)
        return [told(one) for one in found if every or waits(one)]

    print_each(email, least, listed)


async def account_named(db: AsyncSession, email: str, least: str) -> Staff:
    """An account as a command acts for it.

    Raises:
        Fault: there is none, it was let go, or its role is too small.
    """
    from server.accounts.models import Role
    from server.accounts.service import find_account
    from server.accounts.staff import staff_of
    from server.audit.service import COMMAND_LINE

    account = await find_account(db, email)
    if account is None or not account.active:
        why = "is no account of staff that may sign in; see `invigil-server admin people list`"
        raise Fault(f"{email} {why}")
    staff = replace(staff_of(account), means=COMMAND_LINE)
    if not staff.may(Role(least)):
        raise Fault(f"{email} is {staff.role.value}; this needs the role {least}")
    return staff


def fault(words: str) -> Fault:
    """A sentence of the server's as a command says it, behind its name."""
    return Fault(words[:1].lower() + words[1:].rstrip("."))


def chosen(option: str, said: str, among: type[_T]) -> _T:
    """What an option names of a closed choice.

    Raises:
        Fault: it names none of it; all are listed.
    """
    names = [str(one) for one in among]  # pyright: ignore[reportGeneralTypeIssues]
    if said not in names:
        raise Fault(f"{option} is one of {', '.join(names)}, not {said!r}")
    return among(said)  # pyright: ignore[reportCallIssue]
