from __future__ import annotations

from pathlib import Path

import pytest

from recorder.capture.camera import camera_source
from recorder.capture.frames import StreamName
from recorder.capture.microphone import microphone_source
from recorder.capture.screen import screen_source
from recorder.capture.source import (
    Device,
    Display,
    MediaFile,
    Nothing,
    SourceSpec,
    parse_source,
)
from recorder.capture.timeline import Timeline
from recorder.faults import EnvironmentFault
from shared.policy import CameraStream, ScreenStream

ZERO = Timeline(0, 0)


@pytest.mark.parametrize(
    ("text", "stream", "spec"),
    [
        ("device:0", "camera", Device(0)),
        ("device:12", "microphone", Device(12)),
        ("display:all", "screen", Display(None)),
        ("display:1", "screen", Display(1)),
        ("file:a b.mp4", "camera", MediaFile(Path("a b.mp4"))),
        ("file:/x:y.wav", "microphone", MediaFile(Path("/x:y.wav"))),
        ("file:~/v.mp4", "screen", MediaFile(Path.home() / "v.mp4")),
        (" none ", "screen", Nothing()),
    ],
)
def test_reads_a_source(text: str, stream: StreamName, spec: SourceSpec) -> None:
    assert parse_source(text, stream) == spec


@pytest.mark.parametrize("spec", [Device(3), Display(), Display(2), Nothing()])
def test_a_source_prints_as_it_is_written(spec: SourceSpec) -> None:
    stream: StreamName = "screen" if isinstance(spec, Display) else "camera"
    assert parse_source(str(spec), stream) == spec


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        ("", "camera"),
        ("camera", "camera"),
        ("device:", "camera"),
        ("device:-1", "camera"),
        ("device:one", "microphone"),
        ("device:²", "camera"),
        ("device:99999999999", "camera"),
        ("device:0", "screen"),
        ("display:all", "camera"),
        ("display:", "screen"),
        ("file:", "camera"),
        ("none:x", "camera"),
        ("http://x/y.mp4", "camera"),
    ],
)
def test_says_what_it_would_take_instead(text: str, stream: StreamName) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        parse_source(text, stream)
    assert stream in caught.value.what
    assert ("display:all" if stream == "screen" else "device:0") in caught.value.advice


def test_none_makes_no_source() -> None:
    assert camera_source(Nothing(), CameraStream(), ZERO) is None
    assert microphone_source(Nothing(), ZERO) is None
    assert screen_source(Nothing(), ScreenStream(), ZERO) is None


def test_a_source_of_another_stream_is_refused() -> None:
    with pytest.raises(EnvironmentFault):
        camera_source(Display(), CameraStream(), ZERO)
    with pytest.raises(EnvironmentFault):
        microphone_source(Display(), ZERO)
    with pytest.raises(EnvironmentFault):
        screen_source(Device(0), ScreenStream(), ZERO)


def test_each_spec_makes_the_source_it_names() -> None:
    path = Path("some.mp4")
    camera = camera_source(Device(1), CameraStream(), ZERO)
    film = screen_source(MediaFile(path), ScreenStream(), ZERO)
    assert camera is not None
    assert (camera.stream, camera.name) == ("camera", "camera 1")
    assert film is not None
    assert (film.stream, film.name) == ("screen", "some.mp4")
