"""What the check's page offers to do about a finding, and what comes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from PySide6.QtCore import QUrl
from support.scripted_checks import CHECKED, FakeChecking

from recorder.doctor.demands import POLICY
from recorder.doctor.finding import (
    ClosePrograms,
    Finding,
    OpenPage,
    PutBack,
    Running,
    State,
)
from recorder.doctor.judging import Levels, judge_levels
from recorder.doctor.practice_view import PracticeView
from recorder.doctor.wording import verbatim
from recorder.ui import checks
from recorder.ui.operation import Trouble
from recorder.ui.pages.check import CheckPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.practice import PracticePage
from recorder.ui.widgets.button import Button
from recorder.ui.window import MainWindow
from shared.policy import Surface

LINK = "invigil://exam.example.edu/ABCDEFGH"
DISK, PROGRAMS, *_ = CHECKED
ZOOM = Running(7, "zoom", 5.0)
OPEN = PROGRAMS.attention(
    verbatim("Running: zoom"), verbatim("Close it."), ClosePrograms((ZOOM,))
)
FULL = DISK.problem(verbatim("The disk is full."), verbatim("Free some space."))

Check = Callable[[], CheckPage]


@pytest.fixture
def check(qtbot: Any, open_window: Callable[..., MainWindow]) -> Check:
    """Opens the check's page, and waits until everything was looked at."""

    def walk() -> CheckPage:
        window = open_window(LINK)
        cast("EnterPage", window.page).submit()
        qtbot.waitUntil(lambda: window._offer is not None)
        window._agreed()
        page = cast("CheckPage", window.page)
        qtbot.waitUntil(lambda: page.looks.done)
        return page

    return walk


def press(page: CheckPage, name: str, words: str) -> None:
    (button,) = (
        one for one in page._findings.rows[name].mending.buttons if one.text().startswith(words)
    )
    assert button.isVisible()
    button.click()


def looked_at(program: Any, name: str) -> int:
    return sum(call == "look" and values[0] == name for call, values in program.checked)


def test_a_program_is_closed_after_the_candidate_agreed(
    qtbot: Any, check: Check, program: Any
) -> None:
    program.findings["programs"] = OPEN
    page = check()
    press(page, "programs", "Close zoom for me")
    assert page.question.open
    assert "Close zoom?" in page.question.title.plain
    assert page.question.no.hasFocus()
    assert ("close_program", ("zoom", False)) not in program.checked
    del program.findings["programs"]
    program.outcomes = ["gone"]
    page.question.yes.click()
    qtbot.waitUntil(lambda: looked_at(program, "programs") == 2)
    assert ("close_program", ("zoom", False)) in program.checked
    row = page._findings.rows["programs"]
    qtbot.waitUntil(lambda: row.finding is not None and row.finding.state is State.OK)


def test_force_is_asked_for_once_more(qtbot: Any, check: Check, program: Any) -> None:
    program.findings["programs"] = OPEN
    page = check()
    program.outcomes = ["still_runs", "gone"]
    press(page, "programs", "Close zoom for me")
    page.question.yes.click()
    qtbot.waitUntil(lambda: "does not close" in page.question.title.plain)
    assert ("close_program", ("zoom", True)) not in program.checked
    page.question.yes.click()
    qtbot.waitUntil(lambda: ("close_program", ("zoom", True)) in program.checked)


def test_no_leaves_it_open(qtbot: Any, check: Check, program: Any) -> None:
    program.findings["programs"] = OPEN
    page = check()
    press(page, "programs", "Close zoom for me")
    page.question.no.click()
    assert not any(name == "close_program" for name, _ in program.checked)
    press(page, "programs", "I have closed it")
    qtbot.waitUntil(lambda: looked_at(program, "programs") == 2)


@pytest.mark.parametrize("outcome", ["ours", "system", "forbidden"])
def test_what_must_not_be_closed_is_said(
    qtbot: Any, check: Check, program: Any, outcome: str
) -> None:
    program.findings["programs"] = OPEN
    page = check()
    program.outcomes = [outcome]
    press(page, "programs", "Close zoom for me")
    page.question.yes.click()
    qtbot.waitUntil(lambda: not page._problem.isHidden())
    assert "not closed by Invigil" in page._problem.title.plain


