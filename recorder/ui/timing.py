"""How long each step of the way takes, and when the exam begins. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from recorder.ui import words
from recorder.ui.widgets.steps import Step
from shared.policy import Policy

translate = QCoreApplication.translate

# Minutes that a step takes somebody who reads everything: what some thousand words and the
# waits of the step come to, rounded up.
CONSENT_MIN, CHECK_MIN, PHOTO_MIN, DOCUMENT_MIN, VOICE_MIN, CALIBRATION_MIN = 4, 2, 1, 1, 1, 1


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of the way: its icon, its name, what happens, and how long it takes."""

    icon: str
    title: str
    what: str
    length: str


def steps_of(policy: Policy) -> tuple[Step, ...]:
    """The steps that this exam has, in their order."""
    absent = set[Step]()
    if not _identity_minutes(policy):
        absent.add(Step.IDENTITY)
    if not calibrates(policy):
        absent.add(Step.CALIBRATION)
    return tuple(step for step in Step if step not in absent)


def calibrates(policy: Policy) -> bool:
    """Whether the candidate is asked to look at marks on the display."""
    return policy.identity.calibration and policy.streams.camera.enabled


def identifies(policy: Policy) -> bool:
    """Whether a photograph, a document or a voice is taken."""
    return _identity_minutes(policy) > 0


def legs(policy: Policy) -> list[Leg]:
    """The way through this exam, from here on."""
    minutes = _identity_minutes(policy)
    way = [
        Leg(
            "shield",
            Step.CONSENT.title,
            translate("timing", "You read who records what and why, and decide."),
            about(CONSENT_MIN),
        ),
        Leg(
            "computer",
            Step.CHECK.title,
            translate("timing", "Camera, microphone, screen and connection are tried."),
            about(CHECK_MIN),
        ),
    ]
    if minutes:
        way.append(Leg("person", Step.IDENTITY.title, _shown(policy), about(minutes)))
    if calibrates(policy):
        what = translate("timing", "You look at nine points on the screen.")
        way.append(Leg("screen", Step.CALIBRATION.title, what, about(CALIBRATION_MIN)))
    way.append(Leg("clock", Step.WAITING.title, _waits(policy), _begins(policy)))
    length = words.duration(policy.exam.duration_s)
    what = translate("timing", "You write your exam. Help is one button away.")
    way.append(Leg("recording", Step.EXAM.title, what, length))
    what = translate("timing", "The recording is delivered, and you get a receipt.")
    way.append(
        Leg(
            "upload",
            Step.DONE.title,
            what,
            translate("timing", "a few minutes; it needs no care"),
        )
    )
    return way


def before_exam_s(policy: Policy) -> float:
    """Seconds to come before the exam: in sum what each step takes."""
    calibration = CALIBRATION_MIN if calibrates(policy) else 0
    return 60.0 * (CONSENT_MIN + CHECK_MIN + _identity_minutes(policy) + calibration)


def about(minutes: float) -> str:
    """``about 2 minutes``."""
    return translate("timing", "about {0}").format(words.duration(60 * minutes))


def moment(us: int) -> str:
    """A moment on this computer's clock: day and time. ``us`` is microseconds since 1970."""
    at = QDateTime.fromMSecsSinceEpoch(us // 1000)
    time = QLocale().toString(at.time(), QLocale.FormatType.ShortFormat)
    return translate("timing", "{0}, {1}").format(words.day(at.date().toPython()), time)  # pyright: ignore[reportArgumentType]


def _identity_minutes(policy: Policy) -> int:
    identity, streams = policy.identity, policy.streams
    camera, microphone = streams.camera.enabled, streams.microphone.enabled
    return sum(
        minutes
        for minutes, asked in (
            (PHOTO_MIN, identity.takes_face and camera),
            (DOCUMENT_MIN, identity.document and camera),
            (VOICE_MIN, identity.voice and microphone),
        )
        if asked
    )


def _shown(policy: Policy) -> str:
    identity, streams = policy.identity, policy.streams
    parts: Sequence[tuple[bool, str]] = (
        (
            identity.takes_face and streams.camera.enabled,
            translate("timing", "A photograph of your face is taken."),
        ),
        (
            identity.document and streams.camera.enabled,
            translate("timing", "You show your identity document."),
        ),
        (
            identity.voice and streams.microphone.enabled,
            translate("timing", "You read a sentence aloud."),
        ),
    )
    return " ".join(text for asked, text in parts if asked)


def _waits(policy: Policy) -> str:
    if policy.exam.starts_us is None:
        return translate("timing", "You begin when you are ready.")
    return translate("timing", "The exam begins for everybody at once.")


def _begins(policy: Policy) -> str:
    if policy.exam.starts_us is None:
        return translate("timing", "as long as you like")
    return translate("timing", "until {0}").format(moment(policy.exam.starts_us))
