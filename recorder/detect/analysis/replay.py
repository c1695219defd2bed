"""A file's pictures and sound as frames and blocks, with everything that is wrong with it.

Unlike ``capture.media_file``, which plays on over damage as a camera would, this tells of it.

Times count from the file's own beginning. What is wrong with a file is either a fault
(nothing can be read at all) or a note in ``damage`` (what could be read was).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.error import FileNotFoundError as NoSuchFile
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.media_file import DecodedPicture
from recorder.faults import EnvironmentFault

NS = 1_000_000_000

# Longer sides are scaled down to this: the models look at 192 pixels of a face, and a
# picture of this size shows them a face of a tenth of its width unscaled.
MAX_SIDE = 1280

# What both voice detectors take.
RATE = 16_000

# A file that ends this much before the end it announces is cut short. Containers round
# their durations to a frame, and sound may end a few packets before the picture.
MISSING_S = 0.5

# Sound that is this far from where it should be is a gap, and begins anew.
SOUND_GAP_S = 0.1

# FFmpeg reads these too, but they are not recordings: text drawn as a picture, and lists
# that make it open other files and addresses.
_NOT_MEDIA = frozenset({"tty", "hls", "concat", "dash", "ass", "srt", "webvtt"})

# Used where a file does not say how many pictures a second it holds.
_ASSUMED_FPS = 25

Wanted = Literal["camera", "microphone"]


class MediaFile:
    """A file opened for reading; use it in a ``with``.

    Args:
        path: a video, an image or a sound file.
        camera: whether its pictures are wanted.
        microphone: whether its sound is wanted.

    Raises:
        EnvironmentFault: there is no such file, or it holds nothing of what is wanted.
    """

    def __init__(self, path: Path, *, camera: bool, microphone: bool) -> None:
        self.path = path
        self.damage: list[str] = []
        self._container = _open(path)
        self._video = _picture_stream(self._container) if camera else None
        sounds = self._container.streams.audio if microphone else ()
        self._audio = sounds[0] if sounds else None
        if camera and self._video is None:
            self._container.close()
            raise EnvironmentFault(
                f"{path} holds no picture.",
                "Give a video or an image; sound goes with --audio.",
            )
        if self._video is None and self._audio is None:
            self._container.close()
            raise EnvironmentFault(f"{path} holds no sound.", "Give a sound file, or a video.")
        if self._video is not None:
            # One thread: more of them would only compete with the detectors.
            self._video.codec_context.thread_count = 1
            if _is_image(self._container) and not _is_whole(path):
                self._note("the image is damaged or cut short")
        self._origin_s = (self._container.start_time or 0) / av.time_base
        self._seen_s = {"camera": 0.0, "microphone": 0.0}
        self._sound = _Sound()
        self._pictures = 0

    @property
    def has_sound(self) -> bool:
        """Whether blocks of sound will come."""
        return self._audio is not None

    @property
    def fps(self) -> float:
        """How many pictures a second there are on average."""
        video = self._video
        said = None if video is None else video.average_rate or video.base_rate
        return float(said or _ASSUMED_FPS)

    @property
    def duration_s(self) -> float | None:
        """How long the file says it is."""
        announced = [
            seconds
            for stream in (self._video, self._audio)
            if stream is not None and (seconds := self._announced_s(stream)) is not None
        ]
        return max(announced, default=None)

    def end_ns(self, stream: Wanted) -> int:
        """Where what was read of a stream ends."""
        return round(self._seen_s[stream] * NS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Frame | AudioBlock]:
        """Everything in the order of the file; ``damage`` is complete afterwards.

        Raises:
            EnvironmentFault: not one picture or sample could be decoded.
        """
        wanted = [stream for stream in (self._video, self._audio) if stream is not None]
        try:
            for packet in self._container.demux(wanted):
                if packet.is_corrupt:
                    self._note("a part is damaged")
                yield from self._decoded(packet)
        except FFmpegError as error:
            self._note(f"it cannot be read to its end ({_words(error)})")
        if not any(self._seen_s.values()):
            raise EnvironmentFault(
                f"Nothing in {self.path} can be decoded.",
                "The file is damaged or cut short; give another one.",
            )
        self._compare_with_announced()

    def _decoded(self, packet: av.Packet) -> Iterator[Frame | AudioBlock]:
        try:
            for decoded in packet.decode():
                if isinstance(decoded, av.VideoFrame):
                    yield self._frame(decoded)
                elif isinstance(decoded, av.AudioFrame):
                    yield from self._blocks(decoded)
        except FFmpegError as error:
            self._note(f"a part cannot be decoded ({_words(error)})")

    def _frame(self, decoded: av.VideoFrame) -> Frame:
        if decoded.time is None:
            at_s = self._seen_s["camera"]
        else:
            at_s = max(0.0, decoded.time - self._origin_s)
        self._seen_s["camera"] = max(self._seen_s["camera"], at_s + 1 / self.fps)
        self._pictures += 1
        return Frame(
            stream="camera",
            epoch=0,
            seq=self._pictures - 1,
            pts=round(at_s * NS),
            time_base=Fraction(1, NS),
            monotonic_ns=round(at_s * NS),
            image=DecodedPicture(round(at_s * NS), decoded).image((MAX_SIDE, MAX_SIDE)),
        )

    def _blocks(self, decoded: av.AudioFrame) -> Iterator[AudioBlock]:
        at_s = None if decoded.time is None else max(0.0, decoded.time - self._origin_s)
        for start, samples in self._sound.take(decoded, at_s):
            end_s = (start + len(samples)) / RATE
            self._seen_s["microphone"] = max(self._seen_s["microphone"], end_s)
            yield AudioBlock(
                stream="microphone",
                epoch=0,
                seq=self._sound.blocks,
                pts=start,
                time_base=Fraction(1, RATE),
                monotonic_ns=start * NS // RATE,
                rate=RATE,
                samples=samples,
            )

    def _compare_with_announced(self) -> None:
        checks = (
            (self._video, self._seen_s["camera"], "picture"),
            (self._audio, self._seen_s["microphone"], "sound"),
        )
        for stream, seen_s, what in checks:
            announced = None if stream is None else self._announced_s(stream)
            if announced is not None and announced - seen_s > MISSING_S:
                self._note(f"the {what} is cut short at {seen_s:.1f} s of {announced:.1f} s")

    def _announced_s(self, stream: VideoStream | AudioStream) -> float | None:
        """Seconds the file says a stream has; images announce one frame that is none."""
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        if self._container.duration is not None:
            return self._container.duration / av.time_base
        return None

    def _note(self, what: str) -> None:
        if what not in self.damage:
            self.damage.append(what)


class _Sound:
    """Any sound as one channel of int16 at the detectors' rate, placed on the time line."""

    def __init__(self) -> None:
        self.blocks = 0
        self._resampler = _resampler()
        self._next = 0

    def take(
        self, frame: av.AudioFrame, at_s: float | None
    ) -> Iterator[tuple[int, NDArray[np.int16]]]:
        """Start (in samples) and samples of what one decoded frame completes."""
        if at_s is not None and abs(at_s - self._next / RATE) > SOUND_GAP_S:
            self._resampler = _resampler()
            self._next = round(at_s * RATE)
        frame.pts = None  # the resampler refuses pts that jump; time is counted here
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray()[0]
            yield self._next, samples
            self._next += len(samples)
            self.blocks += 1


