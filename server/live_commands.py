"""``invigil-server admin live``: running sessions from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cyclopts import App

from server.acting import run_as
from server.opening import Fault, Rooms
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.accounts.staff import Staff
    from server.live.board_controllers import Standing
    from server.live.situation import CommandDraft
    from server.problems import Rejection

app = App(
    name="live",
    help="""See which sessions run and act on them, each time with a reason.

        invigil-server admin live list --by ada@example.edu --state calls
        invigil-server admin live show SESSION --by ada@example.edu
        invigil-server admin live do SESSION message "Ten minutes are left."
            --by ada@example.edu
        invigil-server admin live do SESSION extra_time "The fire alarm." --minutes 15
            --by ada@example.edu

    It is done in the name of the account that --by names, as if they had done it on the page:
    the recorder obeys within seconds, the log has who and that it came from the command line.
    To give a whole exam more time, do it for each session that `list` prints.
    """,
    help_format="plaintext",
)

MINUTE_S = 60

# The longest extra time, in minutes: a day.
MOST_MINUTES = 1_440


@app.command(name="list")
def list_(*, by: str, exam: str = "", state: str = "", name: str = "") -> None:
    """List running sessions, those that need somebody most first, one line of JSON each.

    Args:
        by: The e-mail address of the account that looks.
        exam: Only this exam's, by its id.
        state: Only those that: calls (need somebody), help (ask for it), admission (wait to be
            let in), before (the exam), exam (in it), stopped, silent, mine (taken on).
        name: Only where these words are in the candidate's name.
    """
    from server.live.board import STATES, Board, View
    from server.live.board_controllers import standing
    from server.live.watched import Watches

    if state and state not in STATES:
        raise Fault(f"--state is one of {', '.join(STATES)}, not {state!r}")

    async def work(rooms: Rooms, staff: Staff) -> list[Standing]:
        await Watches(rooms.database, rooms.clock).note(staff, staff.means)
        # Nothing is drawn here.
        board = Board(staff.institution_id, rooms.database, lambda _: "", rooms.clock)
        look = await board.fresh()
        return [standing(one.tile) for one in look.everything(View(exam, state, name))]

    for line in run_as(by, "observer", work):
        print_line(line)


@app.command
def show(session: str, *, by: str) -> None:
    """Print how a session stands, what was said in it and all that staff asked, as JSON.

    Args:
        session: The session's id.
        by: The e-mail address of the account that looks.
    """
    from dataclasses import asdict

    from server.audit.service import viewed
    from server.ingest.lookup import session_of
    from server.live.conversation import conversation, read_asked
    from server.live.situation import read_situation

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            row = await session_of(db, staff, session)
            await viewed(db, rooms.clock(), staff, row, "conversation", address=staff.means)
            asked = await read_asked(db, row.id)
            said = await conversation(db, row.id, asked)
            return {
                "session": row.id,
                **asdict(await read_situation(db, row)),
                "said": [asdict(one) for one in said],
                "asked": [asdict(one) for one in asked],
            }

    print_line(run_as(by, "observer", work))


@app.command
def do(session: str, action: str, reason: str, *, by: str, minutes: int | None = None) -> None:
    """Act on a running session. It is kept until the recorder has done it: see `show`.

    Args:
        session: The session's id.
        action: message, warn (counted; the policy's number ends the session), pause, resume,
            extra_time, terminate, request_clip, or admit and refuse for who waits.
        reason: What the candidate is told, and why; of request_clip only reviewers read it.
        by: The e-mail address of the account that acts.
        minutes: Of extra_time: how many there are to be more, 1 to 1440.
    """
    from server.live.models import CommandRow
    from server.live.service import Live

    draft = _draft(action, reason, minutes)

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any] | Rejection:
        # The running servers see it when they look next, as what another node did.
        live = Live(rooms.database, rooms.clock, lambda _: None)
        row = await live.command(staff, session, draft, staff.means)
        if not isinstance(row, CommandRow):
            return row
        told = {"command": row.id, "session": session, "action": row.action}
        return {**told, "warnings": row.warnings, "limit": row.warnings_limit}

    print_line(run_as(by, "proctor", work))


def _draft(action: str, reason: str, minutes: int | None) -> CommandDraft:
    import msgspec

    from server.live.situation import CommandDraft

    said: dict[str, Any] = {"action": action, "text": reason}
    if minutes is not None:
        if not 1 <= minutes <= MOST_MINUTES:
            raise Fault(f"--minutes is a number from 1 to {MOST_MINUTES:,}")
        said["seconds"] = minutes * MINUTE_S
    try:
        return msgspec.convert(said, CommandDraft)
    except msgspec.ValidationError as error:
        raise Fault(f"this is not an action: {error}; see `live do --help`") from error
