"""The exam's own window, with its browser and its bar, as pictures like those of the pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from PySide6.QtCore import QUrl
from screenshots.walk import Walk
from support.exam_site import Site, serving
from support.scripted_program import FakeProgram, FakeRecording

from recorder.exam.engine import clean_environment, is_root
from shared.policy import Surface

# Pixels: a laptop's whole screen, and a quarter of one beside it.
SIZE = (1366, 768)
COVER_SIZE = (683, 384)

# How long a page takes to be drawn, in milliseconds.
DRAWN_MS = 1500


class Held:
    """What of a session the exam's room needs; nothing of the machine is held."""

    def hold(self, _operations: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Browsing:
    """A program whose exam is in its browser, the exam's site, the address of a server that has
    gone, and where the exam's room will be."""

    program: FakeProgram
    site: Site
    gone: str
    rooms: list[Any]


@contextmanager
def browsed(program: FakeProgram) -> Iterator[Browsing]:
    """Have the program's exam be in its browser."""
    clean_environment(os.environ, root=is_root())
    from recorder.exam_room import ExamRoom

    rooms: list[Any] = []

    def room(offer: Any, _recording: object) -> Any:
        rooms.append(ExamRoom(offer, Held()))  # type: ignore[arg-type]
        return rooms[0]

    with serving() as short_lived:
        gone = short_lived.url
    with serving() as beside, serving(beside.url.replace("127.0.0.1", "localhost")) as site:
        allowed = (gone.removeprefix("http://"),)
        surface = Surface(kind="browser", start=f"{site.url}/", allowed=allowed, header=False)
        policy = msgspec.structs.replace(program.offer.policy, surface=surface)
        program.offer = replace(program.offer, policy=policy)
        program.exam_room = room  # type: ignore[method-assign]
        yield Browsing(program, site, gone, rooms)


class ExamTour:
    """Keeps a picture of what a candidate meets in the exam's window."""

    def __init__(self, browsing: Browsing, walk: Walk, shoot: Callable[[str], None]) -> None:
        room = browsing.rooms[0]
        self._window, self._browser, self._browsing = room._window, room._browser, browsing
        self._walk, self._shoot = walk, shoot

    def take(self, recording: FakeRecording) -> None:
        """The exam, an address that is not opened, leaving, a break, and no page."""
        self._window.resize(*SIZE)
        self._walk.until(lambda: "/" in self._browsing.site.paths())
        self._walk.until(lambda: not self._browser.page.isLoading())
        self._walk.rest(DRAWN_MS)
        self._shoot("exam-browser")
        self._browser.page.runJavaScript("document.getElementById('link').click()")
        self._shoot("exam-browser-not-opened")
        self._window.ask_to_leave()
        self._shoot("exam-browser-leaving")
        self._window._stay()
        recording.take_break()
        self._walk.rest(DRAWN_MS)
        self._shoot("exam-browser-break")
        recording.end_break()
        self._browser.page.load(QUrl(self._browsing.gone))
        self._walk.until(lambda: self._browser._sheets[-1].trouble.isVisible())
        self._shoot("exam-browser-no-page")
