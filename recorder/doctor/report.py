"""The findings for people, as a table, and for programs, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from recorder.doctor.finding import Finding, State

# Words first, colour beside them: never by colour alone.
_SHOWN = {
    State.OK: ("✓ ok", "green"),
    State.ATTENTION: ("! look", "yellow"),
    State.PROBLEM: ("✗ fails", "bold red"),
    State.SKIPPED: ("– skipped", "dim"),
    State.ASKING: ("? asks", "cyan"),
}

# As scripts read it, since before there was a window's check.
_STATUS = {
    State.OK: "ok",
    State.ATTENTION: "warn",
    State.PROBLEM: "fail",
    State.SKIPPED: "skipped",
    State.ASKING: "asking",
}


class _Check(msgspec.Struct, frozen=True):
    id: str
    title: str
    status: str
    found: str
    why: str
    remedy: str


class _Report(msgspec.Struct, frozen=True):
    ok: bool
    checks: Sequence[_Check]


def passed(findings: Sequence[Finding]) -> bool:
    """Whether a session can be recorded: nothing fails."""
    return all(one.state is not State.PROBLEM for one in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """One JSON object: ``ok`` and the ``checks``."""
    checks = [
        _Check(
            one.id,
            str(one.title),
            _STATUS[one.state],
            str(one.found),
            str(one.why),
            str(one.remedy),
        )
        for one in findings
    ]
    report = msgspec.json.encode(_Report(passed(findings), checks))
    return msgspec.json.format(report, indent=2).decode("utf-8")


def print_table(findings: Sequence[Finding], console: Console) -> None:
    """A table, what to do, and one sentence at the end."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for one in findings:
        words, style = _SHOWN[one.state]
        table.add_row(Text(words, style), Text(str(one.title)), Text(str(one.found)))
    console.print(table)
    for one in findings:
        if one.remedy and one.state in (State.ATTENTION, State.PROBLEM):
            console.print()
            console.print(Text(str(one.title), "bold"))
            console.print(Text(f"{one.why} {one.remedy}"))
    console.print()
    console.print(_verdict(findings))


def _verdict(findings: Sequence[Finding]) -> str:
    failing = [str(one.title) for one in findings if one.state is State.PROBLEM]
    if failing:
        return f"A session cannot be recorded yet: {', '.join(failing)}."
    if any(one.state is State.ATTENTION for one in findings):
        return "A session can be recorded; look at the remarks first."
    return "This computer is ready."
