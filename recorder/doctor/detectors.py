"""Do the detectors start, does the computer bear them, and do they find a face?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from recorder.capturing import open_preview
from recorder.detect.observations import Blindness
from recorder.detect.process.pace import SLOW_ANSWER_MS
from recorder.detect.setup import DetectorSetup
from recorder.doctor.finding import Finding, State, Topic
from recorder.doctor.judging import HEARD
from recorder.doctor.rehearsal import Noticed, Rehearsal, rehearse
from recorder.doctor.wording import NOTHING, Words, translate, verbatim
from recorder.faults import EnvironmentFault
from recorder.model_choice import choose_models
from recorder.preview import LivePreview
from shared.policy import Policy

DETECTORS = Topic(
    "detectors",
    translate("doctor", "Detectors"),
    translate("doctor", "They look at picture and sound on this computer, and nowhere else."),
)
FACE = Topic(
    "face",
    translate("doctor", "Your face"),
    translate("doctor", "A face that cannot be made out is reported as missing."),
)
LIGHT = Topic(
    "light",
    translate("doctor", "Light"),
    translate("doctor", "In bad light nobody can tell what the picture shows."),
)
SOUND = Topic(
    "sound",
    translate("doctor", "Sound"),
    translate("doctor", "The exam records the room's sound."),
)

# Three seconds of pictures tell a steady machine from one that is at its end.
TRIAL_S = 3.0

# Loading the models takes half a second; after a cold start several.
START_S = 12.0

# Shares of pictures: a face is found when it is in most of them.
MOST = 0.6
SOME = 0.2

_BLIND: dict[Blindness, tuple[Words, Words]] = {
    Blindness.COVERED: (
        translate("doctor", "The camera is covered."),
        translate("doctor", "Open its cover, and take away what is before it."),
    ),
    Blindness.DARK: (
        translate("doctor", "The picture is too dark."),
        translate("doctor", "Switch a light on before you, not behind you."),
    ),
    Blindness.BRIGHT: (
        translate("doctor", "The picture is too bright."),
        translate("doctor", "Turn away from the window or the lamp, or dim it."),
    ),
    Blindness.BLURRED: (
        translate("doctor", "The picture is blurred."),
        translate("doctor", "Wipe the camera, and give it a moment to focus."),
    ),
    Blindness.FROZEN: (
        translate("doctor", "The picture stands still."),
        translate("doctor", "Move a little; if it stays so, plug the camera in again."),
    ),
    Blindness.REPEATED: (
        translate("doctor", "The picture repeats itself."),
        translate("doctor", "Choose a real camera instead of a virtual one."),
    ),
    Blindness.UPSIDE_DOWN: (
        translate("doctor", "The picture is upside down."),
        translate("doctor", "Turn the camera round."),
    ),
    Blindness.FACE_SMALL: (
        translate("doctor", "Your face is small in the picture."),
        translate("doctor", "Sit closer to the camera."),
    ),
    Blindness.FACE_CUT: (
        translate("doctor", "Your face is cut off by the picture's edge."),
        translate("doctor", "Move to the middle of the picture."),
    ),
}


def setup_of(policy: Policy, preview: LivePreview, models: Path | None) -> DetectorSetup:
    """What a session would watch for in these streams, by the policy and the models there are.

    Raises:
        EnvironmentFault: a packaged model is missing or not the one that was tested.
    """
    streams = [name for name in ("camera", "microphone") if getattr(preview, name) is not None]
    return choose_models(policy, streams, models).watchlist.setup  # type: ignore[arg-type]


def try_detectors(policy: Policy, preview: LivePreview, models: Path | None) -> Noticed:
    """Run the detectors on the camera for a few seconds.

    Raises:
        EnvironmentFault: a packaged model is missing or not the one that was tested.
    """
    seen = LivePreview(preview.camera, None, preview.relay)
    setup = replace(setup_of(policy, seen, models), voice=None)
    return rehearse(Rehearsal(policy, seen, setup=setup), TRIAL_S, START_S)


def try_camera(policy: Policy, camera: str, models: Path | None) -> Noticed:
    """The same with a camera that is opened for it (SRC).

    Raises:
        EnvironmentFault: also where the camera does not open.
    """
    preview = open_preview(policy.streams, camera, "none")
    try:
        return try_detectors(policy, preview, models)
    finally:
        preview.close()


def judge_detectors(noticed: Noticed) -> Finding:
    """They start, and answer as fast as on a computer that has room."""
    if not noticed.ready:
        return DETECTORS.attention(
            translate("doctor", "They do not start."),
            translate(
                "doctor",
                "Close other programs and try again; if it stays so, install Invigil again. "
                "Without them the recording counts as not observed.",
            ),
        )
    found = translate("doctor", "Started; a picture takes {ms} ms.").format(
        ms=round(noticed.answer_ms)
    )
    if noticed.answer_ms > SLOW_ANSWER_MS:
        return DETECTORS.attention(
            found,
            translate(
                "doctor",
                "The computer is busy: close other programs, or fewer pictures are looked at.",
            ),
        )
    return DETECTORS.ok(found)


def judge_face(noticed: Noticed) -> Finding:
    """One face, in most of the pictures."""
    if not noticed.pictures:
        return FACE.skipped(translate("doctor", "No picture was looked at."))
    if noticed.share(1) >= MOST:
        if (partly := _worst(noticed, Blindness.FACE_SMALL, Blindness.FACE_CUT)) is not None:
            return FACE.attention(*partly)
        return FACE.finding(State.OK, translate("doctor", "Your face is found."))
    more = sum(count for faces, count in noticed.faces if faces > 1) / noticed.pictures
    if more >= SOME:
        return FACE.attention(
            translate("doctor", "More than one face is seen."),
            translate("doctor", "Be alone in the room, and take down portraits behind you."),
        )
    if (blind := _worst(noticed, *_BLIND)) is not None:
        return FACE.attention(*blind)
    return FACE.attention(
        translate("doctor", "No face is found."),
        translate(
            "doctor",
            "Look into the camera from an arm's length, with light from the front and nothing "
            "before your face.",
        ),
    )


def judge_light(noticed: Noticed) -> Finding:
    """Pictures that can be judged."""
    if not noticed.pictures:
        return LIGHT.skipped(translate("doctor", "No picture was looked at."))
    lights = (Blindness.COVERED, Blindness.DARK, Blindness.BRIGHT, Blindness.BLURRED)
    if (blind := _worst(noticed, *lights)) is not None:
        return LIGHT.attention(*blind)
    return LIGHT.ok(translate("doctor", "The picture is lit well."))


def judge_sound(noticed: Noticed) -> Finding:
    """Somebody was asked to say something."""
    if noticed.speech:
        return SOUND.ok(translate("doctor", "You are heard, and taken for a voice."))
    if noticed.loudest >= HEARD:
        return SOUND.ok(translate("doctor", "Sound is heard, no voice."))
    return SOUND.attention(
        translate("doctor", "Nothing was heard."),
        translate("doctor", "Say a few words; unmute the microphone or choose another one."),
    )


def now_seen(noticed: Noticed) -> Words:
    """What the newest picture shows, for a page that goes on looking."""
    if noticed.blind_now is not None and noticed.blind_now in _BLIND:
        return _BLIND[noticed.blind_now][0]
    match noticed.faces_now:
        case None:
            return NOTHING
        case 0:
            return translate("doctor", "No face is found.")
        case 1:
            return translate("doctor", "Your face is found.")
        case _:
            return translate("doctor", "More than one face is seen.")


def _worst(noticed: Noticed, *reasons: Blindness) -> tuple[Words, Words] | None:
    """What most often kept pictures from being judged, where it did so in many of them."""
    for reason, count in noticed.blind:
        if reason in reasons and reason in _BLIND and count / noticed.pictures >= SOME:
            return _BLIND[reason]
    return None


def skipped(topic: Topic, fault: EnvironmentFault) -> Finding:
    """The camera is told of by its own check; here nothing could be looked at."""
    return topic.skipped(verbatim(fault.what))
