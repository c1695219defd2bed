"""Windows that stand on a desktop before an exam, and all that a desktop shows, as it is.

What is asked for goes the way of a panel or a pager: as messages to the window manager (EWMH).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from support.waiting import until
from Xlib import X, Xutil, error
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage
from Xlib.xobject.drawable import Window

# What a client message does to a state of a window, and on whose behalf it asks (EWMH).
_REMOVE, _ADD = 0, 1
_AS_A_PAGER = 2

# How a neighbour may stand before an exam; openbox has four workspaces.
_STATES = ("", "MAXIMIZED_VERT", "ABOVE", "BELOW", "FULLSCREEN")
_WORKSPACES = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """A window: where (x, y, width, height), how (``_NET_WM_STATE``), on which workspace."""

    title: str
    area: tuple[int, int, int, int]
    states: frozenset[str]
    workspace: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a desktop shows: its windows from the lowest to the highest, which of them is in
    front and gets the keys, which workspace, and its displays."""

    windows: tuple[Standing, ...]
    front: str
    keyboard: str
    workspace: int
    displays: tuple[tuple[str, int, int, int, int], ...]

    def window(self, title: str) -> Standing | None:
        """The window with that title."""
        return next((one for one in self.windows if one.title == title), None)

    def above(self, window: Standing) -> list[Standing]:
        """Those on its workspace that are above it."""
        higher = self.windows[self.windows.index(window) + 1 :]
        return [one for one in higher if one.workspace == window.workspace]


