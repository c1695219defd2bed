from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs
from support.clips import cut_short, make_clip

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.reading import Ended, Idle, Lost
from recorder.capture.sound_playback import SoundPlayback
from recorder.capture.timeline import BLOCK_SAMPLES, NS_PER_S, Timeline
from recorder.capture.video_playback import VideoPlayback
from recorder.faults import EnvironmentFault

ORIGIN = 100 * NS_PER_S


class Clock:
    """Time that passes only by waiting, so that a minute of playing takes no minute."""

    def __init__(self) -> None:
        self.now = ORIGIN

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * NS_PER_S)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def film(clock: Clock) -> Callable[..., VideoPlayback]:
    def make(path: Path, fps: float = 30, *, loop: bool = True) -> VideoPlayback:
        return VideoPlayback(
            path,
            "camera",
            (640, 480),
            fps,
            Timeline(0, ORIGIN),
            loop=loop,
            clock=clock,
            sleep=clock.sleep,
        )

    return make


@pytest.fixture
def tape(clock: Clock) -> Callable[..., SoundPlayback]:
    def make(path: Path, *, loop: bool = True) -> SoundPlayback:
        return SoundPlayback(
            path, Timeline(0, ORIGIN), loop=loop, clock=clock, sleep=clock.sleep
        )

    return make


Film = Callable[..., VideoPlayback]
Tape = Callable[..., SoundPlayback]


def play(source: VideoPlayback | SoundPlayback, clock: Clock, seconds: float) -> list:
    """What a source gives until so long after the origin."""
    found: list[Frame | AudioBlock] = []
    while clock.now < ORIGIN + seconds * NS_PER_S:
        match source.read():
            case Idle():
                pass
            case Lost(reason):
                raise AssertionError(reason)
            case Ended():
                break
            case item:
                found.append(item)
    return found


def blink(at: float) -> bool:
    """On from 0.5 to 0.7 s of every second."""
    return 0.5 <= at % 1 < 0.7


