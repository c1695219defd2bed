"""What an account's owner is written when their password or second factors change: so that a
change by somebody else does not go unseen (ASVS 4.0.3, 2.2.3).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Institution
from server.clock import MICROS_PER_SECOND
from server.mail.letters import MailError
from server.mail.outbox import Outbox

KIND = "account-change"

LETTER = """Hello {name},

{what} That was on {when}.

If it was you, there is nothing to do. If it was not, somebody else has been in your account.
Change your password and sign every other browser out:

{url}/settings/account

and tell {institution} at once: {contact}. An administrator can let you in again.
"""


class Change(StrEnum):
    """What changed, as the letter says it."""

    PASSWORD = "The password of your Invigil account was changed."  # noqa: S105 (a sentence)
    TOTP_ADDED = "An authenticator app was added to your Invigil account."
    TOTP_REMOVED = "The authenticator app was removed from your Invigil account."
    PASSKEY_ADDED = "A passkey was added to your Invigil account."
    PASSKEY_REMOVED = "A passkey was removed from your Invigil account."
    RECOVERY_CODES = "New recovery codes were made for your Invigil account."
    RESET = "An administrator removed all second factors of your Invigil account."


class OwnerNotices:
    """Puts letters to accounts' owners into the outbox, in the change's own transaction."""

    def __init__(self, outbox: Outbox, url: str) -> None:
        """Take the outbox and how the server is reached."""
        self._outbox = outbox
        self._url = url

    async def tell(self, db: AsyncSession, account: Account, change: Change, now: int) -> None:
        """Write to the account's owner that this changed, ``now`` (µs UTC)."""
        institution = await db.get_one(Institution, account.institution_id)
        when = datetime.fromtimestamp(now / MICROS_PER_SECOND, UTC)
        text = LETTER.format(
            name=account.name,
            what=change.value,
            when=f"{when.day} {when:%B %Y, %H:%M} UTC",
            institution=institution.name,
            contact=institution.contact,
            url=self._url,
        )
        # An address that no letter can go to, as a first account's may be, stops no change.
        with suppress(MailError):
            await self._outbox.queue(
                db,
                account.institution_id,
                to=account.email,
                subject="Your Invigil account was changed",
                text=text,
                kind=KIND,
            )
