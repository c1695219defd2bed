"""The watchdog as a process: started as the installed program starts it, and failing to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs
from support.waiting import until

from recorder.faults import EnvironmentFault
from recorder.lockdown import WATCHDOG_ARGUMENT
from recorder.lockdown.contents import Content
from recorder.lockdown.guard import Guard
from recorder.lockdown.journal import Journal
from recorder.lockdown.operation import InForce
from recorder.lockdown.owner import Owner


def test_the_packaged_programs_other_role_undoes_what_a_dead_one_left(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
        journal = Journal(tmp_path, Owner(dead.pid, "1", "x"))
        journal.write("clipboard", {"forms": {}})
        command = [sys.executable, "-m", "recorder.cli", WATCHDOG_ARGUMENT]
        subprocess.run([*command, str(journal.path), str(dead.pid)], check=True, timeout=60)
    assert not journal.path.exists()


def test_it_is_seen_by_name_ends_with_the_lockdown_and_is_replaced(tmp_path: Path) -> None:
    guard = Guard(tmp_path / "a.journal")
    assert guard.before() is None
    assert guard.perform() == InForce()
    assert guard.pid is not None
    first = psutil.Process(guard.pid)
    until(lambda: first.name() == "invigil-watch" or sys.platform != "linux", "the name")
    first.kill()
    with capture_logs() as logs:
        until(lambda: guard.check() != (), "another watchdog")
    assert [log["event"] for log in logs] == ["watchdog_ended"]
    second = psutil.Process(guard.pid)
    assert second.pid != first.pid
    guard.revert()
    guard.revert()
    assert guard.pid is None
    assert guard.check() == ()
    until(lambda: not second.is_running(), "its end")


@pytest.mark.parametrize("command", [["/no/such/program"], [sys.executable, "-c", ""]])
def test_without_a_watchdog_nothing_is_emptied(tmp_path: Path, command: list[str]) -> None:
    guard = Guard(tmp_path / "a.journal", command)
    with pytest.raises(EnvironmentFault, match="cannot be reached"):
        guard.perform()
    with pytest.raises(EnvironmentFault, match="cannot be reached"):
        guard.keep(":9", (Content("CLIPBOARD"),))
    guard.give_back()
    guard.revert()
    assert os.getpid() != guard.pid
