"""Observations in, incidents and unobserved time out: the part that file and live share.

Pure: no model, clock, thread or file. One cause gives one incident, by asking in order:
could anything be seen? is there a face? is the head turned? where do the eyes look?
"""

from __future__ import annotations

import math
from collections.abc import Callable

from recorder.detect.incidents import HOLD_NS, NS, Hysteresis, IncidentMachine, Reading
from recorder.detect.object_incidents import ObjectIncidents
from recorder.detect.observations import (
    Blindness,
    CameraObservation,
    FaceObservation,
    HandsObservation,
    IdentityObservation,
    Incident,
    MicrophoneObservation,
    ObjectsObservation,
    SpeakerObservation,
    Unobserved,
    VoiceObservation,
    WatchedStream,
)
from recorder.detect.screen import Screen, ScreenEstimate, line_of_sight
from recorder.detect.wording import DESCRIBE
from shared.flags import Kind
from shared.policy import Rule

Finding = Incident | Unobserved

FACE_KINDS = (
    Kind.CAMERA_BLOCKED,
    Kind.FACE_MISSING,
    Kind.MULTIPLE_FACES,
    Kind.LOOKING_AWAY,
    Kind.GAZE_AWAY,
    Kind.VIRTUAL_CAMERA,
)
SAMPLED_KINDS = (
    Kind.IDENTITY_MISMATCH,
    Kind.OBJECT_SEEN,
    Kind.HAND_AT_EAR,
    Kind.HANDS_HIDDEN,
)
CAMERA_KINDS = FACE_KINDS + SAMPLED_KINDS
MICROPHONE_KINDS = (Kind.SPEECH, Kind.SECOND_VOICE)
_KINDS = {"camera": CAMERA_KINDS, "microphone": MICROPHONE_KINDS}

# Activity that pauses for less than this goes on. Eyes and head: a frame misread at a
# blink (150-300 ms). Faces: one scan for further faces that misses. Speech: the silence
# between two phrases.
BRIDGE_NS = {
    Kind.LOOKING_AWAY: 3 * NS // 10,
    Kind.GAZE_AWAY: 3 * NS // 10,
    Kind.FACE_MISSING: 2 * NS // 10,
    Kind.MULTIPLE_FACES: 5 * NS // 10,
    Kind.SPEECH: 6 * NS // 10,
}

# Readings that must agree before an incident begins: a face is misread now and then for one
# look, never for three over two seconds.
LEAST_READINGS = {Kind.IDENTITY_MISMATCH: 3}

# A sampled reading speaks for what follows until two more looks have failed to come.
MISSED_LOOKS = 2.5

# Standard error of the estimate, in the unit of the kind's threshold: what turns a margin
# into a confidence. Head pose and iris gaze from one webcam are good to about 5°
# (Zhang et al., MPIIGaze, 2017, report 5-10° between persons); contrast to 2 levels; the
# distance of two pictures of one person spreads by 0.066 (J. Grimes, over all pairs of LFW
# with this model: 29 % below 0.40, 84 % below 0.50, 99 % below 0.60).
STANDARD_ERROR = {
    Kind.LOOKING_AWAY: 5.0,
    Kind.GAZE_AWAY: 5.0,
    Kind.CAMERA_BLOCKED: 2.0,
    Kind.IDENTITY_MISMATCH: 0.066,
}

# The contrast of a picture half black, half white.
_FULL_CONTRAST = 128.0

# Nothing came: the time since the last observation was not observed either.
_MISSING = frozenset({Blindness.NO_INPUT, Blindness.DETECTOR_DOWN, Blindness.ASLEEP})

# A stretch that cannot be observed is reported at least this often, so that a heartbeat
# knows of it and a crash loses little.
UNOBSERVED_PIECE_NS = 10 * NS


