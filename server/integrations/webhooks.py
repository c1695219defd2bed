"""An institution's webhooks: set up, changed, tried, paused, and what was delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar.exceptions import NotFoundException
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.integrations.delivering import forget
from server.integrations.events import EVENTS, PING
from server.integrations.models import WebhookDeliveryRow, WebhookEventRow, WebhookRow
from server.integrations.outbox import DELIVERED, FAILED, TRIED_FOR, WAITING, delivery
from server.integrations.secret import BOTH_GOOD_S, secret_of
from server.integrations.target import MAX_URL_CHARS, Targets
from server.problems import Rejection
from server.storage.database import Database

# More places than any institution tells; each costs every event a row.
MOST = 20

# Deliveries on one page of the log.
PAGE = 50

PAUSED_BY_STAFF = "Switched off by staff."

# What becomes of something that is sent, or sent again, meanwhile.
WAITS = "It waits until the webhook is switched on."


class WebhookDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to be. ``with_reference`` adds the candidate's reference to what is sent,
    which may be personal data.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_URL_CHARS)]
    events: tuple[str, ...]
    with_reference: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A webhook and its secret, which is shown this once."""

    row: WebhookRow
    secret: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A webhook and how its deliveries stand."""

    row: WebhookRow
    waiting: int
    delivered: int
    failed: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """A line of the log: one event, and every attempt to tell it."""

    event_id: str
    type: str
    at: int
    state: str
    next_at: int
    tries: list[tuple[int, int, int | None, str]]


class Webhooks:
    """What administrators do with webhooks."""

    def __init__(
        self, database: Database, secret: bytes, targets: Targets, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._secret = secret
        self._targets = targets
        self._clock = clock

    async def all(self, staff: Staff) -> list[Standing]:
        """The institution's webhooks in the order in which they were made."""
        async with self._database.transaction() as db:
            query = select(WebhookRow).where(WebhookRow.institution_id == staff.institution_id)
            rows = list(await db.scalars(query.order_by(WebhookRow.created, WebhookRow.id)))
            counts = (
                select(WebhookDeliveryRow.webhook_id, WebhookDeliveryRow.state, func.count())
                .where(WebhookDeliveryRow.webhook_id.in_([row.id for row in rows]))
                .group_by(WebhookDeliveryRow.webhook_id, WebhookDeliveryRow.state)
            )
            found = {(name, state): n for name, state, n in await db.execute(counts)}
        states = (WAITING, DELIVERED, FAILED)
        return [Standing(row, *(found.get((row.id, one), 0) for one in states)) for row in rows]

    async def create(self, staff: Staff, draft: WebhookDraft) -> Told | Rejection:
        """A new one, in use at once."""
        refused = await self._refusal(draft)
        if refused is not None:
            return refused
        now = self._clock()
        async with self._database.transaction() as db:
            own = WebhookRow.institution_id == staff.institution_id
            count = select(func.count()).select_from(WebhookRow).where(own)
            if (await db.scalar(count) or 0) >= MOST:
                return _wrong(f"There are {MOST} webhooks, the most there can be.")
            row = WebhookRow(
                id=new_id(),
                institution_id=staff.institution_id,
                name=draft.name.strip(),
                url=draft.url.strip(),
                events=list(dict.fromkeys(draft.events)),
                with_reference=draft.with_reference,
                generation=1,
                previous_until=None,
                paused_at=None,
                paused_why="",
                succeeded_at=None,
                created=now,
            )
            db.add(row)
            self._record(db, staff, "webhook.create", row)
        return Told(row, secret_of(self._secret, row.id, 1))

    async def change(
        self, staff: Staff, webhook_id: str, draft: WebhookDraft
    ) -> WebhookRow | Rejection:
        """Another name, address or choice of events; what waits goes to the new address."""
        async with self._database.transaction() as db:
            await _own(db, staff, webhook_id)
        refused = await self._refusal(draft)
        if refused is not None:
            return refused
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            row.name, row.url = draft.name.strip(), draft.url.strip()
            row.events = list(dict.fromkeys(draft.events))
            row.with_reference = draft.with_reference
            self._record(db, staff, "webhook.change", row)
        return row

    async def rotate(self, staff: Staff, webhook_id: str) -> Told | Rejection:
        """A new secret; the one before signs as well for a day."""
        now = self._clock()
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            if row.previous_until is not None and now < row.previous_until:
                # A third secret would end the first one's day: its receiver may still need it.
                return _wrong(
                    "The secret was changed within the last day, and both are good. Wait until "
                    "the first one is over."
                )
            row.generation += 1
            row.previous_until = now + BOTH_GOOD_S * MICROS_PER_SECOND
            self._record(db, staff, "webhook.rotate", row)
        return Told(row, secret_of(self._secret, row.id, row.generation))

    async def switch(self, staff: Staff, webhook_id: str, *, on: bool) -> WebhookRow:
        """Pause it, or use it again: what happened meanwhile goes out then."""
        now = self._clock()
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            if on == (row.paused_at is None):
                return row
            row.paused_at = None if on else now
            row.paused_why = "" if on else PAUSED_BY_STAFF
            if on:
                await _again(db, row, now, WAITING)
            action = "webhook.resume" if on else "webhook.stop"
            self._record(db, staff, action, row)
        return row

    async def remove(self, staff: Staff, webhook_id: str) -> None:
        """Take it away, with its log and what waits for it."""
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            self._record(db, staff, "webhook.remove", row)
            await db.flush()
            await forget(db, [row.id])

    async def ping(self, staff: Staff, webhook_id: str) -> WebhookRow:
        """Send a test event, whatever the webhook is otherwise told of."""
        now = self._clock()
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            event = WebhookEventRow(
                id=new_id(),
                institution_id=row.institution_id,
                type=PING,
                at=now,
                data={"institution": row.institution_id, "webhook": row.id},
            )
            db.add(event)
            await db.flush()
            db.add(WebhookDeliveryRow(**delivery(row.id, event.id, now)))
            self._record(db, staff, "webhook.ping", row)
        return row

    async def resend(self, staff: Staff, webhook_id: str, event_id: str | None = None) -> int:
        """Send one event again, whatever came of it, or all that failed; how many."""
        now = self._clock()
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            count = await _again(db, row, now, None if event_id else FAILED, event_id)
            if event_id is not None and not count:
                raise NotFoundException("This webhook has no such delivery.")
            if count:
                self._record(db, staff, "webhook.resend", row, events=count)
        return count

    async def log(
        self, staff: Staff, webhook_id: str, page: int = 0, state: str = ""
    ) -> tuple[WebhookRow, list[Delivered], int]:
        """A page of what was sent, the newest first, and how many there are."""
        async with self._database.transaction() as db:
            row = await _own(db, staff, webhook_id)
            mine = WebhookDeliveryRow.webhook_id == webhook_id
            kept = mine & (WebhookDeliveryRow.state == state) if state else mine
            count = select(func.count()).select_from(WebhookDeliveryRow).where(kept)
            total = await db.scalar(count) or 0
            query = (
                select(WebhookDeliveryRow, WebhookEventRow)
                .join(WebhookEventRow, WebhookEventRow.id == WebhookDeliveryRow.event_id)
                .where(kept)
                .order_by(WebhookDeliveryRow.created.desc(), WebhookEventRow.id)
                .limit(PAGE)
                .offset(page * PAGE)
            )
            found = (await db.execute(query)).tuples().all()
        lines = [
            Delivered(
                event.id,
                event.type,
                event.at,
                one.state,
                one.next_at,
                [(at, took, status, words) for at, took, status, words in one.tries],
            )
            for one, event in found
        ]
        return row, lines, total

    async def _refusal(self, draft: WebhookDraft) -> Rejection | None:
        unknown = [one for one in draft.events if one not in EVENTS]
        if unknown:
            return _wrong(
                f"There is no event {unknown[0][:40]!r}. Those there are: {', '.join(EVENTS)}."
            )
        if not draft.events:
            return _wrong("Choose one event at least.")
        if not draft.name.strip():
            return _wrong("Give the webhook a name.")
        refused = await self._targets.refusal(draft.url.strip())
        return None if refused is None else _wrong(refused.why)

    def _record(
        self,
        db: AsyncSession,
        staff: Staff,
        action: str,
        row: WebhookRow,
        **told: Any,
    ) -> None:
        audit.record(db, self._clock(), staff, action, ("webhook", row.id), **told)


async def _again(
    db: AsyncSession, row: WebhookRow, now: int, state: str | None, event_id: str | None = None
) -> int:
    """Have deliveries tried at once, for as long as new ones; how many."""
    query = update(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == row.id)
    if state is not None:
        query = query.where(WebhookDeliveryRow.state == state)
    if event_id is not None:
        query = query.where(WebhookDeliveryRow.event_id == event_id)
    done = await db.execute(query.values(state=WAITING, next_at=now, until=now + TRIED_FOR))
    return done.rowcount  # pyright: ignore[reportAttributeAccessIssue]


async def _own(db: AsyncSession, staff: Staff, webhook_id: str) -> WebhookRow:
    row = await db.get(WebhookRow, webhook_id, with_for_update={"key_share": True})
    if row is None or row.institution_id != staff.institution_id:
        raise NotFoundException("There is no such webhook.")
    return row


def _wrong(why: str) -> Rejection:
    return Rejection("about:blank", 422, why)
