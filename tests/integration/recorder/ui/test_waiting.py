"""The waiting room: a countdown, a proctor's word, what is allowed, and talk."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from recorder.status import Light, Notice
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.waiting import WaitingPage
from recorder.ui.window import MainWindow

# 14 March 2026, 9:00 UTC.
STARTS_US = 1_773_478_800_000_000


@pytest.fixture
def for_all(program: Any, ask_nothing: None) -> None:
    """The exam begins for everybody at once."""
    exam = msgspec.structs.replace(program.offer.policy.exam, starts_us=STARTS_US)
    policy = msgspec.structs.replace(program.offer.policy, exam=exam)
    program.offer = dataclasses.replace(program.offer, policy=policy)


def wait(walker: Any) -> tuple[MainWindow, WaitingPage, Any]:
    window = walker.enter()
    walker.check(window).start()
    walker.at(window, WaitingPage)
    return window, window.page, walker.program.recordings[0]


@pytest.mark.usefixtures("ask_nothing")
def test_who_begins_when_ready_says_so(qtbot: Any, walker: Any) -> None:
    window, page, recording = wait(walker)
    assert page.begin.hasFocus()
    assert ("ready",) not in recording.asked
    page.begin.click()
    assert recording.asked == [("ready",)]
    qtbot.waitUntil(lambda: isinstance(window.page, ExamPage))


@pytest.mark.usefixtures("for_all")
def test_the_start_for_all_is_counted_down_and_comes_by_itself(qtbot: Any, walker: Any) -> None:
    window, page, recording = wait(walker)
    assert recording.asked == [("ready",)]
    recording.become(phase="waiting", starts_in_s=754.0)
    qtbot.waitUntil(lambda: page._count.plain == "12:34")
    assert "14 March 2026" in page._until.plain
    assert page.conversation.field.hasFocus()
    recording.become(phase="exam", left_s=100.0)
    qtbot.waitUntil(lambda: isinstance(window.page, ExamPage))


@pytest.mark.usefixtures("for_all")
@pytest.mark.parametrize(
    ("what", "said"), [("identity", "photograph"), ("environment", "no accusation")]
)
def test_a_proctors_word_is_awaited_without_alarm(
    qtbot: Any, walker: Any, what: str, said: str
) -> None:
    _, page, recording = wait(walker)
    recording.become(phase="waiting", awaits=what)
    qtbot.waitUntil(lambda: page._banner.title.plain == "A proctor's word is awaited.")
    assert said in page._banner.text.plain
    recording.become(awaits="", refused=True, words="Use another computer.")
    qtbot.waitUntil(lambda: page._banner.title.plain == "A proctor has refused.")
    assert page._banner.text.plain == "Use another computer."
    # Said once, and nothing promises that it begins by itself.
    assert page.light.words.plain == "Recording"
    assert page._until.isHidden()
    recording.become(light=Light.PROBLEM, words="No camera: it was pulled.")
    qtbot.waitUntil(lambda: page.light.words.plain == "No camera: it was pulled.")
    recording.become(refused=False)
    qtbot.waitUntil(page._banner.isHidden)


@pytest.mark.usefixtures("for_all")
def test_questions_reach_the_proctor_and_answers_stay(qtbot: Any, walker: Any) -> None:
    _, page, recording = wait(walker)
    qtbot.keyClicks(page.conversation.field, "  May I use a calculator?  ")
    page.conversation.send.click()
    page.conversation.send.click()  # with nothing written
    assert recording.asked[1:] == [("say", "May I use a calculator?")]
    recording.become(unheard=1)
    qtbot.waitUntil(page.conversation._waiting.isVisible)
    recording.waiting_notices = [Notice("Yes, you may.", "proctor", "answer")]
    qtbot.waitUntil(lambda: page.notices is not None)
    lines = page.conversation._lines
    shown = [lines.itemAt(index).widget().plain for index in range(lines.count())]
    assert shown == ["You: May I use a calculator?", "Proctor: Yes, you may."]


@pytest.mark.usefixtures("for_all")
def test_the_question_about_leaving_is_seen_where_there_are_no_buttons(walker: Any) -> None:
    window, page, recording = wait(walker)
    assert not window.close()
    assert page.question.no.isVisible()
    assert "has not begun" in page.question.text.plain
    page.question.yes.click()
    assert recording.reasons == ["quit"]
