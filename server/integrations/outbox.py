"""What happened, written for those who are to be told in the transaction in which it happens:
neither is there without the other, and a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.clock import MICROS_PER_DAY
from server.ingest.models import ExamSession
from server.integrations.models import WebhookDeliveryRow, WebhookEventRow, WebhookRow

# An event is tried for so long (µs): a target that is down over a weekend loses nothing.
TRIED_FOR = 3 * MICROS_PER_DAY

CERTIFIED = "deletion.certified"

WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event to be: ``data`` as it goes out, but for what is known of the session."""

    institution_id: str
    type: str
    at: int
    session_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


async def announce(db: AsyncSession, happened: Sequence[Happened]) -> int:
    """Keep events for the webhooks that want them; how many deliveries are to come.

    Costs one question where no webhook wants any.
    """
    if not happened:
        return 0
    wanted = await _wanted(db, {one.institution_id for one in happened})
    events: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    for one in happened:
        hooks = [row.id for row in wanted if _wants(row, one)]
        if hooks:
            event = await _event(db, one)
            events.append(event)
            deliveries += [delivery(hook, event["id"], one.at) for hook in hooks]
    if events:
        await db.execute(insert(WebhookEventRow), events)
        await db.execute(insert(WebhookDeliveryRow), deliveries)
    return len(deliveries)


def delivery(webhook_id: str, event_id: str, now: int) -> dict[str, Any]:
    """A delivery that has not been tried, due at once."""
    return {
        "webhook_id": webhook_id,
        "event_id": event_id,
        "state": WAITING,
        "created": now,
        "next_at": now,
        "until": now + TRIED_FOR,
        "tries": [],
        "leased_until": None,
    }


async def _wanted(db: AsyncSession, institutions: set[str]) -> Sequence[Any]:
    # Held, so that none is removed before the deliveries that refer to it are there.
    query = (
        select(WebhookRow.id, WebhookRow.institution_id, WebhookRow.events)
        .where(WebhookRow.institution_id.in_(institutions))
        .with_for_update(read=True, key_share=True)
    )
    return (await db.execute(query)).all()


def _wants(row: Any, one: Happened) -> bool:
    return row.institution_id == one.institution_id and one.type in row.events


async def _event(db: AsyncSession, one: Happened) -> dict[str, Any]:
    data: dict[str, Any] = {"institution": one.institution_id}
    if one.session_id is not None:
        session = await db.get(ExamSession, one.session_id)
        data["session"] = one.session_id
        if session is not None:
            data |= {"exam": session.exam_id, "candidate": session.candidate_id}
    return {
        "id": new_id(),
        "institution_id": one.institution_id,
        # That all of a session went outlasts it; whatever else was told of it goes with it.
        "session_id": None if one.type == CERTIFIED else one.session_id,
        "type": one.type,
        "at": one.at,
        "data": data | dict(one.data),
    }
