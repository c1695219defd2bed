"""Pictures as they come out of the camera's own encoder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import av
import cv2
import numpy as np
from accuracy.heads import Picture
from av.video.codeccontext import VideoCodecContext

from recorder.evidence.cmaf import VIDEO_TIMESCALE
from recorder.evidence.encode_video import CodedPicture, VideoEncoder, camera_settings
from shared.policy import Streams

Timed = tuple[float, Picture]


def encoded(pictures: Iterable[Timed], fps: int) -> Iterator[Timed]:
    """The pictures and their times (s) after H.264 at the default policy's rate: a picture
    that stands alone for every segment, as what is kept and played back.

    Args:
        pictures: of one even size, ``fps`` a second.
        fps: at most the policy's.
    """
    streams = Streams()
    settings = camera_settings(streams.camera, streams.segment_s)
    every = round(streams.segment_s * fps)
    encoder: VideoEncoder | None = None
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    waiting: deque[float] = deque()
    for number, (at, picture) in enumerate(pictures):
        if encoder is None:
            encoder = VideoEncoder(settings, picture.shape[1], picture.shape[0])
            decoder.extradata = encoder.track.avcc
        waiting.append(at)
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
        coded = encoder.encode(planes, round(at * VIDEO_TIMESCALE), alone=number % every == 0)
        yield from _decoded(decoder, coded, waiting)
    if encoder is not None:
        yield from _decoded(decoder, encoder.drain(), waiting)
        for frame in decoder.decode(None):
            yield waiting.popleft(), np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _decoded(
    decoder: VideoCodecContext, coded: Iterable[CodedPicture], waiting: deque[float]
) -> Iterator[Timed]:
    for one in coded:
        for frame in decoder.decode(av.Packet(one.data)):
            yield waiting.popleft(), np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
