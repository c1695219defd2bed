"""The sentence a reviewer reads on an incident, from its averaged numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from shared.flags import Kind

Numbers = Mapping[str, float]

# A loop shorter than this is a picture that stays.
_ONE_PICTURE_S = 0.1

# A direction is named along one axis only when the other is less than half of it.
_DIAGONAL = 0.5

# A yes or no that is averaged is said when it held for most of the time, and a direction
# when most of what was measured points there.
_MOSTLY = 0.5


def direction(right: float, up: float) -> str:
    """Words for a direction as seen in the picture as captured (not mirrored)."""
    sideways = "right" if right >= 0 else "left"
    upward = "up" if up >= 0 else "down"
    if abs(up) < _DIAGONAL * abs(right):
        return sideways
    if abs(right) < _DIAGONAL * abs(up):
        return upward
    return f"{upward} and {sideways}"


def _direction(numbers: Numbers) -> str | None:
    """The mean direction, ``None`` where looks to several sides cancel."""
    right, up = numbers["right"], numbers["up"]
    together = math.hypot(right, up) >= _MOSTLY * numbers["degrees"]
    return direction(right, up) if together else None


def _face_missing(_numbers: Numbers, seconds: float) -> str:
    return f"no face in the picture for {seconds:.1f} s"


def _multiple_faces(numbers: Numbers, seconds: float) -> str:
    faces = max(2, round(numbers["faces"]))
    return f"{faces} faces in the picture for {seconds:.1f} s"


def _looking_away(numbers: Numbers, seconds: float) -> str:
    where = _direction(numbers)
    turned = f"head turned {numbers['degrees']:.0f}°"
    return f"{turned} {where or 'this way and that'} for {seconds:.1f} s"


_ON_SCREEN_SIDE = {
    "right": "right of",
    "left": "left of",
    "up": "above",
    "down": "below",
    "up and right": "above and right of",
    "up and left": "above and left of",
    "down and right": "below and right of",
    "down and left": "below and left of",
}


def _gaze_away(numbers: Numbers, seconds: float) -> str:
    where = _direction(numbers)
    side = _ON_SCREEN_SIDE[where] if where else "this way and that from"
    if "beyond" in numbers:  # calibrated: the edge is known
        return f"eyes {numbers['beyond']:.0f}° {side} the screen's edge for {seconds:.1f} s"
    return f"eyes {numbers['degrees']:.0f}° {side} the screen's middle for {seconds:.1f} s"


def _camera_blocked(numbers: Numbers, seconds: float) -> str:
    return f"picture without content (contrast {numbers['contrast']:.1f}) for {seconds:.1f} s"


def _virtual_camera(numbers: Numbers, seconds: float) -> str:
    if numbers["loop_s"] < _ONE_PICTURE_S:
        return f"the camera shows one still picture for {seconds:.1f} s"
    return f"the camera repeats the same {numbers['loop_s']:.1f} s, for {seconds:.1f} s"


def _identity_mismatch(numbers: Numbers, seconds: float) -> str:
    return (
        f"face unlike the enrolled one (distance {numbers['distance']:.2f}) for {seconds:.1f} s"
    )


def object_seen(label: str) -> Callable[[Numbers, float], str]:
    """Words for incidents of one label, as the institution's model names it."""
    article = "an" if label[:1].casefold() in tuple("aeiou") else "a"

    def words(numbers: Numbers, seconds: float) -> str:
        count = round(numbers["count"])
        thing = f"{article} {label}" if count <= 1 else f"{label} ({count} of them)"
        where = "held at the ear" if numbers.get("at_ear", 0.0) >= _MOSTLY else "in view"
        sure = numbers["confidence"]
        return f"{thing} {where} for {seconds:.1f} s (confidence {sure:.2f})"

    return words


def _hand_at_ear(_numbers: Numbers, seconds: float) -> str:
    return f"a hand at the ear for {seconds:.1f} s"


def _hands_hidden(_numbers: Numbers, seconds: float) -> str:
    return f"no hand in the picture for {seconds:.1f} s"


def _second_voice(numbers: Numbers, seconds: float) -> str:
    known = "the first one heard" if numbers.get("learnt") else "the enrolled one"
    sure = f"probability {numbers['unlike']:.2f}"
    return f"another voice than {known} for {seconds:.1f} s ({sure})"


def _speech(numbers: Numbers, seconds: float) -> str:
    return f"speech for {seconds:.1f} s (probability {numbers['speech']:.2f})"


def _detector_down(_numbers: Numbers, seconds: float) -> str:
    return f"nothing was analysed for {seconds:.1f} s: the detector had stopped"


DESCRIBE: dict[Kind, Callable[[Numbers, float], str]] = {
    Kind.FACE_MISSING: _face_missing,
    Kind.MULTIPLE_FACES: _multiple_faces,
    Kind.LOOKING_AWAY: _looking_away,
    Kind.GAZE_AWAY: _gaze_away,
    Kind.CAMERA_BLOCKED: _camera_blocked,
    Kind.VIRTUAL_CAMERA: _virtual_camera,
    Kind.IDENTITY_MISMATCH: _identity_mismatch,
    Kind.OBJECT_SEEN: object_seen("object"),
    Kind.HAND_AT_EAR: _hand_at_ear,
    Kind.HANDS_HIDDEN: _hands_hidden,
    Kind.SPEECH: _speech,
    Kind.SECOND_VOICE: _second_voice,
    Kind.DETECTOR_DOWN: _detector_down,
}