class Neighbours:
    """Two windows of another program, and the eyes that look at all of them."""

    def __init__(self, display: str) -> None:
        self._x = Display(display)
        self._root = self._x.screen().root
        self._own = {name: self._made(name, 60 + 200 * at) for at, name in enumerate("ab")}
        until(lambda: set("ab") <= {one.title for one in self.shown().windows}, "both windows")

    def close(self) -> None:
        """Take them away."""
        self._x.close()

    def shuffle(self, dice: random.Random) -> None:
        """Have them stand another way than before, one of them in front."""
        for window in self._own.values():
            for state in filter(None, _STATES):
                self.state(window.id, state, on=False)
        for window in self._own.values():
            if state := dice.choice(_STATES):
                self.state(window.id, state, on=True)
            self._tell(window, "_NET_WM_DESKTOP", dice.randrange(_WORKSPACES), _AS_A_PAGER)
        settled(self)
        # Each was in front once: window managers look at where one belongs only then.
        for name in dice.choice(("ab", "ba")):
            self.to_the_front(name)
            until(lambda name=name: self.shown().keyboard == name, f"{name} in front")
        settled(self)

    def to_the_front(self, name: str) -> None:
        """Put one in front, on its workspace, as a pager does."""
        window = self._own[name]
        self.go_to(self._number(window, "_NET_WM_DESKTOP"))
        self._tell(window, "_NET_ACTIVE_WINDOW", _AS_A_PAGER, X.CurrentTime, 0)

    def move(self, name: str, x: int, y: int) -> None:
        """Have one stand elsewhere on the desktop, as its program asks."""
        self._own[name].configure(x=x, y=y)
        self._x.sync()

    @contextmanager
    def lying_over(self, title: str, area: tuple[int, int, int, int]) -> Iterator[None]:
        """A window that no window manager looks after, above all others and without the keys,
        for as long as the block lasts; ``area`` is x, y, width, height."""
        depth = self._x.screen().root_depth
        window = self._root.create_window(*area, 0, depth, override_redirect=True)
        window.set_wm_name(title)
        window.set_wm_class("notes", "Notes")
        window.map()
        window.configure(stack_mode=X.Above)
        self._x.sync()
        try:
            yield
        finally:
            window.destroy()
            self._x.sync()

    def go_to(self, workspace: int) -> None:
        """Show another workspace."""
        self._tell(self._root, "_NET_CURRENT_DESKTOP", workspace, X.CurrentTime)

    def state(self, window: int, name: str, *, on: bool) -> None:
        """Give a window a state, or take it."""
        atom = self._x.intern_atom(f"_NET_WM_STATE_{name}")
        resource = self._x.create_resource_object("window", window)
        self._tell(resource, "_NET_WM_STATE", _ADD if on else _REMOVE, atom, 0, _AS_A_PAGER)

    def number(self, title: str) -> int:
        """The server's number of the window with that title."""
        return next(one.id for one in self._managed() if self._title(one) == title)

    def shown(self) -> Shown:
        """All of it, now; windows that go while they are looked at are left out."""
        monitors = self._root.xrandr_get_monitors().monitors
        return Shown(
            windows=tuple(filter(None, map(self._standing, self._managed()))),
            front=self._titled(self._number(self._root, "_NET_ACTIVE_WINDOW")),
            keyboard=self._keyboard(),
            workspace=self._number(self._root, "_NET_CURRENT_DESKTOP"),
            displays=tuple(
                (self._x.get_atom_name(one.name), one.x, one.y, *_size(one)) for one in monitors
            ),
        )

    def _made(self, name: str, x: int) -> Window:
        window = self._root.create_window(x, 60, 180, 120, 0, self._x.screen().root_depth)
        window.set_wm_name(name)
        window.set_wm_hints(flags=Xutil.InputHint, input=1)
        window.map()
        self._x.sync()
        return window

    def _managed(self) -> list[Window]:
        atom = self._x.intern_atom("_NET_CLIENT_LIST_STACKING")
        told = self._root.get_full_property(atom, X.AnyPropertyType)
        numbers = [] if told is None else told.value
        return [self._x.create_resource_object("window", int(one)) for one in numbers]

    def _standing(self, window: Window) -> Standing | None:
        try:
            size = window.get_geometry()
            at = window.translate_coords(self._root, 0, 0)
            told = window.get_full_property(self._x.intern_atom("_NET_WM_STATE"), 0)
            names = [] if told is None else [self._x.get_atom_name(one) for one in told.value]
            workspace = self._number(window, "_NET_WM_DESKTOP")
        except error.XError:
            return None
        # Who has the keys is told apart, and openbox gives that as a state, too.
        states = frozenset(one for one in names if one != "_NET_WM_STATE_FOCUSED")
        area = (-at.x, -at.y, size.width, size.height)
        return Standing(self._title(window), area, states, workspace)

    def _keyboard(self) -> str:
        focus = self._x.get_input_focus().focus
        return self._titled(0 if isinstance(focus, int) else focus.id)

    def _titled(self, number: int) -> str:
        return self._title(self._x.create_resource_object("window", number)) if number else ""

    def _title(self, window: Window) -> str:
        try:
            for name in ("_NET_WM_NAME", "WM_NAME"):
                told = window.get_full_property(self._x.intern_atom(name), X.AnyPropertyType)
                if told is not None:
                    value = told.value
                    return value.decode() if isinstance(value, bytes) else str(value)
        except error.XError:
            pass
        return ""

    def _number(self, window: Window, name: str) -> int:
        told = window.get_full_property(self._x.intern_atom(name), X.AnyPropertyType)
        return int(told.value[0]) if told is not None and len(told.value) else 0

    def _tell(self, about: Window, what: str, *words: int) -> None:
        data = (32, [*words, *[0] * (5 - len(words))])
        kind = self._x.intern_atom(what)
        message = ClientMessage(window=about, client_type=kind, data=data)
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        self._root.send_event(message, event_mask=mask)
        self._x.sync()


def settled(one: Neighbours) -> Shown:
    """What is shown once that changes no more: ten looks at it are alike."""
    seen: list[Shown] = []

    def alike() -> bool:
        seen.append(one.shown())
        return len(seen) >= 10 and len(set(seen[-10:])) == 1

    until(alike, "a desktop that stands still")
    return seen[-1]


def _size(monitor: object) -> tuple[int, int]:
    return monitor.width_in_pixels, monitor.height_in_pixels  # type: ignore[attr-defined]


@contextmanager
def neighbours(display: str) -> Iterator[Neighbours]:
    """Such windows, for as long as the block lasts."""
    one = Neighbours(display)
    try:
        yield one
    finally:
        one.close()
