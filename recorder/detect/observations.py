"""What detectors say: measurements now (Observation) and events over time (Incident)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.flags import Kind, Severity


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """One camera frame as measured. Angles in degrees; ``None`` where not measurable.

    Yaw is positive towards the right edge of the image as captured, pitch positive up,
    roll positive clockwise as seen; gaze is relative to the head. ``observable`` is false
    when the picture could not have shown a face (covered, black): not the same as clean.
    ``contrast`` is the mean absolute deviation of luma, 0..128.
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
    stream: Literal["camera"] = "camera"


@dataclass(frozen=True, slots=True)
class VoiceObservation:
    """One window of sound: ``speech`` is the probability that it holds speech."""

    monotonic_ns: int
    speech: float
    stream: Literal["microphone"] = "microphone"


Observation = FaceObservation | VoiceObservation


@dataclass(frozen=True, slots=True)
class Incident:
    """Something a reviewer should look at, from ``start_ns`` to ``end_ns`` (monotonic).

    An incident is reported twice under one ``id``: when it has lasted its onset
    (``end_ns`` is ``None``) and when it is over.
    """

    id: str
    kind: Kind
    start_ns: int
    end_ns: int | None
    severity: Severity
    confidence: float
    detail: Mapping[str, object] = field(default_factory=dict)
