"""H.264 by x264: what camera and screen are encoded with, and the encoder itself.

The settings were chosen by measurement (README, *Figures*); the reason of each stands
beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from numpy.typing import NDArray

from recorder.capture.frames import StreamName
from recorder.evidence.cmaf import VIDEO_TIMESCALE, VideoTrack
from recorder.faults import EnvironmentFault
from shared.policy import CameraStream, ScreenStream

ENCODER = "libx264"

TIME_BASE = Fraction(1, VIDEO_TIMESCALE)

# No pictures out of order, so decode time is presentation time; pictures that stand alone
# only where we ask for them; lengths, not start codes, before each unit, as MP4 wants it;
# and what the colours mean, so that no player guesses (as in ``cmaf``).
_EVERY_X264 = (
    "bframes=0:keyint=infinite:scenecut=0:annexb=0"
    ":colorprim=bt709:transfer=iec61966-2-1:colormatrix=smpte170m:range=tv"
)

# Looking 10 pictures ahead puts the bits where they stay longest on view: 2 dB more than
# without at the same rate and cost; 20 or 40 gain nothing more.
_CAMERA_X264 = "rc-lookahead=10:mbtree=1"

# A scrolled page is found up to 192 pixels away (me, merange), and always at whole ones, so
# parts of a pixel (subme), 40 % of the cost, gain text nothing; qcomp=1 keeps one quality
# instead of polishing a still page with the bits that the next page will need.
_SCREEN_X264 = "rc-lookahead=0:mbtree=0:me=umh:merange=192:subme=0:ref=2:qcomp=1"

# x264's fastest preset but one: 3 dB better than the fastest for 0.7 % of a core.
_PRESET = "superfast"

# Constant rate factors: the quality that is enough. A face at 27 shows where it looks;
# 15-pixel text at 30 is read by OCR as well as the original.
CAMERA_QUALITY = 27
SCREEN_QUALITY = 30

# How far a burst may run ahead of the rate: a picture that stands alone costs the camera
# half a segment's bits, and a page of text some 100 kB, 16 s of the screen's.
SCREEN_BURST_S = 40.0

# A clip's first picture stands alone, and costs half a second's bits.
CLIP_BURST_S = 1.0

# How much of a burst there is at the beginning: the camera's first picture shall not leave
# the next ones without, and the screen's is a page that stays.
_CAMERA_FULL = 0.5
_SCREEN_FULL = 0.9

# A NAL unit's length stands before it; SEI (ITU-T H.264, table 7-1) is x264's own name and
# settings here, 680 bytes that no decoder needs.
_LENGTH_BYTES = 4
_TYPE_BITS = 0x1F
_SEI = 6

# How often the screen's picture stands alone, and from which size on less often: such a
# picture costs a third of the rate, and of a wider screen all of it.
SCREEN_KEY_S = 40.0
WIDE_SCREEN_KEY_S = 80.0
WIDE_SCREEN_PIXELS = 2_600_000

# A stream that gives nothing for so long is not observed: a camera's picture may stand
# for a second, a screen's (which is only sent when it changes) for two keep-alives more.
CAMERA_PAUSE_S = 1.0
SCREEN_PAUSE_S = 6.0

# Nor is a stream of few pictures before two of them are late: one that fell between its beats
# comes with the next, and half a beat is more than any device's jitter.
PAUSE_BEATS = 2.5

# Bytes of a fragment around its samples, and of each sample's row in it (``cmaf``).
_FRAGMENT_BYTES = 120
_SAMPLE_BYTES = 8

# The encoder's least; below, x264 cannot hold any rate.
MIN_BIT_S = 8_000


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """How one video stream is encoded.

    ``bit_s`` bounds the H.264 alone, ``burst_s`` times that is how far it may run ahead, of
    which the share ``full`` is there at the beginning.
    ``key_s`` is the time between pictures that stand alone, ``wide_key_s`` that of a wide
    one; both are whole segments. ``holds``: the last picture counts until the next comes
    (a screen), up to a pause; otherwise one without a successor lasts one beat. ``level`` is
    the track's, where the encoder shall not choose it by the rate.
    """

    stream: StreamName
    kept_fps: int
    captured_fps: int
    bit_s: int
    burst_s: float
    quality: int
    key_s: float
    wide_key_s: float
    pause_s: float
    holds: bool
    full: float
    x264: str
    level: int | None = None

    def pause(self, divisor: int) -> float:
        """Seconds without a picture that are a pause, where each ``divisor``-th is kept."""
        return max(self.pause_s, PAUSE_BEATS * divisor / self.kept_fps)


def camera_settings(policy: CameraStream, segment_s: float) -> VideoSettings:
    """The camera: every segment can be decoded on its own."""
    kept_fps = min(policy.kept_fps, policy.fps)
    return VideoSettings(
        stream="camera",
        kept_fps=kept_fps,
        captured_fps=policy.fps,
        bit_s=_encoded_bit_s(policy.kbit_s, kept_fps, segment_s),
        burst_s=segment_s,
        quality=CAMERA_QUALITY,
        key_s=segment_s,
        wide_key_s=segment_s,
        pause_s=CAMERA_PAUSE_S,
        holds=False,
        full=_CAMERA_FULL,
        x264=_CAMERA_X264,
    )


def screen_settings(policy: ScreenStream, segment_s: float) -> VideoSettings:
    """The screen: pictures when it changes, and one that stands alone now and then."""
    return VideoSettings(
        stream="screen",
        kept_fps=policy.fps,
        captured_fps=policy.fps,
        bit_s=_encoded_bit_s(policy.kbit_s, policy.fps, segment_s),
        burst_s=SCREEN_BURST_S,
        quality=SCREEN_QUALITY,
        key_s=SCREEN_KEY_S,
        wide_key_s=WIDE_SCREEN_KEY_S,
        pause_s=max(SCREEN_PAUSE_S, segment_s),
        holds=True,
        full=_SCREEN_FULL,
        x264=_SCREEN_X264,
    )


def at_level(settings: VideoSettings, width: int, height: int) -> VideoSettings:
    """The settings with the level that their rate needs: an encoder of a lower rate says the
    same of its track then, and one init segment is both's.

    Raises:
        EnvironmentFault: this build of the media libraries has no H.264 encoder.
        FFmpegError: the encoder does not open.
    """
    return replace(settings, level=VideoEncoder(settings, width, height).track.level)


def clip_settings(fps: int, bit_s: int) -> VideoSettings:
    """A clip around an incident: decoded from its beginning, all of it.

    Args:
        fps: pictures a second at most.
        bit_s: what it may take on average, container included.
    """
    return VideoSettings(
        stream="camera",
        kept_fps=fps,
        captured_fps=fps,
        bit_s=max(MIN_BIT_S, bit_s - _SAMPLE_BYTES * 8 * fps),
        burst_s=CLIP_BURST_S,
        quality=CAMERA_QUALITY,
        key_s=math.inf,
        wide_key_s=math.inf,
        pause_s=math.inf,
        holds=False,
        full=_CAMERA_FULL,
        x264=_CAMERA_X264,
    )


def _encoded_bit_s(kbit_s: int, fps: int, segment_s: float) -> int:
    """What of the policy's rate is left for H.264 when the container has its share."""
    container = (_FRAGMENT_BYTES / segment_s + _SAMPLE_BYTES * fps) * 8
    return max(MIN_BIT_S, int(kbit_s * 1000 - container))


