"""The institution's name, colours and languages, as the window shows them.

They stand in a file that is installed with the program and does not change while it runs, so
that it is read once. A checkout's is nobody's in particular.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from recorder.brand import Brand, load_brand
from recorder.ui.style.colours import Colours


@cache
def brand() -> Brand:
    """The brand.

    Raises:
        EnvironmentFault: its file makes no sense; said before there is a window, as the
            settings are read from it first.
    """
    return load_brand()


def tinted(colours: Colours, own: str) -> Colours:
    """Colours with the institution's own accent, or as they are where it has none.

    Args:
        colours: light or dark.
        own: ``#rrggbb``, or empty. Words on it have been looked at (`recorder.brand`).
    """
    if not own:
        return colours
    over = mixed(own, colours.text if colours.name == "light" else "#ffffff", 0.2)
    return replace(
        colours, accent=own, accent_over=over, accent_soft=mixed(own, colours.surface, 0.86)
    )


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with this share (0 to 1) of another."""
    parts = (
        round(int(colour[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)
