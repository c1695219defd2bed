"""Carries letters out of the outbox: each once, again after a failure, and never for ever.

A letter is marked *sending* on disk before anything is said to a mail server, and *sent* after
it took it. What a crash leaves as *sending* may have gone: where the carrier could give
somebody two of it, it becomes *unclear*, and a person decides.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from typing import assert_never
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.chores import repeated_sending
from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.mail.carriers import Carried, Carrier, Later, Outcome, Refused, Unclear
from server.mail.heads import SEVEN_BITS
from server.mail.letters import MailError, State, address_of
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.storage.database import Database

# The first retry comes after this, each further one after twice as long, in seconds: mail
# servers that ask for patience (greylisting) mean minutes.
FIRST_RETRY_S = 60
LONGEST_RETRY_S = 6 * 3600

# After so long without success nobody is waiting any more (RFC 5321, section 4.5.4.1, says
# four to five days for servers; whoever sent a code wants to know sooner).
GIVE_UP = 3 * MICROS_PER_DAY

# A letter that is *sending* for so long is nobody's any more: a carrier gives each of its
# steps a minute.
ABANDONED = 15 * 60 * MICROS_PER_SECOND

# Letters that went, or never will, stay listed for so long: whom an institution wrote to is
# personal data.
LISTED = 90 * MICROS_PER_DAY

# Letters forgotten at once: their ids stand in the question.
TIDIED_AT_ONCE = 500

# What is said of a letter that a bug keeps here; the log has the rest.
UNEXPECTED = "It could not be written. The server's log says why."

# What an address may have behind its @: no IPv6 address.
_NAMED = re.compile(r"[a-z0-9.-]+")

_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class _Taken:
    """A letter taken out to be carried, and whose it is."""

    row: MailRow
    institution: Institution


class Post:
    """The chore that sends what the outbox holds."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        carrier: Carrier,
        settings: Settings,
        clock: WallClock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Take what it works with; ``jitter`` gives numbers from 0 to 1."""
        self._database = database
        self._outbox = outbox
        self._carrier = carrier
        self._settings = settings
        self._clock = clock
        self._jitter = jitter

    async def deliver(self, stop: asyncio.Event | None = None) -> int:
        """Carry everything that is due, or until ``stop``; how many letters went. Where the
        mail server is away, the rest waits for the next look: each would wait for it anew.
        """
        await self._tidy()
        went, on = 0, True
        done: tuple[MailRow, Outcome] | None = None
        try:
            while taken := await self._step(done, on=on):
                outcome = await self._carried(taken)
                went += isinstance(outcome, Carried)
                done = (taken.row, outcome)
                away = isinstance(outcome, Later) and outcome.away
                on = not away and not (stop and stop.is_set())
        finally:
            await self._carrier.close()
        return went

    async def run(self, every_s: float, stop: asyncio.Event) -> None:
        """Deliver every ``every_s`` seconds until ``stop``; a failure is logged and tried
        again.
        """
        await repeated_sending(
            "mail",
            partial(self.deliver, stop),
            every_s,
            stop,
            sent="mail sent",
            failed="mail could not be looked at, will be tried again",
        )

    async def _tidy(self) -> None:
        """Settle what a crash left, and forget whom letters went to long ago."""
        now = self._clock()
        left = (
            {"state": State.WAITING.value, "due": now}
            if self._carrier.repeatable
            else {
                "state": State.UNCLEAR.value,
                "why": "The server stopped while it was being sent; it may have gone.",
            }
        )
        async with self._database.transaction() as db:
            abandoned = (MailRow.state == State.SENDING.value) & (
                MailRow.tried <= now - ABANDONED
            )
            await db.execute(update(MailRow).where(abandoned).values(**left))
            over = MailRow.state.not_in([State.WAITING.value, State.SENDING.value])
            listed = MailRow.created > now - LISTED
            query = select(MailRow.id).where(over, ~listed).limit(TIDIED_AT_ONCE)
            old = list(await db.scalars(query))
            # First what was carried to where the row is the only sign of it.
            await self._carrier.forget(old)
            await db.execute(delete(MailRow).where(MailRow.id.in_(old)))

    async def _step(self, done: tuple[MailRow, Outcome] | None, *, on: bool) -> _Taken | None:
        """Write down what became of the last letter, and take the next one out, at once;
        none, where it does not go ``on``.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            if done is not None:
                await self._keep(db, *done, now)
            if not on:
                return None
            query = (
                select(MailRow, Institution)
                .join(Institution, Institution.id == MailRow.institution_id)
                .where(MailRow.state == State.WAITING.value, MailRow.due <= now)
                .order_by(MailRow.due, MailRow.id)
                .limit(1)
                .with_for_update(of=MailRow, skip_locked=True)
            )
            found = (await db.execute(query)).one_or_none()
            if found is None:
                return None
            row, institution = found
            row.state, row.tried, row.attempts = State.SENDING.value, now, row.attempts + 1
            return _Taken(row, institution)

    async def _carried(self, taken: _Taken) -> Outcome:
        text = self._outbox.text_of(taken.row)
        if text is None:
            return Refused(
                "Its text cannot be read: it was sealed under another server's secret. "
                "Restore the key folder, or write it anew."
            )
        try:
            message = letter_message(taken.row, taken.institution, text, self._settings)
            return await self._carrier.carry(message)
        except Exception as error:  # noqa: BLE001  (one letter keeps no other one here)
            _log.error("a letter met a bug", letter=taken.row.id, exc_info=error)
            return Refused(UNEXPECTED)

    async def _keep(self, db: AsyncSession, row: MailRow, outcome: Outcome, now: int) -> None:
        values: dict[str, object]
        match outcome:
            case Carried():
                # The text has done its work, and may hold a code.
                values = {"state": State.SENT.value, "sealed": b"", "why": ""}
            case Refused(why):
                values = {"state": State.REFUSED.value, "why": why}
            case Unclear(why):
                values = {"state": State.UNCLEAR.value, "why": why}
            case Later(why=why) if now - row.created >= GIVE_UP:
                values = {"state": State.GIVEN_UP.value, "why": why}
            case Later(why=why):
                due = now + self._wait_s(row.attempts) * MICROS_PER_SECOND
                values = {"state": State.WAITING.value, "why": why, "due": due}
            case _:
                assert_never(outcome)
        if not isinstance(outcome, Carried):
            # Whom to stays out of the log: it is a person's address.
            _log.warning("mail not sent", letter=row.id, state=values["state"], why=outcome.why)
        mine = (MailRow.id == row.id) & (MailRow.state == State.SENDING.value)
        await db.execute(update(MailRow).where(mine).values(**values))
        if await db.get(MailRow, row.id) is None:
            # Whom it was to was erased while it was carried.
            await self._carrier.forget([row.id])

    def _wait_s(self, attempts: int) -> int:
        """Twice as long each time, and up to a quarter more, so that not all come at once."""
        longest = min(FIRST_RETRY_S * 2 ** min(attempts - 1, 20), LONGEST_RETRY_S)
        return round(longest * (1 + self._jitter() / 4))


def letter_message(
    row: MailRow, institution: Institution, text: str, settings: Settings
) -> EmailMessage:
    """The letter as it goes out (RFC 5322), answers to the institution's contact."""
    host = urlsplit(settings.url).hostname or ""
    host = host if _NAMED.fullmatch(host) else "localhost"
    message = EmailMessage(policy=SEVEN_BITS)
    sender = address_of(settings.mail_from) if settings.mail_from else f"invigil@{host}"
    message["From"] = Address(display_name=institution.name, addr_spec=sender)
    message["To"] = Address(addr_spec=row.recipient)
    with suppress(MailError):
        message["Reply-To"] = Address(addr_spec=address_of(institution.contact))
    message["Subject"] = row.subject
    message["Date"] = datetime.fromtimestamp(row.created / MICROS_PER_SECOND, UTC)
    # The same at every attempt, by which mail programs know two of one letter.
    message["Message-ID"] = f"<{row.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
