"""Observations in, incidents and unobserved time out: the part that file and live share.

Pure: no model, clock, thread or file.
"""

from __future__ import annotations

from collections.abc import Callable

from recorder.detect.face.screen import Screen
from recorder.detect.incidents.camera_incidents import CameraIncidents
from recorder.detect.incidents.microphone_incidents import MicrophoneIncidents
from recorder.detect.observations import (
    Blindness,
    CameraObservation,
    Finding,
    MicrophoneObservation,
    WatchedStream,
)
from shared.flags import Kind
from shared.policy import Rule


class DetectionCore:
    """Every incident machine of camera and microphone.

    Args:
        rule: the policy's rule for a kind (``Policy.rule``).
        new_id: gives each incident its id.
        calibration: where the screen is, when the candidate was asked to look at it.
    """

    def __init__(
        self,
        rule: Callable[[Kind], Rule],
        new_id: Callable[[], str],
        calibration: Screen | None = None,
    ) -> None:
        self._camera = CameraIncidents(rule, new_id, calibration)
        self._microphone = MicrophoneIncidents(rule, new_id)

    def camera(self, seen: CameraObservation) -> list[Finding]:
        """Take what one detector saw in a picture."""
        return self._camera.observed(seen)

    def microphone(self, heard: MicrophoneObservation) -> list[Finding]:
        """Take what one detector heard in a stretch of sound."""
        return self._microphone.observed(heard)

    def calibrate(self, screen: Screen) -> None:
        """The candidate's screen was found here."""
        self._camera.calibrate(screen)

    def look_rarer(self, objects: int) -> None:
        """Objects are looked for so many times less often than the rule says from now on."""
        self._camera.look_rarer(objects)

    def absent(self, stream: WatchedStream, now_ns: int, reason: Blindness) -> list[Finding]:
        """Say that a stream is not being observed now, and has not been since its last
        observation. Call it a few times a second for as long as that is so."""
        return self._of(stream).absent(now_ns, reason)

    def cut(self, at_ns: int) -> list[Finding]:
        """The exam begins, stops or goes on: end there what is open. What lasts begins anew."""
        return [*self._camera.cut(at_ns), *self._microphone.cut(at_ns)]

    def finish(self, stream: WatchedStream, now_ns: int) -> list[Finding]:
        """End everything that is open on a stream: no observation of it will follow."""
        return self._of(stream).finish(now_ns)

    def unobserved_ns(self, stream: WatchedStream, now_ns: int) -> int:
        """How much of a stream could not be observed so far, the present stretch included."""
        return self._of(stream).unobserved_ns(now_ns)

    def _of(self, stream: WatchedStream) -> CameraIncidents | MicrophoneIncidents:
        return self._camera if stream == "camera" else self._microphone
