"""A list of pairs of pictures, from a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recorder.faults import EnvironmentFault

_ADVICE = "Give a CSV file whose first two columns, or the columns a and b, name pictures."

_NAMES = ("a", "b")

# Spreadsheets write one of these, by their language.
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures as the list names them, and where they are."""

    a: str
    b: str
    folder: Path

    @property
    def paths(self) -> tuple[Path, Path]:
        """Where the pictures are: what is not absolute is beside the list."""
        return self.folder / self.a, self.folder / self.b


@dataclass(frozen=True, slots=True)
class NotAPair:
    """A row that does not name two pictures."""

    line: int


def read_pairs(path: Path) -> list[Pair | NotAPair]:
    """Every row of a list; blank lines are left out.

    Raises:
        EnvironmentFault: it cannot be read, is no CSV file, or names nothing.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise EnvironmentFault(
            f"The list {path} cannot be read ({error.strerror}).", _ADVICE
        ) from error
    except UnicodeDecodeError as error:
        raise EnvironmentFault(f"The list {path} is not UTF-8 text.", _ADVICE) from error
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        raise EnvironmentFault(f"The list {path} is not CSV ({error}).", _ADVICE) from error
    columns = (0, 1)
    if rows and (header := _header(rows[0][1], path.parent)):
        columns, rows = header, rows[1:]
    if not rows:
        raise EnvironmentFault(f"The list {path} names no pair.", _ADVICE)
    return [_pair(line, row, columns, path.parent) for line, row in rows]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number, counted from 1, and cells of each row that is not blank."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield reader.line_num, cells


def _header(row: list[str], folder: Path) -> tuple[int, int] | None:
    """Which columns to read, where the first row names columns and not files."""
    names = [cell.lower() for cell in row]
    if all(name in names for name in _NAMES):
        return names.index("a"), names.index("b")
    if len(row) < len(_NAMES) or any(_like_a_file(cell, folder) for cell in row[:2]):
        return None
    return 0, 1


def _like_a_file(cell: str, folder: Path) -> bool:
    return bool(Path(cell).suffix) or "/" in cell or (folder / cell).exists()


def _pair(line: int, row: list[str], columns: tuple[int, int], folder: Path) -> Pair | NotAPair:
    cells = [row[column] if column < len(row) else "" for column in columns]
    return Pair(cells[0], cells[1], folder) if all(cells) else NotAPair(line)
