"""``invigil-server admin people``: what the page does, for where nobody can sign in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from cyclopts import App

from server.opening import Fault, Rooms, institution_named, rows_of, run_in_rooms, settled
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Account, Institution, Role

app = App(
    name="people",
    help="""List and invite staff, change roles, let go, and help who cannot sign in.

        invigil-server admin people invite ada@example.edu --role examiner
            --institution "Example University"
        invigil-server admin people reset-password ada@example.edu
        invigil-server admin people reset-second-factors ada@example.edu
        invigil-server admin people sign-out ada@example.edu
    """,
    help_format="plaintext",
)


@app.command(name="list")
def list_(*, institution: str) -> None:
    """List an institution's accounts, one line of JSON each.

    Args:
        institution: The institution's name or id.
    """
    from server.accounts.people import people_of

    idle = settled().session_idle

    async def read(rooms: Rooms, db: AsyncSession, owner: Institution) -> list[dict[str, Any]]:
        return [
            {
                "account": one.account.id,
                "email": one.account.email,
                "name": one.account.name,
                "role": one.role.value,
                "active": one.account.active,
                "second_factor": one.factors.any,
                "sessions": one.sessions,
            }
            for one in await people_of(db, owner.id, idle, rooms.clock())
        ]

    for line in rows_of(institution, read):
        print_line(line)


@app.command
def invite(email: str, *, institution: str, role: str = "proctor") -> None:
    """Invite somebody; prints the link, and puts a letter with it into the outbox.

    Args:
        email: Their e-mail address.
        institution: The institution's name or id.
        role: observer, proctor, examiner or admin.
    """
    from server.accounts.people import PeopleError
    from server.accounts.people import invite as ask
    from server.audit.service import COMMAND_LINE
    from server.mail.outbox import Outbox

    settings, wanted = settled(), _role(role)

    async def work(rooms: Rooms) -> dict[str, Any]:
        outbox = Outbox(rooms.keys.server_secret(), rooms.clock)
        async with rooms.database.transaction() as db:
            owner = await institution_named(db, institution)
            try:
                made, link = await ask(
                    db,
                    outbox,
                    owner,
                    COMMAND_LINE,
                    email=email,
                    role=wanted,
                    url=settings.url,
                    now=rooms.clock(),
                )
            except PeopleError as error:
                raise Fault(str(error)) from error
            return {"email": made.email, "role": made.role, "link": link}

    print_line(run_in_rooms(work))


@app.command
def invitations(*, institution: str) -> None:
    """List invitations that can still be accepted, one line of JSON each; times in µs UTC.

    A link for a new password is among them, with an empty role: it gives none.

    Args:
        institution: The institution's name or id.
    """
    from server.accounts.people import open_invitations

    async def read(rooms: Rooms, db: AsyncSession, owner: Institution) -> list[dict[str, Any]]:
        return [
            {
                "invitation": one.id,
                "email": one.email,
                "role": one.role,
                "invited_by": one.invited_by,
                "expires": one.expires,
            }
            for one in await open_invitations(db, owner.id, rooms.clock())
        ]

    for line in rows_of(institution, read):
        print_line(line)


@app.command
def withdraw(invitation: str, *, institution: str) -> None:
    """Take an invitation back: its link opens nothing any more.

    Args:
        invitation: Its id, as `invitations` prints it.
        institution: The institution's name or id.
    """
    from server.accounts.people import withdraw as take_back
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms) -> None:
        async with rooms.database.transaction() as db:
            own = (await institution_named(db, institution)).id
            if not await take_back(db, COMMAND_LINE, own, invitation, rooms.clock()):
                raise Fault("there is no such invitation; see `people invitations`")

    run_in_rooms(work)
    print_line({"withdrawn": invitation})


@app.command
def role(email: str, role: str) -> None:
    """Give an account another role; it signs in anew.

    Args:
        email: What it signs in with.
        role: observer, proctor, examiner or admin.
    """
    from server.accounts.people import change_role
    from server.audit.service import COMMAND_LINE

    wanted = _role(role)

    async def work(rooms: Rooms, db: AsyncSession, account: Account) -> None:
        await change_role(db, COMMAND_LINE, account, wanted, rooms.clock())

    print_line(_with_account(email, work))


@app.command
def deactivate(email: str, *, restore: bool = False) -> None:
    """Let an account go: it is signed out at once, and its API tokens end.

    Args:
        email: What it signs in with.
        restore: Take it back instead.
    """
    from server.accounts.people import set_active
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms, db: AsyncSession, account: Account) -> None:
        await set_active(db, COMMAND_LINE, account, rooms.clock(), active=restore)

    print_line(_with_account(email, work))


@app.command
def reset_password(email: str) -> None:
    """Make a link for a new password; prints it, and puts a letter with it into the outbox.

    It works once, and for three days; a newer one ends it, and `withdraw` does. Second factors
    stay. It helps also where the last administrator cannot sign in, or no letter can go to the
    address: hand the link over then.

    Args:
        email: What it signs in with.
    """
    from server.accounts.password_links import make_password_link
    from server.accounts.people import PeopleError
    from server.audit.service import COMMAND_LINE
    from server.mail.outbox import Outbox

    settings = settled()

    async def work(rooms: Rooms) -> dict[str, Any]:
        outbox = Outbox(rooms.keys.server_secret(), rooms.clock)
        async with rooms.database.transaction() as db:
            account, now = await _account(db, email), rooms.clock()
            try:
                made = await make_password_link(
                    db, outbox, COMMAND_LINE, account, url=settings.url, now=now
                )
            except PeopleError as error:
                raise Fault(str(error)) from error
            return {"email": account.email, "link": made.link, "letter": made.sent}

    print_line(run_in_rooms(work))


@app.command
def reset_second_factors(email: str) -> None:
    """Take an account's second factors away, for who lost them; it signs in anew.

    Args:
        email: What it signs in with.
    """
    from server.accounts.notices import OwnerNotices
    from server.accounts.people import reset_factors
    from server.audit.service import COMMAND_LINE
    from server.mail.outbox import Outbox

    url = settled().url

    async def work(rooms: Rooms, db: AsyncSession, account: Account) -> None:
        outbox = Outbox(rooms.keys.server_secret(), rooms.clock)
        notices = OwnerNotices(outbox, url)
        await reset_factors(db, notices, COMMAND_LINE, account, rooms.clock())

    print_line(_with_account(email, work))


@app.command
def sessions(email: str) -> None:
    """List where an account is signed in, one line of JSON each; times in µs UTC.

    Args:
        email: What it signs in with.
    """
    from server.accounts.signed_in import places_of

    async def work(rooms: Rooms) -> list[dict[str, Any]]:
        async with rooms.database.transaction() as db:
            account = await _account(db, email)
            idle, now = settled().session_idle, rooms.clock()
            return [
                {
                    "session": one.id,
                    "device": one.device,
                    "address": one.address,
                    "means": one.means,
                    "since": one.since,
                    "seen": one.seen,
                }
                for one in await places_of(db, account.id, None, idle, now)
            ]

    for line in run_in_rooms(work):
        print_line(line)


@app.command
def sign_out(email: str, *, session: str = "") -> None:
    """Sign an account out everywhere, or in one browser.

    Args:
        email: What it signs in with.
        session: Only in this one, as `sessions` prints it.
    """
    from server.accounts.people import sign_one_out
    from server.accounts.people import sign_out as end
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms, db: AsyncSession, account: Account) -> None:
        now = rooms.clock()
        if not session:
            await end(db, COMMAND_LINE, account, now)
        elif not await sign_one_out(db, COMMAND_LINE, account, session, now):
            raise Fault(f"{email} is not signed in there; see `people sessions {email}`")

    print_line(_with_account(email, work))


def _with_account(
    email: str, work: Callable[[Rooms, AsyncSession, Account], Awaitable[None]]
) -> dict[str, Any]:
    """Do something to an account in one transaction; how it is then."""
    from server.accounts.people import PeopleError

    async def whole(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            account = await _account(db, email)
            try:
                await work(rooms, db, account)
            except PeopleError as error:
                raise Fault(str(error)) from error
            return {"account": account.id, "role": account.role, "active": account.active}

    return run_in_rooms(whole)


async def _account(db: AsyncSession, email: str) -> Account:
    from server.accounts.service import find_account

    found = await find_account(db, email)
    if found is None:
        raise Fault(f"there is no account {email!r}; see `invigil-server admin people list`")
    return found


def _role(name: str) -> Role:
    from server.accounts.models import Role

    if name not in set(Role):
        raise Fault(f"{name!r} is no role; choose one of {', '.join(Role)}")
    return Role(name)
