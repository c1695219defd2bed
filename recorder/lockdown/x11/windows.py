"""The window in front on X11, as window managers publish it (EWMH 1.5).

Asked for a few times a second rather than waited for: a title changes without the window
changing, and one look is three short round trips (0.3 ms).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from Xlib import X, error
from Xlib.display import Display

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Window

if TYPE_CHECKING:
    from Xlib.xobject.drawable import Window as XWindow

# What python-xlib raises when the server is gone or was never there.
_GONE = (
    error.DisplayError,
    error.ConnectionClosedError,
    error.XauthError,
    OSError,
)

# Titles are for a reviewer's eye; a page may put kilobytes there (in units of 4 bytes).
_TITLE_WORDS = 256

# Window nesting is shallow (client in frame in root); a loop in it would be a server's bug.
_DEEPEST = 16


class X11Windows:
    """The active window of one display. Connects when first asked, and again after a loss."""

    def __init__(self, display: str) -> None:
        self._name = display
        self._display: Display | None = None
        self._atoms: dict[str, int] = {}

    def active_window(self) -> Window | None:
        """The window in front, or ``None``; raises EnvironmentFault when X11 is gone."""
        try:
            display = self._connected()
            window = self._active(display)
            return None if window is None else self._describe(window)
        except error.BadWindow:  # it closed between two questions: none is in front
            return None
        except _GONE as problem:
            self.close()
            raise EnvironmentFault(
                f"The display {self._name} does not answer ({problem}).",
                "See that the desktop session is still running.",
            ) from problem

    def _connected(self) -> Display:
        if self._display is None:
            _knock(self._name)
            self._display = display = Display(self._name)
            self._atoms = {name: display.intern_atom(name) for name in _ATOMS}
        return self._display

    def _active(self, display: Display) -> XWindow | None:
        root = display.screen().root
        active = self._property(root, "_NET_ACTIVE_WINDOW")
        if active is None:
            return self._focused(display)
        number = int(active[0]) if len(active) else X.NONE
        return None if number == X.NONE else display.create_resource_object("window", number)

    def _focused(self, display: Display) -> XWindow | None:
        """Without a window manager: the window that gets the keys, or what it is part of."""
        window: Any = display.get_input_focus().focus
        for _ in range(_DEEPEST):
            if isinstance(window, int) or window == display.screen().root:
                return None
            if window.get_wm_class() is not None:
                return window
            window = window.query_tree().parent
        return None

    def _describe(self, window: XWindow) -> Window:
        pid = self._property(window, "_NET_WM_PID")
        wm_class = window.get_wm_class()
        return Window(
            title=self._title(window),
            app=wm_class[1] or wm_class[0] if wm_class else "",
            pid=int(pid[0]) if pid is not None and len(pid) else None,
        )

    def _title(self, window: XWindow) -> str:
        for name in ("_NET_WM_NAME", "WM_NAME"):
            value = self._property(window, name)
            if value:
                raw = value if isinstance(value, bytes) else str(value).encode()
                return raw.decode("utf-8", errors="replace")
        return ""

    def _property(self, window: XWindow, name: str) -> Any:
        """A property's value, ``None`` where it is not set: bytes, or an array of numbers."""
        found = window.get_property(self._atoms[name], X.AnyPropertyType, 0, _TITLE_WORDS)
        return None if found is None else found.value

    def close(self) -> None:
        """Let the display go."""
        display, self._display = self._display, None
        if display is not None:
            with suppress(*_GONE):
                display.close()


_ATOMS = ("_NET_ACTIVE_WINDOW", "_NET_WM_NAME", "_NET_WM_PID", "WM_NAME")


def _knock(display: str) -> None:
    """Fail as a missing display does, before python-xlib tries: it leaks what fails.

    Raises:
        OSError: nobody listens for a local display.
    """
    number = display.removeprefix(":").partition(".")[0]
    if display.startswith(":") and number.isdigit():
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108  (where X.Org puts it)