def test_a_problem_holds_the_start_up_until_the_institution_says_otherwise(
    qtbot: Any, check: Check, program: Any
) -> None:
    program.findings["disk"] = FULL
    page = check()
    qtbot.waitUntil(lambda: page._told_to.isVisible())
    assert not page._start.isEnabled()
    assert "Disk space" in page._verdict.title.plain
    assert "exams@example.edu" in page._verdict.text.plain
    page._told_to.setChecked(True)
    qtbot.waitUntil(page._start.isEnabled)
    page._told_to.setChecked(False)
    assert not page._start.isEnabled()
    del program.findings["disk"]
    press(page, "disk", "Try again")
    qtbot.waitUntil(page._start.isEnabled)
    assert page._told_to.isHidden()


def test_remarks_hold_nobody_up(qtbot: Any, check: Check, program: Any) -> None:
    program.findings["programs"] = OPEN
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    assert "please look at the others" in page._findings.summary.plain
    row = page._findings.rows["programs"]
    assert row.title.accessibleName() == "Programs: Please look"
    assert row.remedy.isVisible()
    assert not page._findings.rows["disk"].why.isVisible()
    page._findings.details.click()
    assert page._findings.rows["disk"].why.plain == "Why the disk space matters."
    assert page._findings.rows["disk"].why.isVisible()
    press(page, "disk", "Try again")
    qtbot.waitUntil(lambda: looked_at(program, "disk") == 2)


def test_a_page_of_the_system_is_opened(check: Check, program: Any) -> None:
    label = verbatim("Open the camera settings")
    program.findings["disk"] = DISK.attention(
        verbatim("Denied."),
        verbatim("Allow it."),
        OpenPage("ms-settings:privacy-webcam", label),
    )
    page = check()
    opened: list[QUrl] = []
    page._mending._open_page = opened.append
    press(page, "disk", "Open the camera settings")
    assert [url.toString() for url in opened] == ["ms-settings:privacy-webcam"]


def test_what_an_earlier_exam_left_is_put_back(qtbot: Any, check: Check, program: Any) -> None:
    program.findings["disk"] = DISK.attention(verbatim("Left."), verbatim("Do."), PutBack())
    page = check()
    press(page, "disk", "Put it back")
    qtbot.waitUntil(lambda: page._findings.rows["disk"].found.plain == "Put back.")


def microphone(page: CheckPage, words: str) -> Button:
    (button,) = (
        one for one in page._items["microphone"].mending.buttons if one.text().startswith(words)
    )
    return button


def test_the_microphone_is_heard_and_asked_about(
    qtbot: Any, check: Check, program: Any
) -> None:
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    item = page._items["microphone"]
    microphone(page, "Record and listen").click()
    assert item.words.plain.startswith("Say a few words now")
    qtbot.waitUntil(lambda: item.words.plain == "Did you hear what you said?")
    microphone(page, "No").click()
    assert item.words.plain == "You did not hear yourself."
    microphone(page, "Record and listen").click()
    qtbot.waitUntil(lambda: item.words.plain == "Did you hear what you said?")
    microphone(page, "Yes").click()
    assert item.words.plain == "You are heard clearly."
    assert page._start.isEnabled()


def test_a_quiet_microphone_is_said(qtbot: Any, check: Check, program: Any) -> None:
    program.played = judge_levels(Levels(0.1, 0.0), spoken=True)
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    microphone(page, "Record and listen").click()
    qtbot.waitUntil(lambda: page._items["microphone"].words.plain == "You are hardly heard.")
    assert page._start.isEnabled()


def test_the_detectors_wait_for_the_camera_and_look_again_with_another(
    qtbot: Any, check: Check, program: Any
) -> None:
    page = check()
    through = [values[1] for name, values in program.checked if name == "look"]
    assert program.previews[0] in through
    assert looked_at(program, "face") == 1
    choice = page._items["camera"].choice
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    qtbot.waitUntil(lambda: looked_at(program, "face") == 2)
    qtbot.waitUntil(lambda: page.looks.done)
    last = [values[1] for name, values in program.checked if values[:1] == ("face",)][-1]
    assert last is program.previews[-1]


def results() -> tuple[Finding, ...]:
    face = CHECKED[3]
    return (face.ok(verbatim("Your face is found.")),)


def test_a_practice_run_without_a_code(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any
) -> None:
    window = open_window()
    enter = cast("EnterPage", window.page)
    enter.practise.click()
    page = cast("PracticePage", window.page)
    qtbot.waitUntil(lambda: page._practice is not None)
    assert program.calls[-1] == ("practice", (None, "device:0", "device:0"))
    run = program.practices[0]
    run.now = PracticeView(11.2, ready=True, now=verbatim("Your face is found."))
    qtbot.waitUntil(lambda: page._left.plain == "12 seconds left")
    assert page._now.plain == "Your face is found."
    run.now = PracticeView(0.0, ready=True, done=True, findings=results())
    qtbot.waitUntil(lambda: page._results.isVisible())
    qtbot.waitUntil(run.preview.closed.is_set)
    assert page._again.isEnabled()
    page.left.emit()
    assert window.page is enter


