"""``make accuracy``: each detector's errors on labelled media, beside what it must reach.

make accuracy                     all of it
make accuracy ARGS="voice"        one part
make accuracy ARGS="--write"      and put the tables into README.md and this folder's;
                                  parts that did not run stay as they were
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module

from accuracy.publish import SHIPPED, Measured, NoPlace, cells, keep, publish
from accuracy.tables import Table
from rich import table as printed
from rich.console import Console

# A part is a module of this package with `measure(console) -> list[Table]`.
PARTS = (
    "pose",
    "gaze",
    "faces",
    "unobservable",
    "identity",
    "objects",
    "voice",
    "scripted",
    "clean",
)


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
    missed = False
    for part in arguments.parts or PARTS:
        with console.status(f"{part} …"):
            tables = import_module(f"accuracy.{part}").measure(console)
        for table in tables:
            console.print(_printed(table))
        missed |= any(row.reached is False for table in tables for row in table.rows)
        if arguments.write:
            _write(part, tables)
    return int(missed)


def _printed(table: Table) -> printed.Table:
    columns = ("what", "measured", "95 % interval", "count", "required", "")
    made = printed.Table(*columns, title=table.title, caption=table.note or None, box=None)
    for row in table.rows:
        made.add_row(*cells(row))
    return made


def _write(part: str, tables: list[Table]) -> None:
    """Keep what a part gave as soon as it is known: the next may take half an hour."""
    day = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    try:
        results = keep(part, Measured(day, machine, tuple(tables)))
        publish(results, PARTS, ship=SHIPPED)
    except NoPlace as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    sys.exit(main())
