"""``invigil-server admin letters``: what became of letters, sending them again, their words."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import chosen, run_within
from server.opening import Fault, Rooms, institution_named, run_in_rooms
from server.terminal import print_line, say
from server.whole_files import text_of

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.mail.reading import Mailbox
    from server.mail.wording import Kind, Words

app = App(
    name="letters",
    help="""See what became of an institution's letters, have them sent again, and word them.

        invigil-server admin letters list --institution "Example University" --state given_up
        invigil-server admin letters resend --institution "Example University"
        invigil-server admin letters words invitation --by ada@example.edu > invitation.txt
        invigil-server admin letters write invitation invitation.txt --by ada@example.edu
        invigil-server admin letters zone Europe/Vienna --by ada@example.edu

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
def kinds() -> None:
    """List the kinds of letters, when each goes, and the names that its text may have.

    A name stands in braces, as {name}, and becomes what it is listed with.
    """
    from server.mail.wording import KINDS, NAMES

    for kind in KINDS.values():
        names = {name: told for name, told in NAMES.items() if name in kind.names}
        print_line({"kind": kind.name, "when": kind.when, "names": names})


@app.command
def words(kind: str, *, by: str) -> None:
    """Print the words of a kind of letter: the subject, an empty line, the text.

    Args:
        kind: As `kinds` lists them.
        by: The e-mail address of an examiner, who looks.
    """
    from server.mail.wording import words_of

    found = _kind(kind)

    async def work(_: Rooms, db: AsyncSession, staff: Staff) -> Words:
        return await words_of(db, staff.institution_id, found)

    told = run_within(by, "examiner", work)
    sys.stdout.write(f"{told.subject}\n\n{told.text}")
    say("The institution's own words." if told.own else "The program's own words.")


@app.command
def write(kind: str, file: Path, *, by: str) -> None:
    """Write letters of a kind in other words from now on.

    Args:
        kind: As `kinds` lists them.
        file: The subject, an empty line, the text, in UTF-8; `words` prints what there is.
        by: The e-mail address of an examiner, in whose name it is done.
    """
    from server.mail.letters import MailError
    from server.mail.wording import checked_words, keep_words

    found = _kind(kind)
    subject, _, text = text_of(file).replace("\r\n", "\n").partition("\n\n")
    if not text.strip():
        raise Fault(f"{file} has no text: write the subject, an empty line, and the text")

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        new = checked_words(found, subject, text)
        await keep_words(db, rooms.clock(), staff, found, new)
        return {"kind": found.name, "subject": new.subject, "own": True}

    print_line(run_within(by, "examiner", work, (MailError,)))


@app.command
def reset(kind: str, *, by: str) -> None:
    """Write letters of a kind in the program's words again.

    Args:
        kind: As `kinds` lists them.
        by: The e-mail address of an examiner, in whose name it is done.
    """
    from server.mail.wording import keep_words

    found = _kind(kind)

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        await keep_words(db, rooms.clock(), staff, found, None)
        return {"kind": found.name, "subject": found.subject, "own": False}

    print_line(run_within(by, "examiner", work))


@app.command
def zone(name: str, *, by: str) -> None:
    """Say the times of new exams, and so of their letters, in another time zone.

    Args:
        name: As Europe/Vienna.
        by: The e-mail address of an examiner, in whose name it is done.
    """
    from server.exams.own_zone import NoSuchZone, change_zone

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        return {"zone": await change_zone(db, rooms.clock(), staff, name)}

    print_line(run_within(by, "examiner", work, (NoSuchZone,)))


def _kind(name: str) -> Kind:
    from server.mail.wording import KINDS

    if name not in KINDS:
        raise Fault(f"KIND is one of {', '.join(KINDS)}, not {name!r}")
    return KINDS[name]


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
