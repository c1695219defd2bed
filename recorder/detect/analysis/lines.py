"""What ``analyze`` writes: one JSON object a line, seconds and degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

import msgspec

from recorder.detect.observations import (
    Blindness,
    FaceObservation,
    HandsObservation,
    IdentityObservation,
    Incident,
    ObjectsObservation,
    Observation,
    SeenObject,
    SpeakerObservation,
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

    def observation(self, seen: Observation, *samples: Observation) -> None:
        """One measurement, with what sampled detectors saw in the same picture: a line a
        picture. A voice that was compared is a line of type ``voice``: every ``observation``
        of a microphone says whether there is speech.
        """
        line: dict[str, object] = {
            "type": "voice" if isinstance(seen, SpeakerObservation) else "observation",
            "stream": seen.stream,
            "t": _seconds(seen.monotonic_ns),
        }
        for one in (seen, *samples):
            line |= _measurements(one)
        self._write(line)

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


def _measurements(seen: Observation) -> dict[str, object]:
    match seen:
        case FaceObservation():
            return _face(seen)
        case IdentityObservation(distance=distance, quality=quality):
            return {"distance": _measure(distance), "quality": _measure(quality)}
        case ObjectsObservation(objects=objects):
            return {"objects": [_object(one) for one in objects]}
        case HandsObservation(hands=hands, at_ear=at_ear):
            return {"hands": hands, "at_ear": _measure(at_ear)}
        case VoiceObservation(speech=speech, blind=blind):
            return {"speech": _measure(speech), **_unobserved(blind)}
        case SpeakerObservation(end_ns=end_ns, unlike=unlike):
            return {"end": _seconds(end_ns), "unlike": _measure(unlike)}


def _face(seen: FaceObservation) -> dict[str, object]:
    return {
        "faces": seen.faces,
        "observable": seen.observable,
        "yaw": _measure(seen.yaw),
        "pitch": _measure(seen.pitch),
        "roll": _measure(seen.roll),
        "gaze_yaw": _measure(seen.gaze_yaw),
        "gaze_pitch": _measure(seen.gaze_pitch),
        **_unobserved(seen.blind),
    }


def _unobserved(reason: Blindness | None) -> dict[str, object]:
    return {} if reason is None else {"reason": reason}


def _object(found: SeenObject) -> dict[str, object]:
    box = found.box
    return {
        "label": found.label,
        "confidence": _measure(found.confidence),
        "box": [_measure(share) for share in (box.x, box.y, box.width, box.height)],
    }


def _seconds(ns: int) -> float:
    return round(ns / NS, _SECONDS_DIGITS)


def _measure(value: float | None) -> float | None:
    return None if value is None else round(value, _MEASURE_DIGITS)
