"""Whose a window is, as the X server knows it (X-Resource Extension 1.2)."""

from __future__ import annotations

from Xlib.display import Display
from Xlib.ext import res


def client_pid(display: Display, window: int) -> int | None:
    """The process that made a window; ``None`` for one on another computer, or without the
    extension. Unlike ``_NET_WM_PID`` it is there for hidden windows, and cannot be borrowed.
    """
    if not display.has_extension("X-Resource"):
        return None
    asked = [(window, res.LocalClientPIDMask)]
    for found in display.res_query_client_ids(asked).ids:
        if found.spec.mask == res.LocalClientPIDMask and found.value:
            return int(found.value[0])
    return None
