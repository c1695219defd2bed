"""The detectors at work on what camera and microphone show now, and nothing kept of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles

from recorder.capture.frames import AudioBlock, Frame
from recorder.clock import now_ns
from recorder.detect.observations import (
    Blindness,
    FaceObservation,
    Incident,
    VoiceObservation,
    WatchedStream,
)
from recorder.detect.process.child import ChildProcess, Spawn
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import NOTHING_MORE, DetectorSetup
from recorder.preview import LivePreview, loudness
from shared.flags import Kind
from shared.policy import Policy

_NS_PER_MS = 1_000_000

# Probability from which a window of sound counts as speech, as the policy's own default.
SPEECH = 0.6


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the detectors made of it so far.

    Attributes:
        pictures: how many were looked at.
        faces: how often each number of faces was counted, in pictures that could show one.
        blind: how often a picture could not be judged, by why.
        answer_ms: the 95th percentile of the time from picture to answer; 0 for none.
        loudest: of the sound, on the meter's scale.
        speech: whether somebody spoke.
        kinds: what a reviewer would have been shown, each once, in order.
        ready: whether the detectors have started.
        faces_now: the newest count; ``None`` where the newest picture could show none.
        blind_now: why the newest picture could not be judged, if so.
    """

    pictures: int = 0
    faces: tuple[tuple[int, int], ...] = ()
    blind: tuple[tuple[Blindness, int], ...] = ()
    answer_ms: float = 0.0
    loudest: float = 0.0
    speech: bool = False
    kinds: tuple[Kind, ...] = ()
    ready: bool = False
    faces_now: int | None = None
    blind_now: Blindness | None = None

    def share(self, faces: int) -> float:
        """The share of all pictures that showed so many faces, 0 to 1."""
        return dict(self.faces).get(faces, 0) / self.pictures if self.pictures else 0.0


class Rehearsal:
    """Runs the detector process on a preview. ``noticed`` may be asked from any thread."""

    def __init__(
        self,
        policy: Policy,
        preview: LivePreview,
        *,
        setup: DetectorSetup = NOTHING_MORE,
        spawn: Spawn = ChildProcess,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """Watch by the policy's rules what the preview has open."""
        self._preview = preview
        self._clock = clock
        self._lock = threading.Lock()
        self._faces: Counter[int] = Counter()
        self._blind: Counter[Blindness] = Counter()
        self._answers_ns: list[int] = []
        self._kinds: dict[Kind, None] = {}
        self._loudest = 0.0
        self._speech = False
        self._newest: FaceObservation | None = None
        streams: list[WatchedStream] = []
        if preview.camera is not None:
            streams.append("camera")
        if preview.microphone is not None:
            streams.append("microphone")
        self._first = threading.Event()
        self._process = DetectorProcess(
            policy, self._take, clock, streams=streams, setup=setup, spawn=spawn
        )

    def start(self) -> None:
        """Begin; returns at once."""
        self._process.start()
        if self._preview.camera is not None:
            self._preview.camera.add_sink(self._see)
        if self._preview.microphone is not None:
            self._preview.microphone.add_sink(self._hear)

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait for the first observation; whether it came in time."""
        return self._first.wait(timeout_s)

    def stop(self) -> None:
        """End the detectors. Stopping twice is allowed."""
        if self._preview.camera is not None:
            self._preview.camera.remove_sink(self._see)
        if self._preview.microphone is not None:
            self._preview.microphone.remove_sink(self._hear)
        self._process.stop()

    def noticed(self) -> Noticed:
        """Everything so far."""
        with self._lock:
            newest = self._newest
            return Noticed(
                pictures=len(self._answers_ns),
                faces=tuple(sorted(self._faces.items())),
                blind=tuple(self._blind.most_common()),
                answer_ms=_slow(self._answers_ns) / _NS_PER_MS,
                loudest=self._loudest,
                speech=self._speech,
                kinds=tuple(self._kinds),
                ready=self._first.is_set(),
                faces_now=newest.faces if newest and newest.observable else None,
                blind_now=newest.blind if newest else None,
            )

    def _see(self, frame: Frame) -> None:
        self._process.offer_frame(frame)

    def _hear(self, block: AudioBlock) -> None:
        with self._lock:
            self._loudest = max(self._loudest, loudness(block.samples))
        self._process.offer_audio(block)

    def _take(self, result: Result) -> None:
        with self._lock:
            match result:
                case FaceObservation():
                    self._take_face(result)
                case VoiceObservation():
                    self._speech = self._speech or result.speech >= SPEECH
                case Incident():
                    self._kinds[result.kind] = None
                case _:
                    pass
        if isinstance(result, FaceObservation | VoiceObservation):
            self._first.set()

    def _take_face(self, face: FaceObservation) -> None:
        self._newest = face
        self._answers_ns.append(self._clock() - face.monotonic_ns)
        if face.observable:
            self._faces[face.faces] += 1
        if face.blind is not None:
            self._blind[face.blind] += 1


def _slow(values: list[int]) -> float:
    """The 95th percentile; 0 of fewer than two."""
    return quantiles(values, n=20)[-1] if len(values) > 1 else 0.0


def rehearse(rehearsal: Rehearsal, seconds: float, patience_s: float) -> Noticed:
    """Run one to its end: so many seconds from the first observation on, or until patience
    with detectors that do not start is over."""
    rehearsal.start()
    try:
        if rehearsal.wait_ready(patience_s):
            time.sleep(seconds)
        return rehearsal.noticed()
    finally:
        rehearsal.stop()
