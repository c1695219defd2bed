"""The exam on a real desktop with two displays: where the keys go, what stays above."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from support.exam_hall import COVER, EXAM, LEFT, Hall, hall, in_force, second_display
from support.exam_remote import exam_app
from support.locked_app import EVERYTHING, STRICTEST, LockedApp, locked_app
from support.waiting import until

from shared.policy import Level, Lockdown, Surface

ALONE = dict.fromkeys(EVERYTHING.__struct_fields__, Level.OFF)

# The exam's window free to move, held above others; or on all of its display alone.
FREE = Lockdown(**{**ALONE, "displays": Level.ENFORCE, "on_top": Level.ENFORCE})
FULL = Lockdown(**{**ALONE, "full_screen": Level.ENFORCE})

# The candidate's own window on the display to the right, and an exam's room with its steps.
WAITING = """
from recorder.exam_room import ExamRoom
from shared.policy import Lockdown
from support.scripted_program import make_offer
held = []
class Holding:
    def hold(self, steps):
        held.extend(steps)
        return True
def made_room(wanted):
    lockdown = msgspec.json.decode(wanted, type=Lockdown)
    return ExamRoom(make_offer(surface=surface, lockdown=lockdown), Holding())
screens = QGuiApplication.screens()
waiting = QWidget()
waiting.setGeometry(800, 100, 300, 200)
waiting.show()
waiting.activateWindow()
"""

# Longer than anything in front has to be there until it is told.
TOLD_WITHIN_S = 2.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as made:
        yield made


@contextmanager
def sitting(place: Hall, wanted: Lockdown, *, alone: bool = False) -> Iterator[LockedApp]:
    """An exam that has begun, ``alone`` on the only display."""
    full = wanted.full_screen is Level.ENFORCE
    begun = place.in_front if alone else lambda: place.stands(full=full)
    with locked_app(place.desk.journals, place.desk.environ, place.page, wanted) as app:
        until(lambda: in_force(app) and begun(), "the exam")
        yield app


def test_a_cover_never_takes_the_keys(place: Hall) -> None:
    with sitting(place, FULL) as app:
        place.desk.type("mousemove", str(LEFT + 100), "100", "click", "1")
        assert place.in_front()
        place.desk.type("windowminimize", str(place.beside.number(COVER)))
        until(lambda: app.held()["full_screen"]["evaded"] >= 1, "its being noticed")
        until(lambda: place.stands(full=True), "the cover")
        assert place.in_front()


@pytest.mark.parametrize("state", ["ABOVE", "FULLSCREEN"])
def test_nothing_stays_above_a_cover(place: Hall, state: str) -> None:
    with sitting(place, FREE) as app:
        cover = place.beside.shown().window(COVER)
        assert cover is not None
        place.beside.move("a", cover.area[0] + 40, 60)
        place.beside.state(place.beside.number("a"), state, on=True)
        place.beside.to_the_front("a")
        until(lambda: app.held()["on_top"]["evaded"] >= 1, "its being counted")
        until(lambda: place.stands(full=False), "the exam and its cover above all")
    place.beside.state(place.beside.number("a"), state, on=False)


def test_what_is_put_in_front_is_told_before_it_goes(place: Hall) -> None:
    """However quickly an exam on top could come back."""
    watched = msgspec.structs.replace(STRICTEST, windows=Level.WATCH)
    with sitting(place, watched) as app:
        place.beside.to_the_front("b")
        until(place.in_front, f"{EXAM} in front again")
        until(lambda: bool(app.incidents()), "the incident")
        [switch] = app.incidents()
        assert (switch["kind"], switch["title"]) == ("window_switch", "b")


def test_what_lies_over_the_exam_without_the_keys_is_told(place: Hall) -> None:
    """No window manager lists it, and the exam stays in front."""
    with sitting(place, STRICTEST) as app:
        # As large as a notification is.
        with place.beside.lying_over("mail", (380, 20, 200, 80)):
            time.sleep(TOLD_WITHIN_S)
            assert app.incidents() == []
        with place.beside.lying_over("answers", (100, 100, 300, 300)):
            until(lambda: bool(app.incidents()), "the incident")
            assert place.in_front()
        until(lambda: len(app.incidents()) == 2, "its end")
        for one in app.incidents():
            assert (one["kind"], one["how"]) == ("window_switch", "over")
            assert (one["title"], one["application"]) == ("answers", "Notes")
        assert "over the exam for" in one["reason"]


def test_a_display_that_comes_in_the_exam_is_covered_and_told(place: Hall) -> None:
    place.second.close()
    with sitting(place, STRICTEST, alone=True) as app:
        place.beside.to_the_front("b")
        until(lambda: told(app) == {"window_switch"}, "that the watchers look")
        until(place.in_front, "the exam")
        place.second.enter_context(second_display(place.desk.name))
        until(lambda: place.stands(full=True), "the cover")
        until(lambda: told(app) == {"window_switch", "display_change"}, "the incident")
        place.second.close()
        until(lambda: place.beside.shown().window(COVER) is None, "the cover's end")
        until(place.in_front, "the exam")
        assert told(app) == {"window_switch", "display_change"}
    place.second.enter_context(second_display(place.desk.name))


@pytest.mark.parametrize("wanted", [FULL, FREE])
def test_a_display_that_goes_before_the_exam_begins(
    place: Hall, wanted: Lockdown, tmp_path: Path
) -> None:
    """The candidate waits on it and unplugs it: the exam is held all the same."""
    surface = Surface(kind="browser", start=place.page, header=False)
    with exam_app(surface, tmp_path, place.desk.name) as app:
        app(WAITING)
        app.until("waiting.isActiveWindow() and waiting.screen() is screens[1]")
        app(f"room = made_room({msgspec.json.encode(wanted)!r})")
        place.second.close()
        app.until("len(QGuiApplication.screens()) == 1")
        app("waiting.activateWindow()")
        assert app("list({type(step.perform()).__name__ for step in held})") == ["InForce"]
        app("room.open(QWidget(), lambda: None)")
        app.until("room._window.isVisible() and room._window.covers.missing() == ()")
        place.second.enter_context(second_display(place.desk.name))
        app.until("len(room._window.covers.all) == 1")
        app("[step.revert() for step in held]")


def told(app: LockedApp) -> set[str]:
    """Of which kinds there were incidents."""
    return {one["kind"] for one in app.incidents()}
