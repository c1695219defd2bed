"""The displays that are plugged in, as the kernel's connectors have them.

The kernel does not say which part of the desktop each one shows, so a mirrored display is
not told here from one that extends the desktop.
"""

from __future__ import annotations

from pathlib import Path

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Display


class KernelDisplays:
    """The connectors below ``/sys/class/drm`` that something is plugged into."""

    def __init__(self, drm: Path) -> None:
        self._drm = drm

    def displays(self) -> tuple[Display, ...]:
        """Every display; raises EnvironmentFault when the kernel does not say."""
        try:
            connectors = sorted(self._drm.glob("card*-*"))
            return tuple(
                _display(one)
                for one in connectors
                if (one / "status").read_text().strip() == "connected"
            )
        except (OSError, ValueError) as error:
            raise EnvironmentFault(
                f"The list of displays cannot be read ({error}).",
                "See that /sys is mounted and readable.",
            ) from error

    def close(self) -> None:
        """There is nothing to let go."""


def _display(connector: Path) -> Display:
    """``card0-HDMI-A-1`` with its preferred mode, the first of ``modes`` (``1920x1080``)."""
    modes = (connector / "modes").read_text().split()
    width, _, height = modes[0].partition("x") if modes else ("0", "", "0")
    name = connector.name.partition("-")[2]
    return Display(name, int(width), int(height.rstrip("i") or 0))
