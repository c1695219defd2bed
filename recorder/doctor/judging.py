"""Verdicts on camera, microphone and screen, from what was seen and heard.

Pure: the window asks while its preview runs, the command after a moment's reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from recorder.doctor.finding import Finding, PlayBack, State, Topic, with_mends
from recorder.doctor.wording import NOTHING, translate, verbatim
from recorder.faults import EnvironmentFault

CAMERA = Topic(
    "camera",
    translate("doctor", "Camera"),
    translate("doctor", "The exam records your picture."),
)
MICROPHONE = Topic(
    "microphone",
    translate("doctor", "Microphone"),
    translate("doctor", "The exam records the room's sound."),
)
DISPLAY = Topic(
    "display",
    translate("doctor", "Screen"),
    translate("doctor", "The exam records what is on the screen."),
)

# Seconds. A USB camera's first picture takes up to some five seconds on slow machines.
CAMERA_WARM_UP_S = 8.0
# Seconds without a newer picture after which a camera, however slow, has stopped.
CAMERA_STALE_S = 3.0
# Mean of the 8-bit picture below which a face cannot be made out.
DARK = 28.0
# Mean above which faces are washed out (the detectors' own bound for a whole picture is close
# to it; backlight is told by the face that is not found).
BRIGHT = 235.0
# On the meter's dB scale (0 silence, 1 full scale): speech at arm's length exceeds it,
# the noise of a quiet room and of the microphone itself do not.
HEARD = 0.3
# Seconds for which a sound is remembered, so that a pause in speech is not "silent".
HEARD_FOR_S = 20.0
# Share of samples at the edge of what 16 bits hold from which speech is distorted.
CLIPPED = 0.01


@dataclass(frozen=True, slots=True)
class Seen:
    """The camera so far: seconds since it was opened and since its newest picture."""

    open: bool
    waited_s: float = 0.0
    age_s: float | None = None
    brightness: float = 255.0 / 2
    fault: EnvironmentFault | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """The microphone so far: seconds since a sound was last heard, if any was."""

    open: bool
    quiet_s: float | None = None
    fault: EnvironmentFault | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """A recorded stretch of sound: ``loudest`` on the meter's scale, ``clipped`` the share of
    samples at full scale, ``dead`` where the samples say that nothing is connected."""

    loudest: float
    clipped: float
    dead: bool = False


def judge_camera(seen: Seen) -> Finding | None:
    """The camera's state, ``None`` while it opens: it must deliver pictures, and should
    deliver bright ones."""
    if seen.fault is not None:
        return CAMERA.fault(seen.fault)
    if not seen.open or (seen.age_s is None and seen.waited_s < CAMERA_WARM_UP_S):
        return None
    if seen.age_s is None or seen.age_s > CAMERA_STALE_S:
        return CAMERA.problem(
            translate("doctor", "No picture comes from the camera."),
            translate(
                "doctor",
                "Check its cable and close other programs that use it, then try again.",
            ),
        )
    if seen.brightness < DARK:
        return CAMERA.attention(
            translate("doctor", "The picture is very dark."),
            translate("doctor", "Open the camera's cover or switch a light on."),
        )
    if seen.brightness > BRIGHT:
        return CAMERA.attention(
            translate("doctor", "The picture is very bright."),
            translate("doctor", "Turn away from the window or the lamp, or dim it."),
        )
    works = translate("doctor", "The camera works.")
    advice = translate("doctor", "Sit so that your whole face is in the picture.")
    if seen.device:
        works = translate("doctor", "The camera works ({device}).").format(
            device=verbatim(seen.device)
        )
    return CAMERA.finding(State.OK, works, advice)


def judge_microphone(heard: Heard) -> Finding | None:
    """The microphone's state, ``None`` while it opens: it must be open; silence is pointed
    out but allowed."""
    if heard.fault is not None:
        return MICROPHONE.fault(heard.fault)
    if not heard.open:
        return None
    if heard.quiet_s is None or heard.quiet_s > HEARD_FOR_S:
        return MICROPHONE.attention(
            translate("doctor", "Nothing is heard yet. Please say a few words."),
            translate(
                "doctor",
                "If the bar does not move, unmute the microphone or choose another one.",
            ),
            PlayBack(),
        )
    return with_mends(
        MICROPHONE.ok(translate("doctor", "The microphone hears you.")), PlayBack()
    )


def judge_levels(levels: Levels, *, spoken: bool) -> Finding:
    """A recorded stretch; where somebody was asked to speak (``spoken``), it must show.

    What is well ends in a question, which the person alone can answer.
    """
    if levels.dead:
        return MICROPHONE.attention(
            translate("doctor", "Complete silence comes from the microphone."),
            translate(
                "doctor",
                "Unmute the microphone in the system's sound settings and on the device.",
            ),
            PlayBack(),
        )
    if levels.clipped > CLIPPED:
        return MICROPHONE.attention(
            translate("doctor", "The sound is distorted: it is too loud for the microphone."),
            translate(
                "doctor",
                "Lower the microphone's level in the system's sound settings, or move away "
                "from it a little.",
            ),
            PlayBack(),
        )
    if spoken and levels.loudest < HEARD:
        return MICROPHONE.attention(
            translate("doctor", "You are hardly heard."),
            translate(
                "doctor",
                "Raise the microphone's level in the system's sound settings, move closer to "
                "it, or choose another one.",
            ),
            PlayBack(),
        )
    if not spoken:
        return MICROPHONE.ok(translate("doctor", "The microphone works."))
    return MICROPHONE.finding(
        State.ASKING, translate("doctor", "Did you hear what you said?"), NOTHING, PlayBack()
    )


def judge_hearing(*, heard: bool) -> Finding:
    """After what was recorded was played: what the person says of it."""
    if heard:
        return MICROPHONE.ok(translate("doctor", "You are heard clearly."))
    return MICROPHONE.attention(
        translate("doctor", "You did not hear yourself."),
        translate(
            "doctor",
            "Turn the loudspeaker up and listen again. The exam itself needs only the "
            "microphone: if the bar moves when you speak, you can go on.",
        ),
        PlayBack(),
    )


def judge_screen(choices: int | None) -> Finding | None:
    """The screen's state, from how many displays there are to record (``None``: not known)."""
    if choices is None:
        return None
    if choices == 0:
        return DISPLAY.problem(
            translate("doctor", "The screen cannot be recorded."),
            translate(
                "doctor",
                "Allow screen recording for Invigil in the system's privacy settings, "
                "or sign in to a desktop session, then try again.",
            ),
        )
    return DISPLAY.ok(translate("doctor", "The screen can be recorded."))


def missing_camera() -> EnvironmentFault:
    """No camera is connected."""
    return EnvironmentFault(
        "No camera was found.", "Connect a camera, or switch it on, then try again."
    )


def missing_microphone() -> EnvironmentFault:
    """No microphone is connected."""
    return EnvironmentFault(
        "No microphone was found.", "Connect a microphone or a headset, then try again."
    )


def speak_now() -> Finding:
    """Before the microphone is recorded to be heard."""
    return MICROPHONE.finding(
        State.SKIPPED,
        translate("doctor", "Say a few words now. In three seconds you hear them."),
    )


def unchecked(topic: Topic) -> Finding:
    """The check itself failed; the page says why."""
    return topic.problem(translate("doctor", "This could not be checked."), NOTHING)
