"""What each kind means for a candidate, and how often its detector is wrong, in words.

The rates are those of the project's own measurements (README.md, "Accuracy", which says what
each was measured on); kinds of which nothing was measured say so by saying nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.flags import Kind

_MEANS: Mapping[Kind, str] = {
    Kind.FACE_MISSING: "Who bends down, leaves or leans out of the picture is flagged; so is "
    "who sits in the dark.",
    Kind.MULTIPLE_FACES: "Somebody who walks through the room is flagged, and a portrait on "
    "the wall is taken for a person.",
    Kind.LOOKING_AWAY: "Who looks at a second screen or at somebody is flagged; so is who "
    "looks out of the window to think.",
    Kind.GAZE_AWAY: "Who reads beside the screen is flagged; so is who looks up to think. A "
    "hint among others, never proof.",
    Kind.IDENTITY_MISMATCH: "Somebody else in the candidate's place is flagged. New glasses or "
    "a mask may be, too.",
    Kind.CAMERA_BLOCKED: "A covered or unplugged camera is flagged.",
    Kind.VIRTUAL_CAMERA: "A recording played instead of the camera is flagged.",
    Kind.OBJECT_SEEN: "A phone or a book in the picture is flagged, if your institution has "
    "installed a model that finds them.",
    Kind.HAND_AT_EAR: "Who rests the head on a hand is flagged as often as who holds a phone.",
    Kind.HANDS_HIDDEN: "Who types blind is flagged all the time.",
    Kind.SPEECH: "Who reads aloud or talks to themselves is flagged; a radio or a television "
    "next door may be.",
    Kind.SECOND_VOICE: "Somebody who speaks beside the candidate is flagged. Voices of one sex "
    "are confused more often.",
    Kind.WINDOW_SWITCH: "Another program that comes to the front is flagged, a notification's "
    "window too.",
    Kind.CLIPBOARD: "Copying within the exam is flagged as well, where it is not allowed.",
    Kind.BLOCKED_KEY: "A habit of the fingers is flagged as much as an intention.",
    Kind.DISPLAY_CHANGE: "A projector or a loose cable is flagged.",
    Kind.VIRTUAL_MACHINE: "Who owns no other computer than a virtual one is flagged.",
    Kind.REMOTE_SESSION: "Somebody who steers the computer from elsewhere is flagged; so is a "
    "help desk's program that runs.",
    Kind.NETWORK_LOST: "A bad line is flagged. The recording goes on and is sent later.",
}

_WRONG: Mapping[Kind, str] = {
    Kind.FACE_MISSING: "Measured: 98 of 100 absences found to half a second, 2 of 100 flags "
    "wrong.",
    Kind.MULTIPLE_FACES: "Measured: 4 of 4 portraits on a wall were taken for a second person.",
    Kind.LOOKING_AWAY: "Measured: the angle is off by 1.4° to the side and 2.5° up and down.",
    Kind.GAZE_AWAY: "Measured on drawn eyes: 5 of 100 looks at the screen taken for away; of "
    "looks 15° beside it nearly all found, 15° below it 68 of 100.",
    Kind.IDENTITY_MISMATCH: "Measured: an equal error rate of 0.4 % with the photo before the "
    "exam, 1 % with dark glasses among them.",
    Kind.OBJECT_SEEN: "As good as the model that your institution installs.",
    Kind.HAND_AT_EAR: "Measured: 88 of 100 found on light skin, 55 on dark; 5 of 100 resting "
    "cheeks flagged.",
    Kind.SPEECH: "Measured at 10 dB over noise: 4 of 100 stretches without speech flagged.",
    Kind.SECOND_VOICE: "Measured: an equal error rate of 7 %, and of 16 % for voices of one "
    "sex.",
}


def means(kind: Kind) -> str:
    """What a kind means for a candidate; empty where its sentence says it all."""
    return _MEANS.get(kind, "")


def wrong(kind: Kind) -> str:
    """How often it is wrong, as measured; empty where it was not."""
    return _WRONG.get(kind, "")
