from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.report import as_json, passed, print_table
from recorder.doctor.wording import verbatim

DISK = Topic("disk", verbatim("Disk space"), verbatim("The exam waits on this disk."))
GOOD = DISK.ok(verbatim("9 GB free"))
POOR = DISK.attention(verbatim("1 GB free"), verbatim("Free some."))
BAD = DISK.problem(verbatim("0 GB free"), verbatim("Free more."))
UNSEEN = DISK.skipped(verbatim("not used"))


def shown(*checks: Finding) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_table(checks, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("checks", "well", "verdict"),
    [
        ((GOOD, UNSEEN), True, "This computer is ready."),
        ((GOOD, POOR), True, "look at the remarks first"),
        ((GOOD, POOR, BAD), False, "cannot be recorded yet: Disk space."),
    ],
)
def test_only_failures_keep_a_session_from_being_recorded(
    checks: tuple[Finding, ...], well: bool, verdict: str
) -> None:
    assert passed(checks) is well
    assert verdict in shown(*checks)
    assert json.loads(as_json(checks))["ok"] is well


def test_a_remark_says_why_and_what_to_do() -> None:
    assert "The exam waits on this disk. Free some." in shown(POOR)
    assert "Free" not in shown(GOOD)


def test_what_a_device_calls_itself_is_no_markup() -> None:
    assert "[bold]Cam[/]" in shown(DISK.ok(verbatim("[bold]Cam[/]")))


def test_json_holds_every_field() -> None:
    (check,) = json.loads(as_json([BAD]))["checks"]
    assert check == {
        "id": "disk",
        "title": "Disk space",
        "status": "fail",
        "found": "0 GB free",
        "why": "The exam waits on this disk.",
        "remedy": "Free more.",
    }
