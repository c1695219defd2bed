"""What detectors say: measurements now (Observation) and events over time (Incident)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from shared.flags import Kind, Severity

WatchedStream = Literal["camera", "microphone"]


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """One camera frame as measured. Angles in degrees; ``None`` where not measurable.

    Yaw is positive towards the right edge of the image as captured, pitch positive up,
    roll positive clockwise as seen; a head that faces the camera has yaw and pitch 0
    wherever in the picture it is. Gaze is relative to the head, and ``None`` while the
    eyes are shut. ``observable`` is false when the picture could not have shown a face
    (covered, black): not the same as clean. ``contrast`` is the mean absolute deviation
    of luma, 0..128. ``confidence`` is how sure the number of faces is, 0..1.
    """

    monotonic_ns: int
    faces: int
    observable: bool
    contrast: float
    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    gaze_yaw: float | None = None
    gaze_pitch: float | None = None
    confidence: float = 1.0
    stream: Literal["camera"] = "camera"


@dataclass(frozen=True, slots=True)
class VoiceObservation:
    """One window of sound: ``speech`` is the probability that it lies within speech.

    ``monotonic_ns`` is when the window's first sample was heard.
    """

    monotonic_ns: int
    speech: float
    stream: Literal["microphone"] = "microphone"


Observation = FaceObservation | VoiceObservation


@dataclass(frozen=True, slots=True)
class Incident:
    """Something a reviewer should look at, from ``start_ns`` to ``end_ns`` (monotonic).

    An incident is reported twice under one ``id``: when it has lasted its onset
    (``end_ns`` is ``None``) and when it is over. ``detail`` holds ``reason``, a sentence
    for the reviewer, ``seconds`` it was seen for, and the numbers of its kind.
    """

    id: str
    kind: Kind
    start_ns: int
    end_ns: int | None
    severity: Severity
    confidence: float
    detail: Mapping[str, object] = field(default_factory=dict)


class Blindness(StrEnum):
    """Why a stretch of a stream could not be observed."""

    COVERED = "covered"
    NO_INPUT = "no_input"
    DETECTOR_DOWN = "detector_down"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class Unobserved:
    """A stretch of one stream in which nothing could have been noticed.

    Long stretches come in several pieces that touch; they never overlap within a stream.
    """

    stream: WatchedStream
    start_ns: int
    end_ns: int
    reason: Blindness
