"""``invigil-server admin sign-in``: what an institution asks of its staff's sign-in."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import fault, run_as, run_within
from server.environment import PROVIDER_SECRET
from server.opening import Fault, Rooms, settled
from server.terminal import print_line
from server.whole_files import text_of

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.credentials import ProviderRow
    from server.accounts.elsewhere import Elsewhere, ProviderDraft
    from server.accounts.staff import Staff

app = App(
    name="sign-in",
    help="""Settle how an institution's staff sign in: a second factor, its own sign-in.

        invigil-server admin sign-in show --by ada@example.edu
        invigil-server admin sign-in factor on --by ada@example.edu
        invigil-server admin sign-in provider --issuer https://login.example.edu
            --client invigil --secret-file secret.txt --joins-as proctor
            --domain example.edu --by ada@example.edu
        invigil-server admin sign-in remove-provider --by ada@example.edu

    The institution's own sign-in (OpenID Connect) has to know the address that `show` prints as
    `callback`. Try it in a private window before you tell anybody. --by is the e-mail address
    of an administrator, in whose name it is done.
    """,
    help_format="plaintext",
)

NOBODY = "nobody"


@app.command
def show(*, by: str) -> None:
    """Print how staff sign in, as JSON; never the secret.

    Args:
        by: The e-mail address of the account that looks.
    """

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        return await _shown(rooms, db, staff)

    print_line(run_within(by, "admin", work))


@app.command
def factor(wanted: str, *, by: str) -> None:
    """Say whether everybody is asked for a second factor.

    Who has none is asked to set one up at their next click.

    Args:
        wanted: on or off.
        by: The e-mail address of the account that decides so.
    """
    from server.accounts.people import want_factor

    if wanted not in ("on", "off"):
        raise Fault(f"WANTED is on or off, not {wanted!r}")

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        await want_factor(db, rooms.clock(), staff, wanted=wanted == "on")
        return await _shown(rooms, db, staff)

    print_line(run_within(by, "admin", work))


@app.command
def provider(
    *,
    by: str,
    issuer: str | None = None,
    client: str | None = None,
    secret_file: Path | None = None,
    joins_as: str | None = None,
    domain: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    trust_addresses: bool | None = None,
) -> None:
    """Set an institution's own sign-in up, or change it; what is not said stays.

    The issuer is asked first, and nothing is kept where it does not answer. The client's secret
    is read from --secret-file or INVIGIL_PROVIDER_SECRET, or is asked for at a terminal; empty
    keeps the one there is.

    Args:
        by: The e-mail address of the account that decides so.
        issuer: Its address, by https, as it names itself.
        client: What it calls this server (client id).
        secret_file: A file with the client's secret.
        joins_as: Who signs in and has no account gets one with this role: observer, proctor or
            examiner; nobody for none.
        domain: Whose addresses get one, as example.edu; several times for several.
        trust_addresses: Take its word for addresses of which it does not say whether they are
            verified (Entra ID).
    """
    from server.accounts.models import Role

    roles = {NOBODY: None} | {role.value: role for role in Role if role is not Role.ADMIN}
    if joins_as is not None and joins_as not in roles:
        raise Fault(f"--joins-as is one of {', '.join(roles)}, not {joins_as!r}")
    secret = _secret(secret_file)

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any]:
        elsewhere = _elsewhere(rooms)
        async with rooms.database.transaction() as db:
            draft = await _draft(db, staff, elsewhere)
        said: dict[str, Any] = {"issuer": issuer, "client": client, "domains": _domains(domain)}
        said |= {"trusts_address": trust_addresses, "secret": secret or None}
        draft = replace(draft, **{k: v for k, v in said.items() if v not in (None, ())})
        if joins_as is not None:
            draft = replace(draft, joins_as=roles[joins_as])
        wrong = await elsewhere.check(draft)
        async with rooms.database.transaction() as db:
            now = rooms.clock()
            wrong = wrong or await elsewhere.keep(db, staff, draft, now)
            if wrong:
                asks = wrong.startswith("Say the client's secret")
                raise fault(wrong + HOW if asks else wrong)
            return await _shown(rooms, db, staff)

    print_line(run_as(by, "admin", work))


# Where a secret comes from that nobody else at the machine reads.
HOW = f" It is read from --secret-file or {PROVIDER_SECRET}, or asked for at a terminal."


@app.command
def remove_provider(*, by: str) -> None:
    """Take an institution's own sign-in away: those who signed in that way need a password.

    `people reset-password` makes each of them a link for one.

    Args:
        by: The e-mail address of the account that decides so.
    """
    from server.accounts.elsewhere import remove_provider as remove

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        if not await remove(db, staff, rooms.clock()):
            raise Fault("the institution has no sign-in of its own")
        return await _shown(rooms, db, staff)

    print_line(run_within(by, "admin", work))


def _domains(said: tuple[str, ...]) -> tuple[str, ...]:
    from server.accounts.elsewhere import domains_in

    return domains_in(",".join(said))


def _secret(file: Path | None) -> str:
    """The client's secret, which no command line has: others see those."""
    if file is not None:
        return text_of(file).strip()
    if PROVIDER_SECRET in os.environ:
        return os.environ[PROVIDER_SECRET].strip()
    if sys.stdin.isatty():
        return getpass.getpass("The client's secret (empty: as it is): ").strip()
    return ""


