"""Pieces of a stream between the encoder and the seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recorder.capture.frames import StreamName


@dataclass(frozen=True, slots=True)
class Segment:
    """An init segment or a fragment (CMAF), not yet sealed.

    ``start_ns`` is on the monotonic clock; an init segment carries ``origin_ns``, the
    monotonic time of media time zero, and the stream's ``codecs`` (RFC 6381).
    """

    stream: StreamName
    epoch: int
    part: Literal["init", "fragment"]
    start_ns: int
    duration_ns: int
    frames: int
    independent: bool
    data: bytes
    codecs: str | None = None
    origin_ns: int | None = None
    width: int | None = None
    height: int | None = None