class CodedPicture(NamedTuple):
    """One picture as encoded; ``sync`` means that decoding may begin with it."""

    data: bytes
    pts: int
    sync: bool


class Rate:
    """What may still be spent of a burst: a bucket that fills at the rate (x264's VBV)."""

    def __init__(self, bit_s: int, burst_s: float, full: float) -> None:
        self._bit_s, self._most = bit_s, bit_s * burst_s
        self._left = full * self._most
        self._pts: int | None = None

    @property
    def full(self) -> float:
        """The share of a burst that is left."""
        return max(0.0, self._left / self._most)

    def spend(self, coded: CodedPicture) -> None:
        """Take a picture's bits, after what came in since the one before it."""
        if self._pts is not None:
            came = self._bit_s * float((coded.pts - self._pts) * TIME_BASE)
            self._left = min(self._most, self._left + came)
        self._pts = coded.pts
        self._left -= 8 * len(coded.data)


class VideoEncoder:
    """x264 for one run of pictures; gives them back in order, some pictures later.

    With a picture that stands alone nothing is inside any more that came before it: a
    segment is not held up by pictures of the next one, and a crash costs the open one only.
    x264 cannot be asked for that, so it is opened anew, in milliseconds and with what is
    left of the rate: .7 dB of the 2.7 that looking ahead gains.
    """

    def __init__(self, settings: VideoSettings, width: int, height: int) -> None:
        """Open the encoder for even sizes.

        Raises:
            EnvironmentFault: this build of the media libraries has no H.264 encoder.
            FFmpegError: the encoder does not open.
        """
        self._settings = settings
        self._rate = Rate(settings.bit_s, settings.burst_s, settings.full)
        self._inside = 0
        self._context = context = self._open(width, height)
        assert context.extradata is not None
        self.track = VideoTrack(width, height, bytes(context.extradata))

    @property
    def full(self) -> float:
        """The share of a burst that is left, by what was given away so far."""
        return self._rate.full

    def encode(
        self, picture: NDArray[np.uint8], pts: int, *, alone: bool
    ) -> list[CodedPicture]:
        """Encode one picture.

        Args:
            picture: (height × 3/2, width) uint8, planes Y, U, V; free for reuse afterwards.
            pts: in 1/90,000 s, later than the last one's.
            alone: it shall stand alone (a sync sample).
        """
        before: list[CodedPicture] = []
        if alone and self._inside:
            before = self.drain()
            self._context = self._open(self.track.width, self.track.height)
        frame = av.VideoFrame.from_numpy_buffer(picture, format="yuv420p")
        frame.pts = pts
        frame.time_base = TIME_BASE
        frame.pict_type = PictureType.I if alone else PictureType.NONE
        self._inside += 1
        return before + self._given(self._context.encode(frame))

    def drain(self) -> list[CodedPicture]:
        """Give what is still inside; the encoder takes nothing afterwards but a picture that
        stands alone."""
        return self._given(self._context.encode(None))

    def _open(self, width: int, height: int) -> VideoCodecContext:
        settings = self._settings
        context = _create()
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.framerate = Fraction(settings.kept_fps)
        context.thread_count = 1
        context.flags |= Flags.global_header
        context.options = {
            "preset": _PRESET,
            "crf": str(settings.quality),
            "maxrate": str(settings.bit_s),
            "bufsize": str(int(settings.bit_s * settings.burst_s)),
            "x264-params": f"{_EVERY_X264}:{settings.x264}:vbv-init={self.full:.3f}",
        }
        if settings.level is not None:
            context.options["level"] = str(settings.level)
        context.open()
        return context

    def _given(self, packets: Iterable[av.Packet]) -> list[CodedPicture]:
        coded = [_coded(packet) for packet in packets]
        self._inside -= len(coded)
        for one in coded:
            self._rate.spend(one)
        return coded


def _create() -> VideoCodecContext:
    try:
        return av.CodecContext.create(ENCODER, "w")
    except UnknownCodecError as error:
        raise EnvironmentFault(
            "This copy of Invigil cannot encode video: its H.264 encoder is missing.",
            "Install Invigil again from your institution's installer.",
        ) from error


def _coded(packet: av.Packet) -> CodedPicture:
    assert packet.pts is not None
    return CodedPicture(_without_sei(bytes(packet)), packet.pts, packet.is_keyframe)


def _without_sei(data: bytes) -> bytes:
    kept, at = bytearray(), 0
    while at < len(data):
        end = at + _LENGTH_BYTES + int.from_bytes(data[at : at + _LENGTH_BYTES], "big")
        if data[at + _LENGTH_BYTES] & _TYPE_BITS != _SEI:
            kept += data[at:end]
        at = end
    return bytes(kept)
