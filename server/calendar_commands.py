"""``invigil-server admin calendar``: exams in calendar programs, as the pages give them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import run_within
from server.opening import Rooms, settled
from server.terminal import print_line, say
from server.whole_files import form_of, whole_file

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff

app = App(
    name="calendar",
    help="""Have an institution's exams in calendar programs: by a private link, or as a file.

        invigil-server admin calendar link --by ada@example.edu
        invigil-server admin calendar revoke --by ada@example.edu
        invigil-server admin calendar exam EXAM -o algebra.ics --by ada@example.edu

    Each member of staff has one link of their own, which calendar programs ask every few hours.
    Whoever has it sees when exams are, and no more: --by is the e-mail address of whose it is.
    It is printed once, by `link`, and kept nowhere.
    """,
    help_format="plaintext",
)


@app.command
def show(*, by: str) -> None:
    """Print whether somebody has a link, and since when (µs UTC), as JSON.

    Args:
        by: The e-mail address of whose it is.
    """
    from server.integrations.calendars import link_of

    async def work(_: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        row = await link_of(db, staff)
        return {"account": staff.email, "since": None if row is None else row.created}

    print_line(run_within(by, "observer", work))


@app.command
def link(*, by: str) -> None:
    """Make a link, printed this once; the one before opens nothing any more.

    Args:
        by: The e-mail address of whose it is.
    """
    from server.integrations.calendars import feed_address, make_link

    url = settled().url

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        token = await make_link(db, staff, rooms.clock())
        return {"account": staff.email, "link": feed_address(url, token)}

    print_line(run_within(by, "observer", work))


@app.command
def revoke(*, by: str) -> None:
    """Take a link back: it opens nothing any more.

    Args:
        by: The e-mail address of whose it is.
    """
    from server.integrations.calendars import drop_link

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        had = await drop_link(db, staff, rooms.clock())
        return {"account": staff.email, "revoked": had}

    print_line(run_within(by, "observer", work))


@app.command
def exam(
    exam: str, *, by: str, output: Annotated[Path, Parameter(name=["--output", "-o"])]
) -> None:
    """Write one exam as a calendar file.

    Args:
        exam: Its id.
        by: The e-mail address of the account that takes it.
        output: The file to write, .ics; one that is there is replaced.
    """
    from server.exams.controllers import exam_of
    from server.integrations.calendars import calendar

    form_of(output, "ics")
    url = settled().url

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> bytes:
        return calendar([await exam_of(db, staff, exam)], url, rooms.clock())

    data = run_within(by, "observer", work)
    with whole_file(output) as scratch:
        scratch.write_bytes(data)
    say(f"Wrote {output}.")
