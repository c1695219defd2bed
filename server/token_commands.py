"""``invigil-server admin tokens``: what the page about tokens does, for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.opening import Fault, Rooms, rows_of, run_in_rooms
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Institution

app = App(
    name="tokens",
    help="""Make, list and revoke the tokens that programs use the interface with.

    From a token to a first answer:

        invigil-server admin tokens create ada@example.edu --name "Learning platform"
            --scope exams:read --scope exams:write --days 90
        curl -H "Authorization: Bearer invigil_…" https://exams.example.edu/api/v1/exams
        invigil-server admin tokens revoke TOKEN

    A token does what its account's role may, within its scopes, until it expires, is revoked,
    or the account is let go. `tokens scopes` lists what scopes there are.
    """,
    help_format="plaintext",
)

# What most programs are made anew for, or looked over: a term.
DEFAULT_DAYS = 90


@app.command
def create(
    email: str,
    *,
    name: str,
    scope: Annotated[tuple[str, ...], Parameter(negative="")],
    days: int = DEFAULT_DAYS,
) -> None:
    """Make a token of an account's; it is printed this once, and kept nowhere.

    Args:
        email: What the account signs in with.
        name: What the program is called, for the list.
        scope: What it is for, as exams:read; several times for several.
        days: How long it is good for, at most 366.
    """
    from server.accounts.scopes import Scope
    from server.accounts.service import find_account
    from server.accounts.tokens import TokenError, make_token
    from server.audit.service import COMMAND_LINE

    unknown = [one for one in scope if one not in set(Scope)]
    if unknown:
        raise Fault(f"{unknown[0]!r} is no scope; choose from {', '.join(Scope)}")

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            account = await find_account(db, email)
            if account is None or not account.active:
                why = "see `invigil-server admin people list`"
                raise Fault(f"there is no active account {email!r}; {why}")
            now = rooms.clock()
            try:
                row, text = await make_token(
                    db, account, name, list(scope), days, now, by=COMMAND_LINE
                )
            except TokenError as error:
                raise Fault(str(error)) from error
            return {"token": row.id, "expires": row.expires, "secret": text}

    print_line(run_in_rooms(work))


@app.command(name="list")
def list_(*, institution: str) -> None:
    """List an institution's tokens, the newest first, one line of JSON each; times in µs UTC.

    Args:
        institution: The institution's name or id.
    """
    from server.accounts.tokens import tokens_of

    async def read(rooms: Rooms, db: AsyncSession, own: Institution) -> list[dict[str, Any]]:
        now = rooms.clock()
        return [
            {
                "token": one.row.id,
                "name": one.row.name,
                "by": one.maker,
                "state": one.state(now),
                "scopes": one.scopes,
                "created": one.row.created,
                "expires": one.row.expires,
                "last_used": one.row.last_used,
            }
            for one in await tokens_of(db, own.id)
        ]

    for line in rows_of(institution, read):
        print_line(line)


@app.command
def revoke(token: str) -> None:
    """End a token at once: whoever still sends it is refused.

    Args:
        token: The token's id, as `list` prints it; never its secret.
    """
    from server.accounts.credentials import ApiTokenRow
    from server.accounts.models import Account
    from server.accounts.tokens import end_token
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            row = await db.get(ApiTokenRow, token)
            if row is None:
                why = "see `invigil-server admin tokens list`"
                raise Fault(f"there is no token {token}; {why}")
            own = (await db.get_one(Account, row.account_id)).institution_id
            end_token(db, row, own, rooms.clock(), by=COMMAND_LINE)
            return {"token": row.id, "name": row.name, "state": "revoked"}

    print_line(run_in_rooms(work))


@app.command
def scopes() -> None:
    """List the scopes that a token may have, and what each is for."""
    from server.accounts.scopes import Scope

    for one in Scope:
        print_line({"scope": one.value, "for": one.label})
