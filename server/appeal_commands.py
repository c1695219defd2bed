"""``invigil-server admin appeals``: what candidates object to, and the answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from server.acting import Flag, fault, print_waiting, run_within
from server.opening import Rooms, settled
from server.terminal import print_line
from server.whole_files import text_of

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.candidates.letters import Notices
    from server.candidates.models import AppealRow

app = App(
    name="appeals",
    help="""See what candidates object to, and answer them.

        invigil-server admin appeals list --by ada@example.edu
        invigil-server admin appeals look APPEAL --by ada@example.edu
        invigil-server admin appeals answer APPEAL answer.txt --by ada@example.edu

    Until an appeal is answered nothing of the session is destroyed. The candidate reads the
    answer on their page, and is written to where there is an address. --by is the e-mail
    address of an examiner, in whose name it is done.
    """,
    help_format="plaintext",
)

NO_APPEAL = "There is no such appeal."


@app.command(name="list")
def list_(*, by: str, every: Flag = False) -> None:
    """List appeals, those due first, one line of JSON each.

    Args:
        by: The e-mail address of the account that looks.
        every: Also those that were answered.
    """
    from server.candidates.appeals import ANSWERED, Shown, all_appeals

    def told(one: Shown) -> dict[str, Any]:
        about = {"exam": one.exam.id, "candidate": one.candidate.name}
        return {**_appeal(one.appeal), **about, "reference": one.candidate.reference}

    def waits(one: Shown) -> bool:
        return one.appeal.state != ANSWERED

    print_waiting(by, "examiner", all_appeals, told, waits=waits, every=every)


@app.command
def look(appeal: str, *, by: str) -> None:
    """Say that somebody looks at an appeal; the candidate's page says so.

    Args:
        appeal: Its id.
        by: The e-mail address of the account that looks at it.
    """
    from server.candidates.appeals import appeal_of, look_at

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        row = await appeal_of(db, staff.institution_id, appeal)
        if row is None:
            raise fault(NO_APPEAL)
        await look_at(db, rooms.clock(), staff, row)
        return _appeal(row)

    print_line(run_within(by, "examiner", work))


@app.command
def answer(appeal: str, file: Path, *, by: str) -> None:
    """Answer an appeal, once and for good.

    Prints the appeal as JSON; `written` says whether the candidate is written to.

    Args:
        appeal: Its id.
        file: The answer, as text in UTF-8.
        by: The e-mail address of the account that answers.
    """
    from server.candidates.appeals import AppealError, appeal_of
    from server.candidates.appeals import answer as give
    from server.ingest.models import ExamSession

    words = text_of(file)

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any]:
        notices, now = notices_of(rooms), rooms.clock()
        row = await appeal_of(db, staff.institution_id, appeal)
        if row is None:
            raise fault(NO_APPEAL)
        await give(db, now, staff, row, words)
        session = await db.get_one(ExamSession, row.session_id)
        unwritten = await notices.answered(db, session, now)
        return {**_appeal(row), "written": unwritten is None}

    print_line(run_within(by, "examiner", work, (AppealError,)))


def notices_of(rooms: Rooms) -> Notices:
    """What puts letters to candidates into the outbox, as the server itself has it."""
    from server.candidates.letters import Notices
    from server.enrolment.tokens import Tokens
    from server.mail.outbox import Outbox

    secret = rooms.keys.server_secret()
    return Notices(Outbox(secret, rooms.clock), secret, Tokens(secret), settled())


def _appeal(row: AppealRow) -> dict[str, Any]:
    """An appeal; times are microseconds UTC."""
    return {
        "appeal": row.id,
        "session": row.session_id,
        "state": row.state,
        "words": row.text,
        "received": row.received,
        "due": row.due,
        "answer": row.answer,
    }
