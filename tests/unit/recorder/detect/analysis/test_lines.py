from __future__ import annotations

import io
import json

from recorder.detect.analysis.lines import LineWriter
from recorder.detect.observations import (
    FaceObservation,
    Incident,
    SpeakerObservation,
    VoiceObservation,
)
from shared.flags import Kind, Severity

NS = 1_000_000_000


def written(*, observation=None, incident=None, summary=None) -> dict:
    target = io.StringIO()
    lines = LineWriter(target)
    if observation is not None:
        lines.observation(observation)
    if incident is not None:
        lines.incident(incident)
    if summary is not None:
        lines.summary(summary)
    (line,) = target.getvalue().splitlines()
    return json.loads(line)


def test_a_face_is_written_in_seconds_and_degrees() -> None:
    seen = FaceObservation(1_250_000_000, 1, 40.0, None, 1.23456, -2.0, 3.0, None, None)
    assert written(observation=seen) == {
        "type": "observation",
        "stream": "camera",
        "t": 1.25,
        "faces": 1,
        "observable": True,
        "yaw": 1.235,
        "pitch": -2.0,
        "roll": 3.0,
        "gaze_yaw": None,
        "gaze_pitch": None,
    }


def test_a_voice_is_written_as_a_probability() -> None:
    assert written(observation=VoiceObservation(32_000_000, 0.93)) == {
        "type": "observation",
        "stream": "microphone",
        "t": 0.032,
        "speech": 0.93,
    }


def test_a_compared_voice_is_no_observation_of_speech() -> None:
    assert written(observation=SpeakerObservation(2 * NS, 3_600_000_000, 0.91234)) == {
        "type": "voice",
        "stream": "microphone",
        "t": 2.0,
        "end": 3.6,
        "unlike": 0.912,
    }


def test_an_incident_is_written_when_it_is_over() -> None:
    incident = Incident(
        "id", Kind.GAZE_AWAY, 5 * NS, 10 * NS, Severity.MEDIUM, 0.9, {"reason": "eyes 24°"}
    )
    assert written(incident=incident) == {
        "type": "incident",
        "kind": "gaze_away",
        "start": 5.0,
        "end": 10.0,
        "severity": "medium",
        "confidence": 0.9,
        "detail": {"reason": "eyes 24°"},
    }


def test_the_summary_is_a_line_of_its_own() -> None:
    assert written(summary={"frames": 3}) == {"type": "summary", "frames": 3}
