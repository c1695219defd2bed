"""What each kind's numbers mean: units, bounds, and the sentence that they stand in.

The policy editor, its errors and the list of what changed all say it with these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Rule

Stream = Literal["camera", "microphone"]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a threshold is told: a policy's value times ``scale``, with ``unit`` behind it.

    ``low`` and ``high`` bound what is told; ``step`` is how finely. ``below`` is for kinds
    that are flagged below their threshold.
    """

    unit: str
    low: float
    high: float
    step: float = 1.0
    scale: float = 1.0
    below: bool = False

    def told(self, value: float) -> float:
        """A policy's value as a person reads it."""
        return round(value * self.scale, 6)

    def meant(self, told: float) -> float:
        """What a person wrote as the policy's value."""
        return round(told / self.scale, 8)

    def words(self, value: float) -> str:
        """A policy's value with its unit, for example ``15°`` or ``60 %``."""
        return f"{self.told(value):g}{self.unit}"


# Angles below 5° are within a webcam's own error; beyond 90° nothing is measured.
ANGLE = Measure("°", 5, 90)

# Detectors' certainties: never quite none, never quite sure.
CERTAINTY = Measure(" %", 5, 99, scale=100)

# Distances of faces: strangers are 0.7 to 1.2 apart, two pictures of one person 0.2 to 0.5.
DISTANCE = Measure("", 0.3, 1.2, step=0.01)

# Mean absolute deviation of luma, of at most 128: a picture of anything has more than 20.
CONTRAST = Measure(" of 128", 1, 60, step=0.5, below=True)

# Durations, as ``shared.policy.Rule`` bounds them, but for what no exam lasts.
DURATION = Measure(" s", 0, 3_600, step=0.1)
SAMPLING = Measure(" s", 0.1, 3_600, step=0.1)
WEIGHT = Measure("", 0, 100, step=0.1)

_MEASURES: Mapping[Kind, Measure] = {
    Kind.LOOKING_AWAY: ANGLE,
    Kind.GAZE_AWAY: ANGLE,
    Kind.CAMERA_BLOCKED: CONTRAST,
    Kind.IDENTITY_MISMATCH: DISTANCE,
}

# What is flagged, in words; ``{names}`` are the rule's numbers.
_SAID: Mapping[Kind, str] = {
    Kind.FACE_MISSING: "No face in the picture for {onset_s}.",
    Kind.MULTIPLE_FACES: "More than one face in the picture for {onset_s}.",
    Kind.LOOKING_AWAY: "The head turned more than {threshold} from the middle of the screen "
    "for {onset_s}; over once it is back within {release}.",
    Kind.GAZE_AWAY: "The eyes off the screen by more than {threshold} from its middle for "
    "{onset_s}; over once they are back within {release}.",
    Kind.IDENTITY_MISMATCH: "The face further than {threshold} from the one in the photo taken "
    "before the exam, for {onset_s}; over once it is within {release}. Compared every "
    "{every_s}.",
    Kind.CAMERA_BLOCKED: "The picture's contrast below {threshold} for {onset_s}; over once it "
    "is above {release}.",
    Kind.VIRTUAL_CAMERA: "The picture repeats itself, as a recording played in a loop does, "
    "for {onset_s}.",
    Kind.OBJECT_SEEN: "An object of the list below seen with a certainty of more than "
    "{threshold} for {onset_s}; over once it is below {release}. Looked for every {every_s}.",
    Kind.HAND_AT_EAR: "A hand held at an ear for {onset_s}. Looked for every {every_s}.",
    Kind.HANDS_HIDDEN: "No hand in the picture for {onset_s}. Looked for every {every_s}.",
    Kind.SPEECH: "Somebody speaks, with a certainty of more than {threshold}, for {onset_s}; "
    "over once it is below {release}.",
    Kind.SECOND_VOICE: "A voice that is not the candidate's, with a certainty of more than "
    "{threshold}, for {onset_s}; over once it is below {release}.",
    Kind.WINDOW_SWITCH: "A window in front that is neither the exam's nor on the list below, "
    "for {onset_s}.",
    Kind.PROHIBITED_PROCESS: "A program of the list below runs.",
    Kind.FULLSCREEN_EXIT: "The exam's window does not fill its display for {onset_s}.",
    Kind.CLIPBOARD: "Something is copied or pasted during the exam; its content is not kept.",
    Kind.BLOCKED_KEY: "A shortcut that leads out of the exam is pressed.",
    Kind.DISPLAY_CHANGE: "A display is plugged in, taken away or mirrored.",
    Kind.VIRTUAL_MACHINE: "Signs of a virtual machine that add up to {threshold}; over below "
    "{release}.",
    Kind.REMOTE_SESSION: "Signs that the computer is controlled from elsewhere that add up to "
    "{threshold}; over below {release}.",
    Kind.SCREEN_CAPTURE: "A program that captures or shares the screen runs.",
    Kind.INPUT_DEVICE: "A keyboard, mouse or the like is plugged in during the exam.",
    Kind.BLOCKED_ADDRESS: "The exam's browser is led to an address outside the exam; the "
    "address is kept, not the content.",
    Kind.DEBUGGER: "Signs that another program looks into the recorder that add up to "
    "{threshold}; over below {release}.",
    Kind.ALTERED_PROGRAM: "Signs that the recorder is not as it was built that add up to "
    "{threshold}; over below {release}.",
    Kind.NETWORK_LOST: "The server cannot be reached for {onset_s}.",
    Kind.DEVICE_LOST: "Camera, microphone or screen stop giving anything.",
    Kind.DETECTOR_DOWN: "The program that looks and listens stopped, and was started again.",
    Kind.DISK_FULL: "The candidate's disk has no room for the recording.",
    Kind.CLOCK_JUMP: "The computer's clock was set during the exam.",
    Kind.GAP: "A part of the recording does not exist.",
}

