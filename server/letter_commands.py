"""``invigil-server admin letters``: what became of letters, and sending them again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import chosen
from server.opening import Fault, Rooms, institution_named, run_in_rooms
from server.terminal import print_line, say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.mail.reading import Mailbox

app = App(
    name="letters",
    help="""See what became of an institution's letters, and have them sent again.

        invigil-server admin letters list --institution "Example University" --state given_up
        invigil-server admin letters resend --institution "Example University"

    Letters are carried by the running server, which tries for days before it gives up.
    """,
    help_format="plaintext",
)

MOST_SHOWN = 10_000


@app.command(name="list")
def list_(*, institution: str, state: str = "", limit: int = 100) -> None:
    """List letters, the newest first, one line of JSON each; how many there are of each state
    goes to standard error.

    Args:
        institution: The institution's name or id.
        state: Only letters in this state, as waiting or sent.
        limit: At most so many.
    """
    from server.mail.letters import State
    from server.mail.reading import read_mail

    if not 1 <= limit <= MOST_SHOWN:
        raise Fault(f"--limit takes a number from 1 to {MOST_SHOWN:,}")
    wanted = chosen("--state", state, State) if state else None

    async def work(rooms: Rooms) -> Mailbox:
        async with rooms.database.transaction() as db:
            own = await institution_named(db, institution)
            return await read_mail(db, own.id, wanted, limit)

    mail = run_in_rooms(work)
    for one in mail.listed:
        print_line(asdict(one))
    counts = ", ".join(f"{number} {name}" for name, number in sorted(mail.counts.items()))
    say(f"Letters: {counts or 'none'}.")


@app.command
def resend(
    *, institution: str, letter: Annotated[tuple[str, ...], Parameter(negative="")] = ()
) -> None:
    """Have letters that could not be sent tried again: all of them, or those that are named.

    Args:
        institution: The institution's name or id.
        letter: A letter's id, as `list` prints it; several times for several.
    """
    from server.audit.service import COMMAND_LINE, record
    from server.mail.outbox import Outbox

    async def work(rooms: Rooms) -> dict[str, Any]:
        outbox = Outbox(rooms.keys.server_secret(), rooms.clock)
        async with rooms.database.transaction() as db:
            own = (await institution_named(db, institution)).id
            count = await outbox.send_again(db, own, list(letter) or None)
            if letter and not count:
                why = "is not waiting for anybody's help, or its text is gone"
                raise Fault(f"no letter of that id {why}; see `letters list`")
            if count:
                subject, now = ("institution", own), rooms.clock()
                told = {"institution_id": own, "letters": count}
                record(db, now, COMMAND_LINE, "mail.again", subject, **told)
        return {"again": count}

    print_line(run_in_rooms(work))