def _open(path: Path) -> InputContainer:
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise EnvironmentFault(f"{path} is empty.", "Give another file.")
        if path.is_dir():
            raise EnvironmentFault(f"{path} is a folder.", "Give a file.")
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file"})
    except NoSuchFile as error:
        raise EnvironmentFault(f"There is no file {path}.", "Check the name.") from error
    except PermissionError as error:
        raise EnvironmentFault(
            f"{path} may not be read.", "Ask for the right to read it."
        ) from error
    except (FFmpegError, OSError) as error:
        raise EnvironmentFault(
            f"{path} is not a video, image or sound file, or is cut short ({_words(error)}).",
            "Give a file that a video player opens.",
        ) from error
    if not _NOT_MEDIA.isdisjoint(container.format.name.split(",")):
        container.close()
        raise EnvironmentFault(
            f"{path} is not a video, image or sound file.",
            "Give a file that a video player opens.",
        )
    return container


def _picture_stream(container: InputContainer) -> VideoStream | None:
    """The first moving picture; a sound file's cover is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def _is_image(container: InputContainer) -> bool:
    return container.format.name == "image2" or container.format.name.endswith("_pipe")


def _is_whole(path: Path) -> bool:
    """Whether an image decodes without the decoder making up what is missing."""
    with _open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        try:
            for packet in container.demux(stream):
                packet.decode()
        except FFmpegError:
            return False
    return True


def _words(error: OSError | FFmpegError) -> str:
    return error.strerror or type(error).__name__


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="s16", layout="mono", rate=RATE)
