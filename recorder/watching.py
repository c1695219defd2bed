"""The detectors of a session: fed by camera and microphone, heard as far as the exam runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.detect.enrolled import FaceLook, VoiceLook
from recorder.detect.face.screen import Screen
from recorder.detect.observations import (
    FaceObservation,
    Incident,
    Unobserved,
    WatchedStream,
)
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.load import Conditions
from recorder.detect.process.pace import STEPS, PaceChange
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import (
    DetectorSetup,
    FaceEnrolment,
    IdentitySetup,
    VoiceEnrolment,
    VoiceSetup,
)
from recorder.exam_gate import ExamGate
from recorder.heartbeat import NS_PER_US, UnobservedTime
from recorder.sleeps import Sleeps
from shared.flags import Kind
from shared.policy import Policy
from shared.records import Detail

_WATCHED: tuple[WatchedStream, ...] = ("camera", "microphone")

# From this level on detection looks so much less that the candidate is told: closing another
# program may help. One step costs nobody anything (``detect.pace``).
SLOWED_LEVEL = 2


def _nobody(_: object) -> None:
    """Nobody asks."""


@dataclass(slots=True)
class Hearers:
    """Who else is told what is seen and heard, on the supervisor's thread."""

    face_seen: Callable[[FaceObservation], None] = _nobody
    face_enrolling: Callable[[FaceLook], None] = _nobody
    voice_enrolling: Callable[[VoiceLook], None] = _nobody


class Watching:
    """Runs the detector process over the pumps that there are."""

    def __init__(
        self,
        policy: Policy,
        pumps: Mapping[StreamName, CapturePump[Any]],
        gate: ExamGate,
        unobserved: UnobservedTime,
        new_id: Callable[[], str],
        sleeps: Sleeps,
        conditions: Callable[[], Conditions],
        setup: DetectorSetup,
    ) -> None:
        """Watch what ``policy`` asks for in the streams that are recorded, as far as the
        computer bears it under the ``conditions`` that there are."""
        self._pumps = pumps
        self._gate = gate
        self._unobserved = unobserved
        self._process = DetectorProcess(
            policy,
            self._take,
            new_id=new_id,
            streams=[stream for stream in _WATCHED if stream in pumps],
            sleeps=sleeps,
            conditions=conditions,
            setup=setup,
            boundaries=gate.boundaries,
        )
        self._slowed = False
        self._setup = setup
        self._changing = threading.Lock()
        self.hearers = Hearers()

    def take_face(self, setup: FaceEnrolment | None) -> None:
        """Have the candidate's photograph taken; ``None`` is no more."""
        self._prepare(take_face=setup)

    def know_face(self, setup: IdentitySetup | None) -> None:
        """Compare the face with this one from now on."""
        self._prepare(identity=setup)

    def take_voice(self, setup: VoiceEnrolment | None) -> None:
        """Have the voice taken of who reads aloud; ``None`` is no more."""
        self._prepare(take_voice=setup)

    def know_voice(self, setup: VoiceSetup) -> None:
        """Compare voices with this one from now on."""
        self._prepare(voice=setup)

    def calibrate(self, screen: Screen) -> None:
        """The candidate's screen was found here."""
        self._process.calibrate(screen)

    def start(self) -> None:
        """Begin; the models load in their own process."""
        self._process.start()
        if camera := self._pumps.get("camera"):
            camera.add_sink(self._process.offer_frame)
        if microphone := self._pumps.get("microphone"):
            microphone.add_sink(self._process.offer_audio)

    def stop(self) -> None:
        """Report what is open and end."""
        self._process.stop()

    @property
    def slowed(self) -> bool:
        """Whether the computer is so busy that much less is looked at."""
        return self._slowed

    def describe(self) -> Detail:
        """For the heartbeat: counters, what is not watched any more, the pace and what it
        leaves out, and each change of it since the last heartbeat.
        """
        pace, counters = self._process.pace(), self._process.counters()
        self._slowed = pace.level >= SLOWED_LEVEL
        return {
            **asdict(counters),
            "unwatched": [
                {"at": one.at_ns // NS_PER_US, "what": one.what} for one in counters.unwatched
            ],
            "level": pace.level,
            "fps": pace.fps,
            "off": list(pace.off),
            "changes": [_told(change, off) for change, off in pace.changes],
        }

    def _prepare(self, **changes: Any) -> None:
        with self._changing:
            self._setup = replace(self._setup, **changes)
            self._process.prepare(self._setup)

    def _take(self, result: Result) -> None:
        match result:
            case Incident():
                self._gate.incident(result)
            case Unobserved():
                for stretch in self._gate.unobserved(result):
                    self._unobserved.add(stretch)
            case FaceObservation():
                self.hearers.face_seen(result)
            case FaceLook():
                self.hearers.face_enrolling(result)
            case VoiceLook():
                self.hearers.voice_enrolling(result)
            case _:
                pass


def _told(change: PaceChange, off: Collection[Kind]) -> Detail:
    return {
        "at": change.at_ns // NS_PER_US,
        "level": change.level,
        "fps": STEPS[change.level].fps,
        "off": list(off),
        "why": change.why,
    }
