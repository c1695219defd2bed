"""A list of candidates, read and judged: rows in, candidates and what is wrong out.

Pure: a file's bytes and what was chosen about it go in, and nothing is looked up. Lines are
counted as an editor counts them, so that a person finds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from server.enrolment.columns import FIELDS, guessed, is_header, missing
from server.enrolment.decoding import SEPARATORS, Decoded, NoText, decoded, separator_of
from server.enrolment.rows import rows_of
from server.enrolment.writing import UNREADABLE, is_readable, one_line, reference_of
from server.mail.letters import MailError, address_of, fault_in

# A list of candidates of the largest universities, and what a browser sends of it: 100,000
# lines of some 100 bytes, in UTF-16.
MAX_ROWS = 100_000
MAX_BYTES = 24 * 1024 * 1024

# As the tables have them.
MAX_CELL = 200
MAX_COLUMNS = 100

# Columns of which a name is made.
_NAMES = frozenset({"name", "first", "last"})

# How often work on a long list says how far it is, in rows.
TELL_EVERY = 2_000

Tell = Callable[[int, int], None]


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said about a file: ``None`` and empty are for what it seems to be."""

    encoding: str | None = None
    separator: str | None = None
    header: bool | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row; ``line`` is where it stands. Empty texts are for what it does not say."""

    line: int
    name: str
    reference: str
    email: str
    accommodation: str


@dataclass(frozen=True, slots=True)
class Bad:
    """What is wrong with a row: where, in which column (its heading, or its number), and what
    the cell says.
    """

    line: int
    column: str
    what: str
    cell: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file was read: what was chosen or guessed, its headings and first rows;
    ``header_line`` is where the headings stand, 0 where there are none.
    """

    encoding: str
    encoding_label: str
    sure: bool
    separator: str
    header: bool
    headings: tuple[str, ...]
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    header_line: int

    @property
    def lacks(self) -> str:
        """What has to be said about the columns before rows can be judged."""
        return missing(self.columns)


@dataclass(slots=True)
class Roster:
    """What a file holds: good rows in their order, and everything that is wrong."""

    layout: Layout
    entries: list[Entry] = field(default_factory=list[Entry])
    bad: list[Bad] = field(default_factory=list[Bad])
    rows: int = 0

    @property
    def bad_rows(self) -> int:
        """How many rows have something wrong."""
        return len({one.line for one in self.bad})


def read_roster(
    data: bytes,
    choices: Choices,
    accommodations: Sequence[str] = (),
    tell: Tell = lambda _done, _all: None,
) -> Roster | NoText:
    """Read a file and judge its rows.

    Args:
        data: the file.
        choices: what is said about it.
        accommodations: the names of profiles that may be given.
        tell: is called now and then with how many rows are read, of how many at most.
    """
    text = decoded(data, choices.encoding)
    if isinstance(text, NoText):
        return text
    separator = choices.separator if choices.separator in SEPARATORS else None
    separator = separator or separator_of(text.text)
    layout = _layout(text, separator, choices)
    if isinstance(layout, NoText):
        return layout
    found = Roster(layout)
    if layout.lacks:
        return found
    judge = _Judge(layout, accommodations)
    expected = text.text.count("\n") + 1
    for line, cells in rows_of(text.text, separator):
        if line == layout.header_line:
            continue
        if isinstance(cells, str):
            found.bad.append(Bad(line, "", cells, ""))
        elif any(cell.strip() for cell in cells):
            judge.row(line, cells, found)
        else:
            continue
        found.rows += 1
        if found.rows > MAX_ROWS:
            return NoText(f"The list has more than {MAX_ROWS:,} rows: import it in parts.")
        if found.rows % TELL_EVERY == 0:
            tell(found.rows, expected)
    return found


def _layout(text: Decoded, separator: str, choices: Choices) -> Layout | NoText:
    said = (
        (line, tuple(cells))
        for line, cells in rows_of(text.text, separator)
        if not isinstance(cells, str) and any(cell.strip() for cell in cells)
    )
    head = list(islice(said, 21))
    rows = [cells for _, cells in head]
    if not rows:
        return NoText("There is nothing in this file: it needs a line for each candidate.")
    header = is_header(rows[0]) if choices.header is None else choices.header
    width = len(rows[0]) if header else Counter(map(len, rows)).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        return NoText(f"A list has at most {MAX_COLUMNS} columns; this one has {width}.")
    columns = choices.columns if len(choices.columns) == width else guessed(rows, header=header)
    columns = tuple(one if one in FIELDS else "" for one in columns)[:width]
    first = rows[0] if header else ()
    headings = tuple(
        (first[at].strip() if at < len(first) else "") or f"column {at + 1}"
        for at in range(width)
    )
    return Layout(
        encoding=text.encoding,
        encoding_label=text.label,
        sure=text.sure,
        separator=separator,
        header=header,
        headings=headings,
        columns=columns,
        sample=tuple(rows[1:4] if header else rows[:3]),
        header_line=head[0][0] if header else 0,
    )