def _elsewhere(rooms: Rooms) -> Elsewhere:
    """What asks issuers and keeps them, as the server itself has it."""
    from server.accounts.elsewhere import SEAL as PROVIDERS_SEAL
    from server.accounts.elsewhere import Elsewhere
    from server.accounts.factors import SEAL as FACTORS_SEAL
    from server.accounts.sign_in import SignIn
    from server.integrations.target import Targets
    from server.storage.seal import Seal

    settings, secret = settled(), rooms.keys.server_secret()
    database, passwords, clock = rooms.database, rooms.passwords, rooms.clock
    sign_in = SignIn(database, passwords, Seal(secret, FACTORS_SEAL), settings, clock)
    targets, seal = Targets(settings.inward), Seal(secret, PROVIDERS_SEAL)
    return Elsewhere(database, sign_in, seal, targets, passwords, settings, clock)


async def _row(db: AsyncSession, staff: Staff) -> ProviderRow | None:
    from server.accounts.credentials import ProviderRow

    return await db.get(ProviderRow, staff.institution_id)


async def _draft(db: AsyncSession, staff: Staff, elsewhere: Elsewhere) -> ProviderDraft:
    """The sign-in that there is, to be changed; or an empty one."""
    from server.accounts.elsewhere import ProviderDraft, domains_in
    from server.accounts.models import Role

    row = await _row(db, staff)
    if row is None:
        return ProviderDraft(issuer="", client="", secret="", joins_as=None)
    trusts, domains = elsewhere.shown(row)
    return ProviderDraft(
        issuer=row.issuer,
        client=row.client,
        secret="",
        joins_as=Role(row.joins_as) if row.joins_as else None,
        trusts_address=trusts,
        domains=domains_in(domains),
    )


async def _shown(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
    """What the page shows of it."""
    from server.accounts.models import Institution

    elsewhere = _elsewhere(rooms)
    institution = await db.get_one(Institution, staff.institution_id)
    there, draft = await _row(db, staff), await _draft(db, staff, elsewhere)
    own = {
        "issuer": draft.issuer,
        "client": draft.client,
        "joins_as": draft.joins_as,
        "domains": draft.domains,
        "trusts_addresses": draft.trusts_address,
    }
    return {
        "second_factor": institution.wants_second_factor,
        "provider": own if there else None,
        "callback": elsewhere.callback,
        "address": elsewhere.address(staff.institution_id),
    }
