"""``invigil-server admin live``: running sessions from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import Flag, run_as
from server.opening import Fault, Rooms
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.accounts.staff import Staff
    from server.live.board_controllers import Standing
    from server.live.care import Care
    from server.live.situation import CommandDraft
    from server.live.tiles import Tile
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
    `together` does it for many at once, as more time for a whole exam; `take` says who looks
    after a session.
    """,
    help_format="plaintext",
)

MINUTE_S = 60

# Exit status where not all of those that were to be asked could be.
NOT_ALL = 1

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
    from server.live.board_controllers import standing

    async def work(rooms: Rooms, staff: Staff) -> list[Standing]:
        return [standing(one) for one in await _shown(rooms, staff, exam, state, name)]

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
            await viewed(db, rooms.clock(), staff, row, "conversation")
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
        row = await live.command(staff, session, draft)
        if not isinstance(row, CommandRow):
            return row
        told = {"command": row.id, "session": session, "action": row.action}
        return {**told, "warnings": row.warnings, "limit": row.warnings_limit}

    print_line(run_as(by, "proctor", work))


@app.command
def together(
    action: str,
    reason: str,
    *,
    by: str,
    session: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    everybody: Flag = False,
    exam: str = "",
    state: str = "",
    minutes: int | None = None,
) -> int:
    """Ask the same of several running sessions at once.

    It is asked of those that are named, or with --everybody of all that `list` prints with
    --exam and --state. Prints what became of each, one line of JSON each; the exit status is 1
    where one of them could not be asked.

    Args:
        action: message, extra_time, pause or resume.
        reason: What the candidates are told.
        by: The e-mail address of the account that acts.
        session: A session's id; several times for several.
        everybody: All sessions that --exam and --state choose.
        exam: With --everybody: only this exam's, by its id.
        state: With --everybody: only those in this state, as of `list`.
        minutes: Of extra_time: how many there are to be more, 1 to 1440.
    """
    from server.accounts.service import new_id
    from server.live.service import Live
    from server.live.together import MOST_AT_ONCE, Outcome, ask_together
    from server.problems import Rejection

    if bool(session) is everybody or ((exam or state) and not everybody):
        raise Fault("say --session, or --everybody with --exam and --state")
    draft = _draft(action, reason, minutes)

    async def work(rooms: Rooms, staff: Staff) -> list[Outcome] | Rejection:
        found = await _shown(rooms, staff, exam, state, "") if everybody else []
        chosen = [*session, *(one.id for one in found if not one.over)]
        live, done = Live(rooms.database, rooms.clock, lambda _: None), list[Outcome]()
        request = new_id()
        # In portions, as the page does it; where none is chosen that is said.
        for at in range(0, max(1, len(chosen)), MOST_AT_ONCE):
            part = chosen[at : at + MOST_AT_ONCE]
            outcome = await ask_together(live, staff, part, draft, request)
            if isinstance(outcome, Rejection):
                return outcome
            done += outcome
        return done

    done = run_as(by, "proctor", work)
    for one in done:
        print_line({"session": one.session_id, "done": one.done, "why": one.why or None})
    return 0 if all(one.done for one in done) else NOT_ALL


@app.command
def take(session: str, *, by: str, over: Flag = False) -> None:
    """Take a running session on, so that others know whose it is; it binds nobody.

    It stays taken on for ten minutes after whoever has it was last there.

    Args:
        session: The session's id.
        by: The e-mail address of the account that takes it on.
        over: Also from somebody else who has it.
    """
    _care(session, by, lambda care, staff: care.take(staff, session, over=over))


@app.command
def give_back(session: str, *, by: str) -> None:
    """Let a session go that was taken on.

    Args:
        session: The session's id.
        by: The e-mail address of the account that has it.
    """
    _care(session, by, lambda care, staff: care.give_back(staff, session))


@app.command
def seen(session: str, *, by: str) -> None:
    """Say that a session's incidents were seen up to now, so that it calls for nobody.

    Args:
        session: The session's id.
        by: The e-mail address of the account that saw them.
    """
    _care(session, by, lambda care, staff: care.seen(staff, session))


def _care(
    session: str, by: str, do: Callable[[Care, Staff], Awaitable[Rejection | None]]
) -> None:
    """Do something about who looks after a session; who does then."""
    from server.live.care import Care, read_around

    async def work(rooms: Rooms, staff: Staff) -> dict[str, Any] | Rejection:
        refused = await do(Care(rooms.database, rooms.clock), staff)
        if refused is not None:
            return refused
        async with rooms.database.transaction() as db:
            around = await read_around(db, staff, session, rooms.clock())
        return {"session": session, "taken_on_by": around.holder or None, "mine": around.mine}

    print_line(run_as(by, "proctor", work))


async def _shown(rooms: Rooms, staff: Staff, exam: str, state: str, name: str) -> list[Tile]:
    """The board's tiles, those that need somebody most first.

    Raises:
        Fault: there is no such state.
    """
    from server.live.board import STATES, Board, View
    from server.live.watched import Watches

    if state and state not in STATES:
        raise Fault(f"--state is one of {', '.join(STATES)}, not {state!r}")
    await Watches(rooms.database, rooms.clock).note(staff)
    # Nothing is drawn here.
    board = Board(staff.institution_id, rooms.database, lambda _: "", rooms.clock)
    look = await board.fresh()
    return [one.tile for one in look.everything(View(exam, state, name))]


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
