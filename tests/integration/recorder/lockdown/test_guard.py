"""The watchdog as a process: started as the installed program starts it, and failing to."""

from __future__ import annotations

import os
import shlex
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
from recorder.lockdown.guard import FIRST_WAIT_S, Guard
from recorder.lockdown.journal import Journal
from recorder.lockdown.operation import Evasion, InForce
from recorder.lockdown.owner import Owner, owner_of
from recorder.lockdown.watchdog_messages import Done, receive_answer
from recorder.roles import role_command


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


@pytest.mark.skipif(sys.platform == "win32", reason="nobody is asked to end there")
def test_it_is_not_ended_with_the_recorder_and_then_ends_by_itself(tmp_path: Path) -> None:
    """At a log-out all of a session's programs are told to end at once."""
    role = role_command("recorder.lockdown.watchdog", WATCHDOG_ARGUMENT)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as recorder:
        owner = owner_of(recorder.pid)
        assert owner is not None
        journal = Journal(tmp_path, owner)
        journal.write("clipboard", {"forms": {}})
        command = [*role, str(journal.path), str(recorder.pid)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe) as dog:
            assert dog.stdin is not None
            assert dog.stdout is not None
            assert receive_answer(dog.stdout) == Done()
            dog.terminate()
            recorder.terminate()
            recorder.wait()
            dog.stdin.close()
            assert dog.wait(60) == 0
    assert not journal.path.exists()


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


def test_one_that_cannot_be_replaced_is_told_of_and_tried_again_with_growing_waits(
    tmp_path: Path,
) -> None:
    full = tmp_path / "full"  # while it is there, no program can be started
    role = shlex.join(role_command("recorder.lockdown.watchdog", WATCHDOG_ARGUMENT))
    command = ["sh", "-c", f'test -e {shlex.quote(str(full))} || exec {role} "$@"', "sh"]
    now = [0.0]
    guard = Guard(tmp_path / "a.journal", command, monotonic=lambda: now[0])
    guard.perform()
    assert guard.pid is not None
    full.touch()
    psutil.Process(guard.pid).kill()
    told: list[tuple[Evasion, ...]] = []
    with capture_logs() as logs:
        until(lambda: told.append(guard.check()) or told[-1] != (), "the end being noticed")
        assert told[-1] == (Evasion(None, "the watchdog was ended"),)
        now[0] = FIRST_WAIT_S
        for _ in range(2):  # one that tries, and one that does not
            with pytest.raises(EnvironmentFault, match="cannot be reached"):
                guard.check()
        full.unlink()
        now[0] += 2 * FIRST_WAIT_S - 0.1
        with pytest.raises(EnvironmentFault, match="cannot be reached"):
            guard.check()
        assert guard.pid is None
        now[0] += 0.1
        assert guard.check() == ()
    assert [log["event"] for log in logs] == ["watchdog_ended", "no_watchdog", "no_watchdog"]
    assert guard.pid is not None
    guard.revert()