def test_a_practice_run_against_the_exam_takes_the_devices_and_gives_them_back(
    qtbot: Any, check: Check, program: Any
) -> None:
    page = check()
    window = cast("MainWindow", page.window())
    page._practise.click()
    qtbot.waitUntil(lambda: isinstance(window.page, PracticePage))
    practice = cast("PracticePage", window.page)
    qtbot.waitUntil(lambda: practice._practice is not None)
    assert program.previews[0].closed.is_set()
    name, (offer, *devices) = program.calls[-1]
    assert (name, devices) == ("practice", ["device:0", "device:0"])
    assert offer.policy.exam.title == "Linear Algebra I"
    practice.left.emit()
    assert window.page is page
    qtbot.waitUntil(page._start.isEnabled)
    qtbot.waitUntil(program.practices[0].preview.closed.is_set)


def test_a_practice_run_that_cannot_begin_is_said(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any
) -> None:
    from recorder.faults import EnvironmentFault

    program.faults["practice"] = [EnvironmentFault("The camera is in use.", "Close it.")]
    window = open_window()
    cast("EnterPage", window.page).practise.click()
    page = cast("PracticePage", window.page)
    qtbot.waitUntil(lambda: page._problem.isVisible())
    assert page._problem.title.plain == "The camera is in use."
    page._again.click()
    qtbot.waitUntil(lambda: page._practice is not None)


def test_who_goes_on_with_an_exam_is_held_up_by_devices_alone(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any, left_behind: Any
) -> None:
    program.findings["disk"] = FULL
    program.offer = dataclasses.replace(program.offer, resumes=left_behind[0])
    window = open_window(LINK)
    cast("EnterPage", window.page).submit()
    qtbot.waitUntil(lambda: isinstance(window.page, CheckPage))
    page = cast("CheckPage", window.page)
    qtbot.waitUntil(page._start.isEnabled)
    assert page._practise.isHidden()


@pytest.fixture
def resuming(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any, left_behind: Any
) -> Check:
    """Opens the check of an exam in its browser that goes on."""

    def walk() -> CheckPage:
        surface = Surface(kind="browser", start="https://exam.example.edu/")
        policy = msgspec.structs.replace(program.offer.policy, surface=surface)
        program.offer = dataclasses.replace(
            program.offer, policy=policy, resumes=left_behind[0]
        )
        checking = FakeChecking(program)
        checking.items = (*CHECKED, POLICY)
        program.check = lambda _offer, _scales: checking
        window = open_window(LINK)
        cast("EnterPage", window.page).submit()
        qtbot.waitUntil(lambda: isinstance(window.page, CheckPage))
        page = cast("CheckPage", window.page)
        qtbot.waitUntil(lambda: page.looks.done)
        qtbot.waitUntil(lambda: checks.ready(page._device_findings().values()))
        page._show_findings()
        return page

    return walk


def test_who_goes_on_without_a_browser_is_held_up_unless_told_to(
    resuming: Check, program: Any
) -> None:
    """The exam's time would run without an exam to see."""
    fault = "The exam's browser cannot be started on this computer: it is missing."
    program.findings["policy"] = POLICY.problem(verbatim(fault), verbatim("Restart."))
    page = resuming()
    assert not page._start.isEnabled()
    assert page._told_to.isVisible()
    assert "exams@example.edu" in page._verdict.text.plain
    page._told_to.setChecked(True)
    assert page._start.isEnabled()


def test_who_goes_on_with_a_browser_is_held_up_by_nothing_else(
    resuming: Check, program: Any
) -> None:
    program.findings["disk"] = FULL
    program.findings["policy"] = POLICY.ok(verbatim("All of it."))
    page = resuming()
    assert page._start.isEnabled()
    assert page._told_to.isHidden()
    looks = [arguments[0] for name, arguments in program.checked if name == "look"]
    assert looks[0] == "policy"


def test_who_goes_on_is_let_through_where_nothing_can_be_looked_at(
    qtbot: Any, resuming: Check, program: Any
) -> None:
    program.findings["policy"] = POLICY.ok(verbatim("All of it."))
    page = resuming()
    page.looks.findings["policy"] = None
    page._show_findings()
    assert not page._start.isEnabled()
    page.looks.failed.emit(Trouble("It cannot be told.", "Try again."))
    qtbot.waitUntil(page._start.isEnabled)
