"""The doorway: work off the main thread, its result on it, nothing leaked."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from recorder.faults import EnvironmentFault
from recorder.ui.operation import THREAD_NAME, Doorway, Trouble, guarded


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
    discarded: list[str] = []
    operation = doorway.run(lambda: "a device", unexpected, unexpected, discarded.append)
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join(5)
    operation.abandon()  # it has ended, but the main thread has not heard of it
    qtbot.waitUntil(lambda: discarded == ["a device"])


def test_closing_discards_what_nobody_has_heard_of(qtbot: Any, doorway: Doorway) -> None:
    discarded: list[str] = []
    for name in ("one", "two", "three"):
        doorway.run(lambda name=name: name, unexpected, unexpected, discarded.append)
    assert doorway.close(5)
    assert sorted(discarded) == ["one", "three", "two"]
    qtbot.wait(10)


def test_callbacks_and_what_they_hold_die_on_the_main_thread(
    qtbot: Any, doorway: Doorway
) -> None:
    died_on: list[threading.Thread] = []

    class Page:
        def __del__(self) -> None:
            died_on.append(threading.current_thread())

    def start(fail: bool) -> None:
        page = Page()
        doorway.run(
            lambda: [page, 1 // (not fail)], lambda _: page and None, lambda _: page and None
        )

    with structlog.testing.capture_logs():
        for round_of in range(20):
            start(fail=bool(round_of % 2))
        qtbot.waitUntil(lambda: doorway.busy == 0)
        gc.collect()
    assert len(died_on) == 20
    assert set(died_on) == {threading.main_thread()}


def test_a_discard_that_fails_is_logged(qtbot: Any, doorway: Doorway) -> None:
    def discard(_: object) -> None:
        raise RuntimeError("boom")

    gate = threading.Event()
    with structlog.testing.capture_logs() as logs:
        doorway.run(lambda: gate.wait(5), unexpected, unexpected, discard).abandon()
        gate.set()
        assert doorway.close(5)
    assert [log["event"] for log in logs] == ["unexpected problem"]


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
