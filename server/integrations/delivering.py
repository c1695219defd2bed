"""Brings what is in the outbox to its targets: again and again for three days.

At least once: an attempt is written down after it was made, so that a crash in between makes
it again, under the same ``webhook-id``. Each target has a turn of its own: one that hangs
holds nobody else up. Several servers may do this with one database: whoever makes an attempt
has the delivery for ``LEASED_FOR``, and what a crash left is anybody's after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import SystemRandom

import msgspec
import structlog
from litestar import Litestar
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Role
from server.audit import service as audit
from server.chores import beside, first_line, repeated, tried
from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND, WallClock
from server.enrolment.models import Candidate
from server.integrations.models import WebhookDeliveryRow, WebhookEventRow, WebhookRow
from server.integrations.outbox import DELIVERED, FAILED, TRIED_FOR, WAITING
from server.integrations.secret import signers
from server.integrations.sending import Answer, Message, send
from server.integrations.target import Targets
from server.mail.letters import Letter, MailError, address_of
from server.mail.outbox import Outbox
from server.review.durations import iso
from server.storage.database import Database
from server.storage.keys import KeysMissing

# The first wait after a failure, what each next one is multiplied by, and the longest.
FIRST_WAIT_S, FACTOR, LONGEST_WAIT_S = 5.0, 3.0, 8 * 3600.0

# A wait is this share of itself at least, the rest by chance: targets that went down together
# are not all asked again at once.
SURE_SHARE = 0.5

# What else waits for a target that did not answer waits so long, in seconds.
REST_S = 30.0

# Attempts of one turn, one after the other.
TURN = 20

# How long a delivery is one server's (µs): an attempt takes ``sending.ANSWER_WITHIN_S`` at
# most, and what it came to is written down after that, on a busy machine.
LEASED_FOR = 60 * MICROS_PER_SECOND

# What was told stays in the log for so long (µs).
KEPT_FOR = 30 * MICROS_PER_DAY

# How often what is older is looked for (µs).
SWEEP_EVERY = 3600 * MICROS_PER_SECOND

UNANSWERED = (
    "Nothing was accepted for three days. Mend the target, then switch it on again: what "
    "failed can be sent again, and what happened meanwhile goes out."
)
GONE = "The target answered 410, Gone: it wants no more. Switch it on again if that was wrong."

_CHANCE = SystemRandom()
_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class _Due:
    """One delivery to be tried; nobody else does until ``leased_until``."""

    webhook_id: str
    event_id: str
    message: Message
    leased_until: int


class Deliveries:
    """The outbox's way out."""

    def __init__(
        self,
        database: Database,
        secret: bytes,
        targets: Targets,
        every_s: float,
        clock: WallClock,
        outbox: Outbox,
        chance: Callable[[], float] = _CHANCE.random,
    ) -> None:
        """Take what it works with. ``every_s`` is how often the outbox is looked at, ``outbox``
        that of letters, ``chance`` gives numbers from 0 to 1.
        """
        self._database = database
        self._secret = secret
        self._targets = targets
        self._every_s = every_s
        self._clock = clock
        self._outbox = outbox
        self._chance = chance
        self._turns: dict[str, asyncio.Task[bool]] = {}
        self._swept = 0

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """For as long as the application runs; what is under way then is given up, and made
        again by the next start.
        """
        async with beside(self._run):
            yield

    async def _run(self, stop: asyncio.Event) -> None:
        await repeated("webhooks", self._look, self._every_s, stop, "webhooks wait")
        for turn in self._turns.values():
            turn.cancel()
        await asyncio.gather(*self._turns.values(), return_exceptions=True)

    async def _look(self) -> None:
        await self.begin_due()
        await self._sweep()

    async def deliver_due(self) -> None:
        """Try all that is due now, once each turn, and wait for it."""
        await self.begin_due()
        await asyncio.gather(*self._turns.values())

    async def begin_due(self) -> None:
        """Begin a turn for each target that something is due for and that has none."""
        query = (
            select(WebhookDeliveryRow.webhook_id)
            .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
            .where(
                _free(self._clock()),
                WebhookRow.paused_at.is_(None),
            )
            .distinct()
        )
        async with self._database.transaction() as db:
            due = list(await db.scalars(query))
        self._turns = {name: turn for name, turn in self._turns.items() if not turn.done()}
        for webhook_id in due:
            if webhook_id not in self._turns:
                work = partial(self._turn, webhook_id)
                turn = tried("webhooks", work, "a webhook waits", webhook=webhook_id)
                self._turns[webhook_id] = asyncio.create_task(turn)

    async def _turn(self, webhook_id: str) -> None:
        began = self._clock()
        for _ in range(TURN):
            async with self._database.transaction() as db:
                one = await self._next(db, webhook_id, began)
            if one is None:
                return
            answer = await send(self._targets, one.message, self._clock())
            if not await self._noted(one, answer):
                return

    async def _noted(self, due: _Due, answer: Answer) -> bool:
        """Write down what came of an attempt; whether the turn goes on. Where that a webhook is
        switched off cannot be logged it stays on, and what was sent is not sent at once again.
        """
        try:
            async with self._database.transaction() as db:
                return await self._note(db, due, answer)
        except KeysMissing as error:
            why = first_line(error)
            _log.error("a webhook cannot be switched off", webhook=due.webhook_id, why=why)
        async with self._database.transaction() as db:
            return await self._note(db, due, answer, may_pause=False)

    async def _next(self, db: AsyncSession, webhook_id: str, began: int) -> _Due | None:
        """Take the oldest delivery that was due when the turn began and that nobody has."""
        now = self._clock()
        row = await db.get(WebhookRow, webhook_id)
        if row is None or row.paused_at is not None:
            return None
        query = (
            select(WebhookDeliveryRow, WebhookEventRow)
            .join(WebhookEventRow, WebhookEventRow.id == WebhookDeliveryRow.event_id)
            .where(
                WebhookDeliveryRow.webhook_id == webhook_id,
                _free(now),
                WebhookDeliveryRow.next_at <= began,
            )
            .order_by(WebhookDeliveryRow.created, WebhookDeliveryRow.event_id)
            .limit(1)
            # Two who look at once take two; SQLite has one who writes anyway.
            .with_for_update(of=WebhookDeliveryRow, skip_locked=True)
        )
        found = (await db.execute(query)).tuples().one_or_none()
        if found is None:
            return None
        one, event = found
        until = one.leased_until = now + LEASED_FOR
        body = await _body(db, row, event)
        message = Message(event.id, row.url, body, signers(self._secret, row, now))
        return _Due(webhook_id, event.id, message, until)

    async def _note(
        self, db: AsyncSession, due: _Due, answer: Answer, *, may_pause: bool = True
    ) -> bool:
        """The same, in one transaction; the webhook is switched off where ``may_pause``."""
        now = self._clock()
        row = await db.get(WebhookRow, due.webhook_id, with_for_update={"key_share": True})
        one = await db.get(WebhookDeliveryRow, (due.webhook_id, due.event_id))
        if row is None or one is None:
            return False
        if one.leased_until != due.leased_until and not answer.taken:
            # It took so long that another has it by now, whose attempt counts.
            return False
        one.leased_until = None
        one.tries = [*one.tries, [now, answer.took, answer.status, answer.words]]
        if answer.taken:
            one.state, row.succeeded_at = DELIVERED, now
            return True
        wait = max(wait_s(_failures(one), self._chance()), answer.retry_after_s)
        one.next_at = now + round(wait * MICROS_PER_SECOND)
        if answer.gone and may_pause:
            await self._pause(db, row, now, GONE)
            return False
        if one.next_at > one.until:
            one.state = FAILED
            never = row.succeeded_at is None or row.succeeded_at < one.created
            if never and may_pause:
                await self._pause(db, row, now, UNANSWERED)
                return False
        if answer.status is None:
            await _rest(db, due.webhook_id, now + round(REST_S * MICROS_PER_SECOND))
            return False
        return True

    async def _pause(self, db: AsyncSession, row: WebhookRow, now: int, why: str) -> None:
        """Send nothing more until somebody switches it on again, and tell administrators."""
        row.paused_at, row.paused_why = now, why
        own = row.institution_id
        subject = ("webhook", row.id)
        audit.record(db, now, audit.SYSTEM, "webhook.pause", subject, institution_id=own)
        admins = select(Account.email).where(
            Account.institution_id == own,
            Account.active.is_(True),
            Account.role == Role.ADMIN.value,
        )
        letters = [
            Letter(
                to=to,
                subject="A webhook was switched off",
                text=f"The webhook “{row.name}” was switched off. {why}\n\n"
                "Settings, Integrations shows what was tried and what came of it.\n",
                kind="webhook",
            )
            for to in await db.scalars(admins)
            if deliverable(to)
        ]
        await self._outbox.queue_all(db, own, letters)

    async def _sweep(self) -> None:
        now = self._clock()
        if now - self._swept < SWEEP_EVERY:
            return
        self._swept = now
        async with self._database.transaction() as db:
            await sweep(db, now)


