"""The page where a photograph, a document and a voice are taken."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QRectF
from support.scripted_program import ENROLMENT, FACE

from recorder.detect.observations import Box
from recorder.ui.pages.calibration import CalibrationPage
from recorder.ui.pages.identity import IdentityPage
from recorder.ui.widgets.mirror import mirrored
from recorder.ui.window import MainWindow

Identity = tuple[MainWindow, IdentityPage, Any]


@pytest.fixture
def identity(walker: Any) -> Identity:
    """A window at this page, and the recording behind it."""
    window = walker.enter()
    recording = walker.record(window)
    page = window.page
    assert isinstance(page, IdentityPage)
    return window, page, recording


def test_nothing_is_taken_before_the_candidate_begins(qtbot: Any, identity: Identity) -> None:
    _, page, recording = identity
    qtbot.wait(200)
    assert recording.views is None
    assert page.begin.hasFocus()
    assert not page.again.isVisible()


def test_each_step_is_told_and_drawn(qtbot: Any, identity: Identity) -> None:
    _, page, recording = identity
    recording.enrolling = [ENROLMENT[0]]
    page.begin.click()
    qtbot.waitUntil(lambda: page._words.plain == "Look into the camera.")
    assert page._step.plain == "Look into the camera"
    assert page._mirror._box == FACE
    assert page._bar.value() == 400
    recording.views = [ENROLMENT[2]]
    qtbot.waitUntil(page._sentence.isVisible)
    assert page._sentence.plain == "“The sun is up.”"
    assert page._meter.isVisible()


def test_what_did_not_come_off_can_be_taken_again_left_out_or_asked_about(
    qtbot: Any, identity: Identity
) -> None:
    _, page, recording = identity
    recording.enrolling = [dataclasses.replace(ENROLMENT[0], outcome="failed")]
    page.begin.click()
    qtbot.waitUntil(page.again.hasFocus)
    assert page._banner.title.plain == "This did not come off."
    page.again.click()
    page.proctor.click()
    assert recording.asked == [("retake",), ("ask_proctor", "identity")]
    assert page._banner.title.plain == "A proctor has been asked."
    page.leave_out.click()
    assert page.question.no.hasFocus()
    page.question.yes.click()
    assert recording.asked[-1] == ("leave_out", "face")
    qtbot.waitUntil(page.go_on.isVisible)
    assert page._banner.title.plain == "A part is missing."


def test_without_a_proctors_override_none_is_asked(
    walker: Any, qtbot: Any, program: Any
) -> None:
    policy = program.offer.policy
    strict = msgspec.structs.replace(policy.identity, override=False)
    program.offer = dataclasses.replace(
        program.offer, policy=msgspec.structs.replace(policy, identity=strict)
    )
    window = walker.enter()
    recording = walker.record(window)
    page = window.page
    recording.enrolling = [dataclasses.replace(ENROLMENT[0], outcome="failed")]
    page.begin.click()
    qtbot.waitUntil(page.again.hasFocus)
    assert not page.proctor.isVisible()
    assert "proctor" not in page._banner.text.plain


def test_a_refusal_is_told_in_the_sessions_words(qtbot: Any, identity: Identity) -> None:
    _, page, recording = identity
    recording.become(refused=True, words="Ask your institution for another date.")
    qtbot.waitUntil(lambda: page._banner.title.plain == "A proctor has refused.")
    assert page._banner.text.plain == "Ask your institution for another date."


def test_when_all_is_taken_it_goes_on_and_lets_the_picture_go(
    qtbot: Any, walker: Any, identity: Identity
) -> None:
    window, _, recording = identity
    walker.calibrate(window)
    assert isinstance(window.page, CalibrationPage)
    looks = recording.preview.looks
    qtbot.wait(250)
    assert recording.preview.looks == looks


def test_a_box_stands_where_the_mirror_shows_it() -> None:
    place = QRectF(10, 20, 640, 480)
    assert mirrored(Box(0.0, 0.0, 0.25, 0.5), place) == QRectF(490, 20, 160, 240)
