"""The doorway: work off the main thread, its result on it, nothing leaked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from recorder.faults import EnvironmentFault
from recorder.ui.operation import Doorway, Trouble, guarded


@pytest.fixture
def doorway(qapp: Any) -> Iterator[Doorway]:
    doorway = Doorway()
    yield doorway
    assert doorway.close(5)


def unexpected(value: object) -> None:
    raise AssertionError(f"not expected: {value}")


def test_success_comes_back_on_the_main_thread(qtbot: Any, doorway: Doorway) -> None:
    got: list[tuple[bool, threading.Thread]] = []
    doorway.run(
        lambda: threading.current_thread() is threading.main_thread(),
        lambda on_main: got.append((on_main, threading.current_thread())),
        unexpected,
    )
    assert got == []
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(False, threading.main_thread())]
    assert doorway.busy == 0


def test_a_fault_is_told_in_its_own_words_and_not_logged(qtbot: Any, doorway: Doorway) -> None:
    def fail() -> None:
        raise EnvironmentFault("The disk is full.", "Make room.")

    got: list[Trouble] = []
    with structlog.testing.capture_logs() as logs:
        doorway.run(fail, unexpected, got.append)
        qtbot.waitUntil(lambda: bool(got))
    assert got == [Trouble("The disk is full.", "Make room.")]
    assert logs == []


def test_a_bug_is_logged_under_the_reference_that_is_told(qtbot: Any, doorway: Doorway) -> None:
    got: list[Trouble] = []
    with structlog.testing.capture_logs() as logs:
        doorway.run(lambda: 1 // 0, unexpected, got.append)
        qtbot.waitUntil(lambda: bool(got))
    (log,) = logs
    assert got[0].reference
    assert got[0].reference in got[0].advice
    assert log["reference"] == got[0].reference
    assert isinstance(log["exc_info"], ZeroDivisionError)
    assert "division" not in got[0].what + got[0].advice


def test_what_an_abandoned_operation_produces_later_is_discarded(
    qtbot: Any, doorway: Doorway
) -> None:
    gate, discarded = threading.Event(), []
    operation = doorway.run(
        lambda: gate.wait(5), unexpected, unexpected, discard=discarded.append
    )
    operation.abandon()
    assert doorway.busy == 0
    gate.set()
    qtbot.waitUntil(lambda: discarded == [True])


def test_what_it_has_produced_already_is_discarded_too(qtbot: Any, doorway: Doorway) -> None:
    worked, discarded = threading.Event(), []

    def work() -> str:
        worked.set()
        return "a device"

    operation = doorway.run(work, unexpected, unexpected, discard=discarded.append)
    assert worked.wait(5)
    doorway.close(5)  # the result lies waiting: no event has been delivered
    operation.abandon()
    qtbot.waitUntil(lambda: discarded == ["a device"])
    qtbot.wait(10)


def test_a_bug_in_abandoned_work_is_told_to_nobody(qtbot: Any, doorway: Doorway) -> None:
    gate = threading.Event()

    def work() -> None:
        gate.wait(5)
        raise EnvironmentFault("Gone.", "Nothing.")

    doorway.run(work, unexpected, unexpected).abandon()
    gate.set()
    assert doorway.close(5)
    qtbot.wait(10)


def test_closing_is_bounded_and_says_if_something_still_runs(
    qtbot: Any, doorway: Doorway
) -> None:
    gate = threading.Event()
    doorway.run(lambda: gate.wait(5), unexpected, unexpected)
    assert not doorway.close(0.01)
    gate.set()
    assert doorway.close(5)


def test_a_quick_call_is_guarded_alike() -> None:
    troubles: list[Trouble] = []
    assert guarded(lambda: 3, unexpected) == 3
    with structlog.testing.capture_logs() as logs:
        assert guarded(lambda: 1 // 0, troubles.append) is None
    assert troubles[0].reference == logs[0]["reference"]
