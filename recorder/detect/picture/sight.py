"""Why a picture cannot be judged, or not fully: one reason at a time, and steady.

What was seen was visible: light and blur are only a reason where no face is found, and what
showed a face a moment ago is not too dark or too bright now. Each reason has to hold for a
while before it is given, and to be gone for a while before it is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.graphs import Roi
from recorder.detect.observations import NOT_LIVE, Blindness
from recorder.detect.picture.repeats import Liveness
from recorder.detect.picture.sharpness import face_edge_width, picture_edge_width
from recorder.detect.picture.visibility import Light

MS = 1_000_000

# Without a face, a picture is too dark when even its brightest places are below this level:
# on photographs under simulated exposure and noise, brightened as ``lift`` does, faces of
# 60 to 180 pixels are found down to about 18.
TOO_DARK = 20.0

# Without a face, a picture is too bright when at least this share of it is saturated. On
# overexposed photographs faces are lost between 0.2 and 0.5.
TOO_BRIGHT = 0.3

# A face that was seen in such light would be seen in it still: darker by this factor, or
# saturated by this much more of the picture, may be why it is gone.
_DARKER, _BRIGHTER = 0.8, 0.1

# A face must be found by so many searches in a row, before its light counts as good enough:
# at the edge of what can be seen it is found now and then.
SEEN_SEARCHES = 3

# Width of edges from which a face is too blurred for its eyes, in pixels of a face of 96
# (see ``sharpness``), and from which the next picture is sharp again. Sharp photographs and
# rendered heads give 2 to 6. Blurred by 3 % of the face's width, about an iris's radius, the
# error of gaze doubles and that of pose passes 3°: those give 7 to 10.
BLURRED_FACE, SHARP_FACE = 8.0, 7.0

# The same where no face is found, in pixels of a picture of 120 rows: 1.5 to 3.5 when it is
# sharp. Blurred by a tenth of a face of 80 pixels, where the detector begins to lose them,
# photographs and rendered rooms give 4.8 to 5.9.
BLURRED_PICTURE = 4.3

# How often sharpness is measured; it costs a third of a search.
BLUR_EVERY_NS = 1000 * MS

# Faces narrower than this in pixels are counted, and their pose and gaze not measured; from
# the second number on they are. On rendered heads the error of gaze doubles below 40.
SMALL_BELOW, LARGE_FROM = 40.0, 44.0

# The same for faces of which more than this share lies outside the picture: on rendered
# heads the error of yaw passes 3° at a quarter.
CUT_FROM, WHOLE_BELOW = 0.18, 0.13

# How long a reason holds before it is given, and is gone before it is taken back; gravest
# first: what shows nothing, what shows the wrong thing, what shows too little. Those with
# 0 are steady in themselves.
_STEADY_NS = {
    Blindness.COVERED: (0, 0),
    Blindness.DARK: (500 * MS, 1000 * MS),
    Blindness.BRIGHT: (500 * MS, 1000 * MS),
    Blindness.UPSIDE_DOWN: (0, 0),
    Blindness.FROZEN: (0, 0),
    Blindness.REPEATED: (0, 0),
    Blindness.BLURRED: (1000 * MS, 1000 * MS),
    Blindness.FACE_SMALL: (500 * MS, 500 * MS),
    Blindness.FACE_CUT: (500 * MS, 500 * MS),
}


@dataclass(slots=True)
class _Reason:
    """One reason over time."""

    on_ns: int
    off_ns: int
    given: bool = False
    differs_since_ns: int | None = None

    def step(self, now_ns: int, *, holds: bool) -> bool:
        """Whether the reason is to be given, now that it holds or not."""
        if holds == self.given:
            self.differs_since_ns = None
            return self.given
        if self.differs_since_ns is None:
            self.differs_since_ns = now_ns
        if now_ns - self.differs_since_ns >= (self.on_ns if holds else self.off_ns):
            self.given, self.differs_since_ns = holds, None
        return self.given


class _Reasons:
    """Every reason over time."""

    def __init__(self) -> None:
        self._reasons = {kind: _Reason(*steady) for kind, steady in _STEADY_NS.items()}

    def step(self, now_ns: int, holding: set[Blindness]) -> list[Blindness]:
        """Take the reasons that hold in a picture; those to be given, gravest first."""
        return [
            kind
            for kind, reason in self._reasons.items()
            if reason.step(now_ns, holds=kind in holding)
        ]


class _Lighting:
    """Is it the light that no face is found? It remembers in what light one was."""

    def __init__(self) -> None:
        self._seen: Light | None = None
        self._in_a_row = 0

    def found(self, light: Light) -> None:
        """A face is found in this light."""
        self._in_a_row += 1
        if self._in_a_row >= SEEN_SEARCHES:
            self._seen = light

    def reason(self, light: Light) -> Blindness | None:
        """Why no face is found in this light, if it is the light."""
        seen, self._in_a_row = self._seen, 0
        darker = seen is None or light.brightest < _DARKER * seen.brightest
        if light.brightest < TOO_DARK and darker:
            return Blindness.DARK
        brighter = seen is None or light.saturated > seen.saturated + _BRIGHTER
        if light.saturated >= TOO_BRIGHT and brighter:
            return Blindness.BRIGHT
        return None


class Sight:
    """Collects what is wrong with one camera's pictures."""

    def __init__(self) -> None:
        self._reasons = _Reasons()
        self._lighting = _Lighting()
        self._light: Blindness | None = None
        self._blurred = self._small = self._cut = False
        self._sharpness_ns: int | None = None
        self._given: list[Blindness] = []

    @property
    def blind(self) -> Blindness | None:
        """The gravest reason why the last picture cannot be judged, or not fully."""
        return self._given[0] if self._given else None

    @property
    def blurred(self) -> bool:
        """Whether the last picture that was looked at for it was out of focus."""
        return self._blurred

    @property
    def shows_pose(self) -> bool:
        """Whether pose and gaze of a face in the last picture can be measured."""
        return NOT_LIVE.issuperset(self._given)

    def nothing(self, now_ns: int) -> None:
        """The picture has no content."""
        self._light, self._blurred = None, False
        self._given = self._reasons.step(now_ns, {Blindness.COVERED})

    def searched(
        self,
        now_ns: int,
        image: NDArray[np.uint8],
        light: Light,
        box: Roi | None,
    ) -> None:
        """The picture, (h, w, 3) uint8 RGB, was searched: the box of the face that is
        followed, or of the surest one, or none."""
        if self._sharpness_ns is None or now_ns - self._sharpness_ns >= BLUR_EVERY_NS:
            self._sharpness_ns = now_ns
            self._blurred = self._is_blurred(image, box)
        if box is not None:
            self._lighting.found(light)
            self._light = None
        else:
            self._light = self._lighting.reason(light)

    def _is_blurred(self, image: NDArray[np.uint8], box: Roi | None) -> bool:
        if box is not None:
            limit = SHARP_FACE if self._blurred else BLURRED_FACE
            width = face_edge_width(image, box.x, box.y, max(box.width, box.height))
        else:
            limit, width = BLURRED_PICTURE, picture_edge_width(image)
        return width is not None and width >= limit

    def judge(
        self,
        now_ns: int,
        live: Liveness,
        box: Roi | None,
        shape: tuple[int, ...],
        *,
        turned: bool,
    ) -> None:
        """A picture of this shape shows a face in ``box``, or none."""
        self._small = box is not None and _is_small(box, was=self._small)
        self._cut = box is not None and _is_cut(box, shape[1], shape[0], was=self._cut)
        holds = {
            Blindness.FROZEN: live.frozen,
            Blindness.REPEATED: live.loop_s is not None,
            Blindness.UPSIDE_DOWN: turned,
            Blindness.DARK: self._light is Blindness.DARK,
            Blindness.BRIGHT: self._light is Blindness.BRIGHT,
            Blindness.BLURRED: self._blurred,
            Blindness.FACE_SMALL: self._small,
            Blindness.FACE_CUT: self._cut,
        }
        holding = {kind for kind, held in holds.items() if held}
        self._given = self._reasons.step(now_ns, holding)


def _is_small(box: Roi, *, was: bool) -> bool:
    """Whether a face has too few pixels for its pose."""
    return min(box.width, box.height) < (LARGE_FROM if was else SMALL_BELOW)


def _is_cut(box: Roi, width: int, height: int, *, was: bool) -> bool:
    """Whether too much of a face lies outside a picture of this size."""
    inside = Roi(width / 2, height / 2, width, height)
    return 1 - box.overlap(inside) > (WHOLE_BELOW if was else CUT_FROM)
