"""What was measured last, part by part, kept and put into the READMEs.

``results.json`` holds each part's newest tables. A part that runs again replaces its own; the
others stay as they were seen, with the day on which they were. Both READMEs are made from it:
all rows here, and in the project's the headlines and whatever is missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from accuracy.headlines import HEADLINES
from accuracy.tables import Row, Table

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
SHIPPED = HERE.parents[1] / "models" / "accuracy.json"
ALL_ROWS, HEADLINES_ONLY = HERE / "README.md", HERE.parents[1] / "README.md"

BEGIN, END = "<!-- accuracy -->", "<!-- end of accuracy -->"

_MARKS = {True: "reached", False: "**missed**", None: ""}
_HEAD = (
    "| what | measured | 95 % interval | count | required | |\n"
    "| --- | --- | --- | --- | --- | --- |"
)


class NoPlace(Exception):
    """A README has no place for the tables."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One part's tables, the ISO date of the day they were measured, and on what machine.

    ``whole`` is false for the rows of a part that were measured one by one and put together.
    """

    day: str
    machine: str
    tables: tuple[Table, ...]
    whole: bool = True


def kept(path: Path = RESULTS) -> dict[str, Measured]:
    """The newest results by part; none where nothing was kept yet."""
    if not path.exists():
        return {}
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Measured])


def keep(part: str, measured: Measured, path: Path = RESULTS) -> dict[str, Measured]:
    """Replace one part's results, the others stay; returns all of them."""
    results = kept(path) | {part: measured}
    data = msgspec.json.format(msgspec.json.encode(results, order="sorted"), indent=1)
    path.write_bytes(data + b"\n")
    return results


def shipped(results: Mapping[str, Measured], parts: Sequence[str]) -> bytes:
    """The rows of the project's README for programs: the server fills the templates of a
    privacy notice and an impact assessment with them.
    """
    tables = [
        {"part": part, "day": results[part].day, "title": table.title, "rows": rows}
        for part in parts
        if part in results
        for table in results[part].tables
        if (rows := chosen(part, table, whole=results[part].whole))
    ]
    return msgspec.json.format(msgspec.json.encode(tables), indent=1) + b"\n"


def publish(
    results: Mapping[str, Measured],
    parts: Sequence[str],
    all_rows: Path = ALL_ROWS,
    headlines: Path = HEADLINES_ONLY,
    ship: Path | None = None,
) -> None:
    """Put the parts, in this order, into both READMEs, and into the file that is installed.

    Raises:
        NoPlace: a README has no marks between which the tables belong.
    """
    there = [part for part in parts if part in results]
    _put(all_rows, "\n\n".join(_full(part, results[part]) for part in there))
    _put(headlines, _summary({part: results[part] for part in there}))
    if ship is not None:
        ship.write_bytes(shipped(results, there))


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is printed, in six columns."""
    mark = _MARKS[row.reached]
    return (row.what, row.measured, row.interval, row.count, row.required, mark)


def chosen(part: str, table: Table, *, whole: bool = True) -> list[Row]:
    """The rows of a table for the project's README: its headlines, and what is missed; all
    of them where the part was not measured as a whole."""
    wanted = HEADLINES[part] if whole else ("",)
    return [row for row in table.rows if row.reached is False or row.what.startswith(wanted)]


def _full(part: str, measured: Measured) -> str:
    blocks = [f"### {part}", _when(part, measured)]
    for table in measured.tables:
        rows = "\n".join(_line(row) for row in table.rows)
        blocks += [f"**{table.title}**", f"{_HEAD}\n{rows}"]
        blocks += [table.note] if table.note else []
    return "\n\n".join(blocks)


def _summary(results: Mapping[str, Measured]) -> str:
    lines = [_HEAD]
    for part, measured in results.items():
        for table in measured.tables:
            if rows := chosen(part, table, whole=measured.whole):
                lines += [f"| **{table.title}** ({measured.day}) | | | | | |"]
                lines += [_line(row) for row in rows]
    return "\n".join(lines)


def _when(part: str, measured: Measured) -> str:
    how = "by" if measured.whole else "row by row before parts were kept whole;"
    return f"Measured on {measured.day}, {measured.machine}, {how} `make accuracy ARGS={part}`."


def _line(row: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells(row)) + " |"


def _put(readme: Path, text: str) -> None:
    whole = readme.read_text("utf-8")
    head, begin, rest = whole.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise NoPlace(f"{readme} has no place for the tables ({BEGIN} … {END}).")
    readme.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")
