"""``invigil-server admin candidates``: lists, letters and codes, for scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from server.bars import progress
from server.opening import Fault, Rooms, exam_named, run_in_rooms, settled
from server.terminal import print_line, say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.enrolment.issuing import Chosen, Issuing
    from server.enrolment.places import Whom
    from server.enrolment.roster import Bad, Choices
    from server.exams.models import Exam
    from server.mail.outbox import Outbox

app = App(
    name="candidates",
    help="""Import candidates from a list, send them codes and reminders, give places up.

    From a list to letters:

        invigil-server admin candidates import EXAM list.csv --dry-run
        invigil-server admin candidates import EXAM list.csv
        invigil-server admin candidates send EXAM --standing no_code

    The list has a line for each candidate: a name, a reference or an e-mail address, and an
    accommodation for who has one; separators, headings and the encoding are found out. A row
    that is wrong keeps everybody out, and is named with its line.

    Whom the other commands are about is said in one way: --reference (several times),
    --standing and --text, or --everybody.
    """,
    help_format="plaintext",
)

# Exit status where something is wrong with a list, so that nobody was enrolled.
NOT_IMPORTED = 1

# Faults that are listed on the terminal; --report has all.
BAD_SHOWN = 50

Flag = Annotated[bool, Parameter(negative="")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom it is about, in one way.

    Attributes:
        reference: Your own name for a candidate; several times for several.
        standing: Everybody who is so: no_code, given (has a code), begun, expired, withdrawn.
        text: Everybody in whose name, reference or address this is.
        everybody: Everybody in the exam.
    """

    reference: Annotated[tuple[str, ...], Parameter(negative="")] = ()
    standing: str | None = None
    text: str = ""
    everybody: Flag = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a list is read; what is not said is found out.

    Attributes:
        encoding: As utf-8, utf-16-le, cp1252 (Western Europe), cp1250 (Central Europe).
        separator: comma, semicolon, tab or bar.
        header: The first line names the columns. With --no-header it is somebody.
        columns: What the columns are, in their order, as last,first,reference,,email.
    """

    encoding: str | None = None
    separator: str | None = None
    header: bool | None = None
    columns: str | None = None

    @property
    def choices(self) -> Choices:
        """What is said.

        Raises:
            Fault: there is no such encoding, separator or column.
        """
        from server.enrolment.lists import choices_said

        said = choices_said(
            self.encoding, self.separator, header=self.header, columns=self.columns
        )
        if isinstance(said, str):
            raise Fault(said[0].lower() + said[1:].rstrip("."))
        return said


@app.command(name="import")
def import_(
    exam: str,
    file: Path,
    *,
    dry_run: Flag = False,
    good_only: Flag = False,
    report: Path | None = None,
    reading: Reading | None = None,
) -> int:
    """Enrol everybody of a list, or nobody. They get no codes yet: `send` or `codes` does that.

    Prints what the list says and what became of it as JSON; what is wrong goes to standard
    error. The exit status is 1 where something is wrong with it.

    Args:
        exam: The exam's id.
        file: The list, as CSV.
        dry_run: Only look: enrol nobody, and tell what would be done.
        good_only: Leave out the rows that are wrong, and enrol the others.
        report: Write what is wrong into this file, as a CSV for a spreadsheet.
        reading: How it is read.
    """
    from server.audit.service import COMMAND_LINE
    from server.enrolment.lists import Refused, import_list

    choices, data = (reading or Reading()).choices, read_list_file(file)

    async def work(rooms: Rooms) -> Any:
        async with rooms.database.transaction() as db:
            found = await exam_named(db, exam)
        with progress(file.name) as tell:
            return await import_list(
                rooms.database,
                COMMAND_LINE,
                found,
                data,
                choices,
                rooms.clock(),
                dry_run=dry_run,
                good_only=good_only,
                tell=tell,
            )

    outcome = run_in_rooms(work)
    if outcome.list is not None:
        print_line(outcome.list)
        tell_guess(outcome.list.encoding, sure=outcome.list.sure)
    tell_bad(outcome.bad, report)
    if isinstance(outcome, Refused):
        say(outcome.why)
        return NOT_IMPORTED
    return NOT_IMPORTED if outcome.bad and not good_only else 0


@app.command(name="list")
def list_(exam: str, who: Who | None = None) -> None:
    """List who sits an exam, one line of JSON each; times in µs UTC.

    Args:
        exam: The exam's id.
        who: Whom; everybody where nothing is said.
    """

    async def work(_r: Rooms, _d: AsyncSession, _e: Exam, chosen: Chosen) -> list[Any]:
        return [
            {
                "enrolment": place.id,
                "name": who_is.name,
                "reference": who_is.reference,
                "email": who_is.email or "",
                "code": place.issued is not None,
                "expires": place.expires,
                "session": place.session_id,
                "withdrawn": place.withdrawn is not None,
            }
            for place, who_is in chosen
        ]

    for line in _with_places(exam, who or Who(everybody=True), work):
        print_line(line)


@app.command
def send(exam: str, who: Who | None = None) -> None:
    """Send candidates a letter with a new code; an earlier code opens nothing any more.

    Letters go into the outbox, which the running server empties. Who has begun, is withdrawn
    or has no e-mail address is left out, and counted.

    Args:
        exam: The exam's id.
        who: Whom.
    """
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms, db: AsyncSession, found: Exam, chosen: Chosen) -> Any:
        return asdict(await _issuing(rooms)[0].send(db, COMMAND_LINE, found, chosen))

    print_line(_with_places(exam, who or Who(), work))


@app.command
def remind(exam: str, who: Who | None = None) -> None:
    """Remind candidates by letter now: those who have a code and have not begun.

    The exam's own reminders come by themselves. Nobody is reminded twice within an hour.

    Args:
        exam: The exam's id.
        who: Whom.
    """
    from server.audit.service import COMMAND_LINE
    from server.enrolment.reminding import Reminders

    async def work(rooms: Rooms, db: AsyncSession, found: Exam, chosen: Chosen) -> Any:
        issuing, outbox = _issuing(rooms)
        reminders = Reminders(rooms.database, outbox, issuing, rooms.clock)
        return asdict(await reminders.remind_now(db, COMMAND_LINE, found, chosen))

    print_line(_with_places(exam, who or Who(), work))


@app.command
def codes(exam: str, who: Who | None = None) -> None:
    """Give candidates new codes and print them, one line of JSON each; only this once.

    Earlier codes open nothing any more. Who has begun or is withdrawn gets none.

    Args:
        exam: The exam's id.
        who: Whom.
    """
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms, db: AsyncSession, found: Exam, chosen: Chosen) -> list[Any]:
        issued = await _issuing(rooms)[0].issue(db, COMMAND_LINE, found, chosen)
        return [asdict(one) for one in issued]

    for line in _with_places(exam, who or Who(), work):
        print_line(line)


@app.command
def revoke(exam: str, who: Who | None = None) -> None:
    """Revoke codes: they open nothing any more, and letters with them that wait stay here.

    Args:
        exam: The exam's id.
        who: Whom.
    """
    print_line(_changed(exam, who, "revoke"))


@app.command
def withdraw(exam: str, who: Who | None = None) -> None:
    """Withdraw candidates who have not begun from the exam; `restore` takes it back.

    Args:
        exam: The exam's id.
        who: Whom.
    """
    print_line(_changed(exam, who, "withdraw"))


@app.command
def restore(exam: str, who: Who | None = None) -> None:
    """Take candidates back in who were withdrawn; they have no code so far.

    Args:
        exam: The exam's id.
        who: Whom.
    """
    print_line(_changed(exam, who, "restore"))


def read_list_file(file: Path) -> bytes:
    """A list's bytes.

    Raises:
        Fault: it cannot be read, or is too long to be a list.
    """
    from server.enrolment.roster import MAX_BYTES

    try:
        with file.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise Fault(f"cannot read {file}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise Fault(f"{file}: a list has at most {MAX_BYTES // 1024**2} MB; import it in parts")
    return data


def tell_guess(encoding: str, *, sure: bool) -> None:
    """Say that the encoding was guessed, and how to say it."""
    if not sure:
        say(f"Read as {encoding}, by a guess: look at the names, or say --encoding.")


def tell_bad(bad: list[Bad], report: Path | None = None) -> None:
    """Say what is wrong with a list, line by line; all of it goes into a report.

    Raises:
        Fault: the report cannot be written.
    """
    from server.enrolment.lists import bad_rows_csv

    for one in bad[:BAD_SHOWN]:
        column = f", {one.column}" if one.column else ""
        cell = f" ({one.cell})" if one.cell else ""
        say(f"line {one.line}{column}: {one.what}{cell}")
    if len(bad) > BAD_SHOWN:
        say(f"and {len(bad) - BAD_SHOWN:,} more: --report FILE has all of them")
    if report is None:
        return
    try:
        report.write_bytes(bad_rows_csv(bad))
    except OSError as error:
        raise Fault(f"cannot write {report}: {error.strerror}") from error


def _changed(exam: str, who: Who | None, what: str) -> Any:
    from server.audit.service import COMMAND_LINE

    async def work(rooms: Rooms, db: AsyncSession, found: Exam, chosen: Chosen) -> Any:
        change = getattr(_issuing(rooms)[0], what)
        count = await change(db, COMMAND_LINE, found, chosen)
        return {"changed": count, "left": len(chosen) - count}

    return _with_places(exam, who or Who(), work)


def _issuing(rooms: Rooms) -> tuple[Issuing, Outbox]:
    from server.enrolment.issuing import Issuing
    from server.mail.outbox import Outbox

    secret = rooms.keys.server_secret()
    outbox = Outbox(secret, rooms.clock)
    return Issuing(rooms.keys, outbox, secret, settled(), rooms.clock), outbox


def _with_places(
    exam: str, who: Who, work: Callable[[Rooms, AsyncSession, Exam, Chosen], Awaitable[Any]]
) -> Any:
    """Do something with some of an exam's places, in one transaction."""
    from server.enrolment.places import NobodyChosen, places_for
    from server.exams.service import ExamError

    wanted = _whom(who)

    async def whole(rooms: Rooms) -> Any:
        async with rooms.database.transaction() as db:
            found = await exam_named(db, exam)
            try:
                chosen = await places_for(db, found.id, wanted, rooms.clock())
                return await work(rooms, db, found, chosen)
            except (NobodyChosen, ExamError) as error:
                raise Fault(str(error)) from error

    return run_in_rooms(whole)


def _whom(who: Who) -> Whom:
    from server.enrolment.places import MOST_NAMED, Standing, Whom

    if who.standing is not None and who.standing not in set(Standing):
        raise Fault(f"{who.standing!r} is no standing; choose one of {', '.join(Standing)}")
    if len(who.reference) > MOST_NAMED:
        raise Fault(f"at most {MOST_NAMED:,} --reference at once")
    wanted = Whom(
        references=who.reference,
        standing=None if who.standing is None else Standing(who.standing),
        text=who.text,
        everybody=who.everybody,
    )
    if not wanted.is_said:
        raise Fault("say whom in one way: --reference, --standing and --text, or --everybody")
    return wanted
