"""What lies over a window on X11, whose server keeps all windows in one order, from below up.

Window managers leave some windows alone (menus, and whatever asks for it), so that one of them
may lie over the exam for as long as it likes, without the keys and in nobody's list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from Xlib import X, error
from Xlib.display import Display

from recorder.lockdown.x11.clients import client_pid
from recorder.lockdown.x11.reading import Reading

if TYPE_CHECKING:
    from Xlib.xobject.drawable import Window

# The share of a window from which on another one counts as lying over it: notifications, menus
# and the boxes of input methods cover less.
SHARE = 0.05

# A client is this far inside of what the window manager puts around it.
_DEEPEST = 3

_Area = tuple[int, int, int, int]


def lying_over(
    reading: Reading, display: Display, root: Window, window: Window
) -> Window | None:
    """The highest window of another program that covers more than ``SHARE`` of ``window``.

    What window manager and compositor put there themselves is none: the picture of the whole
    desktop is drawn in such a one. May raise BadWindow when ``window`` closes meanwhile.
    """
    top = _top_of(window, root)
    inside = _area(top)
    order = [one.id for one in root.query_tree().children]
    if inside is None or top.id not in order:
        return None
    # Its own menus and boxes, and what the desktop itself puts there.
    known = {client_pid(display, window.id), *_desktop_pids(reading, display, root)}
    least = SHARE * inside[2] * inside[3]
    for number in reversed(order[order.index(top.id) + 1 :]):
        one = display.create_resource_object("window", number)
        area = _shown_area(one)
        if area is None or _shared(area, inside) < least:
            continue
        client = _client_in(one, _DEEPEST)
        pid = client_pid(display, client.id)
        if pid is not None and pid not in known:
            return client
    return None


def _desktop_pids(reading: Reading, display: Display, root: Window) -> Iterator[int]:
    check = reading.property(display, root, "_NET_SUPPORTING_WM_CHECK")
    compositor = display.get_selection_owner(reading.atom(display, "_NET_WM_CM_S0"))
    numbers = [int(check[0])] if check is not None and len(check) else []
    if not isinstance(compositor, int):
        numbers.append(compositor.id)
    for number in numbers:
        if (pid := client_pid(display, number)) is not None:
            yield pid


def _top_of(window: Window, root: Window) -> Window:
    """The child of the root that a window is in."""
    while (parent := window.query_tree().parent) != root and not isinstance(parent, int):
        window = parent
    return window


def _client_in(window: Window, depth: int) -> Window:
    """The program's own window in what is around it, or the window itself."""
    try:
        if depth and window.get_wm_class() is None:
            for child in reversed(window.query_tree().children):
                found = _client_in(child, depth - 1)
                if found.get_wm_class() is not None:
                    return found
    except error.BadWindow:  # it has closed meanwhile
        pass
    return window


def _shown_area(window: Window) -> _Area | None:
    """Where a window is seen; ``None`` for one that is not, or takes clicks alone."""
    try:
        told = window.get_attributes()
        seen = told.map_state == X.IsViewable and told.win_class == X.InputOutput
        return _area(window) if seen else None
    except error.BadWindow:  # it has closed meanwhile
        return None


def _area(window: Window) -> _Area | None:
    try:
        told = window.get_geometry()
    except error.BadDrawable:  # it has closed meanwhile
        return None
    return told.x, told.y, told.width, told.height


def _shared(one: _Area, other: _Area) -> int:
    """How many pixels are in both."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0, wide) * max(0, high)
