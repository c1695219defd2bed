"""Whether camera, microphone and screen are ready, and what to do when they are not.

Pure functions over what was seen and heard; the check's page shows their verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from recorder.faults import EnvironmentFault

translate = QCoreApplication.translate

# Seconds. A USB camera's first picture takes up to some five seconds on slow machines.
CAMERA_WARM_UP_S = 8.0
# Seconds without a newer picture after which a camera, however slow, has stopped.
CAMERA_STALE_S = 3.0
# Mean of the 8-bit picture below which a face cannot be made out.
DARK = 28.0
# On the meter's dB scale (0 silence, 1 full scale): speech at arm's length exceeds it,
# the noise of a quiet room and of the microphone itself do not.
HEARD = 0.3
# Seconds for which a sound is remembered, so that a pause in speech is not "silent".
HEARD_FOR_S = 20.0


class State(StrEnum):
    """How far an item of the check is; ``PROBLEM`` and ``WAITING`` hold the start up."""

    WAITING = "waiting"
    GOOD = "good"
    ATTENTION = "attention"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one item, in words and with what to do."""

    state: State
    words: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The camera so far: seconds since it was opened and since its newest picture."""

    open: bool
    waited_s: float = 0.0
    age_s: float | None = None
    brightness: float = 255.0
    fault: EnvironmentFault | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The microphone so far: seconds since a sound was last heard, if any was."""

    open: bool
    quiet_s: float | None = None
    fault: EnvironmentFault | None = None


def ready(verdicts: Iterable[Verdict]) -> bool:
    """Whether the recording may start."""
    return all(verdict.state in (State.GOOD, State.ATTENTION) for verdict in verdicts)


def judge_camera(seen: Seen) -> Verdict:
    """The camera's state: it must deliver pictures, and should deliver bright ones."""
    if seen.fault is not None:
        return Verdict(State.PROBLEM, seen.fault.what, seen.fault.advice)
    if not seen.open or (seen.age_s is None and seen.waited_s < CAMERA_WARM_UP_S):
        return Verdict(State.WAITING, translate("checks", "Opening the camera…"))
    if seen.age_s is None or seen.age_s > CAMERA_STALE_S:
        return Verdict(
            State.PROBLEM,
            translate("checks", "No picture comes from the camera."),
            translate(
                "checks",
                "Check its cable and close other programs that use it, then try again.",
            ),
        )
    if seen.brightness < DARK:
        return Verdict(
            State.ATTENTION,
            translate("checks", "The picture is very dark."),
            translate("checks", "Open the camera's cover or switch a light on."),
        )
    return Verdict(
        State.GOOD,
        translate("checks", "The camera works."),
        translate("checks", "Sit so that your whole face is in the picture."),
    )


def judge_microphone(heard: Heard) -> Verdict:
    """The microphone's state: it must be open; silence is pointed out but allowed."""
    if heard.fault is not None:
        return Verdict(State.PROBLEM, heard.fault.what, heard.fault.advice)
    if not heard.open:
        return Verdict(State.WAITING, translate("checks", "Opening the microphone…"))
    if heard.quiet_s is None or heard.quiet_s > HEARD_FOR_S:
        return Verdict(
            State.ATTENTION,
            translate("checks", "Nothing is heard yet. Please say a few words."),
            translate(
                "checks",
                "If the bar does not move, unmute the microphone or choose another one.",
            ),
        )
    return Verdict(State.GOOD, translate("checks", "The microphone hears you."))


def judge_screen(choices: int | None) -> Verdict:
    """The screen's state, from how many displays there are to record (``None``: not known)."""
    if choices is None:
        return Verdict(State.WAITING, translate("checks", "Looking for the screen…"))
    if choices == 0:
        return Verdict(
            State.PROBLEM,
            translate("checks", "The screen cannot be recorded."),
            translate(
                "checks",
                "Allow screen recording for Invigil in the system's privacy settings, "
                "or sign in to a desktop session, then try again.",
            ),
        )
    return Verdict(State.GOOD, translate("checks", "The screen can be recorded."))


def unchecked() -> Verdict:
    """The check itself failed; the page says why."""
    return Verdict(State.PROBLEM, translate("checks", "This could not be checked."))


def missing_camera() -> EnvironmentFault:
    """No camera is connected."""
    return EnvironmentFault(
        translate("checks", "No camera was found."),
        translate("checks", "Connect a camera, or switch it on, then try again."),
    )


def missing_microphone() -> EnvironmentFault:
    """No microphone is connected."""
    return EnvironmentFault(
        translate("checks", "No microphone was found."),
        translate("checks", "Connect a microphone or a headset, then try again."),
    )
