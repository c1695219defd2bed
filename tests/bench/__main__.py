"""``make bench``: each figure beside its budget, measured on this machine.

make bench                        all of it, a few minutes
make bench ARGS="committing"      one part
make bench ARGS="--write"         and put the table into tests/bench/README.md
"""

from __future__ import annotations

import argparse
import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.measure import Row
from rich.console import Console
from rich.table import Table

PARTS = (
    "starting",
    "committing",
    "encoding",
    "analyzing",
    "recording",
    "window",
    "ingesting",
    "verifying",
    "live_board",
    "pages",
    "timeline",
    "installed",
)
README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured -->", "<!-- end -->"


def main() -> None:
    """Measure the parts asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--write", action="store_true", help="into the README")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    rows: list[Row] = []
    for part in arguments.parts or PARTS:
        with console.status(f"{part} …"):
            rows += import_module(f"bench.{part}").run()
    console.print(_table(rows))
    if arguments.write:
        _write(rows)


def _table(rows: list[Row]) -> Table:
    table = Table("what", "measured", "budget", "", box=None)
    for row in rows:
        mark = {True: "[green]within", False: "[red]over", None: ""}[row.within]
        table.add_row(row.what, row.measured, row.budget, mark)
    return table


def _write(rows: list[Row]) -> None:
    day = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [
        f"Measured on {day}, {machine}, Python {platform.python_version()}.",
        "",
        "| what | measured | budget | |",
        "| --- | --- | --- | --- |",
    ]
    marks = {True: "within", False: "**over**", None: ""}
    lines += [
        f"| {row.what} | {row.measured} | {row.budget} | {marks[row.within]} |" for row in rows
    ]
    text = README.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    README.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}")


if __name__ == "__main__":
    main()
