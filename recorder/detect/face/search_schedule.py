"""When is the whole picture to be searched for faces? Often while in doubt, rarely while
nothing changes."""

from __future__ import annotations

from recorder.detect.face.graphs import Roi
from recorder.detect.picture.visibility import Look, Span

MS = 1_000_000

# While nothing in the picture changes.
QUIET_NS = 1_000 * MS

# While something changes, be it only the candidate: finds a second person, and believes in
# it at the next look, within the half second that is promised.
SEARCH_EVERY_NS = 333 * MS

# While something is in doubt (no face, several, a half-certain one) or changes where the
# candidate is not: three looks within the bridge of 0.5 s.
SEARCH_AGAIN_NS = 100 * MS

# Change of a field of the picture that calls for a search, as a share of the picture's
# contrast, and at least in levels of luma: somebody who enters changes a field by about the
# contrast itself, a lamp that flickers by a tenth of it.
CHANGED_SHARE, CHANGED_LEAST = 0.15, 1.5

# Where the candidate moves without anybody entering, in widths of the followed face: the
# head, and below its middle the shoulders and arms.
_HEAD_REACH, _BODY_REACH = 0.9, 1.8


class SearchSchedule:
    """Decides for each picture of one camera."""

    def __init__(self) -> None:
        self._searched: tuple[int, Look] | None = None
        self._abrupt = True
        self._views_left = 0

    def forget(self) -> None:
        """Begin anew: the next picture is searched."""
        self._searched, self._abrupt = None, True

    def searched(self, now_ns: int, look: Look, views: int = 1) -> None:
        """This picture is being searched, in one of so many views. Where something new may
        have come, the others follow soon."""
        self._searched = (now_ns, look)
        self._views_left = views - 1 if self._abrupt else max(0, self._views_left - 1)
        self._abrupt = False

    def is_due(
        self, now_ns: int, look: Look, face: Roi | None, shape: tuple[int, ...], *, doubt: bool
    ) -> bool:
        """Whether this picture is to be searched.

        Args:
            now_ns: when the picture was taken.
            look: the picture at a glance.
            face: the box of the face that is followed.
            shape: the picture's height and width.
            doubt: whether what is known of it may be wrong.
        """
        if self._searched is None:
            return True
        elapsed = now_ns - self._searched[0]
        if elapsed >= QUIET_NS:
            return True
        if elapsed < SEARCH_AGAIN_NS:
            return False
        if doubt or face is None or self._views_left:
            return True
        last = self._searched[1]
        least = max(CHANGED_LEAST, CHANGED_SHARE * look.contrast)
        self._abrupt = look.local_change(last, _candidate(face, shape)) >= least
        return self._abrupt or (elapsed >= SEARCH_EVERY_NS and look.local_change(last) >= least)


def _candidate(face: Roi, shape: tuple[int, ...]) -> tuple[Span, ...]:
    """Head and body of whom this face belongs to."""
    height, width = shape[:2]
    head, body = _HEAD_REACH * face.width, _BODY_REACH * face.width
    middle, top = face.y / height, (face.y - head) / height
    return (
        Span((face.x - head) / width, top, (face.x + head) / width, middle),
        Span((face.x - body) / width, middle, (face.x + body) / width, 1.0),
    )
