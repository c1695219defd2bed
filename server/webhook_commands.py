"""``invigil-server admin webhooks``: what the page about webhooks does, for scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, Parameter

from server.acting import Flag, run_as
from server.opening import Fault, Rooms, settled
from server.terminal import print_line, say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.accounts.staff import Staff
    from server.integrations.controllers import WebhookOut
    from server.integrations.models import WebhookRow
    from server.integrations.webhooks import WebhookDraft, Webhooks
    from server.problems import Rejection

_T = TypeVar("_T")

# What a delivery is, all of them first; and how many pages there may be, as for browsers.
STATES = ("", "waiting", "delivered", "failed")
MOST_PAGES = 100_000

app = App(
    name="webhooks",
    help="""Set up who is told of what happens, try it, and see what was delivered.

        invigil-server admin webhooks add https://lms.example.edu/invigil --name LMS
            --event flag.decided --event report.ready --by ada@example.edu
        invigil-server admin webhooks test WEBHOOK --by ada@example.edu
        invigil-server admin webhooks deliveries WEBHOOK --by ada@example.edu
        invigil-server admin webhooks resend WEBHOOK --by ada@example.edu

    `webhooks events` lists what can be told. The secret that signs what is sent is printed
    once, by `add` and `rotate`; keep it where the receiver checks it. Deliveries are made by
    the running server. --by is the e-mail address of an administrator, in whose name it is
    done.
    """,
    help_format="plaintext",
)


@app.command
def events() -> None:
    """List the events that webhooks can be told of, with what each means."""
    from server.integrations.events import EVENTS

    for name, what in EVENTS.items():
        print_line({"event": name, "what": what})


@app.command(name="list")
def list_(*, by: str) -> None:
    """List the institution's webhooks and how their deliveries stand, one line of JSON each.

    Args:
        by: The e-mail address of the account that looks.
    """

    async def work(webhooks: Webhooks, staff: Staff) -> list[dict[str, Any]]:
        return [
            {
                **_told(one.row),
                "waiting": one.waiting,
                "delivered": one.delivered,
                "failed": one.failed,
            }
            for one in await webhooks.all(staff)
        ]

    for line in _run(by, work):
        print_line(line)


@app.command
def add(
    url: str,
    *,
    by: str,
    name: str,
    event: Annotated[tuple[str, ...], Parameter(negative="")],
    with_reference: Flag = False,
) -> None:
    """Set a webhook up, in use at once. Its secret is printed this once.

    Args:
        url: Where events are sent to, by https.
        by: The e-mail address of the account that sets it up.
        name: What it is called in the list.
        event: What it is told of; several times for several.
        with_reference: Also send the candidate's reference, which may be personal data.
    """
    draft = _draft(name=name, url=url, events=event, with_reference=with_reference)

    async def work(webhooks: Webhooks, staff: Staff) -> dict[str, Any] | Rejection:
        from server.integrations.webhooks import Told

        made = await webhooks.create(staff, draft)
        return {**_told(made.row), "secret": made.secret} if isinstance(made, Told) else made

    print_line(_run(by, work))


@app.command
def change(
    webhook: str,
    *,
    by: str,
    url: str | None = None,
    name: str | None = None,
    event: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    with_reference: bool | None = None,
) -> None:
    """Change a webhook; what is not said stays. What waits goes to the new address.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that changes it.
        url: Where events are sent to.
        name: What it is called.
        event: All that it is told of from then on; several times for several.
        with_reference: Whether the candidate's reference is sent.
    """

    async def work(webhooks: Webhooks, staff: Staff) -> dict[str, Any] | Rejection:
        from server.integrations.models import WebhookRow

        row, _, _ = await webhooks.log(staff, webhook)
        draft = _draft(
            name=row.name if name is None else name,
            url=row.url if url is None else url,
            events=event or row.events,
            with_reference=row.with_reference if with_reference is None else with_reference,
        )
        made = await webhooks.change(staff, webhook, draft)
        return _told(made) if isinstance(made, WebhookRow) else made

    print_line(_run(by, work))


@app.command
def rotate(webhook: str, *, by: str) -> None:
    """Give a webhook a new secret, printed this once; the one before signs as well for a day.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that changes it.
    """

    async def work(webhooks: Webhooks, staff: Staff) -> dict[str, Any] | Rejection:
        from server.integrations.webhooks import Told

        made = await webhooks.rotate(staff, webhook)
        return {**_told(made.row), "secret": made.secret} if isinstance(made, Told) else made

    print_line(_run(by, work))


@app.command
def stop(webhook: str, *, by: str) -> None:
    """Switch a webhook off: what happens meanwhile waits.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that does it.
    """
    _switch(webhook, by, on=False)


@app.command
def resume(webhook: str, *, by: str) -> None:
    """Switch a webhook on again: what has waited goes out.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that does it.
    """
    _switch(webhook, by, on=True)


@app.command
def remove(webhook: str, *, by: str) -> None:
    """Remove a webhook, with its log and what waits for it.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that removes it.
    """

    async def work(webhooks: Webhooks, staff: Staff) -> None:
        await webhooks.remove(staff, webhook)

    _run(by, work)
    print_line({"removed": webhook})


@app.command
def test(webhook: str, *, by: str) -> None:
    """Send a test event; `deliveries` tells what came of it, once a server runs.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that tries it.
    """

    async def work(webhooks: Webhooks, staff: Staff) -> dict[str, Any]:
        return _told(await webhooks.ping(staff, webhook))

    made = _run(by, work)
    print_line(made)
    if made["paused"] is not None:
        _say_waits()


@app.command
def deliveries(webhook: str, *, by: str, state: str = "", page: int = 1) -> None:
    """List the newest deliveries with every attempt, one line of JSON each, 50 on a page.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that looks.
        state: Only those that are waiting, delivered or failed.
        page: 2 for those before the newest, and so on.
    """
    if state not in STATES:
        raise Fault(f"--state is one of {', '.join(STATES[1:])}, not {state!r}")
    if not 1 <= page <= MOST_PAGES:
        raise Fault(f"--page takes 1 to {MOST_PAGES:,}")

    async def work(webhooks: Webhooks, staff: Staff) -> list[Any]:
        from server.integrations.controllers import delivery_out

        _, lines, _ = await webhooks.log(staff, webhook, page - 1, state)
        return [delivery_out(one) for one in lines]

    for line in _run(by, work):
        print_line(line)


@app.command
def resend(webhook: str, *, by: str, event: str | None = None) -> None:
    """Send again all that failed, or one event whatever came of it.

    Args:
        webhook: Its id.
        by: The e-mail address of the account that does it.
        event: One event's id, as `deliveries` prints it.
    """

    async def work(webhooks: Webhooks, staff: Staff) -> tuple[int, WebhookRow]:
        count = await webhooks.resend(staff, webhook, event)
        row, _, _ = await webhooks.log(staff, webhook)
        return count, row

    count, row = _run(by, work)
    print_line({"webhook": webhook, "again": count})
    if count and row.paused_at is not None:
        _say_waits()


def _say_waits() -> None:
    from server.integrations.webhooks import WAITS

    say(WAITS)


def _switch(webhook: str, by: str, *, on: bool) -> None:
    async def work(webhooks: Webhooks, staff: Staff) -> dict[str, Any]:
        return _told(await webhooks.switch(staff, webhook, on=on))

    print_line(_run(by, work))


def _run(by: str, work: Callable[[Webhooks, Staff], Awaitable[_T | Rejection]]) -> _T:
    from server.integrations.target import Targets
    from server.integrations.webhooks import Webhooks

    async def whole(rooms: Rooms, staff: Staff) -> _T | Rejection:
        targets, secret = Targets(settled().inward), rooms.keys.server_secret()
        return await work(Webhooks(rooms.database, secret, targets, rooms.clock), staff)

    return run_as(by, "admin", whole)


def _draft(**said: Any) -> WebhookDraft:
    import msgspec

    from server.integrations.webhooks import WebhookDraft

    try:
        return msgspec.convert(said, WebhookDraft)
    except msgspec.ValidationError as error:
        raise Fault(f"this is no webhook: {error}") from error


def _told(row: Any) -> dict[str, Any]:
    """A webhook as programs read it, without the secret, which is not kept."""
    import msgspec

    from server.integrations.controllers import webhook_out

    found: WebhookOut = webhook_out(row)
    return {k: v for k, v in msgspec.structs.asdict(found).items() if k != "secret"}
