"""Reads recordings, as fast as they decode: pictures turned upright, sound at 48 kHz mono.

Times count from the file's first instant, the same for its picture and its sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.capture.timeline import NS_PER_S, SOUND_RATE
from recorder.faults import EnvironmentFault

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream as AvStream
    from av.video.frame import VideoFrame

# A recording that ends this much before its own length says is cut short. Above the
# rounding of containers (a frame or two), below what a person would miss.
CUT_SHORT_NS = 500_000_000

# Shrinking by more than this needs area averaging against shimmer; below, bilinear is
# as good and half the work (measured at 848x480: 1.0 against 2.4 ms).
AREA_FROM_RATIO = 2.0

# Input whose timestamps step by more than this has a hole: it becomes silence.
SOUND_HOLE_NS = 20_000_000

# A damaged file may hold a time of years ahead, for which nobody wants to wait: what lies
# further beyond the claimed length, or leaves a longer hole, is not believed.
BEYOND_NS = 60 * NS_PER_S

_NS_PER_AV_TICK = 1000  # av.time_base is microseconds


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The recording is over. ``length_ns`` is that of its longest stream."""

    length_ns: int
    cut_short: bool


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """One picture at ``at_ns``, not yet turned or converted."""

    at_ns: int
    frame: VideoFrame

    def image(self, box: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """The upright picture, (h, w, 3) uint8 RGB.

        Args:
            box: the largest (width, height) wanted; an upright picture uses it upright.
                Never enlarged; the aspect stays, to the next even number.
        """
        width, height = fit((self.frame.width, self.frame.height), box)
        ratio = self.frame.width / width
        image = self.frame.to_ndarray(
            format="rgb24",
            width=width,
            height=height,
            interpolation="AREA" if ratio >= AREA_FROM_RATIO else "FAST_BILINEAR",
        )
        turn = _TURNS.get(round(self.frame.rotation / 90) * 90 % 360)
        return image if turn is None else cv2.rotate(image, turn)  # type: ignore[return-value]


# The display matrix's angle is anticlockwise (ISO/IEC 14496-12, 8.3.2): 270 is "turn right".
_TURNS = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}


def fit(size: tuple[int, int], box: tuple[int, int] | None) -> tuple[int, int]:
    """The largest even (width, height) of the same aspect that is no larger than ``box``.

    The box is turned with the picture, so that a portrait keeps as many pixels.
    """
    width, height = size
    scale = 1.0
    if box is not None:
        long, short = max(box), min(box)
        scale = min(1.0, long / max(size), short / min(size))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


