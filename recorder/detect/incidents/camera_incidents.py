"""What was seen, to incidents and unobserved time. One cause gives one incident (see the
README's table), by asking in order: could anything be seen? is there a face? is the head
turned? where do the eyes look?
"""

from __future__ import annotations

import math
from collections.abc import Callable

from recorder.detect.face.screen import Screen, ScreenEstimate, line_of_sight
from recorder.detect.incidents.blind_time import BlindTime
from recorder.detect.incidents.machine import Reading
from recorder.detect.incidents.machines import Machines, hold_ns
from recorder.detect.incidents.margins import Margins
from recorder.detect.incidents.object_incidents import ObjectIncidents
from recorder.detect.observations import (
    Blindness,
    Box,
    CameraObservation,
    FaceObservation,
    Finding,
    HandsObservation,
    IdentityObservation,
    ObjectsObservation,
)
from shared.flags import Kind
from shared.policy import Rule

# Each explains those after it: a picture without content shows no face, who is not there
# looks nowhere, and the eyes go with the head.
CHAIN = (Kind.CAMERA_BLOCKED, Kind.FACE_MISSING, Kind.LOOKING_AWAY, Kind.GAZE_AWAY)

_FACE_KINDS = (*CHAIN, Kind.MULTIPLE_FACES, Kind.VIRTUAL_CAMERA)
# Of what is looked at now and then, and may not be looked at any more at all.
_SAMPLED_KINDS = (Kind.IDENTITY_MISMATCH, Kind.HAND_AT_EAR, Kind.HANDS_HIDDEN)
_MACHINE_KINDS = (*_FACE_KINDS, *_SAMPLED_KINDS)
CAMERA_KINDS = (*_MACHINE_KINDS, Kind.OBJECT_SEEN)

# The contrast of a picture half black, half white.
_FULL_CONTRAST = 128.0


