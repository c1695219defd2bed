"""Which picture an incident gets, whether a clip, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from support.policies import default_policy

from recorder.capture.frames import Frame, StreamName
from recorder.detect.observations import Incident
from recorder.evidence.clips import ENDED, Own, Within
from recorder.surroundings import SNAPSHOT_BURST, TOO_MANY, Surroundings
from shared.flags import Kind, Severity
from shared.policy import Clips

NS = 1_000_000_000


@dataclass
class Pump:
    """A stream that shows one picture."""

    picture: np.ndarray | None
    sinks: list[object] = field(default_factory=list)

    def latest(self) -> Frame | None:
        if self.picture is None:
            return None
        return Frame("camera", 0, 0, 0, Fraction(1, 30), 0, self.picture)

    def add_sink(self, sink: object) -> None:
        self.sinks.append(sink)


RED = np.full((48, 64, 3), (200, 0, 0), np.uint8)
GREEN = np.full((48, 64, 3), (0, 200, 0), np.uint8)


@dataclass
class Scene:
    """Surroundings with a red camera and a green screen."""

    clips: Clips = field(default_factory=Clips)
    streams: tuple[StreamName, ...] = ("camera", "microphone", "screen")
    now_ns: int = 100 * NS
    attached: list[tuple[str, Any, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        pictures = {"camera": RED, "microphone": None, "screen": GREEN}
        self.pumps = {name: Pump(pictures[name]) for name in self.streams}
        self.made = Surroundings(
            default_policy(clips=self.clips),
            self.pumps,  # type: ignore[arg-type]
            lambda *said: self.attached.append(said),
            lambda: self.now_ns,
        )
        self.made.start()

    def onset(self, kind: Kind, severity: Severity, name: str = "one"):
        return self.made.at_onset(Incident(name, kind, 0, None, severity, 1.0))


def test_a_clip_is_made_on_request_and_one_that_is_being_made_will_do() -> None:
    found = Scene()
    assert found.made.on_request("one") == Own()
    assert found.made.on_request("two") == Within("one")
    assert found.made.finish()
    assert [name for name, *_ in found.attached] == ["one"]


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene()
    yield found
    assert found.made.finish()


def colour(jpeg: bytes) -> str:
    found = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return ("blue", "green", "red")[int(found.mean(axis=(0, 1)).argmax())]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Kind.FACE_MISSING, "red"),
        (Kind.OBJECT_SEEN, "red"),
        (Kind.SECOND_VOICE, "red"),
        (Kind.VIRTUAL_CAMERA, "red"),
        (Kind.WINDOW_SWITCH, "green"),
        (Kind.PROHIBITED_PROCESS, "green"),
        (Kind.CLOCK_JUMP, None),
        (Kind.DEVICE_LOST, None),
    ],
)
def test_each_kind_gets_the_picture_that_shows_it(
    scene: Scene, kind: Kind, shown: str | None
) -> None:
    found = scene.onset(kind, Severity.LOW)
    assert [colour(one.data) for one in found.attachments] == ([shown] if shown else [])


@pytest.mark.parametrize(
    ("kind", "severity", "follows"),
    [
        (Kind.FACE_MISSING, Severity.CRITICAL, True),
        (Kind.LOOKING_AWAY, Severity.MEDIUM, True),
        # By its rule it becomes medium when it lasts.
        (Kind.GAZE_AWAY, Severity.LOW, True),
        (Kind.SPEECH, Severity.LOW, False),
        (Kind.WINDOW_SWITCH, Severity.HIGH, False),
    ],
)
def test_a_clip_is_made_of_what_is_or_may_become_grave(
    scene: Scene, kind: Kind, severity: Severity, follows: bool
) -> None:
    assert scene.onset(kind, severity).clip_follows == follows


def test_an_incident_within_a_clip_names_the_one_that_has_it(scene: Scene) -> None:
    assert scene.onset(Kind.FACE_MISSING, Severity.CRITICAL, "one").clip_follows
    second = scene.onset(Kind.MULTIPLE_FACES, Severity.CRITICAL, "two")
    assert not second.clip_follows
    assert second.detail == {"clip": {"incident": "one"}}


def test_a_burst_of_pictures_is_bounded_and_says_so(scene: Scene) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    scene.pumps["screen"].picture = noise
    taken = 0
    while (found := scene.onset(Kind.WINDOW_SWITCH, Severity.HIGH, f"{taken}")).attachments:
        taken += len(found.attachments[0].data)
    assert SNAPSHOT_BURST <= taken <= 2 * SNAPSHOT_BURST
    assert found.detail == {"snapshot": {"left_out": TOO_MANY}}
    scene.now_ns += 3_600 * NS
    assert scene.onset(Kind.WINDOW_SWITCH, Severity.HIGH, "later").attachments


def test_a_lost_camera_gives_no_picture(scene: Scene) -> None:
    scene.pumps["camera"].picture = None
    assert scene.onset(Kind.SPEECH, Severity.LOW).attachments == ()


def test_when_the_recording_ends_it_says_so(scene: Scene) -> None:
    assert scene.onset(Kind.FACE_MISSING, Severity.CRITICAL, "one").clip_follows
    scene.made.finish()
    assert scene.attached == [("one", (), {"clip": {"left_out": "nothing was recorded"}})]
    late = scene.onset(Kind.FACE_MISSING, Severity.CRITICAL, "two")
    assert late.detail == {"clip": {"left_out": ENDED}}


@pytest.mark.parametrize(
    ("clips", "streams"),
    [
        (Clips(enabled=False), ("camera", "microphone")),
        (Clips(before_s=0, after_s=0), ("camera",)),
        (Clips(), ("screen",)),
    ],
)
def test_where_no_clip_is_wanted_or_possible_nothing_is_held(
    clips: Clips, streams: tuple[StreamName, ...]
) -> None:
    scene = Scene(clips, streams)
    found = scene.onset(Kind.FACE_MISSING, Severity.CRITICAL)
    assert (found.clip_follows, dict(found.detail)) == (False, {})
    assert not any(pump.sinks for pump in scene.pumps.values())
    assert scene.made.finish()
