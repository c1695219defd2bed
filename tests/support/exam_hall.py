"""Where an exam is sat in tests: a desktop with two displays, other windows on it, a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.desk import Desk, desk
from support.exam_site import serving
from support.locked_app import LockedApp
from support.monitors import monitor
from support.neighbours import Neighbours, Standing, neighbours

# The two displays in pixels, and what stands on them during an exam.
HEIGHT, LEFT, RIGHT = 600, 700, 500
EXAM, COVER = "Linear Algebra I", "Invigil: the exam runs on the other display"


@dataclass(frozen=True, slots=True)
class Hall:
    """Such a place; closing ``second`` unplugs the display on the right."""

    desk: Desk
    beside: Neighbours
    page: str
    second: ExitStack

    def stands(self, *, full: bool) -> bool:
        """Whether the exam is in front with the keys, over all of its display where it shall
        be, a cover over all of the other one, and nothing above either."""
        shown = self.beside.shown()
        window, cover = shown.window(EXAM), shown.window(COVER)
        if window is None or cover is None:
            return False
        left, right = (0, 0, LEFT, HEIGHT), (LEFT, 0, RIGHT, HEIGHT)
        if full:
            placed = (window.area, cover.area) == (left, right)
        else:  # it may be on either
            placed = cover.area in (left, right) and not overlap(cover, window)
        above = ((one, other) for one in (window, cover) for other in shown.above(one))
        return placed and self.in_front() and not any(overlap(*pair) for pair in above)

    def in_front(self) -> bool:
        """Whether the exam is, and gets the keys."""
        shown = self.beside.shown()
        return shown.front == shown.keyboard == EXAM


@contextmanager
def hall(folder: Path) -> Iterator[Hall]:
    """Such a place, with what programs keep in ``folder``."""
    with (
        desk(folder, f"{LEFT + RIGHT}x{HEIGHT}x24") as one,
        monitor(one.name, "left", 0, LEFT, HEIGHT, real=True),
        ExitStack() as unplugged,
        neighbours(one.name) as beside,
        serving() as site,
    ):
        unplugged.enter_context(second_display(one.name))
        yield Hall(one, beside, f"{site.url}/", unplugged)


@contextmanager
def second_display(display: str) -> Iterator[None]:
    """The display on the right, for as long as the block lasts."""
    with monitor(display, "right", LEFT, RIGHT, HEIGHT):
        yield


def in_force(app: LockedApp) -> bool:
    """Whether every step is but those that a machine without a message bus does not know, and
    the watchers look."""
    states = {one["state"] for one in app.held().values()}
    return bool(states) and states <= {"in_force", "unsupported"} and app.looks


def overlap(one: Standing, other: Standing) -> bool:
    """Whether some of the desktop is in both."""
    (x, y, width, height), (left, top, wide, high) = one.area, other.area
    return x < left + wide and left < x + width and y < top + high and top < y + height
