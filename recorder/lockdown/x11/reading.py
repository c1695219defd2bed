"""What the readers share: a connection made when first asked, and what a window says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from Xlib import X
from Xlib.display import Display

from recorder.lockdown.adapter import Window
from recorder.lockdown.x11.clients import client_pid
from recorder.lockdown.x11.connection import GONE, connect, gone

if TYPE_CHECKING:
    from Xlib.xobject.drawable import Window as XWindow

# Titles are for a reviewer's eye; a page may put kilobytes there (in units of 4 bytes).
_TITLE_WORDS = 256

T = TypeVar("T")


class Reading:
    """One display, asked by one thread; connected to again after a loss."""

    def __init__(self, name: str, on_connect: Callable[[Display], None] | None = None) -> None:
        """Connect later to the display ``name``; ``on_connect`` then prepares it."""
        self._name = name
        self._on_connect = on_connect
        self._display: Display | None = None
        self._atoms: dict[str, int] = {}

    def ask(self, question: Callable[[Display], T]) -> T:
        """Ask the display, connecting first where that is needed.

        Raises:
            EnvironmentFault: X11 is gone, or was never there.
        """
        try:
            return question(self._connected())
        except GONE as problem:
            self.close()
            raise gone(self._name, problem) from problem

    def _connected(self) -> Display:
        if self._display is None:
            self._display = display = connect(self._name)
            self._atoms = {}
            if self._on_connect is not None:
                self._on_connect(display)
        return self._display

    def close(self) -> None:
        """Let the display go; closing twice is allowed."""
        display, self._display = self._display, None
        if display is not None:
            with suppress(*GONE):
                display.close()

    def atom(self, display: Display, name: str) -> int:
        """The number of a name at this server."""
        if name not in self._atoms:
            self._atoms[name] = display.intern_atom(name)
        return self._atoms[name]

    def property(self, display: Display, window: XWindow, name: str) -> Any:
        """A property's value, ``None`` where it is not set: bytes, or an array of numbers."""
        atom = self.atom(display, name)
        found = window.get_property(atom, X.AnyPropertyType, 0, _TITLE_WORDS)
        return None if found is None else found.value

    def describe(self, display: Display, window: XWindow) -> Window:
        """A window's title, application and process; raises BadWindow when it closed."""
        wm_class = window.get_wm_class()
        return Window(
            title=self._title(display, window),
            app=wm_class[1] or wm_class[0] if wm_class else "",
            pid=self._pid(display, window),
        )

    def _pid(self, display: Any, window: XWindow) -> int | None:
        """The process behind a window: as the server knows it, else as the window says.

        A property may say anything; the server asks the socket (X-Resource 1.2).
        """
        known = client_pid(display, window.id)
        if known is not None:
            return known
        said = self.property(display, window, "_NET_WM_PID")
        return int(said[0]) if said is not None and len(said) else None

    def _title(self, display: Display, window: XWindow) -> str:
        for name in ("_NET_WM_NAME", "WM_NAME"):
            value = self.property(display, window, name)
            if value:
                raw = value if isinstance(value, bytes) else str(value).encode()
                return raw.decode("utf-8", errors="replace")
        return ""
