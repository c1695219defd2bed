"""``invigil-server admin phrases``: what staff often say to candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cyclopts import App

from server.acting import print_each, run_as
from server.opening import Rooms
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.problems import Rejection

app = App(
    name="phrases",
    help="""Keep the phrases that staff choose from when they write to candidates.

        invigil-server admin phrases list --by ada@example.edu
        invigil-server admin phrases add "Please stay in view of the camera."
            --by ada@example.edu
        invigil-server admin phrases remove PHRASE --by ada@example.edu

    An institution without phrases of its own is offered the usual ones; the first that is
    added takes their place. --by is the e-mail address of an examiner, in whose name it is
    done; proctors may list them.
    """,
    help_format="plaintext",
)


@app.command(name="list")
def list_(*, by: str) -> None:
    """List what staff are offered, oldest first, one line of JSON each.

    A phrase without an id is one of the usual ones, which cannot be removed.

    Args:
        by: The e-mail address of the account that looks.
    """
    from server.live.phrases import read_offered, read_phrases

    async def work(_: Rooms, db: AsyncSession, staff: Staff) -> list[dict[str, Any]]:
        own = await read_phrases(db, staff.institution_id)
        if own:
            return [{"phrase": one.id, "text": one.text} for one in own]
        usual = await read_offered(db, staff.institution_id)
        return [{"phrase": None, "text": text} for text in usual]

    print_each(by, "proctor", work)


@app.command
def add(text: str, *, by: str) -> None:
    """Add a phrase; staff are offered it at once.

    Args:
        text: What candidates are told, in one line.
        by: The e-mail address of the account that adds it.
    """
    from server.live.phrases import Phrases

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any] | Rejection:
        phrases = Phrases(rooms.database, rooms.clock)
        return await phrases.add(staff, text) or {"added": " ".join(text.split())}

    print_line(run_as(by, "examiner", work))


@app.command
def remove(phrase: str, *, by: str) -> None:
    """Take a phrase out.

    Args:
        phrase: Its id, as `list` prints it.
        by: The e-mail address of the account that takes it out.
    """
    from server.live.phrases import Phrases

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any] | Rejection:
        phrases = Phrases(rooms.database, rooms.clock)
        return await phrases.remove(staff, phrase) or {"removed": phrase}

    print_line(run_as(by, "examiner", work))
