"""``make accuracy``: each detector's errors on labelled media, beside what it must reach.

make accuracy                     all of it
make accuracy ARGS="voice"        one part
make accuracy ARGS="--write"      and put the tables into README.md and tests/accuracy/README.md
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from accuracy.tables import Row, Table
from rich import table as printed
from rich.console import Console

# A part is a module of this package with `measure(console) -> list[Table]`.
PARTS = ("pose", "gaze", "faces", "unobservable", "identity", "objects", "voice", "scripted")
HERE = Path(__file__).parent
READMES = (HERE / "README.md", HERE.parents[1] / "README.md")
BEGIN, END = "<!-- accuracy -->", "<!-- end of accuracy -->"

_MARKS = {True: "reached", False: "**missed**", None: ""}


def main() -> int:
    """Measure the parts asked for, one after the other; 1 where something was missed."""
    parser = argparse.ArgumentParser(
        prog="make accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--write", action="store_true", help="into the READMEs")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    tables: list[Table] = []
    for part in arguments.parts or PARTS:
        with console.status(f"{part} …"):
            found = import_module(f"accuracy.{part}").measure(console)
        for table in found:
            console.print(_printed(table))
        tables += found
    if arguments.write:
        for readme in READMES:
            _write(readme, tables)
    return int(any(row.reached is False for table in tables for row in table.rows))


def _printed(table: Table) -> printed.Table:
    columns = ("what", "measured", "95 % interval", "count", "required", "")
    made = printed.Table(*columns, title=table.title, caption=table.note or None, box=None)
    for row in table.rows:
        made.add_row(*_cells(row))
    return made


def _cells(row: Row) -> tuple[str, ...]:
    mark = _MARKS[row.reached]
    return (row.what, row.measured, row.interval, row.count, row.required, mark)


def _write(readme: Path, tables: list[Table]) -> None:
    day = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [f"Measured on {day}, {machine}, by `make accuracy`.", ""]
    for table in tables:
        lines += [f"**{table.title}**", ""]
        lines += ["| what | measured | 95 % interval | count | required | |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        lines += ["| " + " | ".join(_cells(row)) + " |" for row in table.rows]
        lines += ["", *([table.note, ""] if table.note else [])]
    text = readme.read_text("utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{readme} has no place for the tables ({BEGIN} … {END}).")
    readme.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"{END}{tail}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
