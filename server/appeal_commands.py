"""``invigil-server admin appeals``: what candidates object to, and the answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from server.acting import Flag, fault, run_as
from server.opening import Rooms, settled
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
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
    from server.candidates.appeals import ANSWERED, all_appeals

    async def work(rooms: Rooms, staff: Staff) -> list[dict[str, Any]]:
        async with rooms.database.transaction() as db:
            return [
                {
                    **_appeal(one.appeal),
                    "exam": one.exam.id,
                    "candidate": one.candidate.name,
                    "reference": one.candidate.reference,
                }
                for one in await all_appeals(db, staff.institution_id)
                if every or one.appeal.state != ANSWERED
            ]

    for line in run_as(by, "examiner", work):
        print_line(line)


@app.command
def look(appeal: str, *, by: str) -> None:
    """Say that somebody looks at an appeal; the candidate's page says so.

    Args:
        appeal: Its id.
        by: The e-mail address of the account that looks at it.
    """
    from server.candidates.appeals import appeal_of, look_at

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            row = await appeal_of(db, staff.institution_id, appeal)
            if row is None:
                raise fault(NO_APPEAL)
            await look_at(db, rooms.clock(), staff, row, staff.means)
            return _appeal(row)

    print_line(run_as(by, "examiner", work))


@app.command
def answer(appeal: str, file: Path, *, by: str) -> None:
    """Answer an appeal, once and for good.

    Prints the appeal as JSON; `written` says whether there was an address to write to.

    Args:
        appeal: Its id.
        file: The answer, as text in UTF-8.
        by: The e-mail address of the account that answers.
    """
    from server.candidates.appeals import AppealError, appeal_of
    from server.candidates.appeals import answer as give
    from server.ingest.models import ExamSession

    words = _text(file)

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any]:
        notices, now = _notices(rooms), rooms.clock()
        async with rooms.database.transaction() as db:
            row = await appeal_of(db, staff.institution_id, appeal)
            if row is None:
                raise fault(NO_APPEAL)
            try:
                await give(db, now, staff, row, words, staff.means)
            except AppealError as error:
                raise fault(str(error)) from error
            session = await db.get_one(ExamSession, row.session_id)
            return {**_appeal(row), "written": await notices.answered(db, session, now)}

    print_line(run_as(by, "examiner", work))


def _notices(rooms: Rooms) -> Notices:
    from server.candidates.letters import Notices
    from server.enrolment.tokens import Tokens
    from server.mail.outbox import Outbox

    secret = rooms.keys.server_secret()
    return Notices(Outbox(secret, rooms.clock), secret, Tokens(secret), settled())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise fault(f"Cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise fault(f"{file} is no text in UTF-8") from error


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
