"""``/settings/webhooks``: where an institution's events are told, and what came of it."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.integrations.events import EVENTS, PING
from server.integrations.models import WebhookRow
from server.integrations.outbox import DELIVERED, FAILED, WAITING
from server.integrations.webhooks import PAGE, WAITS, Told, WebhookDraft, Webhooks
from server.network import AnyRequest
from server.numbers import whole
from server.problems import Rejection
from server.web.forms import text_fields
from server.web.rendering import PRIVATE, page
from shared.encoding import sha256_hex

STATES = {WAITING: "Waiting", DELIVERED: "Delivered", FAILED: "Failed"}

# Beyond this page nobody reads; and it keeps the number within the database's.
MOST_PAGES = 100_000

# What was done, as the page says it.
DONE = {
    "ping": "A test event is on its way. What came of it is in the log below in a moment.",
    "pause": "Switched off. What happens meanwhile waits here.",
    "resume": "Switched on. What happened meanwhile goes out now.",
    "change": "Changed.",
    "resend": "On its way again.",
    "resend-failed": "What failed is on its way again.",
}

# The same, where the webhook is switched off.
DONE_OFF = {
    "ping": f"A test event was made. {WAITS}",
    "resend": WAITS,
    "resend-failed": f"What failed is to be sent again. {WAITS}",
}


class WebhookPages(Controller):
    """All of an institution's webhooks, and each."""

    path = "/settings/webhooks"
    guards = (require(Role.ADMIN),)
    include_in_schema = False

    @get("/")
    async def get_webhooks(
        self, request: AnyRequest, webhooks: NamedDependency[Webhooks]
    ) -> Template:
        """The list, and the form for a new one."""
        return await _listed(current_account(request), webhooks, {"events": list(EVENTS)})

    @post("/")
    async def post_webhook(
        self,
        request: AnyRequest,
        webhooks: NamedDependency[Webhooks],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Set one up; the answer shows its secret, once."""
        staff, fields = current_account(request), await _fields(request)
        made = await webhooks.create(staff, _draft(fields))
        if isinstance(made, Rejection):
            return await _listed(staff, webhooks, fields, made.detail)
        return await _shown(staff, webhooks, made.row.id, clock(), told=made)

    @get("/{webhook_id:str}")
    async def get_webhook(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
        clock: NamedDependency[WallClock],
    ) -> Template | Response[bytes]:
        """One, with what was sent. Where htmx asks for news only the log, or 204 where it is as
        ``seen`` already.
        """
        query = request.query_params
        state, number = query.get("state", ""), query.get("page", "0")
        context = await _context(
            current_account(request),
            webhooks,
            webhook_id,
            clock(),
            state=state if state in STATES else "",
            number=whole(number, MOST_PAGES) or 0,
        )
        if "HX-Request" not in request.headers:
            off = context["row"].paused_at is not None
            said = {**DONE, **DONE_OFF} if off else DONE
            done = said.get(query.get("done", ""), "")
            return page("webhook.html", {**context, "done": done})
        if query.get("seen") == context["seen"]:
            return Response(b"", status_code=204, headers=PRIVATE)
        return page("webhook_log.html", context)

    @post("/{webhook_id:str}", status_code=303)
    async def post_change(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
        clock: NamedDependency[WallClock],
    ) -> Redirect | Template:
        """Another name, address or choice of events."""
        staff, fields = current_account(request), await _fields(request)
        made = await webhooks.change(staff, webhook_id, _draft(fields))
        if isinstance(made, Rejection):
            return await _shown(
                staff, webhooks, webhook_id, clock(), fields=fields, wrong=made.detail
            )
        return Redirect(_path(webhook_id, "change"), status_code=303)

    @post("/{webhook_id:str}/do", status_code=303)
    async def post_action(
        self,
        request: AnyRequest,
        webhook_id: FromPath[str],
        webhooks: NamedDependency[Webhooks],
        clock: NamedDependency[WallClock],
    ) -> Redirect | Template:
        """Try it, switch it, give it a new secret, send again, or remove it."""
        staff, fields = current_account(request), await text_fields(request)
        match fields.get("do", ""):
            case "ping":
                await webhooks.ping(staff, webhook_id)
            case "pause" | "resume" as switched:
                on = switched == "resume"
                await webhooks.switch(staff, webhook_id, on=on)
            case "resend":
                event = fields.get("event", "")
                await webhooks.resend(staff, webhook_id, event)
            case "resend-failed":
                await webhooks.resend(staff, webhook_id)
            case "remove":
                await webhooks.remove(staff, webhook_id)
                return Redirect("/settings/webhooks", status_code=303)
            case "rotate":
                made = await webhooks.rotate(staff, webhook_id)
                return await _rotated(staff, webhooks, webhook_id, clock(), made)
            case _:
                raise ClientException("This form is not ours. Load the page again.")
        return Redirect(_path(webhook_id, fields["do"]), status_code=303)


async def _rotated(
    staff: Staff, webhooks: Webhooks, webhook_id: str, now: int, made: Told | Rejection
) -> Template:
    if isinstance(made, Rejection):
        return await _shown(staff, webhooks, webhook_id, now, wrong=made.detail)
    return await _shown(staff, webhooks, webhook_id, now, told=made)


def _path(webhook_id: str, done: str) -> str:
    return f"/settings/webhooks/{webhook_id}?done={done}"


async def _fields(request: AnyRequest) -> dict[str, Any]:
    """The form's fields; ``events`` are those that are ticked."""
    form = await request.form()
    given = [one for one in form.getall("events", []) if isinstance(one, str)]
    return {**await text_fields(request), "events": given}


def _draft(fields: dict[str, Any]) -> WebhookDraft:
    return WebhookDraft(
        name=fields.get("name", "")[:200],
        url=fields.get("url", ""),
        events=tuple(fields["events"]),
        with_reference="with_reference" in fields,
    )


async def _listed(
    staff: Staff, webhooks: Webhooks, fields: dict[str, Any], wrong: str = ""
) -> Template:
    context = {
        "lines": await webhooks.all(staff),
        "fields": fields,
        "wrong": wrong,
        "events": EVENTS,
    }
    return page("webhooks.html", context, status=422 if wrong else 200)


async def _shown(
    staff: Staff,
    webhooks: Webhooks,
    webhook_id: str,
    now: int,
    *,
    told: Told | None = None,
    fields: dict[str, Any] | None = None,
    wrong: str = "",
) -> Template:
    context = await _context(staff, webhooks, webhook_id, now)
    shown = {"told": told, "fields": fields or context["fields"], "wrong": wrong}
    return page("webhook.html", {**context, **shown}, status=422 if wrong else 200)


async def _context(
    staff: Staff,
    webhooks: Webhooks,
    webhook_id: str,
    now: int,
    *,
    state: str = "",
    number: int = 0,
) -> dict[str, Any]:
    row, lines, total = await webhooks.log(staff, webhook_id, number, state)
    pages = max(1, -(-total // PAGE))
    return {
        "row": row,
        "lines": lines,
        "pages": pages,
        "number": number,
        "state": state,
        "seen": sha256_hex(repr((row.paused_at, pages, lines)).encode())[:16],
        "states": STATES,
        "events": {**EVENTS, PING: "A test"},
        "choices": EVENTS,
        "fields": _as_fields(row),
        "wrong": "",
        "done": "",
        "told": None,
        "now": now,
    }


def _as_fields(row: WebhookRow) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": row.name, "url": row.url, "events": row.events}
    return {**fields, "with_reference": "on"} if row.with_reference else fields