class _Judge:
    """Judges rows one after the other; knows which references came before."""

    def __init__(self, layout: Layout, profiles: Sequence[str]) -> None:
        self._at = {name: at for at, name in enumerate(layout.columns) if name}
        self._headings = layout.headings
        self._profiles: dict[str, list[str]] = {}
        for name in profiles:
            self._profiles.setdefault(name.casefold(), []).append(name)
        self._seen: dict[str, int] = {}

    def row(self, line: int, cells: Sequence[str], into: Roster) -> None:
        """Put a row among the good ones, or what is wrong with it among the bad."""
        wrong: list[Bad] = []
        said = {name: self._cell(line, cells, name, wrong) for name in self._at}
        beyond = [cell for cell in cells[len(self._headings) :] if cell.strip()]
        if beyond:
            many = f"{len(cells)} cells, and the list has {len(self._headings)} columns"
            wrong.append(Bad(line, "", f"Too many cells: {many}.", beyond[-1][:60]))
        name = said.get("name") or f"{said.get('first', '')} {said.get('last', '')}".strip()
        email = self._email(line, said.get("email", ""), wrong)
        reference = said.get("reference") or email
        if not name and not wrong:
            wrong.append(self._bad(line, ("name", "last"), "There is no name."))
        elif len(name) > MAX_CELL:
            wrong.append(self._bad(line, ("name", "last"), "The name is too long."))
        if not reference and not said.get("email"):
            wrong.append(
                self._bad(line, ("reference", "email"), "There is no reference and no address.")
            )
        profile = self._profile(line, said.get("accommodation", ""), wrong)
        if not wrong:
            wrong += self._again(line, reference)
        if wrong:
            into.bad.extend(wrong)
        else:
            into.entries.append(Entry(line, name, reference, email, profile))

    def _cell(self, line: int, cells: Sequence[str], name: str, wrong: list[Bad]) -> str:
        at = self._at[name]
        tidy = one_line if name in _NAMES else reference_of
        text = tidy(cells[at]) if at < len(cells) else ""
        # An apostrophe before a formula is what a spreadsheet, or our own export, put there.
        if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
            text = text[1:]
        if not is_readable(text):
            wrong.append(
                self._bad(line, (name,), "There are characters that nobody can read.", text)
            )
            return ""
        if len(text) > MAX_CELL:
            wrong.append(self._bad(line, (name,), f"At most {MAX_CELL} characters.", text))
            return ""
        return text

    def _email(self, line: int, text: str, wrong: list[Bad]) -> str:
        if not text:
            return ""
        try:
            return address_of(text)
        except MailError:
            what = f"No letter can go here: {fault_in(text)}, or leave it empty."
            wrong.append(self._bad(line, ("email",), what, text))
            return ""

    def _profile(self, line: int, text: str, wrong: list[Bad]) -> str:
        if not text:
            return ""
        alike = self._profiles.get(text.casefold(), [])
        found = text if text in alike else alike[0] if len(alike) == 1 else ""
        if not found:
            what = "There is no such accommodation: create it first, or correct its name."
            if alike:
                what = f"Several are called so: write one of {', '.join(alike)}."
            wrong.append(self._bad(line, ("accommodation",), what, text))
        return found

    def _again(self, line: int, reference: str) -> list[Bad]:
        first = self._seen.setdefault(reference.casefold(), line)
        if first == line:
            return []
        what = f"The same reference as on line {first}."
        return [self._bad(line, ("reference", "email"), what, reference)]

    def _bad(self, line: int, names: Sequence[str], what: str, cell: str = "") -> Bad:
        at = next((self._at[name] for name in names if name in self._at), None)
        column = "" if at is None else self._headings[at]
        shown = "".join(mark if mark.isprintable() else UNREADABLE for mark in cell)
        return Bad(line, column, what, shown[:60])
