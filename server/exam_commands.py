"""``invigil-server admin exams``: what the pages about exams do, for scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.command_times import micros_of
from server.opening import (
    Fault,
    Rooms,
    exam_named,
    rows_of,
    run_in_rooms,
    settled,
)
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Institution
    from server.exams.models import Exam
    from server.exams.schedule import Schedule

app = App(
    name="exams",
    help="""List exams, move them, copy them, publish drafts, call exams off.

    For example:

        invigil-server admin exams list --institution "Example University"
        invigil-server admin exams schedule EXAM --starts 2026-12-01T09:00
            --ends 2026-12-01T12:00 --zone Europe/Vienna --reminders 24,1
        invigil-server admin exams copy EXAM
        invigil-server admin exams cancel EXAM --why "The hall is closed." --tell

    `create-exam` makes one, `policy` shows and signs its rules, `candidates` looks after who
    sits it. Times are as clocks show them in the exam's time zone, or with Z or an offset.
    """,
    help_format="plaintext",
)

# As long as an exam may last: a day.
LONGEST_MINUTES = 24 * 60

Flag = Annotated[bool, Parameter(negative="")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What is to change about a schedule; the rest stays.

    Attributes:
        starts: When it may be entered from, as 2026-12-01T09:00.
        ends: Until when it may be begun.
        zone: The time zone that people say its times in, as Europe/Vienna.
        minutes: How long it lasts.
        together: When it begins for everybody at once.
        each: Let each begin when ready, instead of all together.
        late_minutes: How long after the common start it may be entered; -1: while it is open.
        late_whole: Who comes late has the whole time; else what is left of it.
        reminders: Hours before it begins at which candidates are reminded, as 24,1; or none.
        sends_page: Candidates are sent the link to their own page afterwards.
        title: What candidates see.
    """

    starts: str | None = None
    ends: str | None = None
    zone: str | None = None
    minutes: float | None = None
    together: str | None = None
    each: Flag = False
    late_minutes: float | None = None
    late_whole: bool | None = None
    reminders: str | None = None
    sends_page: bool | None = None
    title: str | None = None


@app.command(name="list")
def list_(*, institution: str) -> None:
    """List an institution's exams, the newest first, one line of JSON each; times in µs UTC.

    Args:
        institution: The institution's name or id.
    """
    from server.exams.listing import exam_lines

    async def read(rooms: Rooms, db: AsyncSession, owner: Institution) -> list[dict[str, Any]]:
        return [
            {
                "exam": one.exam.id,
                "title": one.exam.title,
                "state": one.state.value,
                "starts": one.exam.starts,
                "ends": one.exam.ends,
                "zone": one.exam.zone,
                "candidates": one.places,
                "sessions": one.sessions,
            }
            for one in await exam_lines(db, owner.id, rooms.clock())
        ]

    for line in rows_of(institution, read):
        print_line(line)


@app.command
def show(exam: str) -> None:
    """Show when an exam is held and where it stands.

    Args:
        exam: The exam's id.
    """

    async def work(_rooms: Rooms, _db: AsyncSession, _exam: Exam) -> dict[str, Any]:
        return {}

    print_line(_with_exam(exam, work))


@app.command
def schedule(exam: str, times: Times | None = None) -> None:
    """Hold an exam at other times; what is not said stays as it is.

    Codes that were good until it closed are good until it closes now. Where the title, the
    start or the duration changes, new rules are signed that say so; who has begun keeps the
    earlier ones.

    Args:
        exam: The exam's id.
        times: What is to change.
    """
    from server.audit.service import COMMAND_LINE
    from server.exams.planning import plan_of, replan

    wanted = times or Times()

    async def work(rooms: Rooms, db: AsyncSession, found: Exam) -> dict[str, Any]:
        plan = _changed((await plan_of(db, found))[0], wanted)
        title = found.title if wanted.title is None else " ".join(wanted.title.split())
        now, by = rooms.clock(), COMMAND_LINE
        signed = await replan(db, rooms.keys, found, title, plan, now, by=by)
        return {"signed": signed}

    print_line(_with_exam(exam, work))


@app.command
def copy(exam: str) -> None:
    """Copy an exam: a draft with the same rules, whole weeks later, without candidates.

    Check its times, then `publish` it.

    Args:
        exam: The exam's id.
    """
    from server.audit.service import COMMAND_LINE
    from server.exams.planning import copy_exam

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            found, now = await exam_named(db, exam), rooms.clock()
            made = await copy_exam(db, rooms.keys, found, now, by=COMMAND_LINE)
            return await _told(db, made, now)

    print_line(_run(work))


@app.command
def publish(exam: str) -> None:
    """Publish a draft, so that candidates can enter it at its time.

    Args:
        exam: The exam's id.
    """
    from server.audit.service import COMMAND_LINE
    from server.exams.planning import publish as let

    async def work(rooms: Rooms, db: AsyncSession, found: Exam) -> dict[str, Any]:
        let(db, found, rooms.clock(), by=COMMAND_LINE)
        return {}

    print_line(_with_exam(exam, work))


