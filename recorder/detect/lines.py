"""What ``analyze`` writes: one JSON object a line, seconds and degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

import msgspec

from recorder.detect.observations import (
    FaceObservation,
    Incident,
    Observation,
    VoiceObservation,
)

NS = 1_000_000_000

# Finer than a microsecond, a degree's thousandth or a probability's is noise.
_SECONDS_DIGITS = 6
_MEASURE_DIGITS = 3


class LineWriter:
    """Writes observations, ended incidents and the summary as JSON Lines."""

    def __init__(self, target: TextIO) -> None:
        self._target = target

    def observation(self, seen: Observation) -> None:
        """One measurement."""
        self._write(
            _face_line(seen) if isinstance(seen, FaceObservation) else _voice_line(seen)
        )

    def incident(self, incident: Incident) -> None:
        """One incident that is over."""
        assert incident.end_ns is not None
        self._write(
            {
                "type": "incident",
                "kind": incident.kind,
                "start": _seconds(incident.start_ns),
                "end": _seconds(incident.end_ns),
                "severity": incident.severity,
                "confidence": incident.confidence,
                "detail": incident.detail,
            }
        )

    def summary(self, fields: Mapping[str, object]) -> None:
        """The last line."""
        self._write({"type": "summary", **fields})
        self._target.flush()

    def _write(self, line: Mapping[str, object]) -> None:
        self._target.write(msgspec.json.encode(line).decode() + "\n")


def _face_line(seen: FaceObservation) -> dict[str, object]:
    return {
        "type": "observation",
        "stream": seen.stream,
        "t": _seconds(seen.monotonic_ns),
        "faces": seen.faces,
        "observable": seen.observable,
        "yaw": _measure(seen.yaw),
        "pitch": _measure(seen.pitch),
        "roll": _measure(seen.roll),
        "gaze_yaw": _measure(seen.gaze_yaw),
        "gaze_pitch": _measure(seen.gaze_pitch),
    }


def _voice_line(seen: VoiceObservation) -> dict[str, object]:
    return {
        "type": "observation",
        "stream": seen.stream,
        "t": _seconds(seen.monotonic_ns),
        "speech": _measure(seen.speech),
    }


def _seconds(ns: int) -> float:
    return round(ns / NS, _SECONDS_DIGITS)


def _measure(value: float | None) -> float | None:
    return None if value is None else round(value, _MEASURE_DIGITS)
