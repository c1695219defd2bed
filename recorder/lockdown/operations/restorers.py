"""How each step is undone from its journal, by its name; what they need is imported then."""

from __future__ import annotations

from collections.abc import Mapping

from recorder.lockdown.operation import State
from recorder.lockdown.undoing import Restorer

CLIPBOARD = "clipboard"


def _screen_saver(state: State) -> str:
    from recorder.lockdown.x11.screen_saver import restore_screen_saver

    return restore_screen_saver(state)


def _notifications(state: State) -> str:
    from recorder.lockdown.operations.notifications import restore_notifications

    return restore_notifications(state)


def _clipboard(state: State) -> str:
    from recorder.lockdown.operations.clipboard import restore_clipboard

    return restore_clipboard(state)


RESTORERS: Mapping[str, Restorer] = {
    "screen_saver": _screen_saver,
    "notifications": _notifications,
    CLIPBOARD: _clipboard,
}