@app.command
def cancel(exam: str, *, why: str, tell: Flag = False) -> None:
    """Call an exam off: nobody begins it any more, and letters that wait are taken back.

    Sessions under way go on; `reinstate` takes it back.

    Args:
        exam: The exam's id.
        why: The reason, as candidates shall read it.
        tell: Send a letter to everybody who had a code.
    """
    from server.audit.service import COMMAND_LINE
    from server.enrolment.calling_off import call_off
    from server.enrolment.issuing import Issuing
    from server.mail.outbox import Outbox

    settings = settled()

    async def work(rooms: Rooms, db: AsyncSession, found: Exam) -> dict[str, Any]:
        secret, now = rooms.keys.server_secret(), rooms.clock()
        outbox = Outbox(secret, rooms.clock)
        issuing = Issuing(rooms.keys, outbox, secret, settings, rooms.clock)
        done = await call_off(db, outbox, issuing, found, why, now, by=COMMAND_LINE, tell=tell)
        return {"taken_back": done.taken_back, "told": done.told}

    print_line(_with_exam(exam, work))


@app.command
def reinstate(exam: str) -> None:
    """Hold an exam after all that was called off. Letters taken back are not sent.

    Args:
        exam: The exam's id.
    """
    from server.audit.service import COMMAND_LINE
    from server.exams.planning import reinstate as hold

    async def work(rooms: Rooms, db: AsyncSession, found: Exam) -> dict[str, Any]:
        hold(db, found, rooms.clock(), by=COMMAND_LINE)
        return {}

    print_line(_with_exam(exam, work))


def _with_exam(
    exam: str, work: Callable[[Rooms, AsyncSession, Exam], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Do something to an exam in one transaction; how it is then, and what came of it."""

    async def whole(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            found = await exam_named(db, exam)
            more = await work(rooms, db, found)
            return {**await _told(db, found, rooms.clock()), **more}

    return _run(whole)


def _run(work: Callable[[Rooms], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    from server.exams.service import ExamError

    try:
        return run_in_rooms(work)
    except ExamError as error:
        raise Fault(str(error)) from error


async def _told(db: AsyncSession, exam: Exam, now: int) -> dict[str, Any]:
    from server.exams.listing import exam_line
    from server.exams.planning import plan_of
    from server.exams.schedule import described

    line = await exam_line(db, exam, now)
    plan, _ = await plan_of(db, exam)
    return {
        "exam": exam.id,
        "title": exam.title,
        "state": line.state.value,
        "schedule": dict(described(plan)),
    }


def _changed(plan: Schedule, times: Times) -> Schedule:
    """The schedule with what is to change; a common start takes its late comers along.

    Raises:
        Fault: a time cannot be read, or two options rule each other out.
    """
    from dataclasses import replace

    if times.each and times.together is not None:
        raise Fault("say --together or --each, not both")
    zone = times.zone or plan.zone
    changed = replace(plan, zone=zone)
    if times.starts is not None:
        changed = replace(changed, opens=micros_of("--starts", times.starts, zone))
    if times.ends is not None:
        changed = replace(changed, closes=micros_of("--ends", times.ends, zone))
    if times.minutes is not None:
        if not 1 <= times.minutes <= LONGEST_MINUTES:
            raise Fault(f"--minutes takes 1 to {LONGEST_MINUTES}")
        changed = replace(changed, duration_s=times.minutes * 60)
    if times.reminders is not None:
        changed = replace(changed, reminders=_reminders(times.reminders))
    if times.sends_page is not None:
        changed = replace(changed, sends_page=times.sends_page)
    return _begun(changed, times)


def _begun(plan: Schedule, times: Times) -> Schedule:
    """The schedule with the start and the late comers that are wanted."""
    from dataclasses import replace

    from server.exams.schedule import MINUTE

    if times.each:
        return plan.begun_at(None)
    if times.together is not None:
        plan = plan.begun_at(micros_of("--together", times.together, plan.zone))
    late = plan.late_until
    if times.late_minutes is not None:
        base = plan.opens if plan.starts is None else plan.starts
        if not -1 <= times.late_minutes <= LONGEST_MINUTES:
            raise Fault(f"--late-minutes takes 0 to {LONGEST_MINUTES}, or -1")
        waits = times.late_minutes >= 0
        late = base + round(times.late_minutes * MINUTE) if waits else None
    whole = plan.late_whole if times.late_whole is None else times.late_whole
    return replace(plan, late_until=late, late_whole=whole)


def _reminders(text: str) -> tuple[int, ...]:
    if text.strip().lower() in ("", "none"):
        return ()
    try:
        hours = [float(part) for part in text.split(",") if part.strip()]
        return tuple(sorted({round(hour * 60) for hour in hours}, reverse=True))
    except (ValueError, OverflowError):
        raise Fault(f"--reminders takes hours, as 24,1, not {text!r}") from None
