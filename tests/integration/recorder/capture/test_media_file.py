from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clips import cut_short, make_clip, tone, turn

from recorder.capture import media_file
from recorder.capture.media_file import (
    DecodedPicture,
    DecodedSound,
    FileEnd,
    SoundFile,
    VideoFile,
    fit,
)
from recorder.faults import EnvironmentFault

NS = 1_000_000_000


def pictures(path: Path, from_ns: int = 0) -> tuple[list[DecodedPicture], FileEnd]:
    file = VideoFile(path)
    *found, end = list(file.pictures(from_ns))
    file.close()
    assert isinstance(end, FileEnd)
    return [item for item in found if isinstance(item, DecodedPicture)], end


def sounds(path: Path, from_ns: int = 0) -> tuple[list[DecodedSound], FileEnd]:
    file = SoundFile(path)
    *found, end = list(file.sounds(from_ns))
    file.close()
    assert isinstance(end, FileEnd)
    return [item for item in found if isinstance(item, DecodedSound)], end


def grey_corner(image: np.ndarray) -> tuple[bool, bool]:
    """Where the always grey quarter is: (bottom, right)."""
    height, width = image.shape[:2]
    values = [
        abs(int(image[height // 4 + row, width // 4 + column].mean()) - 128)
        for row in (0, height // 2)
        for column in (0, width // 2)
    ]
    place = values.index(min(values))
    return place >= 2, place % 2 == 1


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_every_picture_comes_with_its_time(tmp_path: Path, ending: str) -> None:
    found, end = pictures(make_clip(tmp_path / f"a.{ending}", seconds=1.0))
    assert len(found) == 30
    expected = [number * NS / 30 for number in range(30)]
    assert [p.at_ns for p in found] == pytest.approx(expected, abs=2_000_000)
    assert end.length_ns == pytest.approx(NS, abs=60_000_000)
    assert not end.cut_short


@pytest.mark.parametrize(
    ("degrees", "corner", "shape"),
    [
        (0, (False, False), (120, 160, 3)),
        (90, (False, True), (160, 120, 3)),
        (180, (True, True), (120, 160, 3)),
        (270, (True, False), (160, 120, 3)),
    ],
)
def test_a_turned_recording_comes_upright(
    tmp_path: Path, degrees: int, corner: tuple[bool, bool], shape: tuple[int, ...]
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=0.2)
    if degrees:
        turn(path, degrees)
    image = pictures(path)[0][0].image()
    assert image.shape == shape
    assert grey_corner(image) == corner


def test_pictures_come_in_the_box_wanted(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=0.2, size=(320, 180))
    turn(path, 90)
    assert pictures(path)[0][0].image((160, 120)).shape == (160, 90, 3)


@given(
    st.tuples(st.integers(2, 4000), st.integers(2, 4000)),
    st.tuples(st.integers(16, 4000), st.integers(16, 4000)),
)
def test_fitting_keeps_the_aspect_and_never_enlarges(
    size: tuple[int, int], box: tuple[int, int]
) -> None:
    width, height = fit(size, box)
    assert width % 2 == height % 2 == 0
    assert max(width, height) <= max(box) + 1
    assert min(width, height) <= max(2, min(box) + 1)
    assert width <= size[0] + 1
    scale = min(1, max(box) / max(size), min(box) / min(size))
    assert abs(width - size[0] * scale) <= 2
    assert abs(height - size[1] * scale) <= 2


def test_reading_can_begin_anywhere(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=3.0)
    found, _ = pictures(path, 1_510_000_000)
    assert found[0].at_ns == pytest.approx(1.5 * NS, abs=2_000_000)
    assert len(found) == 45
    heard, _ = sounds(path, 1_510_000_000)
    assert heard[0].at <= 1.51 * 48_000
    last = heard[-1]
    assert last.at + len(last.samples) == pytest.approx(3 * 48_000, abs=2100)


@pytest.mark.parametrize("ending", ["wav", "mp4", "mkv", "m4a"])
def test_sound_of_any_kind_is_48_khz_mono(tmp_path: Path, ending: str) -> None:
    path = make_clip(
        tmp_path / f"a.{ending}", seconds=1.0, video=ending != "wav", shows=lambda _at: True
    )
    found, _ = sounds(path)
    heard = np.concatenate([sound.samples for sound in found])
    assert heard.dtype == np.int16
    assert len(heard) == pytest.approx(48_000, abs=2100)
    spectrum = np.abs(np.fft.rfft(heard[4800:43200].astype(float)))
    assert np.argmax(spectrum) * 48_000 / 38_400 == pytest.approx(1000, abs=2)


def test_another_rate_with_two_channels_is_converted(tmp_path: Path) -> None:
    import wave

    path = tmp_path / "cd.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.repeat(tone(44_100), 2).tobytes())
    found, end = sounds(path)
    assert sum(len(sound.samples) for sound in found) == pytest.approx(48_000, abs=50)
    assert end == FileEnd(NS, cut_short=False)


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_file_cut_short_gives_what_it_has_and_says_so(tmp_path: Path, ending: str) -> None:
    options = {"movflags": "faststart"} if ending == "mp4" else {}
    path = make_clip(
        tmp_path / f"a.{ending}", seconds=6.0, shows=lambda at: at % 0.5 < 0.25, options=options
    )
    cut_short(path, 0.5)
    found, end = pictures(path)
    heard, end_of_sound = sounds(path)
    assert end.cut_short
    assert end == end_of_sound
    assert 1 * NS < end.length_ns < 5 * NS
    assert 30 < len(found) < 150
    assert heard


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "There is no file"),
        (b"", "not a recording"),
        (b"#!/bin/sh\necho not a video\n" * 50, "not a recording"),
    ],
)
def test_what_is_no_recording_is_said(tmp_path: Path, content: bytes | None, what: str) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    for kind in (VideoFile, SoundFile):
        with pytest.raises(EnvironmentFault, match=what) as caught:
            kind(path)
        assert str(path) in caught.value.what


def test_an_index_that_was_cut_off_is_said(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=1.0)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 8])
    with pytest.raises(EnvironmentFault, match="cut short before its index"):
        VideoFile(path)


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault):
        VideoFile(tmp_path)


