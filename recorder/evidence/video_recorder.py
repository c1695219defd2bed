"""Pictures to segments: which are kept, how long each lasts, which must stand alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import structlog
from av.error import FFmpegError

from recorder.capture.frames import Frame
from recorder.capture.timeline import Timeline
from recorder.evidence.canvas import Canvas
from recorder.evidence.cmaf import VIDEO_TIMESCALE, Sample
from recorder.evidence.encode_video import (
    MIN_BIT_S,
    TIME_BASE,
    WIDE_SCREEN_PIXELS,
    CodedPicture,
    VideoEncoder,
    VideoSettings,
    at_level,
)
from recorder.evidence.fragments import Emit, Fragmenter, Grid
from recorder.evidence.holes import ENCODER_FAILED, PAUSED, RETRY_S, Holes
from recorder.evidence.pacing import Pace

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class VideoCounts:
    """What became of the pictures: kept, not due by the pace, or out of place in time."""

    kept: int = 0
    not_due: int = 0
    misplaced: int = 0


class VideoRecorder:
    """Camera or screen. Not thread-safe, but ``selects`` may run on a thread of its own.

    A run is a stretch of pictures without a hole. Within a run the samples tile the
    timeline; a pause ends it and is reported as a gap; the next run begins with a picture
    that stands alone. All times are those of the frames' ``pts``.
    """

    def __init__(
        self, settings: VideoSettings, segment_s: float, timeline: Timeline, emit: Emit
    ) -> None:
        self.counts = VideoCounts()
        self._pace = Pace(settings.kept_fps, settings.captured_fps)
        self._settings = settings
        self._timeline = timeline
        slack = 0 if settings.holds else int(self._pace.slack_s * VIDEO_TIMESCALE)
        self._grid = Grid.of(segment_s, VIDEO_TIMESCALE, slack)
        self._fragmenter = Fragmenter(settings.stream, timeline, self._grid, emit)
        self._beat = VIDEO_TIMESCALE // settings.kept_fps
        self._pause = int(settings.pause(1) * VIDEO_TIMESCALE)
        self._share = self._encoded_share = 1.0
        self._full = settings.full
        self._canvas: Canvas | None = None
        self._encoder: VideoEncoder | None = None
        self._inside: deque[int] = deque()
        self._coded: deque[CodedPicture] = deque()
        self._selected = self._given = self._encoded = -1
        self._alone_cell = 0
        self._resume_at = 0
        self._holes = Holes(settings.stream, timeline, TIME_BASE, emit)

    def push(self, frame: Frame) -> None:
        """Record a picture if it is due."""
        if self.selects(frame):
            self.record(frame)

    def selects(self, frame: Frame) -> bool:
        """Whether a picture is of this epoch, later than those before it, and due."""
        pts = _ticks(frame)
        if frame.epoch != self._timeline.epoch or pts <= self._selected or pts < 0:
            self.counts.misplaced += 1
            return False
        self._selected = pts
        if not self._pace.keeps(pts * TIME_BASE):
            self.counts.not_due += 1
            return False
        return True

    def record(self, frame: Frame) -> None:
        """Record a picture that was selected."""
        pts = _ticks(frame)
        if pts <= self._encoded:
            self.counts.misplaced += 1
            return
        self._advance(pts)
        if self._encoder is None and pts < self._resume_at:
            return  # still in the last run's last picture, or in the hole of a failure
        if self._canvas is None:
            self._canvas = Canvas(frame.image.shape[1], frame.image.shape[0])
        self._canvas.draw(frame.image)
        self._given = pts
        self.counts.kept += 1
        self._encode(self._canvas, pts)

    def advance(self, now_ns: int) -> None:
        """Say that no picture from before ``now_ns`` will come any more."""
        self._advance(self._timeline.pts(now_ns, TIME_BASE))

    def flush(self, end_ns: int | None = None) -> None:
        """Close the open fragment; the recording, or this part of it, is over.

        Args:
            end_ns: until when the device was watched. A screen's picture counts until
                then, and a pause up to then is reported.
        """
        end = 0 if end_ns is None else self._timeline.pts(end_ns, TIME_BASE)
        self._advance(end)
        self._end_run(end if self._settings.holds else 0)
        self._holes.end(end)

    def interrupt(self) -> None:
        """Close the open fragment: the device is gone, which the caller reports."""
        self._holes.forget()
        self._end_run(0)

    def missed(self, start_ns: int, end_ns: int, reason: str) -> None:
        """Report pictures that were lost on their way here."""
        self._holes.missed(start_ns, end_ns, reason)

    def thin(self, divisor: int) -> None:
        """Keep only each ``divisor``-th picture from now on; 1 keeps all again."""
        self._pace.thin(divisor)
        self._pause = int(self._settings.pause(divisor) * VIDEO_TIMESCALE)

    def limit(self, share: float) -> None:
        """Bound the rate by this share of the policy's, from the next fragment on.

        Fewer pictures alone do not lower the rate: the encoder spends it on those that stay.
        """
        self._share = share

    def _advance(self, now: int) -> None:
        if self._encoder is None or self._canvas is None:
            return
        if now - self._given > self._pause:
            self._holes.begin(self._given, PAUSED)
            self._end_run(0)
        elif self._settings.holds:
            for boundary in self._grid.boundaries(self._encoded, now):
                self._encode(self._canvas, boundary)

    def _encode(self, canvas: Canvas, pts: int) -> None:
        """Encode what is on the canvas as the picture at ``pts``."""
        alone = self._begins_group(canvas, pts)
        self._encoded = pts
        self._inside.append(pts)
        try:
            if alone and self._share != self._encoded_share:
                self._leave_encoder()
            encoder = self._encoder or self._begin_run(canvas, pts)
            self._coded.extend(encoder.encode(canvas.picture, pts, alone=alone))
        except FFmpegError as error:
            self._note_failure(error)
            self._empty(0)
        while self._coded and len(self._inside) > 1:
            self._hand_on(self._inside[1])

    def _begins_group(self, canvas: Canvas, pts: int) -> bool:
        """Whether the picture must stand alone: its run's first, or after so many cells."""
        cell = self._grid.index(pts)
        wide = canvas.width * canvas.height > WIDE_SCREEN_PIXELS
        key_s = self._settings.wide_key_s if wide else self._settings.key_s
        cells = max(1, round(key_s * VIDEO_TIMESCALE / self._grid.cell))
        opens_cell = cell != self._grid.index(self._encoded)
        due = opens_cell and (
            cell >= self._alone_cell + cells or self._share != self._encoded_share
        )
        if self._encoder is not None and not due:
            return False
        self._alone_cell = cell
        return True

    def _begin_run(self, canvas: Canvas, pts: int) -> VideoEncoder:
        self._encoded_share = self._share
        if self._settings.level is None:
            self._settings = at_level(self._settings, canvas.width, canvas.height)
        settings = replace(
            self._settings,
            bit_s=max(MIN_BIT_S, int(self._settings.bit_s * self._share)),
            full=self._full,
        )
        self._encoder = VideoEncoder(settings, canvas.width, canvas.height)
        self._fragmenter.begin(self._encoder.track)
        self._holes.end(pts)
        return self._encoder

    def _leave_encoder(self) -> None:
        """Go on with an encoder of another rate; the same run, the same init segment."""
        if self._encoder is not None:
            self._coded.extend(self._encoder.drain())
            self._full = self._encoder.full
            self._encoder = None

    def _hand_on(self, end: int) -> None:
        coded, pts = self._coded.popleft(), self._inside.popleft()
        assert coded.pts == pts
        self._fragmenter.add(Sample(coded.data, pts, end - pts, coded.sync))

    def _end_run(self, end: int) -> None:
        if self._encoder is None:
            return
        try:
            self._coded.extend(self._encoder.drain())
        except FFmpegError as error:
            self._note_failure(error)
        self._empty(end)

    def _empty(self, end: int) -> None:
        """Hand on what is coded; the run's last picture lasts a beat, or until ``end``."""
        end = max(end, self._encoded + self._beat)
        while self._coded:
            self._hand_on(self._inside[1] if len(self._inside) > 1 else end)
        self._inside.clear()
        self._encoder, self._full = None, self._settings.full
        self._resume_at = max(self._resume_at, end)
        self._fragmenter.close()

    def _note_failure(self, error: FFmpegError) -> None:
        """What is inside the encoder is lost; the next picture but some finds a new one."""
        _log.warning("encoder_failed", stream=self._settings.stream, error=str(error))
        lost = self._inside[min(len(self._coded), len(self._inside) - 1)]
        self._holes.begin(lost, ENCODER_FAILED)
        self._resume_at = self._encoded + int(RETRY_S * VIDEO_TIMESCALE)


def _ticks(frame: Frame) -> int:
    """A frame's time in 1/90,000 s from the epoch's origin."""
    base = frame.time_base
    return frame.pts * base.numerator * VIDEO_TIMESCALE // base.denominator
