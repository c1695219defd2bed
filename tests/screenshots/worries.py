"""What a candidate sees where something is wrong: pages that have to be read in a fright."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
from screenshots.walk import Walk
from support.scripted_program import FakeProgram, FakeRecording

from recorder.doctor.computer import DISK
from recorder.doctor.wording import verbatim
from recorder.faults import EnvironmentFault
from recorder.status import Delivery, Light, Stage
from recorder.ui.window import MainWindow
from shared.policy import Surface

IN_USE = EnvironmentFault(
    "Camera device:0 is there but gives no picture.",
    "Close other programs that use the camera, or plug it out and in again.",
)
FULL = DISK.problem(
    verbatim("2.1 GB free; the exam takes up to 5200 MB."),
    verbatim("Free some space on the disk that holds /home/ada."),
)
NO_BROWSER = EnvironmentFault(
    "The exam's browser cannot be started on this computer: libnss3.so is missing on this "
    "computer.",
    "Restart the computer and try again, or use another one.",
)
REFUSED = (
    "The proctor has not let you in, and writes: “The photograph shows somebody else.” You can "
    "ask University of Example (exams@example.edu), or leave; what was recorded so far is kept "
    "and shows that you were here."
)
AWAITED = (
    "A proctor is asked about this computer. Please wait. Why: the processor runs under a "
    "hypervisor; the firmware calls this machine “QEMU”."
)


def in_use_and_full(program: FakeProgram) -> FakeProgram:
    """Have its check find the camera in use and the disk full."""
    program.broken["camera=device:0"] = IN_USE
    program.findings["disk"] = FULL
    return program


def without_browser(program: FakeProgram) -> FakeProgram:
    """Have its exam be in a browser that cannot be made."""
    policy = program.offer.policy
    surface = Surface(kind="browser", start="https://exam.example.edu/")
    program.offer = dataclasses.replace(
        program.offer, policy=msgspec.structs.replace(policy, surface=surface)
    )

    def exam_room(_offer: object, _recording: object) -> Any:
        raise NO_BROWSER

    program.exam_room = exam_room  # type: ignore[method-assign]
    return program


class WorryTour:
    """Keeps a picture of each."""

    def __init__(
        self, window: MainWindow, program: FakeProgram, walk: Walk, shoot: Callable[[str], None]
    ) -> None:
        self._window, self._program = window, program
        self._walk, self._shoot = walk, shoot

    def take(self) -> None:
        """From the check to the end."""
        check = self._to_check()
        self._walk.rest(1200)
        self._shoot("check-problem")
        self._program.broken.clear()
        check.begin()
        recording = self._begin(check)
        recording.become(phase="waiting", awaits="environment", words=AWAITED)
        self._shoot("proctor-awaited")
        recording.become(awaits="", refused=True, words=REFUSED, light=Light.ATTENTION)
        self._shoot("proctor-refused")
        self._sit(recording)
        self._end(recording)

    def take_without_browser(self) -> None:
        """An exam that has begun and is not to be seen."""
        self._sit(self._begin(self._to_check()))
        self._shoot("exam-without-browser")

    def _to_check(self) -> Any:
        page: Any = self._window.page
        self._window.open_link("invigil://exam.example.edu/ABCDEFGH")
        page.submit()
        self._walk.until(lambda: self._window.page is not page)
        overview: Any = self._window.page
        overview.primary.click()
        consent: Any = self._window.page
        consent.agreed.emit()
        check: Any = self._window.page
        self._walk.until(lambda: check.looks.done)
        return check

    def _begin(self, check: Any) -> FakeRecording:
        self._walk.until(lambda: check._preview is not None)
        check.start()
        self._walk.until(lambda: type(self._window.page).__name__ == "WaitingPage")
        return self._program.recordings[0]

    def _sit(self, recording: FakeRecording) -> None:
        recording.become(refused=False, phase="exam", left_s=4646.0, words="Recording")
        recording.become(light=Light.GOOD, starts_in_s=None)
        self._walk.until(lambda: type(self._window.page).__name__ == "ExamPage")

    def _end(self, recording: FakeRecording) -> None:
        cut = Delivery(100, 60, 50, 25, 5_000_000, 2_448_800, online=False)
        exam: Any = self._window.page
        exam.finishing.emit("finished")
        recording.become(stage=Stage.DELIVERING, delivery=cut, words="Delivering the recording")
        self._shoot("delivering-no-connection")
        online = dataclasses.replace(cut, online=True)
        recording.become(delivery=online, ended="terminated")
        self._shoot("ended-by-the-institution")
