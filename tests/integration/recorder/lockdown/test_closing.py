"""Real programs: one that obeys, one that does not, and those that are never touched."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from support.waiting import until

from recorder.lockdown import closing
from recorder.lockdown.closing import Closed, Started, close, seen

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(120)"

Begin = Callable[..., Started]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts programs that are no children of this process, as a candidate's are none."""
    begun: list[Started] = []

    def start(*command: str) -> Started:
        shell = f"{shlex.join(command)} >/dev/null 2>&1 & echo $!"
        said = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
        pid = int(said.stdout)
        until(lambda: psutil.Process(pid).cmdline()[-1:] == list(command[-1:]))
        (one,) = seen([pid])
        begun.append(one)
        return one

    yield start
    for one in begun:
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)


def runs(one: Started) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(one.pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_a_program_that_obeys_is_gone(begin: Begin) -> None:
    one = begin("sleep", "120")
    assert one.name == "sleep"
    assert close(one, force=False) is Closed.GONE
    assert not runs(one)
    assert close(one, force=False) is Closed.GONE


def test_one_that_does_not_obey_goes_on_until_force_is_agreed(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "POLITE_WAIT_S", 0.2)
    one = begin(sys.executable, "-c", STUBBORN)
    until(lambda: ignores_sigterm(one.pid))
    assert close(one, force=False) is Closed.STILL_RUNS
    assert runs(one)
    assert close(one, force=True) is Closed.GONE
    assert not runs(one)


def ignores_sigterm(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (mask,) = (line.split()[1] for line in lines if line.startswith("SigIgn"))
    return bool(int(mask, 16) & (1 << (signal.SIGTERM - 1)))


def test_another_program_with_the_same_number_is_let_be(begin: Begin) -> None:
    one = begin("sleep", "120")
    assert close(replace(one, at=1.0), force=True) is Closed.GONE
    assert runs(one)


def test_we_what_we_run_in_and_what_we_started_are_never_closed() -> None:
    child = subprocess.Popen(["sleep", "120"])
    try:
        for pid in (os.getpid(), os.getppid(), child.pid):
            (one,) = seen([pid])
            assert close(one, force=True) is Closed.OURS
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()


def test_the_system_is_never_closed(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    assert closing.refusal(psutil.Process(1)) in (Closed.SYSTEM, Closed.OURS)
    one = begin("sleep", "120")
    monkeypatch.setattr(psutil.Process, "name", lambda _: "gnome-shell")
    assert close(one, force=True) is Closed.SYSTEM
    monkeypatch.undo()
    assert runs(one)