class CameraIncidents:
    """Every incident of one camera.

    Args:
        rule: the policy's rule for a kind.
        new_id: gives each incident its id.
        calibration: where the screen is, when the candidate was asked to look at it.
    """

    def __init__(
        self,
        rule: Callable[[Kind], Rule],
        new_id: Callable[[], str],
        calibration: Screen | None = None,
    ) -> None:
        self._machines = Machines(_MACHINE_KINDS, rule, new_id)
        self._object_rule = seen = rule(Kind.OBJECT_SEEN)
        self._things = ObjectIncidents(seen, new_id, hold_ns(seen)) if seen.enabled else None
        self._margins = Margins(rule)
        self._head = ScreenEstimate(calibration.neutral if calibration else None)
        self._sight = ScreenEstimate(calibration)
        self._blind = BlindTime("camera")
        self._faces = 0
        self._turned = False
        self._box: Box | None = None

    def observed(self, seen: CameraObservation) -> list[Finding]:
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

    def calibrate(self, screen: Screen) -> None:
        """The candidate's screen was found here; what was learnt of it before is let go."""
        self._head, self._sight = ScreenEstimate(screen.neutral), ScreenEstimate(screen)

    def look_rarer(self, objects: int) -> None:
        """Objects are looked for so many times less often than the rule says from now on."""
        if self._things is not None:
            self._things.hold(hold_ns(self._object_rule, objects))

    def absent(self, now_ns: int, reason: Blindness) -> list[Finding]:
        """Say that nothing is seen now, and was not since the last observation."""
        things = self._things.unseen(now_ns) if self._things else []
        return [
            *self._blind.step(now_ns, reason),
            *self._machines.unseen(now_ns),
            *things,
        ]

    def cut(self, at_ns: int) -> list[Finding]:
        """The exam begins, stops or goes on: end there what is open."""
        things = self._things.cut(at_ns) if self._things else []
        return [*self._machines.cut(at_ns), *things]

    def finish(self, now_ns: int) -> list[Finding]:
        """End everything that is open."""
        things = self._things.finish(now_ns) if self._things else []
        return [
            *self._machines.finish(now_ns),
            *things,
            *self._blind.step(now_ns, None),
        ]

    def unobserved_ns(self, now_ns: int) -> int:
        """How much could not be observed so far."""
        return self._blind.total_ns(now_ns)

    def _face(self, seen: FaceObservation) -> list[Finding]:
        now_ns, self._faces, self._box = seen.monotonic_ns, seen.faces, seen.box
        dim = self._margins.is_beyond(Kind.CAMERA_BLOCKED, _content(seen))
        blind = Blindness.COVERED if dim and seen.observable else seen.blind
        observable = seen.observable and not dim
        found: list[Finding] = list(self._blind.step(now_ns, blind))
        for kind, reading in self._face_readings(seen, blind, observable=observable).items():
            found += self._machines.step(kind, now_ns, reading)
        found += self._tick(now_ns)
        self._machines.explain(CHAIN)
        if not seen.observable and blind is not Blindness.COVERED:
            # Why no face is found takes up to a second to be sure of: it was this all along.
            self._machines.drop(Kind.FACE_MISSING)
        if seen.faces == 0 or not observable:
            # Nobody is there to be somebody else: what the last look saw holds no longer.
            found += self._machines.step(Kind.IDENTITY_MISMATCH, now_ns, None)
        return found

    def _tick(self, now_ns: int) -> list[Finding]:
        """A look for what is sampled may never come: its detector failed, or was left off."""
        things = self._things.tick(now_ns) if self._things else []
        sampled = [one for kind in _SAMPLED_KINDS for one in self._machines.tick(kind, now_ns)]
        return [*sampled, *things]

    def _identity(self, seen: IdentityObservation) -> list[Finding]:
        numbers = {"distance": seen.distance, "quality": seen.quality}
        reading = self._margins.reading(Kind.IDENTITY_MISMATCH, seen.distance, numbers)
        # Of two faces the candidate's may be the one that was not compared, and a face that
        # is turned away is unlike itself.
        certain = reading if self._faces < 2 and not self._turned else None
        return list(self._machines.step(Kind.IDENTITY_MISMATCH, seen.monotonic_ns, certain))

    def _objects(self, seen: ObjectsObservation) -> list[Finding]:
        if self._things is None:
            return []
        several = self._machines.is_open(Kind.MULTIPLE_FACES)
        return list(self._things.step(seen, faces=self._faces, several=several))

    def _hands(self, seen: HandsObservation) -> list[Finding]:
        now_ns = seen.monotonic_ns
        hidden = Reading(float(seen.hands == 0))
        at_ear: Reading | None = Reading(seen.at_ear, seen.at_ear)
        if self._things is not None and self._things.held(seen.at_ear, self._box):
            self._machines.drop(Kind.HAND_AT_EAR)
            at_ear = None
        return [
            *self._machines.step(Kind.HAND_AT_EAR, now_ns, at_ear),
            *self._machines.step(Kind.HANDS_HIDDEN, now_ns, hidden),
        ]

    def _face_readings(
        self, seen: FaceObservation, blind: Blindness | None, *, observable: bool
    ) -> dict[Kind, Reading | None]:
        self._turned = False
        readings: dict[Kind, Reading | None] = dict.fromkeys(_FACE_KINDS)
        readings[Kind.CAMERA_BLOCKED] = self._margins.reading(
            Kind.CAMERA_BLOCKED, _content(seen), {"contrast": seen.contrast}
        )
        looped = seen.loop_s is not None
        if looped or blind is not Blindness.COVERED:
            # Whether a picture without content comes again cannot be told: a black one now
            # and then ends no loop.
            readings[Kind.VIRTUAL_CAMERA] = Reading(
                float(looped), numbers={"loop_s": seen.loop_s or 0.0} if looped else {}
            )
        if not observable:
            return readings
        readings[Kind.FACE_MISSING] = Reading(float(seen.faces == 0), seen.confidence)
        readings[Kind.MULTIPLE_FACES] = Reading(
            float(seen.faces > 1), seen.confidence, {"faces": float(seen.faces)}
        )
        readings[Kind.LOOKING_AWAY] = self._head_reading(seen)
        if not self._turned:
            readings[Kind.GAZE_AWAY] = self._gaze_reading(seen)
        return readings

    def _head_reading(self, seen: FaceObservation) -> Reading | None:
        if seen.yaw is None or seen.pitch is None:
            return None
        degrees = self._head.screen.distance(seen.yaw, seen.pitch)
        right, up = self._head.screen.offset(seen.yaw, seen.pitch)
        self._turned = self._margins.is_beyond(Kind.LOOKING_AWAY, degrees)
        self._head.update(seen.monotonic_ns, seen.yaw, seen.pitch, away=self._turned)
        numbers = {"degrees": degrees, "right": right, "up": up}
        return self._margins.reading(Kind.LOOKING_AWAY, degrees, numbers)

    def _gaze_reading(self, seen: FaceObservation) -> Reading | None:
        head = (seen.yaw, seen.pitch, seen.roll)
        if seen.gaze_yaw is None or seen.gaze_pitch is None or None in head:
            return None
        yaw, pitch, roll = (angle or 0.0 for angle in head)
        sight = line_of_sight(yaw, pitch, roll, seen.gaze_yaw, seen.gaze_pitch)
        degrees = self._sight.screen.distance(*sight)
        right, up = self._sight.screen.offset(*sight)
        away = self._margins.is_beyond(Kind.GAZE_AWAY, degrees)
        self._sight.update(seen.monotonic_ns, *sight, away=away)
        # The threshold is for a typical screen; what is said is the angle itself.
        numbers = {"degrees": math.hypot(right, up), "right": right, "up": up}
        if self._sight.screen.calibrated:
            numbers["beyond"] = self._sight.screen.beyond(*sight)
        return self._margins.reading(Kind.GAZE_AWAY, degrees, numbers)


def _content(seen: FaceObservation) -> float:
    """The contrast that says whether the camera is blocked: with a face it never is."""
    return _FULL_CONTRAST if seen.faces else seen.contrast