class Recording:
    """An opened file and one of its streams. Close it after use."""

    def __init__(self, path: Path, kind: str) -> None:
        """Open the file and find its stream.

        Raises:
            EnvironmentFault: no such file, not a recording, or no such stream in it.
        """
        self.path = path
        self._container = _open(path)
        streams: list[AvStream] = [s for s in self._container.streams if s.type == kind]
        if not streams:
            self._container.close()
            raise EnvironmentFault(
                f"The file {path} holds no {_HOLDS[kind]}.",
                f"Give a recording with {_HOLDS[kind]}, or use none.",
            )
        self.stream: AvStream = streams[0]
        self._origin_ns = (self._container.start_time or 0) * _NS_PER_AV_TICK

    @property
    def length_ns(self) -> int | None:
        """The length that the file claims, if it does."""
        ticks = self._container.duration
        return None if ticks is None or ticks <= 0 else ticks * _NS_PER_AV_TICK

    def close(self) -> None:
        """Let the file go."""
        self._container.close()

    def seek(self, at_ns: int) -> None:
        """Go to the last point at or before ``at_ns`` from which decoding can begin."""
        with suppress(av.error.FFmpegError):  # a format without an index starts at its start
            self._container.seek((at_ns + self._origin_ns) // _NS_PER_AV_TICK)

    def frames(self) -> Iterator[tuple[int | None, VideoFrame | AudioFrame] | FileEnd]:
        """Every frame of the stream with its time, then the end.

        Packets of the other streams are looked at only for where the file ends, so that
        its picture and its sound, read apart, agree on its length. What cannot be decoded
        is left out; a file that breaks off ends there.
        """
        end_ns = 0
        with suppress(av.error.FFmpegError):
            for packet in self._container.demux():
                end_ns = max(end_ns, self._end_of(packet))
                if packet.stream.index != self.stream.index:
                    continue
                with suppress(av.error.FFmpegError):
                    for frame in packet.decode():
                        at_ns = self._time_of(frame)  # type: ignore[arg-type]
                        if at_ns is None or self._believable(at_ns):
                            yield at_ns, frame  # type: ignore[misc]
        claimed = self.length_ns or end_ns
        cut_short = claimed - end_ns > CUT_SHORT_NS
        yield FileEnd(end_ns if cut_short else max(claimed, end_ns), cut_short)

    def _end_of(self, packet: Packet) -> int:
        if packet.pts is None or packet.time_base is None:
            return 0
        ticks = (packet.pts + (packet.duration or 0)) * packet.time_base
        end_ns = int(ticks * NS_PER_S) - self._origin_ns
        return end_ns if self._believable(end_ns) else 0

    def _believable(self, at_ns: int) -> bool:
        return self.length_ns is None or at_ns <= self.length_ns + BEYOND_NS

    def _time_of(self, frame: VideoFrame | AudioFrame) -> int | None:
        if frame.pts is None or frame.time_base is None:
            return None
        return int(frame.pts * frame.time_base * NS_PER_S) - self._origin_ns


_HOLDS = {"video": "picture", "audio": "sound"}


def _open(path: Path) -> InputContainer:
    try:
        return av.open(str(path), metadata_errors="ignore")
    except FileNotFoundError as error:
        raise EnvironmentFault(f"There is no file {path}.", "Check the path.") from error
    except PermissionError as error:
        raise EnvironmentFault(
            f"The file {path} cannot be read.", "Ask its owner for permission to read it."
        ) from error
    except (OSError, av.error.FFmpegError) as error:
        raise EnvironmentFault(
            f"The file {path} is not a recording, or is cut short before its index "
            f"({error.strerror or error}).",
            "Give a video or sound file that plays in a media player.",
        ) from error


class VideoFile:
    """A recording's pictures."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises EnvironmentFault as ``Recording`` does."""
        self._recording = Recording(path, "video")
        stream = self._recording.stream
        # One thread: a second saves no CPU, and real time needs a tenth of one.
        stream.codec_context.thread_count = 1
        rate = stream.average_rate or stream.guessed_rate
        self.fps = float(rate) if rate else _FPS_UNKNOWN
        self.length_ns = self._recording.length_ns

    def pictures(self, from_ns: int = 0) -> Iterator[DecodedPicture | FileEnd]:
        """Every picture from a time on, in order, then the end."""
        if from_ns > 0:
            self._recording.seek(from_ns)
        interval = int(NS_PER_S / self.fps)
        at_ns = -interval
        for item in self._recording.frames():
            if isinstance(item, FileEnd):
                known = item.length_ns > at_ns
                yield item if known else FileEnd(at_ns + interval, item.cut_short)
                return
            stamp, frame = item
            at_ns = at_ns + interval if stamp is None else stamp
            if at_ns + interval > from_ns:
                yield DecodedPicture(at_ns, frame)  # type: ignore[arg-type]

    def close(self) -> None:
        """Let the file go."""
        self._recording.close()


# What FFmpeg assumes for raw video that says nothing.
_FPS_UNKNOWN = 25.0


@dataclass(frozen=True, slots=True)
class DecodedSound:
    """Samples from ``at`` (samples from the file's start) on: (n,) int16, 48 kHz, mono."""

    at: int
    samples: NDArray[np.int16]


class SoundFile:
    """A recording's sound."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises EnvironmentFault as ``Recording`` does."""
        self._recording = Recording(path, "audio")
        self.length_ns = self._recording.length_ns

    def sounds(self, from_ns: int = 0) -> Iterator[DecodedSound | FileEnd]:
        """All sound from about a time on, then the end. Holes are left out."""
        if from_ns > 0:
            self._recording.seek(from_ns)
        resampler, at = _resampler(), None
        for item in self._recording.frames():
            if isinstance(item, FileEnd):
                if at is not None:
                    yield from _resampled(resampler, None, at)
                yield item
                return
            stamp, frame = item
            start = at if stamp is None else stamp * SOUND_RATE // NS_PER_S
            if at is None or (start is not None and abs(start - at) > _SOUND_HOLE):
                resampler, at = _resampler(), start or 0
            for sound in _resampled(resampler, frame, at):  # type: ignore[arg-type]
                at = sound.at + len(sound.samples)
                yield sound

    def close(self) -> None:
        """Let the file go."""
        self._recording.close()


_SOUND_HOLE = SOUND_HOLE_NS * SOUND_RATE // NS_PER_S


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="s16", layout="mono", rate=SOUND_RATE)


def _resampled(
    resampler: av.AudioResampler, frame: AudioFrame | None, at: int
) -> Iterator[DecodedSound]:
    for out in resampler.resample(frame):
        samples = out.to_ndarray().reshape(-1).astype(np.int16, copy=False)
        yield DecodedSound(at, samples)
        at += len(samples)
