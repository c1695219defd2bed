"""``make bench``: each figure beside its budget, measured on this machine.

make bench                        all of it, a quarter of an hour
make bench ARGS="committing"      one part
make bench ARGS="--write"         and put what was measured into tests/bench/README.md
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Mapping
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
    measured: dict[str, list[Row]] = {}
    failed = False
    for part in arguments.parts or PARTS:
        try:
            with console.status(f"{part} …"):
                measured[part] = import_module(f"bench.{part}").run()
        except Exception:  # noqa: BLE001  (the other parts are measured all the same)
            failed = True
            console.print_exception()
            console.print(f"[red]{part} could not be measured")
        else:
            console.print(_table(part, measured[part]))
    if arguments.write:
        _write(measured)
    sys.exit(failed)


def _table(part: str, rows: list[Row]) -> Table:
    table = Table(part, "measured", "budget", "", box=None, header_style="bold")
    for row in rows:
        mark = {True: "[green]within", False: "[red]over", None: ""}[row.within]
        table.add_row(row.what, row.measured, row.budget, mark)
    return table


def _write(measured: Mapping[str, list[Row]]) -> None:
    """Put the parts measured into the README, each row with its day; the others stay."""
    text = README.read_text()
    head, _, rest = text.partition(BEGIN)
    before, _, tail = rest.partition(END)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [
        f"{machine}, Python {platform.python_version()}.",
        "",
        "| part | what | measured | budget | | on |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for part in PARTS:
        if part in measured:
            lines += _lines(part, measured[part])
        else:
            lines += [row for row in before.splitlines() if row.startswith(f"| {part} |")]
    README.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}")


def _lines(part: str, rows: list[Row]) -> list[str]:
    marks = {True: "within", False: "**over**", None: ""}
    day = datetime.now(UTC).date().isoformat()
    return [
        f"| {part} | {row.what} | {row.measured} | {row.budget} | {marks[row.within]} | {day} |"
        for row in rows
    ]


if __name__ == "__main__":
    main()
