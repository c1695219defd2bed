"""That something was copied on X11: who owns the selection, never what is in it.

The selection named CLIPBOARD alone: PRIMARY changes whenever text is marked.
"""

from __future__ import annotations

from typing import Any

from Xlib import error
from Xlib.display import Display
from Xlib.ext import xfixes

from recorder.lockdown.adapter import Copied, Window
from recorder.lockdown.x11.reading import Reading


class X11Clipboard:
    """Counts the changes of the clipboard of one display."""

    def __init__(self, display: str) -> None:
        self._x = Reading(display, self._listen)
        self._serial = 0
        self._owner: Window | None = None

    def copied(self) -> Copied:
        """How often it changed, and whose it is; raises EnvironmentFault without X11."""
        return self._x.ask(self._look)

    def close(self) -> None:
        """Let the display go."""
        self._x.close()

    def _listen(self, display: Any) -> None:
        display.xfixes_query_version()
        masks = (
            xfixes.XFixesSetSelectionOwnerNotifyMask
            | xfixes.XFixesSelectionWindowDestroyNotifyMask
            | xfixes.XFixesSelectionClientCloseNotifyMask
        )
        root, clipboard = display.screen().root, display.intern_atom("CLIPBOARD")
        display.xfixes_select_selection_input(root, clipboard, masks)

    def _look(self, display: Display) -> Copied:
        changed = False
        while display.pending_events():
            event: Any = display.next_event()
            # A program that ends with its copy takes it away: nothing was copied.
            if getattr(event, "sub_code", None) == xfixes.XFixesSetSelectionOwnerNotify:
                self._serial += 1
                changed = True
        if changed:
            self._owner = self._asked_owner(display)
        return Copied(self._serial, self._owner)

    def _asked_owner(self, display: Display) -> Window | None:
        window = display.get_selection_owner(self._x.atom(display, "CLIPBOARD"))
        if isinstance(window, int):  # X.NONE: nobody's
            return None
        try:
            return self._x.describe(display, window)
        except error.BadWindow:
            return None
