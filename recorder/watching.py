"""The detectors of a session: fed by camera and microphone, heard by the reporter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.detect.observations import Incident, Unobserved, WatchedStream
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.load import Conditions
from recorder.detect.process.pace import STEPS, PaceChange
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import DetectorSetup
from recorder.heartbeat import NS_PER_US, UnobservedTime
from recorder.reporter import Reporter
from recorder.sleeps import Sleeps
from shared.flags import Kind
from shared.policy import Policy
from shared.records import Detail

_WATCHED: tuple[WatchedStream, ...] = ("camera", "microphone")

# From this level on detection looks so much less that the candidate is told: closing another
# program may help. One step costs nobody anything (``detect.pace``).
SLOWED_LEVEL = 2


class Watching:
    """Runs the detector process over the pumps that there are."""

    def __init__(
        self,
        policy: Policy,
        pumps: Mapping[StreamName, CapturePump[Any]],
        reporter: Reporter,
        unobserved: UnobservedTime,
        new_id: Callable[[], str],
        sleeps: Sleeps,
        conditions: Callable[[], Conditions],
        setup: DetectorSetup,
    ) -> None:
        """Watch what ``policy`` asks for in the streams that are recorded, as far as the
        computer bears it under the ``conditions`` that there are."""
        self._pumps = pumps
        self._reporter = reporter
        self._unobserved = unobserved
        self._process = DetectorProcess(
            policy,
            self._take,
            new_id=new_id,
            streams=[stream for stream in _WATCHED if stream in pumps],
            sleeps=sleeps,
            conditions=conditions,
            setup=setup,
        )
        self._slowed = False

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
        """For the heartbeat: counters, the pace and what it leaves out, and each change of
        it since the last heartbeat.
        """
        pace = self._process.pace()
        self._slowed = pace.level >= SLOWED_LEVEL
        return {
            **asdict(self._process.counters()),
            "level": pace.level,
            "fps": pace.fps,
            "off": list(pace.off),
            "changes": [_told(change, off) for change, off in pace.changes],
        }

    def _take(self, result: Result) -> None:
        match result:
            case Incident():
                self._reporter.submit(result)
            case Unobserved():
                self._unobserved.add(result)
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
