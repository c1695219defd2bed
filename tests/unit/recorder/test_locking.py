"""The lockdown is begun once, ended once, and its trouble is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from support.waiting import until

from recorder.faults import EnvironmentFault
from recorder.locking import Locking
from recorder.status import Notice


class Lockdown:
    """Notes what it is told."""

    def __init__(
        self, steps: Sequence[Any], done: list[str], fault: bool, failed: str = ""
    ) -> None:
        self.steps, self.done, self.fault, self.failed = list(steps), done, fault, failed

    def start(self) -> None:
        self.done.append(f"start {self.steps}")
        if self.fault:
            raise EnvironmentFault("No journal.", "Free some space.")

    def stop(self) -> bool:
        self.done.append("stop")
        return True

    def status(self) -> list[Any]:
        return []

    def held(self) -> list[Any]:
        return []


class Locked:
    def __init__(self, *, fault: bool = False, failed: str = "") -> None:
        self.done: list[str] = []
        self.told: list[Notice] = []
        self.failed = failed

        def make(steps: Sequence[Any]) -> Any:
            return Lockdown(steps, self.done, fault, self.failed)

        self.locking = Locking(make, self.told.append)


@pytest.fixture
def locked() -> Locked:
    return Locked()


def test_it_begins_and_ends_once_with_the_windows_own_steps(locked: Locked) -> None:
    assert locked.locking.add(["full_screen"])  # type: ignore[list-item]
    locked.locking.start()
    locked.locking.start()
    until(lambda: bool(locked.done), "the start")
    locked.locking.stop()
    locked.locking.stop()
    assert locked.done == ["start ['full_screen']", "stop"]


def test_a_window_that_comes_in_the_exam_is_held_from_then_on(locked: Locked) -> None:
    locked.locking.start()
    until(lambda: bool(locked.done), "the start")
    assert locked.locking.add(["full_screen"])  # type: ignore[list-item]
    anew = ["start []", "stop", "start ['full_screen']"]
    until(lambda: locked.done == anew, "the start with the window")
    locked.locking.stop()
    assert locked.done == [*anew, "stop"]
    assert not locked.locking.add([])


def test_one_that_never_began_is_not_ended_and_begins_no_more(locked: Locked) -> None:
    locked.locking.stop()
    locked.locking.start()
    assert not locked.locking.add([])
    assert locked.done == []


def test_an_exam_without_it_goes_on_and_says_so() -> None:
    locked = Locked(fault=True)
    locked.locking.start()
    until(lambda: bool(locked.told), "the notice")
    assert "No journal" in locked.told[0].text
    assert "No journal" in locked.locking.describe()["lockdown_trouble"]
    locked.locking.stop()
    assert locked.done[-1] == "stop"


def test_an_exam_whose_lockdown_breaks_off_goes_on_and_says_so() -> None:
    """All of it was taken back then: neither keys nor displays are held."""
    locked = Locked(failed="full_screen")
    locked.locking.start()
    until(lambda: bool(locked.told), "the notice")
    assert "not held to its rules: “full_screen” has failed" in locked.told[0].text
    assert "full_screen" in locked.locking.describe()["lockdown_trouble"]
    locked.locking.stop()
    assert locked.done[-1] == "stop"


def test_one_that_begins_anew_and_comes_off_is_in_trouble_no_more() -> None:
    locked = Locked(failed="full_screen")
    locked.locking.start()
    until(lambda: bool(locked.told), "the notice")
    locked.failed = ""
    assert locked.locking.add(["full_screen"])  # type: ignore[list-item]
    until(lambda: "lockdown_trouble" not in locked.locking.describe(), "its end")
    assert len(locked.told) == 1
