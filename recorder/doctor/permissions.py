"""May Invigil use what it needs? With the page of the system's settings where that is said."""

from __future__ import annotations

from collections.abc import Sequence

from recorder.capture.permissions import Leave, Permission
from recorder.doctor.finding import Finding, OpenPage, Topic
from recorder.doctor.wording import Words, translate, verbatim
from shared.policy import Level, Lockdown

PERMISSIONS = Topic(
    "permissions",
    translate("doctor", "Permissions"),
    translate("doctor", "The system lets a program use camera, microphone and screen, or not."),
)

_NAMES = {
    "camera": translate("doctor", "camera"),
    "microphone": translate("doctor", "microphone"),
    "screen": translate("doctor", "screen"),
    "accessibility": translate("doctor", "accessibility"),
}
_LABELS = {
    "camera": translate("doctor", "Open the camera settings"),
    "microphone": translate("doctor", "Open the microphone settings"),
    "screen": translate("doctor", "Open the screen recording settings"),
    "accessibility": translate("doctor", "Open the accessibility settings"),
}


def needs_control(lockdown: Lockdown) -> bool:
    """Whether macOS must let this program control the computer: keys are held, and also only
    noticed, by a tap that may swallow them."""
    return lockdown.keys is not Level.OFF or lockdown.screen_capture is Level.ENFORCE


def check_permissions(permissions: Sequence[Permission], needed: frozenset[str]) -> Finding:
    """Nothing that the exam needs is denied.

    Args:
        permissions: what the system says.
        needed: which of them the exam needs, by name.
    """
    asked = [one for one in permissions if one.what in needed]
    denied = [one for one in asked if one.leave is Leave.DENIED]
    if denied:
        return PERMISSIONS.problem(
            translate("doctor", "Not allowed: {names}").format(names=_names(denied)),
            _remedy(denied),
            *(OpenPage(one.page, _LABELS[one.what]) for one in denied if one.page),
        )
    waiting = [one for one in asked if one.leave is Leave.ASKS]
    if waiting:
        return PERMISSIONS.ok(
            translate(
                "doctor", "The system will ask you about: {names}. Answer with “allow”."
            ).format(names=_names(waiting))
        )
    untold = [one for one in asked if one.leave is Leave.UNTOLD]
    if untold:
        return PERMISSIONS.ok(
            translate("doctor", "Nothing is denied. It shows when it is used: {names}.").format(
                names=_names(untold)
            )
        )
    return PERMISSIONS.ok(translate("doctor", "All that is needed is allowed."))


def _names(permissions: Sequence[Permission]) -> tuple[Words | str, ...]:
    return tuple(_NAMES[one.what] for one in permissions)


def _remedy(denied: Sequence[Permission]) -> Words:
    advice = dict.fromkeys(one.advice for one in denied if one.advice)
    if advice:
        return verbatim(" ".join(advice))
    return translate(
        "doctor",
        "Open the settings with the button, allow Invigil there, and start it again if the "
        "system asks for that. Then try again.",
    )
