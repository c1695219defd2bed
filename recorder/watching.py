"""The detectors of a session: fed by camera and microphone, heard by the reporter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.detect.observations import Incident, Unobserved, WatchedStream
from recorder.detect.process import DetectorProcess
from recorder.detect.supervisor import Result
from recorder.heartbeat import UnobservedTime
from recorder.reporter import Reporter
from recorder.sleeps import Sleeps
from shared.policy import Policy
from shared.records import Detail

_WATCHED: tuple[WatchedStream, ...] = ("camera", "microphone")


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
    ) -> None:
        """Watch what ``policy`` asks for in the streams that are recorded."""
        self._pumps = pumps
        self._reporter = reporter
        self._unobserved = unobserved
        self._process = DetectorProcess(
            policy,
            self._take,
            new_id=new_id,
            streams=[stream for stream in _WATCHED if stream in pumps],
            sleeps=sleeps,
        )

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

    def describe(self) -> Detail:
        """Counters for the heartbeat."""
        return asdict(self._process.counters())

    def _take(self, result: Result) -> None:
        match result:
            case Incident():
                self._reporter.submit(result)
            case Unobserved():
                self._unobserved.add(result)
            case _:
                pass