# What a change does, where the sentence does not say it by itself.
_EFFECTS: Mapping[Kind, str] = {
    Kind.LOOKING_AWAY: "A larger angle or a longer time gives fewer flags.",
    Kind.GAZE_AWAY: "A larger angle or a longer time gives fewer flags and misses shorter "
    "glances. A webcam tells a gaze to about 5°.",
    Kind.IDENTITY_MISMATCH: "0 is the same picture; the model's makers take 0.6 for the border "
    "between one person and two. Higher gives fewer flags. Looking more often costs the "
    "candidate's computer more.",
    Kind.CAMERA_BLOCKED: "A covered camera has about 2, a normal picture more than 20. Lower "
    "gives fewer flags.",
    Kind.OBJECT_SEEN: "Higher gives fewer flags and misses more objects. Looking more often "
    "costs the candidate's computer more.",
    Kind.HAND_AT_EAR: "A hint and no more: people rest their head on a hand, and dark "
    "hands are found less often than light ones. So this is off by default.",
    Kind.HANDS_HIDDEN: "Who types has the hands below the picture, and dark hands are found "
    "less often than light ones. So this is off by default.",
    Kind.VIRTUAL_MACHINE: "A hint and no more: many honest computers are virtual ones.",
    Kind.SPEECH: "Reading aloud and talking to oneself count. Higher gives fewer flags and "
    "misses quiet speech.",
    Kind.SECOND_VOICE: "Higher gives fewer flags and misses more voices.",
}

_NAMES = re.compile(r"{(\w+)}")

# What the recorder watches all the time has no sampling, whatever its rule says.
SAMPLED = frozenset(
    {Kind.IDENTITY_MISMATCH, Kind.OBJECT_SEEN, Kind.HAND_AT_EAR, Kind.HANDS_HIDDEN}
)

# What cannot be watched where a stream is not recorded.
NEEDS: Mapping[Stream, tuple[Kind, ...]] = {
    "camera": (
        Kind.FACE_MISSING,
        Kind.MULTIPLE_FACES,
        Kind.LOOKING_AWAY,
        Kind.GAZE_AWAY,
        Kind.IDENTITY_MISMATCH,
        Kind.CAMERA_BLOCKED,
        Kind.VIRTUAL_CAMERA,
        Kind.OBJECT_SEEN,
        Kind.HAND_AT_EAR,
        Kind.HANDS_HIDDEN,
    ),
    "microphone": (Kind.SPEECH, Kind.SECOND_VOICE),
}


def measure(kind: Kind, name: str) -> Measure:
    """How a number of a kind's rule is told: ``threshold``, ``release``, ``onset_s``, …"""
    match name:
        case "threshold" | "release":
            return _MEASURES.get(kind, CERTAINTY)
        case "every_s":
            return SAMPLING
        case "weight":
            return WEIGHT
        case _:
            return DURATION


def parts(kind: Kind) -> list[str]:
    """The sentence about a kind, cut: words, then the name of a number, then words …"""
    return _NAMES.split(_SAID.get(kind, f"{kind.label}."))


def numbers(kind: Kind) -> tuple[str, ...]:
    """The names of the numbers in a kind's sentence."""
    return tuple(parts(kind)[1::2])


def effect(kind: Kind) -> str:
    """What changing the numbers does; empty where there is nothing to say."""
    return _EFFECTS.get(kind, "")


def value(kind: Kind, rule: Rule, name: str) -> float:
    """A number of a rule; where it says none, what the recorder takes instead: the default
    rule's threshold and release together, no hysteresis where only the release is left out.
    """
    default = DEFAULT_RULES.get(kind, Rule())
    if name == "release":
        own = rule if rule.threshold is not None else default
        given = own.release if own.release is not None else own.threshold
    else:
        given = getattr(rule, name)
        given = getattr(default, name) if given is None else given
    return 0.0 if given is None else float(given)


def said(kind: Kind, rule: Rule) -> str:
    """What is flagged, in words with the rule's numbers."""
    told = parts(kind)
    for at in range(1, len(told), 2):
        name = told[at]
        told[at] = measure(kind, name).words(value(kind, rule, name))
    return "".join(told)