def _free(now: int) -> ColumnElement[bool]:
    """Deliveries that are due and that no server is at."""
    leased = WebhookDeliveryRow.leased_until
    return and_(
        WebhookDeliveryRow.state == WAITING,
        WebhookDeliveryRow.next_at <= now,
        or_(leased.is_(None), leased <= now),
    )


async def _body(db: AsyncSession, row: WebhookRow, event: WebhookEventRow) -> bytes:
    data = dict(event.data)
    candidate = data.get("candidate")
    if row.with_reference and isinstance(candidate, str):
        # Looked up now, so that nothing of a person lies in the outbox.
        known = await db.get(Candidate, candidate)
        if known is not None:
            data["reference"] = known.reference
    body = {"type": event.type, "timestamp": iso(event.at), "data": data}
    return msgspec.json.encode(body)


def _failures(one: WebhookDeliveryRow) -> int:
    """Attempts since the delivery was begun: those of before it was sent again, or before the
    webhook was switched on again, stay in the log and count no more.
    """
    begun = one.until - TRIED_FOR
    return sum(at >= begun for at, *_ in one.tries)


def wait_s(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures: exponential, with jitter."""
    full = min(LONGEST_WAIT_S, FIRST_WAIT_S * FACTOR ** (failures - 1))
    return full * (SURE_SHARE + (1 - SURE_SHARE) * chance)


def deliverable(address: str) -> bool:
    """Whether an account's address is one that letters go to."""
    try:
        address_of(address)
    except MailError:
        return False
    return True


async def _rest(db: AsyncSession, webhook_id: str, until: int) -> None:
    """Everything else for a target that does not answer waits a little."""
    await db.execute(
        update(WebhookDeliveryRow)
        .where(
            WebhookDeliveryRow.webhook_id == webhook_id,
            WebhookDeliveryRow.state == WAITING,
            WebhookDeliveryRow.next_at < until,
        )
        .values(next_at=until)
    )


async def sweep(db: AsyncSession, now: int) -> None:
    """Forget what was told long ago, and events that wait for nobody."""
    old = now - KEPT_FOR
    await db.execute(
        delete(WebhookDeliveryRow).where(
            WebhookDeliveryRow.state != WAITING, WebhookDeliveryRow.created < old
        )
    )
    await db.execute(delete(WebhookEventRow).where(WebhookEventRow.at < old, _unused()))


async def forget(db: AsyncSession, webhook_ids: Sequence[str]) -> None:
    """Remove webhooks with all that was to be told to them."""
    mine = WebhookDeliveryRow.webhook_id.in_(webhook_ids)
    await db.execute(delete(WebhookDeliveryRow).where(mine))
    await db.execute(delete(WebhookEventRow).where(_unused()))
    await db.execute(delete(WebhookRow).where(WebhookRow.id.in_(webhook_ids)))


def _unused():
    return ~exists().where(WebhookDeliveryRow.event_id == WebhookEventRow.id)