def test_a_sound_file_is_no_camera_and_a_silent_film_no_microphone(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="holds no picture"):
        VideoFile(make_clip(tmp_path / "a.wav", seconds=0.2, video=False))
    with pytest.raises(EnvironmentFault, match="holds no sound"):
        SoundFile(make_clip(tmp_path / "b.mp4", seconds=0.2, sound=False))


def test_a_phones_recording_comes_upright(media: Path) -> None:
    found, end = pictures(media / "gaze_center_left_center.mp4")
    assert found[0].image((640, 480)).shape == (640, 362, 3)
    assert len(found) == 368
    assert end.length_ns == pytest.approx(15.35 * NS, rel=0.01)


def test_a_time_far_beyond_the_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_clip(tmp_path / "a.mkv", seconds=7.0)
    data = bytearray(path.read_bytes())
    cluster = data.rindex(b"\x1f\x43\xb6\x75")
    stamp = data.index(b"\xe7", cluster)  # EBML: id, size, milliseconds
    size = data[stamp + 1] & 0x0F
    data[stamp + 2 : stamp + 2 + size] = b"\xff" * size
    path.write_bytes(data)
    assert pictures(path)[1].length_ns > 60 * NS
    monkeypatch.setattr(media_file, "BEYOND_NS", 10 * NS)
    found, end = pictures(path)
    heard, _ = sounds(path)
    assert end.length_ns < 20 * NS
    assert 0 < max(picture.at_ns for picture in found) < 20 * NS
    assert 0 < max(sound.at for sound in heard) < 20 * 48_000