def test_plays_at_its_own_pace_and_loops_without_going_back(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    source = film(make_clip(tmp_path / "a.mp4", seconds=1.0, fps=24, sound=False))
    source.open()
    frames = play(source, clock, 5.0)
    assert len(frames) == pytest.approx(5 * 24, abs=2)
    assert all(a.pts < b.pts for a, b in pairwise(frames))
    assert [f.pts / 90_000 for f in frames] == pytest.approx(
        [n / 24 for n in range(len(frames))], abs=0.05
    )
    assert source.skipped == 0
    assert source.note == ""


def test_picture_and_sound_of_one_file_stay_in_step_over_many_loops(
    tmp_path: Path, clock: Clock, film: Film, tape: Tape
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=2.0, shows=blink)
    camera, microphone = film(path), tape(path)
    camera.open()
    clock.now += 300_000_000  # the microphone is opened later
    microphone.open()
    seconds = 40.0
    clock.now = ORIGIN
    flashes = onsets(
        [(f.pts / 90_000, f.image[-1, -1].mean() > 128) for f in play(camera, clock, seconds)]
    )
    clock.now = ORIGIN + 300_000_000
    beeps = onsets(
        [
            (block.pts / 48_000, np.abs(block.samples).max() > 8000)
            for block in play(microphone, clock, seconds)
        ]
    )
    assert len(flashes) == len(beeps) == 40
    assert flashes == pytest.approx(beeps, abs=0.04)
    lags = np.array(flashes) - np.array(beeps)
    assert abs(lags[-1] - lags[0]) < 0.04


def onsets(levels: list[tuple[float, bool]]) -> list[float]:
    return [at for (_, before), (at, now) in pairwise(levels) if now and not before]


def test_a_faster_file_is_thinned_to_the_rate_wanted(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    source = film(make_clip(tmp_path / "a.mp4", fps=60, sound=False), 30)
    source.open()
    assert len(play(source, clock, 4.0)) == pytest.approx(120, abs=4)
    assert source.skipped == 0


def test_a_slow_consumer_gets_fewer_pictures_on_time(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    source = film(make_clip(tmp_path / "a.mp4", seconds=3.0, sound=False))
    source.open()
    for _ in range(20):
        item = source.read()
        assert isinstance(item, Frame)
        late_ns = item.monotonic_ns - ORIGIN - item.pts * NS_PER_S / 90_000
        assert late_ns < 60_000_000
        clock.sleep(0.2)
    assert source.skipped == pytest.approx(20 * 5, abs=15)


def test_a_consumer_that_is_always_too_late_still_gets_pictures(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    source = film(make_clip(tmp_path / "a.mp4", seconds=3.0, sound=False))
    source.open()
    shown = 0
    decode = source._advance

    def slow() -> object:
        clock.sleep(0.1)  # ten a second of thirty: too slow to ever catch up
        return decode()

    source._advance = slow  # type: ignore[method-assign, assignment]
    while clock.now < ORIGIN + 20 * NS_PER_S:
        shown += isinstance(source.read(), Frame)
    assert shown >= 8


def test_a_file_opened_late_joins_where_it_would_be(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=2.0, sound=False, shows=blink)
    clock.now = ORIGIN + 3_400_000_000
    source = film(path)
    source.open()
    frames = play(source, clock, 4.0)
    assert frames[0].pts / 90_000 == pytest.approx(3.4, abs=0.04)
    assert onsets([(f.pts / 90_000, f.image[-1, -1].mean() > 128) for f in frames]) == [
        pytest.approx(3.5, abs=0.02)
    ]


def test_sound_is_one_stream_of_blocks_across_loops(
    tmp_path: Path, clock: Clock, tape: Tape
) -> None:
    source = tape(make_clip(tmp_path / "a.wav", seconds=0.53, video=False))
    source.open()
    blocks = play(source, clock, 5.0)
    assert all(len(block.samples) == BLOCK_SAMPLES for block in blocks)
    assert all(b.pts - a.pts == BLOCK_SAMPLES for a, b in pairwise(blocks))
    assert blocks[0].pts == 0
    assert len(blocks) == 250


def test_a_block_is_handed_on_when_it_would_have_been_heard(
    tmp_path: Path, clock: Clock, tape: Tape
) -> None:
    source = tape(make_clip(tmp_path / "a.wav", seconds=1.0, video=False))
    source.open()
    for _ in range(100):
        block = source.read()
        assert isinstance(block, AudioBlock)
        assert clock.now - block.monotonic_ns == pytest.approx(20_000_000, abs=50_000)


def test_sound_is_caught_up_with_after_a_pause_and_left_out_after_a_long_one(
    tmp_path: Path, clock: Clock, tape: Tape
) -> None:
    source = tape(make_clip(tmp_path / "a.wav", seconds=1.0, video=False))
    source.open()
    play(source, clock, 1.0)
    clock.sleep(0.5)
    assert all(b.pts - a.pts == BLOCK_SAMPLES for a, b in pairwise(play(source, clock, 2.5)))
    assert source.skipped == 0
    clock.sleep(5.0)
    blocks = play(source, clock, 9.0)
    assert source.skipped == pytest.approx(200, abs=5)
    assert blocks[0].pts / 48_000 == pytest.approx(6.5, abs=0.1)


@pytest.mark.parametrize("asleep_s", [7.0, 300.5])
def test_after_a_sleep_a_file_goes_on_where_it_would_be_and_shows_nothing_of_it(
    tmp_path: Path, clock: Clock, film: Film, tape: Tape, asleep_s: float
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=3.0)
    for source in (film(path), tape(path)):
        clock.now = ORIGIN
        source.open()
        play(source, clock, 2.0)
        clock.sleep(asleep_s)
        items = play(source, clock, 4.0 + asleep_s)
        times = [float(item.pts * item.time_base) for item in items]
        assert times[0] == pytest.approx(2.0 + asleep_s, abs=0.2)
        assert times[-1] == pytest.approx(4.0 + asleep_s, abs=0.1)
        assert len(times) > 55
        assert source.skipped < 5


def test_a_file_cut_short_is_looped_over_and_said_once(
    tmp_path: Path, clock: Clock, film: Film, tape: Tape
) -> None:
    path = make_clip(tmp_path / "a.mkv", seconds=6.0, shows=lambda at: at % 0.5 < 0.25)
    cut_short(path, 0.5)
    for source in (film(path), tape(path)):
        clock.now = ORIGIN
        source.open()
        with capture_logs() as logs:
            found = play(source, clock, 20.0)
        assert [log["event"] for log in logs] == ["file_cut_short"]
        assert "cut short" in source.note
        assert len(found) > 400


def test_an_end_is_an_end_where_no_loop_is_wanted(
    tmp_path: Path, clock: Clock, film: Film, tape: Tape
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=1.0)
    for source, expected in ((film(path, loop=False), 30), (tape(path, loop=False), 50)):
        clock.now = ORIGIN
        source.open()
        assert len(play(source, clock, 9.0)) == pytest.approx(expected, abs=2)
        assert isinstance(source.read(), Ended | Lost)


def test_a_file_that_vanishes_is_lost_and_can_come_back(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=1.0, sound=False)
    source = film(path)
    source.open()
    content = path.read_bytes()
    path.unlink()
    while isinstance(item := source.read(), Frame | Idle):
        pass
    assert isinstance(item, Lost)
    source.close()
    with pytest.raises(EnvironmentFault):
        source.open()
    path.write_bytes(content)
    source.open()
    assert isinstance(source.read(), Frame)


def test_pictures_that_cannot_be_decoded_are_said(tmp_path: Path, film: Film) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=1.0, sound=False)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    with pytest.raises(EnvironmentFault, match="can be decoded"):
        film(path).open()


def test_the_next_epoch_counts_from_nought(
    tmp_path: Path, clock: Clock, film: Film, tape: Tape
) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=1.0)
    for source in (film(path), tape(path)):
        clock.now = ORIGIN
        source.open()
        play(source, clock, 0.5)
        source.rebase(Timeline(1, clock.now))
        first = play(source, clock, 1.0)[0]
        assert (first.epoch, first.seq) == (1, 0)
        assert 0 <= first.pts * first.time_base < 0.1


def test_a_photograph_is_a_camera_that_stands_still(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    import cv2

    path = tmp_path / "face.png"
    cv2.imwrite(str(path), np.full((480, 640, 3), 90, np.uint8))
    source = film(path)
    source.open()
    frames = play(source, clock, 2.0)
    path.unlink()  # it is not read again
    frames += play(source, clock, 4.0)
    assert len(frames) == pytest.approx(100, abs=5)
    assert all((frame.image == 90).all() for frame in frames)
    assert frames[0].image is not frames[1].image


def test_a_file_joined_after_its_last_picture_begins_again(
    tmp_path: Path, clock: Clock, film: Film
) -> None:
    path = make_clip(tmp_path / "a.mkv", seconds=1.0, fps=10, sound_seconds=2.0)
    clock.now = ORIGIN + 1_500_000_000
    source = film(path)
    source.open()
    frames = play(source, clock, 3.5)
    assert frames[0].pts / 90_000 == pytest.approx(2.0, abs=0.1)
    assert len(frames) == 10


def test_sound_that_cannot_be_decoded_is_said(tmp_path: Path, tape: Tape) -> None:
    path = make_clip(tmp_path / "a.m4a", seconds=1.0, video=False, shows=lambda _at: True)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = b"\xff" * (end - start)
    path.write_bytes(data)
    with pytest.raises(EnvironmentFault, match="can be decoded"):
        tape(path).open()


def test_sound_whose_file_vanishes_is_lost(tmp_path: Path, clock: Clock, tape: Tape) -> None:
    path = make_clip(tmp_path / "a.wav", seconds=1.0, video=False)
    source = tape(path)
    source.open()
    path.unlink()
    while isinstance(item := source.read(), AudioBlock | Idle):
        pass
    assert isinstance(item, Lost)
