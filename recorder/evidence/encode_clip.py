"""One clip: pictures and sound of some seconds to one small MP4 (fragmented, as CMAF)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock
from recorder.capture.timeline import SOUND_RATE
from recorder.evidence.cmaf import VIDEO_TIMESCALE, Sample, Track, fragment, init_segment
from recorder.evidence.encode_audio import AudioEncoder
from recorder.evidence.encode_video import CodedPicture, VideoEncoder, clip_settings
from recorder.evidence.recent import NS, Picture

# What a clip may take: pictures at twice the steady stream's rate and half as many again,
# speech as in the stream. 8 s are 200 kB at most.
VIDEO_BIT_S = 180_000
SOUND_BIT_S = 16_000

# Pictures and sound alternate in the file by so many seconds, so that a player that reads
# it as it comes has both.
_GROUP_S = 2

# How far a block may lie from where the one before ended, and still follow on it.
_SLACK = SOUND_RATE // 100


@dataclass(frozen=True, slots=True)
class ClipMedia:
    """A clip as a file, and what of the evidence clock it shows."""

    data: bytes
    media_type: str
    begins_ns: int
    ends_ns: int


class ClipEncoder:
    """Encodes pictures as they come, sound at the end. Not thread-safe.

    Raises:
        EnvironmentFault: this build of the media libraries lacks an encoder.
        FFmpegError: the encoder fails.
    """

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._encoder: VideoEncoder | None = None
        self._coded: list[CodedPicture] = []
        self._begins_ns = 0
        self._last = -1

    def add(self, picture: Picture) -> None:
        """Encode a picture, later than the one before."""
        if self._encoder is None:
            width, height = picture.size
            settings = clip_settings(self._fps, VIDEO_BIT_S)
            self._encoder = VideoEncoder(settings, width, height)
            self._begins_ns = picture.at_ns
        pts = (picture.at_ns - self._begins_ns) * VIDEO_TIMESCALE // NS
        if pts <= self._last:
            return
        coded = self._encoder.encode(picture.planes, pts, alone=self._last < 0)
        self._coded += coded
        self._last = pts

    def finish(self, blocks: Sequence[AudioBlock]) -> ClipMedia | None:
        """The clip with this sound; ``None`` where there was neither picture nor sound."""
        tracks: list[tuple[Track, list[Sample]]] = []
        if self._encoder is not None:
            self._coded += self._encoder.drain()
            tracks.append((self._encoder.track, self._pictures()))
        elif blocks:
            self._begins_ns = blocks[0].monotonic_ns
        sound = self._sound(blocks)
        if sound is not None:
            tracks.append(sound)
        if not tracks:
            return None
        seconds = max(samples[-1].end / track.timescale for track, samples in tracks)
        return ClipMedia(
            data=_file(tracks, seconds),
            media_type="audio/mp4" if self._encoder is None else "video/mp4",
            begins_ns=self._begins_ns,
            ends_ns=self._begins_ns + round(seconds * NS),
        )

    def _pictures(self) -> list[Sample]:
        """Each lasts until the next one comes, the last one a beat."""
        ends = [coded.pts for coded in self._coded[1:]]
        ends.append(self._last + VIDEO_TIMESCALE // self._fps)
        return [
            Sample(coded.data, coded.pts, end - coded.pts, coded.sync)
            for coded, end in zip(self._coded, ends, strict=True)
        ]

    def _sound(self, blocks: Sequence[AudioBlock]) -> tuple[Track, list[Sample]] | None:
        samples = _laid_out(blocks, self._begins_ns)
        if not len(samples):
            return None
        encoder = AudioEncoder(SOUND_BIT_S)
        # A packet is stamped earlier than its sound by the codec's delay; none before nought.
        starts = range(encoder.delay, len(samples) - encoder.frame + 1, encoder.frame)
        coded = [
            packet
            for at in starts
            for packet in encoder.encode(samples[at : at + encoder.frame], at)
        ]
        coded += encoder.drain() if coded else []
        found = [Sample(one.data, one.pts, encoder.frame, sync=True) for one in coded]
        return (encoder.track, found) if found else None


def _laid_out(blocks: Sequence[AudioBlock], begins_ns: int) -> NDArray[np.int16]:
    """Blocks in their places from ``begins_ns`` on, (n,) int16 at 48 kHz; silence between."""
    placed: list[tuple[int, NDArray[np.int16]]] = []
    follows = None
    for block in blocks:
        at = (block.monotonic_ns - begins_ns) * SOUND_RATE // NS
        if follows is not None and abs(at - follows) <= _SLACK:
            at = follows
        follows = at + len(block.samples)
        placed.append((at, block.samples))
    sound = np.zeros(max((at + len(part) for at, part in placed), default=0), np.int16)
    for at, part in placed:
        sound[max(0, at) : max(0, at + len(part))] = part[max(0, -at) :]
    return sound


def _file(tracks: Sequence[tuple[Track, list[Sample]]], seconds: float) -> bytes:
    pieces = [init_segment(*(track for track, _ in tracks), seconds=seconds)]
    for group in range(int(seconds // _GROUP_S) + 1):
        for number, (track, samples) in enumerate(tracks, 1):
            span = track.timescale * _GROUP_S
            if part := [sample for sample in samples if sample.pts // span == group]:
                pieces.append(fragment(len(pieces), part, number))
    return b"".join(pieces)
