"""Clips with the real encoders: what is in them, when they come, and how many there are."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
import pytest
from support.waiting import until

from recorder.capture.frames import AudioBlock, Frame
from recorder.evidence.clips import (
    CLIP_BURST,
    ENDED,
    TOO_MANY,
    Around,
    ClipMaker,
    LeftOut,
    Own,
    Within,
)
from recorder.evidence.encode_clip import SOUND_BIT_S, VIDEO_BIT_S, ClipMedia
from recorder.evidence.recent import NS, RecentPictures, RecentSound
from shared.policy import Clips

START = 1_000 * NS
WANTED = Clips(before_s=2.0, after_s=1.0, fps=10)


@dataclass
class Stage:
    """A camera and a microphone whose time a test moves on."""

    pictures: RecentPictures | None
    sound: RecentSound | None
    wanted: Clips = WANTED
    now_ns: int = START
    made: list[tuple[str, ClipMedia | LeftOut]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clips = ClipMaker(
            self.wanted,
            self.pictures,
            self.sound,
            lambda incident, clip: self.made.append((incident, clip)),
            lambda: self.now_ns,
        )
        self.clips.start()
        self._frames = self._blocks = 0
        self._noise = np.random.default_rng(1)

    def pass_s(self, seconds: float) -> None:
        """Record on for a while: 30 pictures a second that move, and a tone."""
        end_ns = self.now_ns + round(seconds * NS)
        while self.now_ns < end_ns:
            self.now_ns += NS // 150
            if self.pictures and self.now_ns - START >= self._frames * NS // 30:
                self._take_picture(self.pictures)
            if self.sound and self.now_ns - START >= self._blocks * NS // 50:
                self._take_sound(self.sound)

    def around(self, incident: str) -> Around:
        return self.clips.around(incident, self.now_ns)

    def wait(self, count: int) -> list[tuple[str, ClipMedia]]:
        """The clips, once there are so many."""
        until(lambda: len(self.made) >= count, "the clips")
        return [(name, clip) for name, clip in self.made if isinstance(clip, ClipMedia)]

    def _take_picture(self, pictures: RecentPictures) -> None:
        n, self._frames = self._frames, self._frames + 1
        image = self._noise.integers(90, 110, (120, 160, 3), np.uint8)
        image[20:80, n % 100 : n % 100 + 40] = 200
        at_ns = START + n * NS // 30
        pictures.take(Frame("camera", 0, n, n, Fraction(1, 30), at_ns, image))

    def _take_sound(self, sound: RecentSound) -> None:
        n, self._blocks = self._blocks, self._blocks + 1
        at = np.arange(n * 960, (n + 1) * 960)
        tone = (8_000 * np.sin(2 * np.pi * 440 * at / 48_000)).astype(np.int16)
        at_ns = START + n * NS // 50
        sound.take(
            AudioBlock("microphone", 0, n, n * 960, Fraction(1, 48_000), at_ns, 48_000, tone)
        )


Make = Callable[..., Stage]


@pytest.fixture
def make() -> Iterator[Make]:
    stages: list[Stage] = []

    def stage(*, camera: bool = True, microphone: bool = True, wanted: Clips = WANTED) -> Stage:
        keep_ns = round(wanted.before_s * NS)
        stages.append(
            Stage(
                RecentPictures(keep_ns, wanted.fps) if camera else None,
                RecentSound(keep_ns) if microphone else None,
                wanted,
            )
        )
        return stages[-1]

    yield stage
    for each in stages:
        assert each.clips.finish(30)


def seconds_of(data: bytes, kind: str) -> list[float]:
    """When each picture or stretch of sound of a file begins, decoded."""
    with av.open(io.BytesIO(data), "r") as container:
        stream = next(one for one in container.streams if one.type == kind)
        return [float(f.pts * f.time_base) for f in container.decode(stream)]  # type: ignore[union-attr,operator]


def test_a_clip_shows_and_lets_hear_what_was_before_and_after(make: Make) -> None:
    stage = make()
    stage.pass_s(5)
    onset_ns = stage.now_ns
    assert stage.around("one") == Own()
    stage.pass_s(2)
    [(name, clip)] = stage.wait(1)
    assert name == "one"
    assert clip.media_type == "video/mp4"
    assert clip.begins_ns == pytest.approx(onset_ns - 2 * NS, abs=NS / 8)
    assert clip.ends_ns == pytest.approx(onset_ns + NS, abs=NS / 8)
    pictures, sound = seconds_of(clip.data, "video"), seconds_of(clip.data, "audio")
    assert pictures[0] == 0.0
    assert np.diff(pictures) == pytest.approx(0.1, abs=0.04)
    assert pictures[-1] == pytest.approx(2.9, abs=0.15)
    assert sound[0] == pytest.approx(0, abs=0.03)
    assert sound[-1] == pytest.approx(3, abs=0.15)
    assert len(clip.data) * 8 <= 1.2 * 3 * (VIDEO_BIT_S + SOUND_BIT_S)


def test_a_player_knows_how_long_it_is_before_it_has_it_all(make: Make) -> None:
    stage = make()
    stage.pass_s(3)
    stage.around("one")
    stage.pass_s(2)
    [(_, clip)] = stage.wait(1)
    with av.open(io.BytesIO(clip.data), "r") as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize(("camera", "kind"), [(True, "video/mp4"), (False, "audio/mp4")])
def test_one_stream_alone_makes_a_clip_too(make: Make, camera: bool, kind: str) -> None:
    stage = make(camera=camera, microphone=not camera)
    stage.pass_s(3)
    stage.around("one")
    stage.pass_s(2)
    [(_, clip)] = stage.wait(1)
    assert clip.media_type == kind
    assert seconds_of(clip.data, "video" if camera else "audio")


def test_an_incident_within_a_clip_refers_to_it_and_lengthens_it(make: Make) -> None:
    stage = make()
    stage.pass_s(3)
    onset_ns = stage.now_ns
    assert stage.around("one") == Own()
    stage.pass_s(0.5)
    assert stage.around("two") == Within("one")
    stage.pass_s(2)
    [(name, clip)] = stage.wait(1)
    assert name == "one"
    assert clip.ends_ns == pytest.approx(onset_ns + 1.5 * NS, abs=NS / 8)


def test_a_storm_of_incidents_makes_no_clip_longer_than_twice_its_length(make: Make) -> None:
    stage = make()
    stage.pass_s(3)
    began_ns = stage.now_ns - 2 * NS
    found: list[Around] = []
    while len(found) < 30:
        found.append(stage.around(f"{len(found)}"))
        stage.pass_s(0.25)
    clips = stage.wait(1)
    assert clips[0][1].ends_ns - began_ns <= 6.2 * NS
    assert found.count(Own()) <= 3


def test_a_burst_of_clips_is_bounded_and_says_so(make: Make) -> None:
    stage = make(wanted=Clips(before_s=15, after_s=15, fps=5))
    cost = 30 * (VIDEO_BIT_S + SOUND_BIT_S) // 8
    stage.pass_s(1)
    allowed = CLIP_BURST // cost
    for n in range(allowed):
        assert stage.around(f"{n}") == Own()
        stage.now_ns += 40 * NS
        stage.wait(n + 1)
        stage.clips._allowance.spend(cost, stage.now_ns)
    assert stage.around("more") == LeftOut(TOO_MANY)


def test_the_end_hands_over_what_there_is(make: Make) -> None:
    stage = make()
    stage.pass_s(3)
    onset_ns = stage.now_ns
    stage.around("one")
    assert stage.clips.finish(30)
    [(_, clip)] = stage.wait(1)
    assert clip.ends_ns == pytest.approx(onset_ns, abs=NS / 5)
    assert stage.around("two") == LeftOut(ENDED)


def test_nothing_recorded_is_no_clip_and_said(make: Make) -> None:
    stage = make()
    assert stage.around("one") == Own()
    stage.clips.finish(30)
    assert stage.made == [("one", LeftOut("nothing was recorded"))]


def test_sound_that_was_lost_in_between_leaves_silence_in_its_place(make: Make) -> None:
    stage = make(camera=False)
    stage.pass_s(1)
    stage._blocks += 25
    stage.pass_s(1.5)
    stage.around("one")
    stage.pass_s(1.6)
    [(_, clip)] = stage.wait(1)
    with av.open(io.BytesIO(clip.data), "r") as container:
        sound = np.concatenate([f.to_ndarray().ravel() for f in container.decode(audio=0)])
    loud = np.abs(sound) > 0.02
    quiet_s = (~loud[9_600:-9_600]).reshape(-1, 1).sum() / 48_000
    assert quiet_s == pytest.approx(0.5, abs=0.2)
