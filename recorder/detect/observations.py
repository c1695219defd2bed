"""What detectors say: measurements now (Observation) and events over time (Incident)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from shared.flags import Kind, Severity

WatchedStream = Literal["camera", "microphone"]


class Blindness(StrEnum):
    """Why a stretch of a stream could not be observed, or not fully."""

    COVERED = "covered"
    DARK = "too_dark"
    BRIGHT = "too_bright"
    BLURRED = "blurred"
    FROZEN = "frozen"
    REPEATED = "repeated"
    UPSIDE_DOWN = "upside_down"
    FACE_SMALL = "face_small"
    FACE_CUT = "face_cut"
    NO_INPUT = "no_input"
    SILENT = "silent"
    CLIPPED = "clipped"
    DETECTOR_DOWN = "detector_down"
    ASLEEP = "asleep"


# With these a face that is there is counted; only its pose and gaze cannot be measured.
PARTLY_SEEN = frozenset({Blindness.BLURRED, Blindness.FACE_SMALL, Blindness.FACE_CUT})

# With these everything is measured, but perhaps not of what is there now. It is reported
# and goes on being measured: whoever plays an old picture must not hide what it shows.
NOT_LIVE = frozenset({Blindness.FROZEN, Blindness.REPEATED})

# With this a voice is heard and counted; only whose it is cannot be told.
PARTLY_HEARD = frozenset({Blindness.CLIPPED})


@dataclass(frozen=True, slots=True)
class Box:
    """A place in a picture, as shares of its width and height: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """One camera frame as measured. Angles in degrees; ``None`` where not measurable.

    Yaw is positive towards the right edge of the image as captured, pitch positive up,
    roll positive clockwise as seen; a head that faces the camera has yaw and pitch 0
    wherever in the picture it is. Gaze is relative to the head, and ``None`` while the
    eyes are shut. ``blind`` says why the picture could not have shown a face, or not its
    pose: not the same as clean. ``contrast`` is the mean absolute deviation of luma,
    0..128. ``confidence`` is how sure the number of faces is, 0..1. ``loop_s`` is the
    length of the loop that the picture repeats, where it does.
    """

    monotonic_ns: int
    faces: int
    contrast: float
    blind: Blindness | None = None
    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    gaze_yaw: float | None = None
    gaze_pitch: float | None = None
    eyes_shut: bool = False
    box: Box | None = None
    confidence: float = 1.0
    loop_s: float | None = None
    stream: Literal["camera"] = "camera"

    @property
    def observable(self) -> bool:
        """Whether the number of faces says something: a picture that could have shown one."""
        if self.blind in PARTLY_SEEN:
            return self.faces > 0
        return self.blind is None or self.blind in NOT_LIVE


@dataclass(frozen=True, slots=True)
class IdentityObservation:
    """The face compared with the enrolled one: ``distance`` of their embeddings (0 the same,
    the model's authors draw the line at 0.6). ``quality`` 0..1 is how far the face can be
    judged at all (size, pose, sharpness).
    """

    monotonic_ns: int
    distance: float
    quality: float
    stream: Literal["camera"] = "camera"


@dataclass(frozen=True, slots=True)
class SeenObject:
    """An object as the institution's model names it."""

    label: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class ObjectsObservation:
    """All objects in one picture that the model knows, most certain first."""

    monotonic_ns: int
    objects: tuple[SeenObject, ...]
    stream: Literal["camera"] = "camera"


@dataclass(frozen=True, slots=True)
class HandsObservation:
    """Hands in one picture; ``at_ear`` is how sure it is that one is held at an ear, 0..1."""

    monotonic_ns: int
    hands: int
    at_ear: float
    stream: Literal["camera"] = "camera"


@dataclass(frozen=True, slots=True)
class VoiceObservation:
    """One window of sound: ``speech`` is the probability that it lies within speech.

    ``monotonic_ns`` is when the window's first sample was heard. ``blind`` says why nothing
    could have been heard (digital silence, clipping).
    """

    monotonic_ns: int
    speech: float
    blind: Blindness | None = None
    stream: Literal["microphone"] = "microphone"


@dataclass(frozen=True, slots=True)
class SpeakerObservation:
    """A stretch of speech compared with the enrolled voice: ``unlike`` is the probability
    that another person speaks. It lies from ``monotonic_ns`` to ``end_ns``, and is known
    only when it is over; the next one may begin before that. ``learnt`` says that no voice
    was enrolled, and the first one heard for long enough stands for it.
    """

    monotonic_ns: int
    end_ns: int
    unlike: float
    learnt: bool = False
    stream: Literal["microphone"] = "microphone"


CameraObservation = (
    FaceObservation | IdentityObservation | ObjectsObservation | HandsObservation
)
MicrophoneObservation = VoiceObservation | SpeakerObservation
Observation = CameraObservation | MicrophoneObservation


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


@dataclass(frozen=True, slots=True)
class Unobserved:
    """A stretch of one stream in which nothing could have been noticed.

    Long stretches come in several pieces that touch; they never overlap within a stream.
    """

    stream: WatchedStream
    start_ns: int
    end_ns: int
    reason: Blindness


Finding = Incident | Unobserved
