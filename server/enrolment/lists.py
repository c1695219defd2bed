"""Lists of candidates taken in at one go, by programs and commands: looked at or imported, with
a report of what is wrong. (The page keeps a list while somebody looks at it: ``importing``.)
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.accounts.staff import Staff
from server.enrolment.columns import FIELDS
from server.enrolment.decoding import ENCODINGS, SEPARATORS
from server.enrolment.importing import (
    NotImported,
    Preview,
    importable,
    preview,
    read_list,
    take_in,
)
from server.enrolment.roster import Bad, Choices, Roster, Tell
from server.exams.models import Exam
from server.spreadsheets import csv_of
from server.storage.database import Database

# Rows whose faults an answer lists; a list with more is of another kind altogether.
MOST_BAD = 1_000

BAD_HEADER = ("line", "column", "what is wrong", "cell")


class BadRow(msgspec.Struct, frozen=True):
    """What is wrong with a row: on which line, in which column, and what the cell says."""

    line: int
    column: str
    what: str
    cell: str


class ListOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says, and what became of it. ``encoding``, ``separator`` and ``columns`` are
    as it was read; ``sure`` is false where the encoding is a guess. Of its ``rows``,
    ``bad_rows`` have something wrong (``bad``, the first 1,000 faults); of the others ``new``
    are new to the institution, ``known`` to it from other exams, ``enrolled`` here already and
    keep place and code; ``moved`` are those who were known and get another e-mail address.
    ``imported`` is how many got a place: ``null`` after a dry run.
    """

    encoding: str
    sure: bool
    separator: str
    header: bool
    columns: tuple[str, ...]
    rows: int
    new: int
    known: int
    enrolled: int
    moved: int
    bad_rows: int
    bad: tuple[BadRow, ...]
    imported: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nobody was enrolled, and what the list says, where it could be read; ``bad`` is all
    that is wrong with it.
    """

    why: str
    list: ListOut | None
    bad: list[Bad]


@dataclass(frozen=True, slots=True)
class Taken:
    """What the list says and what became of it; ``bad`` is all that is wrong with it."""

    list: ListOut
    bad: list[Bad]


def _nothing(_done: int, _all: int) -> None:
    """Nobody looks on."""


async def import_list(
    database: Database,
    staff: Staff | str,
    exam: Exam,
    data: bytes,
    choices: Choices,
    now: int,
    *,
    dry_run: bool,
    good_only: bool,
    tell: Tell = _nothing,
) -> Taken | Refused:
    """Enrol everybody of a list or nobody; in a ``dry_run`` nobody, and what would be done is
    told. With ``good_only`` rows that are wrong are left out.
    """
    read = await read_list(database, exam, data, choices, tell)
    try:
        roster = importable(read, good_only=good_only or dry_run)
        async with database.transaction() as db:
            would = await preview(db, exam, roster)
            if dry_run:
                return Taken(list_out(roster, would), roster.bad)
            done = await take_in(db, staff, exam, roster, now, tell)
            return Taken(list_out(roster, would, done.places), roster.bad)
    except NotImported as error:
        if not isinstance(read, Roster) or read.layout.lacks:
            return Refused(str(error), None, [])
        async with database.transaction() as db:
            would = await preview(db, exam, read)
        return Refused(str(error), list_out(read, would), read.bad)


def list_out(roster: Roster, would: Preview, imported: int | None = None) -> ListOut:
    """What a list says, and what importing it would do or did."""
    layout = roster.layout
    return ListOut(
        encoding=layout.encoding,
        sure=layout.sure,
        separator=SEPARATORS[layout.separator],
        header=layout.header,
        columns=layout.columns,
        rows=roster.rows,
        new=would.new,
        known=would.known,
        enrolled=would.enrolled,
        moved=would.moves,
        bad_rows=roster.bad_rows,
        bad=tuple(map(_bad, roster.bad[:MOST_BAD])),
        imported=imported,
    )


def _bad(one: Bad) -> BadRow:
    return BadRow(one.line, one.column, one.what, one.cell)


def choices_said(
    encoding: str | None, separator: str | None, *, header: bool | None, columns: str | None
) -> Choices | str:
    """What a program or a command says about a file; or what is wrong with that."""
    marks = {word: mark for mark, word in SEPARATORS.items()}
    fields = () if columns is None else tuple(one.strip() for one in columns.split(","))
    if encoding is not None and encoding not in ENCODINGS:
        return f"The encoding is one of {', '.join(ENCODINGS)}."
    if separator is not None and separator not in marks:
        return f"The separator is one of {', '.join(marks)}."
    if unknown := [one for one in fields if one not in FIELDS]:
        names = ", ".join(filter(None, FIELDS))
        return f"There is no column {unknown[0][:40]!r}: say {names}, or nothing for one."
    return Choices(
        encoding=encoding,
        separator=None if separator is None else marks[separator],
        header=header,
        columns=fields,
    )


def bad_rows_csv(bad: list[Bad]) -> bytes:
    """Everything that is wrong with a list, for a spreadsheet."""
    rows = [[str(one.line), one.column, one.what, one.cell] for one in bad]
    return csv_of(BAD_HEADER, rows)
