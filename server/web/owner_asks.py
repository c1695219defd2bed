"""Changes that only an account's owner makes: they show that it is they, and then it is done,
told them by letter and logged. One way for all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from litestar.di import NamedDependency, Provide
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.controllers import visit_of
from server.accounts.models import Account
from server.accounts.notices import Change, OwnerNotices
from server.accounts.sign_in import Denied, SignIn
from server.accounts.staff import Staff, current_account
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.network import AnyRequest
from server.storage.database import Database
from server.web.account_view import account_page
from server.web.forms import text_fields

# Who has no password shows by a new sign-in that it is they: at most so long ago.
FRESH = 15 * 60 * MICROS_PER_SECOND

_T = TypeVar("_T")

# What is done once it is shown; a text says why it is not done after all.
Work = Callable[[AsyncSession, Account], Awaitable[_T | str]]


@dataclass(frozen=True, slots=True)
class OwnerAsks:
    """A form that asks for such a change, with the password in its field ``password``."""

    staff: Staff
    fields: Mapping[str, str]
    now: int
    database: Database
    sign_in: SignIn
    settings: Settings
    notices: OwnerNotices
    address: str

    async def in_the_way(self) -> str:
        """Why it is not shown that the account's owner asks; empty where it is. Who has no
        password signs in again.
        """
        async with self.database.transaction() as db:
            account = await db.get_one(Account, self.staff.id)
        if not account.password_hash:
            fresh = self.staff.since + FRESH > self.now
            return "" if fresh else "Sign out and in again first, to show that it is you."
        typed = self.fields.get("password", "")
        right = await self.sign_in.is_right(account, typed, self.address)
        if isinstance(right, Denied):
            return right.words
        return "" if right else "Your present password is wrong."

    async def then(self, work: Work[_T]) -> _T | Template:
        """Do it once it is shown, in one transaction; or the page, with what is in the way."""
        wrong = await self.in_the_way()
        async with self.database.transaction() as db:
            done = wrong or await work(db, await db.get_one(Account, self.staff.id))
            if not isinstance(done, str):
                return done
            return await account_page(
                db, self.staff, self.settings, self.now, factor_wrong=done
            )

    async def tell(
        self, db: AsyncSession, account: Account, change: Change, action: str
    ) -> None:
        """Write to the owner what changed, and log it as ``action``."""
        await self.notices.tell(db, account, change, self.now)
        audit.record(db, self.now, self.staff, action, ("account", account.id))


async def owner_asks(
    request: AnyRequest,
    database: NamedDependency[Database],
    sign_in: NamedDependency[SignIn],
    settings: NamedDependency[Settings],
    owner_notices: NamedDependency[OwnerNotices],
    clock: NamedDependency[WallClock],
) -> OwnerAsks:
    """What a handler asks for by the name ``asks``."""
    return OwnerAsks(
        current_account(request),
        await text_fields(request),
        clock(),
        database,
        sign_in,
        settings,
        owner_notices,
        visit_of(request, settings).address,
    )


ASKS = {"asks": Provide(owner_asks)}
