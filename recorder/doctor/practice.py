"""A practice run: camera, microphone and detectors for a moment, here alone, nothing kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from recorder.capturing import open_preview
from recorder.doctor.detectors import (
    DETECTORS,
    START_S,
    judge_detectors,
    judge_face,
    judge_light,
    judge_sound,
    now_seen,
    setup_of,
)
from recorder.doctor.finding import Finding, Topic
from recorder.doctor.practice_view import PRACTICE_S, PracticeView
from recorder.doctor.rehearsal import Noticed, Rehearsal
from recorder.doctor.wording import NOTHING, Words, translate
from recorder.preview import LivePreview
from shared.flags import Kind
from shared.policy import Policy

REPORTED = Topic(
    "reported",
    translate("doctor", "What would be reported"),
    translate("doctor", "A person looks at what is reported, and decides about it."),
)

_KINDS: dict[Kind, Words] = {
    Kind.FACE_MISSING: translate("doctor", "your face was not seen"),
    Kind.MULTIPLE_FACES: translate("doctor", "more than one face"),
    Kind.LOOKING_AWAY: translate("doctor", "your head was turned away"),
    Kind.GAZE_AWAY: translate("doctor", "your eyes were off the screen"),
    Kind.CAMERA_BLOCKED: translate("doctor", "the camera was covered"),
    Kind.OBJECT_SEEN: translate("doctor", "an object that is not allowed"),
    Kind.HAND_AT_EAR: translate("doctor", "a hand at the ear"),
    Kind.HANDS_HIDDEN: translate("doctor", "hands out of sight"),
    Kind.SPEECH: translate("doctor", "speech"),
    Kind.SECOND_VOICE: translate("doctor", "another voice"),
    Kind.VIRTUAL_CAMERA: translate("doctor", "a picture that is not live"),
}


class Practice:
    """One run over a preview that it owns. ``view`` returns at once, from any thread."""

    def __init__(
        self,
        policy: Policy,
        preview: LivePreview,
        rehearsal: Rehearsal,
        *,
        seconds: float = PRACTICE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a preview that is open, and a rehearsal of it that has not begun."""
        self.preview = preview
        self._policy, self._rehearsal = policy, rehearsal
        self._seconds, self._clock = seconds, clock
        self._began: float | None = None
        self._findings: tuple[Finding, ...] = ()
        self._over = threading.Event()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="practice", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def rest(self, seconds: float) -> None:
        """Wait so long, or until it is over."""
        self._over.wait(seconds)

    def view(self) -> PracticeView:
        """How far it is."""
        if self._over.is_set():
            return PracticeView(0.0, ready=True, done=True, findings=self._findings)
        began, noticed = self._began, self._rehearsal.noticed()
        passed = 0.0 if began is None else self._clock() - began
        left = max(0.0, self._seconds - passed)
        return PracticeView(left, noticed.ready, now_seen(noticed))

    def close(self) -> None:
        """End, early too, and let the devices go. Closing twice is allowed."""
        self._given_up.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.preview.close()

    def _run(self) -> None:
        self._rehearsal.start()
        try:
            if self._rehearsal.wait_ready(START_S):
                self._began = self._clock()
                self._given_up.wait(self._seconds)
            # Incidents that last until the end are told by then; their ends say nothing more.
            noticed = self._rehearsal.noticed()
        finally:
            self._rehearsal.stop()
        self._findings = judge(self._policy, noticed)
        self._over.set()


def judge(policy: Policy, noticed: Noticed) -> tuple[Finding, ...]:
    """What a run showed, of the streams that the exam records."""
    camera, microphone = policy.streams.camera.enabled, policy.streams.microphone.enabled
    found = [
        judge_detectors(noticed) if camera else DETECTORS.skipped(NOTHING),
        *([judge_face(noticed), judge_light(noticed)] if camera else []),
        *([judge_sound(noticed)] if microphone else []),
        _judge_reports(noticed.kinds),
    ]
    return tuple(replace(one, id=f"practice_{one.id}") for one in found if one.found)


def _judge_reports(kinds: tuple[Kind, ...]) -> Finding:
    named = tuple(_KINDS[kind] for kind in kinds if kind in _KINDS)
    if not named:
        return REPORTED.ok(translate("doctor", "Nothing: all was as it should be."))
    return REPORTED.attention(
        translate("doctor", "{kinds}").format(kinds=named),
        translate("doctor", "Where you did not mean to, see to light, place and quiet."),
    )


def practise(
    policy: Policy,
    camera: str,
    microphone: str,
    models: Path | None = None,
    seconds: float = PRACTICE_S,
) -> Practice:
    """Open the devices and begin a run.

    Args:
        policy: the exam's rules, or the usual ones.
        camera: SRC; also ``none``.
        microphone: SRC; also ``none``.
        models: the folder of the institution's models.
        seconds: how long the run takes once the detectors have started.

    Raises:
        EnvironmentFault: a device does not open, or a model is not as it should be.
    """
    preview = open_preview(policy.streams, camera, microphone)
    try:
        setup = setup_of(policy, preview, models)
        rehearsal = Rehearsal(policy, preview, setup=setup)
        practice = Practice(policy, preview, rehearsal, seconds=seconds)
        practice.start()
    except BaseException:
        preview.close()
        raise
    return practice
