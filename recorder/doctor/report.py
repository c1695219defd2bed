"""The findings for people, as a table, and for programs, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from recorder.doctor.check import Check, Status

# Words first, colour beside them: never by colour alone.
_SHOWN = {
    Status.OK: ("✓ ok", "green"),
    Status.WARN: ("! look", "yellow"),
    Status.FAIL: ("✗ fails", "bold red"),
    Status.SKIPPED: ("– skipped", "dim"),
}


class _Report(msgspec.Struct, frozen=True):
    ok: bool
    checks: Sequence[Check]


def passed(checks: Sequence[Check]) -> bool:
    """Whether a session can be recorded: nothing fails."""
    return all(check.status is not Status.FAIL for check in checks)


def as_json(checks: Sequence[Check]) -> str:
    """One JSON object: ``ok`` and the ``checks``."""
    report = msgspec.json.encode(_Report(passed(checks), checks))
    return msgspec.json.format(report, indent=2).decode("utf-8")


def print_table(checks: Sequence[Check], console: Console) -> None:
    """A table, what to do, and one sentence at the end."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for check in checks:
        words, style = _SHOWN[check.status]
        table.add_row(Text(words, style), Text(check.title), Text(check.found))
    console.print(table)
    for check in checks:
        if check.remedy and check.status in (Status.WARN, Status.FAIL):
            console.print()
            console.print(Text(check.title, "bold"))
            console.print(Text(f"{check.why} {check.remedy}"))
    console.print()
    console.print(_verdict(checks))


def _verdict(checks: Sequence[Check]) -> str:
    failing = [check.title for check in checks if check.status is Status.FAIL]
    if failing:
        return f"A session cannot be recorded yet: {', '.join(failing)}."
    if any(check.status is Status.WARN for check in checks):
        return "A session can be recorded; look at the remarks first."
    return "This computer is ready."