class DetectionCore:
    """Every incident machine of camera and microphone.

    Args:
        rule: the policy's rule for a kind (``Policy.rule``).
        new_id: gives each incident its id.
        calibration: where the screen is, when the candidate was asked to look at it.
    """

    def __init__(
        self,
        rule: Callable[[Kind], Rule],
        new_id: Callable[[], str],
        calibration: Screen | None = None,
    ) -> None:
        kinds = [kind for kind in CAMERA_KINDS + MICROPHONE_KINDS if rule(kind).enabled]
        self._machines = {
            kind: IncidentMachine(
                kind,
                rule(kind),
                new_id,
                DESCRIBE[kind],
                BRIDGE_NS.get(kind, 0),
                _hold_ns(rule(kind)),
                LEAST_READINGS.get(kind, 1),
            )
            for kind in kinds
            if kind is not Kind.OBJECT_SEEN
        }
        seen = rule(Kind.OBJECT_SEEN)
        self._things = ObjectIncidents(seen, new_id, _hold_ns(seen)) if seen.enabled else None
        self._faces = 0
        self._conditions = {kind: Hysteresis(kind, rule(kind)) for kind in STANDARD_ERROR}
        self._head = ScreenEstimate()
        self._sight = ScreenEstimate(calibration)
        self._blind = {"camera": _BlindTime("camera"), "microphone": _BlindTime("microphone")}

    def camera(self, seen: CameraObservation) -> list[Finding]:
        """Take what one detector saw in a picture."""
        match seen:
            case FaceObservation():
                return self._face(seen)
            case IdentityObservation():
                return self._identity(seen)
            case ObjectsObservation():
                return self._objects(seen)
            case HandsObservation():
                return self._hands(seen)

    def microphone(self, heard: MicrophoneObservation) -> list[Finding]:
        """Take what one detector heard in a stretch of sound."""
        match heard:
            case VoiceObservation():
                return self._voice(heard)
            case SpeakerObservation():
                return self._speaker(heard)

    def _face(self, seen: FaceObservation) -> list[Finding]:
        now_ns, self._faces = seen.monotonic_ns, seen.faces
        dim = self._conditions[Kind.CAMERA_BLOCKED].update(_content(seen))
        blind = Blindness.COVERED if dim and seen.observable else seen.blind
        found: list[Finding] = list(self._blind["camera"].step(now_ns, blind))
        for kind, reading in self._face_readings(seen, seen.observable and not dim).items():
            found += self._step(kind, now_ns, reading)
        if seen.faces == 0 or not seen.observable:
            # Nobody is there to be somebody else: what the last look saw holds no longer.
            found += self._step(Kind.IDENTITY_MISMATCH, now_ns, None)
        return found

    def _identity(self, seen: IdentityObservation) -> list[Finding]:
        numbers = {"distance": seen.distance, "quality": seen.quality}
        reading = self._measured(Kind.IDENTITY_MISMATCH, seen.distance, numbers)
        return self._step(Kind.IDENTITY_MISMATCH, seen.monotonic_ns, reading)

    def _objects(self, seen: ObjectsObservation) -> list[Finding]:
        if self._things is None:
            return []
        several = self._machines.get(Kind.MULTIPLE_FACES)
        return list(
            self._things.step(
                seen, faces=self._faces, several=several is not None and several.is_open
            )
        )

    def _hands(self, seen: HandsObservation) -> list[Finding]:
        now_ns = seen.monotonic_ns
        at_ear = Reading(seen.at_ear, seen.at_ear)
        found = self._step(Kind.HAND_AT_EAR, now_ns, at_ear)
        return found + self._step(Kind.HANDS_HIDDEN, now_ns, Reading(float(seen.hands == 0)))

    def _voice(self, heard: VoiceObservation) -> list[Finding]:
        now_ns, speech = heard.monotonic_ns, heard.speech
        found: list[Finding] = list(self._blind["microphone"].step(now_ns, heard.blind))
        reading = Reading(speech, confidence=speech, numbers={"speech": speech})
        return found + self._step(Kind.SPEECH, now_ns, None if heard.blind else reading)

    def _speaker(self, heard: SpeakerObservation) -> list[Finding]:
        reading = Reading(heard.unlike, heard.unlike, {"unlike": heard.unlike})
        return self._step(Kind.SECOND_VOICE, heard.monotonic_ns, reading)

    def _step(self, kind: Kind, now_ns: int, reading: Reading | None) -> list[Finding]:
        machine = self._machines.get(kind)
        return list(machine.step(now_ns, reading)) if machine else []

    def absent(self, stream: WatchedStream, now_ns: int, reason: Blindness) -> list[Finding]:
        """Say that a stream is not being observed now, and has not been since its last
        observation. Call it a few times a second for as long as that is so."""
        found: list[Finding] = list(self._blind[stream].step(now_ns, reason))
        for kind in _KINDS[stream]:
            found += self._step(kind, now_ns, None)
        if stream == "camera" and self._things is not None:
            found += self._things.unseen(now_ns)
        return found

    def finish(self, stream: WatchedStream, now_ns: int) -> list[Finding]:
        """End everything that is open on a stream: no observation of it will follow."""
        found: list[Finding] = []
        for kind in _KINDS[stream]:
            if machine := self._machines.get(kind):
                found += machine.finish(now_ns)
        if stream == "camera" and self._things is not None:
            found += self._things.finish(now_ns)
        return found + list(self._blind[stream].step(now_ns, None))

    def unobserved_ns(self, stream: WatchedStream, now_ns: int) -> int:
        """How much of a stream could not be observed so far, the present stretch included."""
        return self._blind[stream].total_ns(now_ns)

    def _face_readings(
        self, seen: FaceObservation, observable: bool
    ) -> dict[Kind, Reading | None]:
        readings: dict[Kind, Reading | None] = dict.fromkeys(FACE_KINDS)
        readings[Kind.CAMERA_BLOCKED] = self._measured(
            Kind.CAMERA_BLOCKED, _content(seen), {"contrast": seen.contrast}
        )
        looped = seen.loop_s is not None
        readings[Kind.VIRTUAL_CAMERA] = Reading(
            float(looped), numbers={"loop_s": seen.loop_s or 0.0} if looped else {}
        )
        if not observable:
            return readings
        readings[Kind.FACE_MISSING] = Reading(float(seen.faces == 0), seen.confidence)
        readings[Kind.MULTIPLE_FACES] = Reading(
            float(seen.faces > 1), seen.confidence, {"faces": float(seen.faces)}
        )
        head = self._head_reading(seen)
        readings[Kind.LOOKING_AWAY] = head
        if head is not None and not self._conditions[Kind.LOOKING_AWAY].active:
            readings[Kind.GAZE_AWAY] = self._gaze_reading(seen)
        return readings

    def _head_reading(self, seen: FaceObservation) -> Reading | None:
        if seen.yaw is None or seen.pitch is None:
            return None
        degrees = self._head.screen.distance(seen.yaw, seen.pitch)
        right, up = self._head.screen.offset(seen.yaw, seen.pitch)
        turned = self._conditions[Kind.LOOKING_AWAY].update(degrees)
        self._head.update(seen.monotonic_ns, seen.yaw, seen.pitch, away=turned)
        numbers = {"degrees": degrees, "right": right, "up": up}
        return self._measured(Kind.LOOKING_AWAY, degrees, numbers)

    def _gaze_reading(self, seen: FaceObservation) -> Reading | None:
        head = (seen.yaw, seen.pitch, seen.roll)
        if seen.gaze_yaw is None or seen.gaze_pitch is None or None in head:
            return None
        yaw, pitch, roll = (angle or 0.0 for angle in head)
        sight = line_of_sight(yaw, pitch, roll, seen.gaze_yaw, seen.gaze_pitch)
        degrees = self._sight.screen.distance(*sight)
        right, up = self._sight.screen.offset(*sight)
        away = self._conditions[Kind.GAZE_AWAY].update(degrees)
        self._sight.update(seen.monotonic_ns, *sight, away=away)
        return self._measured(
            Kind.GAZE_AWAY, degrees, {"degrees": degrees, "right": right, "up": up}
        )

    def _measured(self, kind: Kind, value: float, numbers: dict[str, float]) -> Reading:
        """A reading whose confidence is the chance that the true value is past the limit."""
        deviations = self._conditions[kind].margin(value) / STANDARD_ERROR[kind]
        return Reading(value, 0.5 * (1 + math.erf(deviations / math.sqrt(2))), numbers)


