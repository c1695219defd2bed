"""The window in front on X11, as window managers publish it (EWMH 1.5).

Asked for a few times a second rather than waited for: a title changes without the window
changing, and one look is a few short round trips (0.4 ms).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from Xlib import X, error
from Xlib.display import Display
from Xlib.protocol import event

from recorder.lockdown.adapter import Desk, Window
from recorder.lockdown.x11.reading import Reading
from recorder.lockdown.x11.stacking import lying_over

if TYPE_CHECKING:
    from Xlib.xobject.drawable import Window as XWindow

# Window nesting is shallow (client in frame in root); a loop in it would be a server's bug.
_DEEPEST = 16

# Who asks for a window in front (EWMH, *Source indication*): a program's wish for its own
# window may be refused, a pager's is the user's.
_AS_A_PAGER = 2


class X11Windows:
    """The active window, workspace and focus of one display."""

    def __init__(self, display: str) -> None:
        self._x = Reading(display)

    def active_window(self) -> Window | None:
        """The window in front, or ``None``; raises EnvironmentFault when X11 is gone."""
        return self._x.ask(lambda display: self._described(display, self._active))

    def front(self) -> tuple[int, Window] | None:
        """The window in front with its number at the server, or ``None``; raises as above."""
        return self._x.ask(self._numbered)

    def bring_back(self, number: int) -> None:
        """Ask the window manager to put a window in front, on its workspace; one that has
        closed meanwhile stays closed. Raises as above."""
        self._x.ask(lambda display: self._activate(display, number))

    def obeys(self) -> bool:
        """Whether there is a window manager that can be asked so; raises as above."""
        return self._x.ask(self._can_activate)

    def desk(self) -> Desk:
        """The workspace shown and the window that gets the keys, as X11 has them."""
        return self._x.ask(self._desk)

    def close(self) -> None:
        """Let the display go."""
        self._x.close()

    def _desk(self, display: Display) -> Desk:
        root = display.screen().root
        number = self._x.property(display, root, "_NET_CURRENT_DESKTOP")
        workspace = int(number[0]) if number is not None and len(number) else None
        over = self._described(display, lambda display: self._over(display, root))
        return Desk(workspace, self._described(display, self._focused), over)

    def _over(self, display: Display, root: XWindow) -> XWindow | None:
        active = self._active(display)
        return None if active is None else lying_over(self._x, display, root, active)

    def _numbered(self, display: Display) -> tuple[int, Window] | None:
        try:
            window = self._active(display)
            return window and (window.id, self._x.describe(display, window))
        except error.BadWindow:  # as in ``_described``
            return None

    def _activate(self, display: Display, number: int) -> None:
        root = display.screen().root
        window = display.create_resource_object("window", number)
        try:
            workspace = self._x.property(display, window, "_NET_WM_DESKTOP")
        except error.BadWindow:  # it has closed
            return
        shown = self._x.property(display, root, "_NET_CURRENT_DESKTOP")
        # Window managers differ in whether a window on another one brings its workspace along.
        if workspace is not None and shown is not None and workspace[0] != shown[0]:
            self._tell(display, root, "_NET_CURRENT_DESKTOP", int(workspace[0]), X.CurrentTime)
        self._tell(display, window, "_NET_ACTIVE_WINDOW", _AS_A_PAGER, X.CurrentTime, X.NONE)
        display.sync()

    def _tell(self, display: Display, about: XWindow, what: str, *data: int) -> None:
        """Send the window manager a message (EWMH 1.5, *Root Window Messages*)."""
        words = [*data, *[0] * (5 - len(data))]
        kind = self._x.atom(display, what)
        told = event.ClientMessage(window=about, client_type=kind, data=(32, words))
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        display.screen().root.send_event(told, event_mask=mask)

    def _can_activate(self, display: Display) -> bool:
        known = self._x.property(display, display.screen().root, "_NET_SUPPORTED")
        return known is not None and self._x.atom(display, "_NET_ACTIVE_WINDOW") in known

    def _described(self, display: Display, find: Any) -> Window | None:
        try:
            window = find(display)
            return None if window is None else self._x.describe(display, window)
        except error.BadWindow:  # it closed between two questions: none is there
            return None

    def _active(self, display: Display) -> XWindow | None:
        root = display.screen().root
        active = self._x.property(display, root, "_NET_ACTIVE_WINDOW")
        if active is None:  # without a window manager: what gets the keys
            return self._focused(display)
        number = int(active[0]) if len(active) else X.NONE
        return None if number == X.NONE else display.create_resource_object("window", number)

    def _focused(self, display: Display) -> XWindow | None:
        """The window that gets the keys, or the application's window that it is part of."""
        window: Any = display.get_input_focus().focus
        for _ in range(_DEEPEST):
            if isinstance(window, int) or window == display.screen().root:
                return None
            if window.get_wm_class() is not None:
                return window
            window = window.query_tree().parent
        return None
