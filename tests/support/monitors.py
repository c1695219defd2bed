"""Displays more at a real X server: monitors of RandR 1.5, made and taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from Xlib.display import Display
from Xlib.ext import randr
from Xlib.protocol import rq


class _SetMonitor(rq.Request):
    """RRSetMonitor with its fields in a row: python-xlib's own cannot be sent."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(43),
        rq.RequestLength(),
        rq.Window("window"),
        rq.Card32("name"),
        rq.Bool("primary"),
        rq.Bool("automatic"),
        rq.LengthOf("outputs", 2),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card32("width_mm"),
        rq.Card32("height_mm"),
        rq.List("outputs", rq.Card32Obj),
    )


@contextmanager
def monitor(
    display: str, name: str, x: int, width: int, height: int, *, real: bool = False
) -> Iterator[None]:
    """A monitor called ``name`` at ``x``, for as long as the block lasts.

    A ``real`` one has the server's output, which then shows no more than this.
    """
    connection = Display(display)
    atom = connection.intern_atom(name)
    root = connection.screen().root
    outputs = root.xrandr_get_screen_resources_current().outputs if real else []
    _SetMonitor(
        display=connection.display,
        opcode=connection.display.get_extension_major(randr.extname),
        window=root,
        name=atom,
        primary=real,
        automatic=False,
        x=x,
        y=0,
        width=width,
        height=height,
        width_mm=200,
        height_mm=100,
        outputs=list(outputs),
    )
    connection.sync()
    try:
        yield
    finally:
        root.xrandr_delete_monitor(atom)
        connection.sync()
        connection.close()
