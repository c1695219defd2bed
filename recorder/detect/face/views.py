"""What of a picture, and how brightened, the next search looks at.

The detector sees 192 pixels across, whatever the picture's size. A wide picture is therefore
searched in turn as a whole and in its left and right squares, where a face of 60 pixels is
a third larger. While nobody is found, every second search looks at the whole as it is, and
those between try squares and brightness. While somebody is seen beside the candidate, every
second search looks where that was: whoever leaves is gone at once, not after a whole turn.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from recorder.detect.picture.lift import Exposure, exposures
from recorder.detect.picture.visibility import Light

# Pictures that are wider than high by this factor have squares of their own.
_WIDE = 1.2


class Part(StrEnum):
    """A part of a picture."""

    WHOLE = "whole"
    LEFT = "left"
    RIGHT = "right"

    def columns(self, height: int, width: int) -> tuple[int, int]:
        """Its first column and the one behind its last, in a picture of this size."""
        match self:
            case Part.WHOLE:
                return 0, width
            case Part.LEFT:
                return 0, min(height, width)
            case Part.RIGHT:
                return max(0, width - height), width


@dataclass(frozen=True, slots=True)
class View:
    """What one search looks at."""

    part: Part = Part.WHOLE
    exposure: Exposure = Exposure.PLAIN

    @property
    def plain(self) -> bool:
        """Whether this is the picture as it is."""
        return self == PLAIN


PLAIN = View()


def parts(height: int, width: int) -> tuple[Part, ...]:
    """The parts in which a picture of this size is searched, the whole first."""
    return tuple(Part) if width > _WIDE * height else (Part.WHOLE,)


class Views:
    """Takes turns. ``exposure`` is the one in which the candidate was found."""

    def __init__(self) -> None:
        self.exposure = Exposure.PLAIN
        self._turn = -1
        self._last = PLAIN
        self._searches: dict[View, int] = {}

    def begin(self) -> None:
        """Begin anew, with the picture as it is."""
        self.exposure, self._turn = Exposure.PLAIN, -1

    def next(
        self,
        light: Light,
        height: int,
        width: int,
        *,
        followed: bool,
        showing: Collection[View] = (),
    ) -> View:
        """The view to search now.

        Args:
            light: the picture's.
            height: the picture's.
            width: the picture's.
            followed: whether the candidate is followed, or looked for.
            showing: the views that showed others, where some are believed in; they come
                between the others while the candidate is followed.
        """
        if followed and showing and self._last not in showing:
            self._last = min(showing, key=lambda view: self._searches.get(view, -1))
        else:
            self._turn += 1
            of = self.beside if followed else self._everywhere
            turns = of(light, height, width)
            self._last = turns[self._turn % len(turns)]
        self._searches[self._last] = max(self._searches.values(), default=0) + 1
        return self._last

    def again(self) -> View:
        """The last view once more: it showed something doubtful."""
        return self._last

    def beside(self, light: Light, height: int, width: int) -> tuple[View, ...]:
        """What is searched in turn beside the candidate: every part as the candidate is
        seen best, and the whole as others may be."""
        lit = tuple(View(part, self.exposure) for part in parts(height, width))
        if self.exposure is not Exposure.PLAIN:
            return (*lit, PLAIN)
        shadows = Exposure.SHADOWS in exposures(light)
        return (*lit, View(exposure=Exposure.SHADOWS)) if shadows else lit

    def _everywhere(self, light: Light, height: int, width: int) -> tuple[View, ...]:
        """The whole as it was seen best, between any two other views."""
        whole = View(exposure=self.exposure)
        others = (
            *(View(exposure=exposure) for exposure in exposures(light)),
            *(View(part) for part in parts(height, width)[1:]),
        )
        return tuple(view for other in others for view in (whole, other)) or (whole,)

    def found(self, view: View) -> None:
        """The candidate was found in this view: its exposure is kept, from the whole on."""
        if view.exposure is not self.exposure:
            self.exposure, self._turn = view.exposure, -1

    def missed(self, view: View) -> None:
        """Nobody was found in this view."""
        if view == View(exposure=self.exposure):
            self.exposure = Exposure.PLAIN
