"""A video file in place of a camera or a screen, at its own pace and over and over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from recorder.capture.cadence import Cadence
from recorder.capture.frames import Frame, StreamName
from recorder.capture.looping import PLAYABLE, Loop
from recorder.capture.media_file import DecodedPicture, FileEnd, VideoFile
from recorder.capture.reading import READ_BOUND_S, Clock, Ended, Idle, Lost, Sleep
from recorder.capture.timeline import NS_PER_S, FrameStamper, Timeline
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault

# Pictures later than this are left out; more than a scheduler's slice, less than a frame.
_LATE_NS = 20_000_000

# After this long without a picture a late one is handed on all the same: a machine that
# cannot keep up shows some pictures, not none.
_STARVED_NS = NS_PER_S

# Beyond this the file is joined anew where it would be by now: the computer slept, or the
# program stood still, and pictures from that time would be lies.
LEFT_BEHIND_NS = 5 * NS_PER_S

# Pictures before a file was joined in its middle: not known, and not none.
_SOME = 2


class VideoPlayback:
    """A video file as a camera or a screen. Late pictures are left out, never delayed."""

    def __init__(
        self,
        path: Path,
        stream: StreamName,
        box: tuple[int, int] | None,
        fps: float,
        timeline: Timeline,
        *,
        loop: bool = True,
        clock: Clock = now_ns,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Play ``path``, at most ``fps`` pictures a second, no larger than ``box``."""
        self.stream: StreamName = stream
        self.name = path.name
        self.skipped = 0
        self._path = path
        self._box = box
        self._fps = fps
        self._repeat = loop
        self._clock = clock
        self._sleep = sleep
        self._loop = Loop(path, timeline.origin_ns)
        self._stamper = FrameStamper(stream, timeline)
        self._file: VideoFile | None = None
        self._items: Iterator[DecodedPicture | FileEnd] = iter(())
        self._pending: DecodedPicture | None = None
        self._last: DecodedPicture | None = None
        self._in_loop = 0
        self._shown_ns: int | None = None

    @property
    def note(self) -> str:
        """Says so when the file is cut short."""
        return self._loop.note

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch; the file plays on."""
        self._stamper.rebase(timeline)

    def open(self) -> None:
        """Open the file where it would be by now; raises EnvironmentFault."""
        self.close()
        self._file = file = VideoFile(self._path)
        self._cadence = Cadence(self._fps)
        position = self._loop.join(self._clock(), file.length_ns)
        self._items = file.pictures(position)
        self._shown_ns = None
        self._pending = self._first(position)
        self._in_loop = 1 if position == 0 else _SOME

    def _first(self, position: int) -> DecodedPicture:
        """The picture to begin with, which proves that the file holds any."""
        match next(self._items):
            case DecodedPicture() as picture:
                return picture
            case FileEnd() as end if position > 0:
                self._loop.end(end)
                self._items = self._again(end)
                return self._first(0)
            case FileEnd():
                self.close()
                raise EnvironmentFault(
                    f"No picture of the file {self._path} can be decoded.", PLAYABLE
                )

    def _again(self, end: FileEnd) -> Iterator[DecodedPicture | FileEnd]:
        """The file from its start; a single photograph is not read over and over."""
        if self._in_loop == 1 and self._last is not None:
            return iter((self._last, end))
        if self._file is not None:
            self._file.close()
        self._file = VideoFile(self._path)
        return self._file.pictures()

    def read(self) -> Frame | Idle | Lost | Ended:
        """The picture that is due now, at its time."""
        bound_ns = self._clock() + int(READ_BOUND_S * NS_PER_S)
        while True:
            if self._pending is None:
                match self._advance():
                    case DecodedPicture() as picture:
                        self._pending = picture
                    case (Ended() | Lost()) as over:
                        return over
            due_ns = self._loop.start_ns + self._pending.at_ns
            if self._left_behind(due_ns):
                self.skipped += 1
                self.open()
            elif not self._cadence.wants(due_ns):
                self._pending = None
            elif self._late(due_ns):
                self._pending = None
                self.skipped += 1
                if self._clock() > bound_ns:
                    return Idle()
            elif due_ns > bound_ns:
                self._wait_until(bound_ns)
                return Idle()
            else:
                self._wait_until(due_ns)
                return self._show(due_ns)

    def _advance(self) -> DecodedPicture | Ended | Lost:
        """The file's next picture, from its start again after its end."""
        item = next(self._items, None)
        if isinstance(item, FileEnd):
            self._loop.end(item)
            if not self._repeat:
                return Ended()
            try:
                self._items = self._again(item)
            except EnvironmentFault as fault:
                return Lost(fault.what)
            self._in_loop = 0
            item = next(self._items)
        if isinstance(item, DecodedPicture):
            self._in_loop += 1
            self._last = item
            return item
        return Lost(f"The file {self._path} gives no more pictures.")

    def _left_behind(self, due_ns: int) -> bool:
        """Whether so much was missed that the file is joined anew, but once a picture."""
        played = self._repeat and self._shown_ns is not None
        return played and self._clock() - due_ns > LEFT_BEHIND_NS

    def _late(self, due_ns: int) -> bool:
        """Whether a picture is left out because its time has passed."""
        now = self._clock()
        starved = self._shown_ns is not None and now - self._shown_ns > _STARVED_NS
        return now - due_ns > _LATE_NS + self._cadence.interval_ns and not starved

    def _show(self, due_ns: int) -> Frame:
        assert self._pending is not None
        image = self._pending.image(self._box)
        self._pending = None
        now = self._clock()
        self._shown_ns = now
        self._cadence.took(due_ns)
        return self._stamper.stamp(image, now, due_ns)

    def _wait_until(self, at_ns: int) -> None:
        wait = at_ns - self._clock()
        if wait > 0:
            self._sleep(wait / NS_PER_S)

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
        self._file, self._items = None, iter(())
        self._pending = self._last = None
