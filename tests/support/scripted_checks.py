"""What a scripted program finds in the system check and in a practice run."""

from __future__ import annotations

from typing import Any, Protocol

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.practice_view import PracticeView
from recorder.doctor.wording import verbatim


def topic(name: str, title: str) -> Topic:
    return Topic(name, verbatim(title), verbatim(f"Why the {title.lower()} matters."))


CHECKED = (
    topic("disk", "Disk space"),
    topic("programs", "Programs"),
    topic("detectors", "Detectors"),
    topic("face", "Your face"),
    topic("upload", "Upload speed"),
)


class Scripted(Protocol):
    """The part of the program that says what is found; ``noted`` takes each call."""

    findings: dict[str, Finding]
    played: Finding

    def noted(self, name: str, *arguments: Any) -> None: ...


class FakeChecking:
    """Finds what the test scripts by id, and else that all is well."""

    items = CHECKED

    def __init__(self, program: Scripted) -> None:
        self._program = program

    def look(self, name: str, preview: Any) -> Finding:
        self._program.noted("look", name, preview)
        scripted = self._program.findings.get(name)
        if scripted is not None:
            return scripted
        (one,) = (one for one in CHECKED if one.id == name)
        return one.ok(verbatim(f"{name} is well."))

    def play_back(self, preview: Any) -> Finding:
        self._program.noted("play_back", preview)
        return self._program.played

    def put_back(self) -> Finding:
        self._program.noted("put_back")
        return CHECKED[0].ok(verbatim("Put back."))


class FakePractice:
    """A run whose view the test sets."""

    def __init__(self, preview: Any) -> None:
        self.preview = preview
        self.now = PracticeView(20.0, ready=False)

    def view(self) -> PracticeView:
        return self.now

    def close(self) -> None:
        self.preview.close()
