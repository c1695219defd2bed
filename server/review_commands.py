"""``invigil-server admin review``: the queue, flags and decisions, for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.acting import Flag, chosen, run_as, run_within
from server.opening import Fault, Rooms
from server.terminal import print_line, say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.ingest.models import ExamSession
    from server.problems import Rejection
    from server.review.controllers import FlagOut
    from server.review.listing import Line
    from server.review.outcomes import Reason
    from server.review.queue import Filters, Place
    from server.review.remark_controllers import SessionDecisionOut

app = App(
    name="review",
    help="""See what is to be reviewed and whose it is, and write decisions and notes down.

    From the queue to a decision:

        invigil-server admin review queue --by ada@example.edu --sort open --at-least 20
        invigil-server admin review flags SESSION --by ada@example.edu
        invigil-server admin review decide SESSION FLAG dismissed --by ada@example.edu
            --version 0 --note "The neighbour's cat."
        invigil-server admin review conclude SESSION passed --by ada@example.edu

    All of it is done in the name of the account that --by names, as if they had done it on
    the page: what its role may not do is refused, and the log says that it came from the
    command line. A decision is a person's. These commands are for bringing in what people
    have decided elsewhere, not for deciding by rule.
    """,
    help_format="plaintext",
)


@app.command
def queue(
    *,
    by: str,
    exam: str = "",
    state: str = "",
    sort: str = "",
    kind: str = "",
    outcome: str = "",
    evidence: str = "",
    candidate: str = "",
    words: str = "",
    at_least: int = 0,
    mine: Flag = False,
    limit: int = 50,
) -> None:
    """List sessions, those to look at first before the others, one line of JSON each.

    Args:
        by: The e-mail address of the account that looks.
        exam: Only this exam's, by its id.
        state: Only those that are open, closed or terminated.
        sort: Only with: open (flags), second (review needed), person (has to look first),
            escalated, decided, concluded, pending.
        kind: Only with a flag of this kind, as face_missing.
        outcome: Only those decided so: passed, concerns, referred, inconclusive, open (not).
        evidence: Only where this is wrong with the evidence, as incomplete.
        candidate: Only where this is in the candidate's name or reference.
        words: Only where this is found in flags, notes or window titles.
        at_least: Only with this score, or a higher one (0 to 100).
        mine: Only what is assigned to the account.
        limit: At most so many.
    """
    if limit < 1:
        raise Fault("--limit takes a number above 0")
    said = {
        "sort": sort,
        "kind": kind,
        "outcome": outcome,
        "evidence": evidence,
    }

    async def work(rooms: Rooms, staff: Staff) -> list[dict[str, Any]]:
        filters = _filters(said, exam, state, candidate, words, at_least, mine=mine)
        return await _listed(rooms, staff, filters, limit)

    for line in run_as(by, "observer", work):
        print_line(line)


@app.command
def flags(session: str, *, by: str) -> None:
    """List a session's flags in order of time, one line of JSON each.

    `version` is what `decide` takes: how many decisions about the flag there are.

    Args:
        session: The session's id.
        by: The e-mail address of the account that looks.
    """
    from server.audit.service import viewed
    from server.ingest.lookup import session_of
    from server.review.controllers import flags_out
    from server.review.flag_memory import read_flags

    async def work(rooms: Rooms, staff: Staff) -> list[FlagOut]:
        async with rooms.database.transaction() as db:
            row = await session_of(db, staff, session)
            await viewed(db, rooms.clock(), staff, row, "flags")
            return await flags_out(db, row, await read_flags(db, row))

    for line in run_as(by, "observer", work):
        print_line(line)


@app.command
def decide(
    session: str,
    flag: str,
    verdict: str,
    *,
    by: str,
    note: str = "",
    version: int | None = None,
) -> None:
    """Decide about a flag. The same again changes nothing.

    Say --version where somebody has looked at the flag: else it is decided on as it is read
    now, whatever was decided before, and standard error says what that was.

    Args:
        session: The session's id.
        flag: The flag's id, as `flags` prints it.
        verdict: accepted, dismissed, escalated, or open (takes a decision back).
        by: The e-mail address of the account whose decision it is.
        note: The reason.
        version: The flag's version as it was looked at, as `flags` prints it. Where somebody
            has decided since, nothing is written, and you are told who and what.
    """
    from server.ingest.lookup import session_of
    from server.review.controllers import flag_decided
    from server.review.decisions import Ask
    from server.review.life import Verdict

    wanted, said = chosen("VERDICT", verdict, Verdict), note_of(note)

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> FlagOut | Rejection:
        row = await session_of(db, staff, session)
        seen = await _flag_now(db, row, flag) if version is None else version
        return await flag_decided(db, rooms.clock(), staff, row, Ask(flag, wanted, said, seen))

    print_line(run_within(by, "proctor", work))


@app.command
def conclude(
    session: str,
    outcome: str,
    *,
    by: str,
    reason: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    note: str = "",
    version: int | None = None,
) -> None:
    """Decide about a whole session. The same again changes nothing.

    --version is as of `decide`: left out, it is decided on what is read now.

    Prints every decision about it, oldest first; the last one is in force.

    Args:
        session: The session's id.
        outcome: passed, concerns, referred, inconclusive, or open (takes a decision back).
        by: The e-mail address of the account whose decision it is.
        reason: What it rests on: flags, identity, help, materials, observed, evidence,
            technical, explained; several times for several. All but passed need a reason.
        note: In words.
        version: How many decisions about the session there were as it was looked at.
    """
    from server.ingest.lookup import session_of
    from server.review.outcomes import Concluded, Outcome, SessionAsk, conclude
    from server.review.remark_controllers import decided_out

    wanted, why, said = chosen("OUTCOME", outcome, Outcome), _reasons(reason), note_of(note)

    async def work(
        rooms: Rooms, db: AsyncSession, staff: Staff
    ) -> list[SessionDecisionOut] | Rejection:
        row = await session_of(db, staff, session)
        seen = await _decisions_now(db, row) if version is None else version
        ask = SessionAsk(wanted, why, said, seen)
        done = await conclude(db, rooms.clock(), staff, row, ask)
        if isinstance(done, Concluded):
            return [decided_out(one) for one in done.history]
        return done

    for line in run_within(by, "proctor", work):
        print_line(line)


def note_of(said: str) -> str:
    """A note as it may be kept.

    Raises:
        Fault: it is too long.
    """
    from server.review.life import MAX_NOTE_CHARS

    if len(said.strip()) > MAX_NOTE_CHARS:
        raise Fault(f"a note has at most {MAX_NOTE_CHARS:,} characters")
    return said.strip()


async def _flag_now(db: AsyncSession, session: ExamSession, flag_id: str) -> int:
    """The version of a flag that is in force, said to whoever decides on it unseen."""
    from server.review.flag_memory import read_flag

    flag = await read_flag(db, session, flag_id)
    if flag is None:
        return 0
    last = flag.history[-1] if flag.history else None
    before = f"{last.by} {last.verdict.done}" if last else "nobody has decided"
    say(f"Deciding on version {flag.version} of the flag: {before}.")
    return flag.version


async def _decisions_now(db: AsyncSession, session: ExamSession) -> int:
    """How many decisions about a session there are, said to whoever adds one unseen."""
    from server.review.outcomes import read_outcomes

    history = await read_outcomes(db, session.id)
    last = history[-1] if history else None
    before = f"{last.by} decided: {last.outcome.label}" if last else "nobody has decided"
    say(f"Deciding on version {len(history)} of the session: {before}.")
    return len(history)


def _reasons(said: tuple[str, ...]) -> tuple[Reason, ...]:
    from server.review.outcomes import Reason

    ticked = {chosen("--reason", one, Reason) for one in said}
    return tuple(one for one in Reason if one in ticked)


def _filters(
    said: dict[str, str],
    exam: str,
    state: str,
    candidate: str,
    words: str,
    at_least: int,
    *,
    mine: bool,
) -> Filters:
    """What is looked for.

    Raises:
        Fault: an option names what there is not.
    """
    from server.review.listing import STATES
    from server.review.outcomes import Outcome
    from server.review.queue import TOP_SCORE, Filters, Sort
    from server.review.states import Shortfall
    from shared.flags import Kind

    if state and state not in STATES:
        raise Fault(f"--state is one of {', '.join(STATES)}, not {state!r}")
    if not 0 <= at_least <= TOP_SCORE:
        raise Fault(f"--at-least takes a score from 0 to {TOP_SCORE}")

    def one(option: str, among: Any) -> Any:
        return chosen(f"--{option}", said[option], among) if said[option] else None

    return Filters(
        exam=exam,
        state=state,
        evidence=one("evidence", Shortfall),
        sort=one("sort", Sort),
        kind=one("kind", Kind),
        outcome=one("outcome", Outcome),
        mine=mine,
        low=at_least,
        candidate=candidate.strip(),
        words=words.strip(),
    )


async def _listed(
    rooms: Rooms, staff: Staff, filters: Filters, limit: int
) -> list[dict[str, Any]]:
    """Page after page of the queue."""
    from server.review.listing import list_sessions
    from server.review.queue import Turn

    found: list[dict[str, Any]] = []
    place: Place | None = None
    while len(found) < limit:
        async with rooms.database.transaction() as db:
            listing = await list_sessions(db, staff, filters, Turn(after=place), rooms.clock())
        found += [_told(line) for line in listing.lines]
        place = listing.later
        if place is None:
            break
    return found[:limit]


def _told(line: Line) -> dict[str, Any]:
    rank = line.rank
    return {
        "session": line.session.id,
        "exam": line.exam.id,
        "candidate": line.candidate.name,
        "reference": line.candidate.reference,
        "state": line.session.state,
        "score": line.score.value,
        "open": rank.open,
        "confirmed": rank.accepted,
        "dismissed": rank.dismissed,
        "escalated": rank.escalated,
        "outcome": rank.outcome or None,
        "assigned": line.assigned or None,
    }