def _content(seen: FaceObservation) -> float:
    """The contrast that says whether the camera is blocked: with a face it never is."""
    return _FULL_CONTRAST if seen.faces else seen.contrast


def _hold_ns(rule: Rule) -> int:
    """How long a reading of this kind speaks for what follows it."""
    return max(HOLD_NS, round(MISSED_LOOKS * (rule.every_s or 0.0) * NS))


class _BlindTime:
    """Collects one stream's unobserved time into pieces that touch and never overlap."""

    def __init__(self, stream: WatchedStream) -> None:
        self._stream: WatchedStream = stream
        self._last_ns: int | None = None
        self._since_ns = 0
        self._reason: Blindness | None = None
        self._reported_ns = 0

    def total_ns(self, now_ns: int) -> int:
        """All unobserved time so far."""
        running = 0 if self._reason is None else max(0, now_ns - self._since_ns)
        return self._reported_ns + running

    def step(self, now_ns: int, reason: Blindness | None) -> list[Unobserved]:
        """Say what holds from now on; a missing input holds since the last word."""
        now_ns = now_ns if self._last_ns is None else max(now_ns, self._last_ns)
        found: list[Unobserved] = []
        long = now_ns - self._since_ns >= UNOBSERVED_PIECE_NS
        if self._reason is not None and (reason != self._reason or long):
            found = self._piece(now_ns)
        if reason is not None and self._reason is None:
            # A picture that shows nothing is blind from itself on; a missing one since the
            # last word.
            since_ns = self._last_ns if reason in _MISSING else None
            self._since_ns = now_ns if since_ns is None else since_ns
        self._reason = reason
        self._last_ns = now_ns
        return found

    def _piece(self, now_ns: int) -> list[Unobserved]:
        assert self._reason is not None
        piece = Unobserved(self._stream, self._since_ns, now_ns, self._reason)
        self._since_ns = now_ns
        self._reported_ns += piece.end_ns - piece.start_ns
        return [piece] if piece.end_ns > piece.start_ns else []
