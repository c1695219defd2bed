"""Webhooks for programs: ``/api/v1/webhooks``."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.integrations.models import WebhookRow
from server.integrations.webhooks import Delivered, Told, WebhookDraft, Webhooks
from server.network import AnyRequest
from server.problems import Rejection
from shared.wire import API_PREFIX

PRIVATE = {"Cache-Control": "private, no-store"}


class WebhookOut(msgspec.Struct, frozen=True):
    """A webhook; times in µs UTC. ``paused`` is ``null`` while it is in use, ``secret`` is
    there where it is new.
    """

    id: str
    name: str
    url: str
    events: list[str]
    with_reference: bool
    created: int
    paused: int | None
    paused_why: str
    succeeded: int | None
    secret: str | None = None


class TryOut(msgspec.Struct, frozen=True):
    """One attempt: ``at`` in µs UTC, ``took`` in ms, ``status`` ``null`` without an answer."""

    at: int
    took: int
    status: int | None
    words: str


class DeliveryOut(msgspec.Struct, frozen=True):
    """One event to one webhook: ``state`` is ``waiting``, ``delivered`` or ``failed``."""

    event: str
    type: str
    at: int
    state: str
    next: int
    tries: list[TryOut]


class Resend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to send again: one ``event`` by its id, or all that failed."""

    event: str | None = None


class Resent(msgspec.Struct, frozen=True):
    """How many deliveries are on their way again."""

    count: int


class WebhooksController(Controller):
    """An institution's webhooks, for its administrators."""

    path = f"{API_PREFIX}/webhooks"
    tags = ("integrations",)
    guards = (require(Role.ADMIN),)

    @get("/")
    async def get_webhooks(
        self, request: AnyRequest, webhooks: NamedDependency[Webhooks]
    ) -> Response[list[WebhookOut]]:
        """The institution's webhooks, the oldest first."""
        found = await webhooks.all(current_account(request))
        return Response([webhook_out(one.row) for one in found], headers=PRIVATE)

    @post("/", status_code=201)
    async def post_webhook(
        self,
        request: AnyRequest,
        data: JSONBody[WebhookDraft],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[WebhookOut] | Response[bytes]:
        """Set a webhook up. Its secret is in the answer, and never told again."""
        made = await webhooks.create(current_account(request), data)
        return _told(made, 201)

    @put("/{webhook_id:str}")
    async def put_webhook(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        data: JSONBody[WebhookDraft],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[WebhookOut] | Response[bytes]:
        """Change a webhook; what waits for it goes to the new address."""
        staff = current_account(request)
        made = await webhooks.change(staff, webhook_id, data)
        if isinstance(made, Rejection):
            return made.response()
        return Response(webhook_out(made), headers=PRIVATE)

    @delete("/{webhook_id:str}", status_code=204)
    async def delete_webhook(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
    ) -> None:
        """Remove a webhook, with its log and what waits for it."""
        await webhooks.remove(current_account(request), webhook_id)

    @post("/{webhook_id:str}/secret", status_code=201)
    async def post_secret(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[WebhookOut] | Response[bytes]:
        """Give it a new secret; the one before signs as well for a day."""
        staff = current_account(request)
        return _told(await webhooks.rotate(staff, webhook_id), 201)

    @post("/{webhook_id:str}/ping", status_code=202)
    async def post_ping(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[WebhookOut]:
        """Send a test event; what came of it is among the deliveries."""
        staff = current_account(request)
        row = await webhooks.ping(staff, webhook_id)
        return Response(webhook_out(row), status_code=202, headers=PRIVATE)

    @get("/{webhook_id:str}/deliveries")
    async def get_deliveries(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[list[DeliveryOut]]:
        """The newest deliveries, with every attempt."""
        _, lines, _ = await webhooks.log(current_account(request), webhook_id)
        return Response([delivery_out(one) for one in lines], headers=PRIVATE)

    @post("/{webhook_id:str}/deliveries", status_code=202)
    async def post_deliveries(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        data: JSONBody[Resend],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[Resent]:
        """Send one event again, whatever came of it, or all that failed."""
        staff = current_account(request)
        count = await webhooks.resend(staff, webhook_id, data.event)
        return Response(Resent(count), status_code=202, headers=PRIVATE)


def _told(made: Told | Rejection, status: int) -> Response[WebhookOut] | Response[bytes]:
    if isinstance(made, Rejection):
        return made.response()
    return Response(webhook_out(made.row, made.secret), status_code=status, headers=PRIVATE)


def webhook_out(row: WebhookRow, secret: str | None = None) -> WebhookOut:
    """A webhook as programs read it; its secret where it was made just now."""
    return WebhookOut(
        id=row.id,
        name=row.name,
        url=row.url,
        events=row.events,
        with_reference=row.with_reference,
        created=row.created,
        paused=row.paused_at,
        paused_why=row.paused_why,
        succeeded=row.succeeded_at,
        secret=secret,
    )


def delivery_out(one: Delivered) -> DeliveryOut:
    """A delivery as programs read it."""
    tries = [TryOut(*attempt) for attempt in one.tries]
    return DeliveryOut(one.event_id, one.type, one.at, one.state, one.next_at, tries)
