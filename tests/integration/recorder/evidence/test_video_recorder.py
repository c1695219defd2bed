"""Camera and screen through the real encoder: what is kept, when, and how it is cut."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from support.encoding import (
    ORIGIN_NS,
    TIMELINE,
    Cut,
    at_ns,
    beats,
    decode,
    frame,
    picture,
    push_all,
)

from recorder.capture.frames import Frame
from recorder.evidence import encode_video
from recorder.evidence.encode_video import (
    VideoEncoder,
    VideoSettings,
    camera_settings,
    screen_settings,
)
from recorder.evidence.holes import BACKLOG, ENCODER_FAILED, PAUSED
from recorder.evidence.video_recorder import VideoRecorder
from recorder.faults import EnvironmentFault
from shared.policy import CameraStream, ScreenStream

CAMERA = CameraStream(fps=30, kept_fps=10)
SCREEN = ScreenStream(fps=5)


def camera(cut: Cut, segment_s: float = 4.0, policy: CameraStream = CAMERA) -> VideoRecorder:
    return VideoRecorder(camera_settings(policy, segment_s), segment_s, TIMELINE, cut)


def screen(cut: Cut, segment_s: float = 4.0) -> VideoRecorder:
    return VideoRecorder(screen_settings(SCREEN, segment_s), segment_s, TIMELINE, cut)


def film(cut: Cut, times: list[float]) -> VideoRecorder:
    recorder = camera(cut)
    push_all(recorder, [frame("camera", at) for at in times])
    return recorder


def show(cut: Cut, times: list[float]) -> VideoRecorder:
    recorder = screen(cut)
    push_all(recorder, [frame("screen", at) for at in times])
    return recorder


def test_camera_segments_begin_on_the_grid_with_a_picture_that_stands_alone():
    cut = Cut()
    recorder = film(cut, beats(0, 12, 30))
    recorder.flush(at_ns(12))
    assert cut.spans() == [(0, 4), (4, 8), (8, 12)]
    assert [made.frames for made in cut.fragments] == [40, 40, 40]
    for made, read in zip(cut.fragments, cut.described, strict=True):
        assert made.independent
        assert [row.sync for row in read.rows] == [True] + [False] * 39
        assert {row.duration for row in read.rows} == {9000}
    assert cut.gaps == []
    assert (recorder.counts.kept, recorder.counts.not_due) == (120, 240)


def test_a_camera_segment_is_there_with_the_first_picture_of_the_next():
    """Looking ahead holds nothing up beyond a segment's end: a crash costs the open one."""
    cut = Cut()
    recorder = film(cut, beats(0, 4, 10))
    assert cut.fragments == []
    for n in range(1, 4):
        recorder.push(frame("camera", 4 * n))
        assert cut.spans()[-1] == (4 * n - 4, 4 * n)
        push_all(recorder, [frame("camera", at) for at in beats(4 * n + 0.1, 4 * n + 4, 10)])
    assert [made.frames for made in cut.fragments] == [40] * 3
    assert cut.gaps == []


def test_the_rate_goes_on_where_the_encoder_begins_anew():
    """Segments of noise take what the rate gives, not half a burst more each."""
    cut = Cut()
    recorder = camera(cut)
    for at in beats(0, 24, 10):
        recorder.push(noisy(at))
    recorder.flush()
    first, *others = [8 * len(made.data) / 4 for made in cut.fragments]
    assert first < 72_000 * 1.55
    assert max(others) < 72_000 * 1.1


def test_no_picture_carries_what_no_decoder_needs():
    cut = Cut()
    film(cut, beats(0, 8, 10)).flush()
    assert b"x264 - core" not in b"".join(made.data for made in cut.segments)


def test_jittering_pictures_tile_the_timeline_at_their_own_times():
    rng = np.random.default_rng(5)
    times = sorted(max(0.0, at + rng.uniform(-0.012, 0.012)) for at in beats(0, 9, 30))
    cut = Cut()
    film(cut, times).flush()
    spans = cut.spans()
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert all(abs(start - 4 * n) < 1 / 50 for n, (start, _) in enumerate(spans))
    decoded = [at for at, _ in decode(cut.file())]
    kept = [min(times, key=lambda at: abs(at - shown)) for shown in decoded]
    assert np.allclose(decoded, kept, atol=1e-4)


def test_each_picture_decodes_to_what_was_seen_at_its_time():
    cut = Cut()
    recorder = camera(cut)
    levels = {round(at, 3): 40 + int(at * 20) for at in beats(0, 8, 10)}
    push_all(
        recorder, [frame("camera", at, picture(level=level)) for at, level in levels.items()]
    )
    recorder.flush()
    decoded = decode(cut.file())
    assert len(decoded) == 80
    for at, image in decoded:
        assert abs(int(image[100, 80, 0]) - levels[round(at, 3)]) < 6


def test_colours_come_back():
    cut = Cut()
    recorder = camera(cut)
    image = np.zeros((120, 160, 3), np.uint8)
    image[:, :80], image[:, 80:] = (200, 40, 60), (30, 60, 200)
    push_all(recorder, [frame("camera", at, image) for at in beats(0, 1, 10)])
    recorder.flush()
    _, shown = decode(cut.file())[5]
    assert np.abs(shown[60, 40].astype(int) - (200, 40, 60)).max() < 12
    assert np.abs(shown[60, 120].astype(int) - (30, 60, 200)).max() < 12


def test_any_camera_segment_decodes_on_its_own():
    cut = Cut()
    film(cut, beats(0, 12, 30)).flush()
    for place in range(3):
        assert len(decode(cut.file(place, place + 1))) == 40


def test_a_pause_ends_the_run_and_is_reported():
    cut = Cut()
    recorder = film(cut, [*beats(0, 2, 30), *beats(5, 9, 30)])
    recorder.flush(at_ns(9))
    assert cut.spans() == [(0, 2), (5, 8), (8, 9)]
    assert cut.gaps == [(1.9, 5.0, PAUSED)]
    assert all(made.independent for made in cut.fragments)
    assert len(cut.inits) == 1
    assert len(decode(cut.file())) == 60


def test_a_pause_is_noticed_while_it_lasts():
    cut = Cut()
    recorder = film(cut, beats(0, 2, 30))
    recorder.advance(at_ns(2.5))
    assert cut.fragments == []
    recorder.advance(at_ns(3.5))
    recorder.advance(at_ns(30))
    assert cut.spans() == [(0, 2)]
    assert cut.gaps == []
    recorder.flush(at_ns(30))
    assert cut.gaps == [(1.9, 30.0, PAUSED)]


def test_a_slow_picture_is_no_pause():
    cut = Cut()
    film(cut, [*beats(0, 1, 10), 1.8, *beats(2, 4, 10)]).flush()
    assert cut.spans() == [(0, 4)]
    assert cut.gaps == []


def test_an_interruption_closes_the_fragment_and_leaves_the_report_to_the_caller():
    cut = Cut()
    recorder = film(cut, beats(0, 2, 30))
    recorder.advance(at_ns(4))
    recorder.interrupt()
    assert cut.spans() == [(0, 2)]
    push_all(recorder, [frame("camera", at) for at in beats(6, 8, 10)])
    recorder.flush(at_ns(8))
    assert cut.spans() == [(0, 2), (6, 8)]
    assert cut.gaps == []


def test_what_comes_right_after_an_interruption_does_not_overlap():
    cut = Cut()
    recorder = film(cut, beats(0, 2, 10))
    recorder.interrupt()
    push_all(recorder, [frame("camera", at) for at in beats(1.95, 3, 20)])
    recorder.flush()
    spans = cut.spans()
    assert spans[1][0] >= spans[0][1]
    decode(cut.file())


def test_pictures_out_of_order_twice_or_of_another_epoch_are_left_out_and_counted():
    cut = Cut()
    recorder = camera(cut)
    good = [frame("camera", at) for at in beats(0, 2, 10)]
    strange = [frame("camera", 0.5), good[-1], frame("camera", 9, epoch=1), frame("camera", -1)]
    push_all(recorder, [*good, *strange])
    recorder.record(frame("camera", 0.5))
    push_all(recorder, [frame("camera", at) for at in beats(2, 3, 10)])
    recorder.flush()
    assert recorder.counts.misplaced == 5
    assert cut.spans() == [(0, 3)]


def test_another_time_base_means_the_same():
    cut = Cut()
    recorder = camera(cut)
    for at in beats(0, 4, 10):
        one = frame("camera", at)
        recorder.push(
            Frame(
                "camera", 0, 0, round(at * 1000), Fraction(1, 1000), one.monotonic_ns, one.image
            )
        )
    recorder.flush()
    assert cut.spans() == [(0, 4)]


def test_a_picture_that_changes_its_size_keeps_the_first_one():
    cut = Cut()
    recorder = camera(cut)
    sizes = [(161, 121)] * 20 + [(320, 240)] * 20 + [(60, 200)] * 20
    for at, (width, height) in zip(beats(0, 6, 10), sizes, strict=True):
        recorder.push(frame("camera", at, picture(width, height)))
    recorder.flush()
    (init,) = cut.inits
    assert (init.width, init.height) == (162, 122)
    assert {image.shape for _, image in decode(cut.file())} == {(122, 162, 3)}


def test_thinned_keeps_half():
    cut = Cut()
    recorder = camera(cut)
    recorder.thin(2)
    push_all(recorder, [frame("camera", at) for at in beats(0, 4, 30)])
    recorder.flush()
    assert [made.frames for made in cut.fragments] == [20]


@pytest.mark.parametrize(("kept_fps", "divisor"), [(1, 1), (1, 2), (2, 1), (2, 2), (3, 2)])
def test_few_pictures_are_no_pause(kept_fps: int, divisor: int):
    """Whatever a camera's jitter: it films 30 a second, of which so few are kept."""
    rng = np.random.default_rng(7)
    cut = Cut()
    recorder = camera(cut, policy=CameraStream(fps=30, kept_fps=kept_fps))
    recorder.thin(divisor)
    for at in beats(0, 60, 30):
        recorder.push(frame("camera", max(0.0, at + rng.uniform(-0.012, 0.012))))
        recorder.advance(at_ns(at))
    recorder.flush(at_ns(60))
    assert cut.gaps == []
    assert sum(part.frames for part in cut.fragments) == 60 * kept_fps // divisor
    assert all(end == start for (_, end), (start, _) in pairwise(cut.spans()))


def test_a_screen_of_few_pictures_that_is_thinned_does_not_pause():
    """A still screen comes every two seconds, and every fifth of its beats is kept."""
    cut = Cut()
    settings = screen_settings(ScreenStream(fps=1), 4.0)
    recorder = VideoRecorder(settings, 4.0, TIMELINE, cut)
    recorder.thin(5)
    push_all(recorder, [frame("screen", at) for at in (0.0, 2.4, 4.4, 6.4, 8.4, 10.4)])
    recorder.flush(at_ns(11))
    assert cut.gaps == []


def test_a_pause_among_few_pictures_is_a_gap():
    cut = Cut()
    recorder = camera(cut, policy=CameraStream(fps=30, kept_fps=1))
    push_all(recorder, [frame("camera", at) for at in (*beats(0, 4, 30), *beats(7, 9, 30))])
    recorder.flush(at_ns(9))
    assert cut.gaps == [(3.0, 7.0, PAUSED)]


def test_what_was_missed_on_the_way_is_reported_once():
    cut = Cut()
    recorder = film(cut, beats(0, 2, 10))
    recorder.missed(at_ns(2), at_ns(5), BACKLOG)
    push_all(recorder, [frame("camera", at) for at in beats(5, 6, 10)])
    recorder.flush(at_ns(6))
    assert cut.gaps == [(2.0, 5.0, BACKLOG)]


def test_nothing_in_nothing_out():
    cut = Cut()
    recorder = camera(cut)
    recorder.advance(at_ns(50))
    recorder.interrupt()
    recorder.flush(at_ns(60))
    assert cut.made == []


def test_the_screen_holds_its_picture_over_every_boundary():
    cut = Cut()
    recorder = show(cut, [0.2, 1.0, 3.5, 9.1, 13.0])
    recorder.flush(at_ns(14))
    assert cut.spans() == [(0.2, 4), (4, 8), (8, 12), (12, 14)]
    assert [made.independent for made in cut.fragments] == [True, False, False, False]
    assert [made.frames for made in cut.fragments] == [3, 1, 2, 2]
    decoded = decode(cut.file())
    assert [round(at, 2) for at, _ in decoded] == [0.2, 1.0, 3.5, 4.0, 8.0, 9.1, 12.0, 13.0]
    shown = {round(at, 2): image for at, image in decoded}
    assert np.abs(shown[4.0].astype(int) - shown[3.5]).max() < 10
    assert np.abs(shown[9.1].astype(int) - shown[8.0]).max() > 50


def test_a_screen_fragment_closes_in_time_without_a_new_picture():
    cut = Cut()
    recorder = show(cut, [0.2, 3.0])
    recorder.advance(at_ns(3.9))
    assert cut.fragments == []
    recorder.advance(at_ns(4.3))
    assert cut.spans() == [(0.2, 4)]


def test_a_picture_on_the_boundary_opens_the_fragment_itself():
    cut = Cut()
    recorder = show(cut, [0.0, 4.0])
    recorder.flush(at_ns(8))
    assert [made.frames for made in cut.fragments] == [1, 1]


def test_the_screen_stands_alone_every_forty_seconds_and_decodes_from_there():
    cut = Cut()
    recorder = show(cut, beats(0, 90, 0.5))
    recorder.flush(at_ns(90))
    begins = [
        start
        for made, (start, _) in zip(cut.fragments, cut.spans(), strict=True)
        if made.independent
    ]
    assert begins == [0, 40, 80]
    for since in (0, 10, 20):
        assert len(decode(cut.file(since))) > 0
    assert decode(cut.file(10))[0][0] == 40


def test_a_wide_screen_stands_alone_half_as_often():
    cut = Cut()
    recorder = screen(cut)
    still = np.full((1440, 2560, 3), 230, np.uint8)
    push_all(recorder, [frame("screen", at, still) for at in beats(0, 84, 0.25)])
    recorder.flush(at_ns(84))
    begins = [
        start
        for made, (start, _) in zip(cut.fragments, cut.spans(), strict=True)
        if made.independent
    ]
    assert begins == [0, 80]


def test_a_screen_that_is_not_seen_any_more_is_a_gap_not_a_still_picture():
    cut = Cut()
    recorder = show(cut, [0.0, 2.0, 4.0])
    push_all(recorder, [frame("screen", 100.0), frame("screen", 102.0)])
    recorder.flush(at_ns(103))
    assert cut.gaps == [(4.0, 100.0, PAUSED)]
    assert cut.spans()[-1] == (100, 103)
    assert [made.independent for made in cut.fragments][-1]
    decode(cut.file())


class Failing(VideoEncoder):
    """An encoder that breaks when told to."""

    breaks: tuple[str, ...] = ()

    def __init__(self, *values):
        if "open" in self.breaks:
            raise av.error.ExternalError(1, "no memory")
        super().__init__(*values)

    def encode(self, *values, **options):
        if "encode" in self.breaks:
            raise av.error.ExternalError(1, "no memory")
        return super().encode(*values, **options)

    def drain(self):
        if "drain" in self.breaks:
            raise av.error.ExternalError(1, "no memory")
        return super().drain()


@pytest.fixture
def failing(monkeypatch) -> type[Failing]:
    monkeypatch.setattr("recorder.evidence.video_recorder.VideoEncoder", Failing)
    monkeypatch.setattr(Failing, "breaks", ())
    return Failing


def test_a_failing_encoder_costs_what_was_inside_and_a_second(failing):
    cut = Cut()
    recorder = film(cut, beats(0, 5, 10))
    failing.breaks = ("encode",)
    recorder.push(frame("camera", 5.0))
    failing.breaks = ()
    push_all(recorder, [frame("camera", at) for at in beats(5.1, 9, 10)])
    recorder.flush(at_ns(9))
    ((start, end, reason),) = cut.gaps
    assert (end, reason) == (6.0, ENCODER_FAILED)
    assert 3.5 < start < 5
    assert cut.spans()[-1][1] == 9
    spans = cut.spans()
    assert max(stop for _, stop in spans if stop < 6) == pytest.approx(start, abs=0.01)
    decode(cut.file())


def test_an_encoder_that_never_opens_is_one_gap_not_one_a_picture(failing):
    failing.breaks = ("open",)
    cut = Cut()
    recorder = film(cut, beats(0, 5, 10))
    recorder.flush(at_ns(5))
    assert cut.segments == []
    assert cut.gaps == [(0.0, 5.0, ENCODER_FAILED)]


def test_what_cannot_be_drained_is_a_gap(failing):
    cut = Cut()
    recorder = film(cut, beats(0, 3, 10))
    failing.breaks = ("drain",)
    recorder.flush(at_ns(3))
    ((start, end, reason),) = cut.gaps
    assert (end, reason) == (3.0, ENCODER_FAILED)
    assert cut.spans() == [(0, start)]


def test_without_an_h264_encoder_the_user_is_told(monkeypatch):
    monkeypatch.setattr(encode_video, "ENCODER", "no-such-encoder")
    with pytest.raises(EnvironmentFault, match=r"H\.264"):
        VideoEncoder(camera_settings(CAMERA, 4.0), 160, 120)


def test_the_rate_holds_over_a_minute_of_noise():
    cut = Cut()
    policy = CameraStream(fps=10, kept_fps=10, kbit_s=72)
    recorder = camera(cut, policy=policy)
    rng = np.random.default_rng(1)
    grain = rng.integers(0, 255, (60, 160 * 3, 3), dtype=np.uint8)
    for n, at in enumerate(beats(0, 60, 10)):
        recorder.push(
            frame("camera", at, np.ascontiguousarray(grain[:, n % 300 : n % 300 + 160]))
        )
    recorder.flush(at_ns(60))
    bits = 8 * sum(len(made.data) for made in cut.segments)
    assert 40_000 < bits / 60 < 72_000 * 1.05


def test_segments_of_other_lengths_keep_to_their_grid():
    cut = Cut()
    recorder = camera(cut, segment_s=2.5)
    push_all(recorder, [frame("camera", at) for at in beats(0, 10, 30)])
    recorder.flush()
    assert cut.spans() == [(0, 2.5), (2.5, 5), (5, 7.5), (7.5, 10)]
    assert cut.inits[0].origin_ns == ORIGIN_NS


def noisy(at: float) -> Frame:
    """A picture that no rate is enough for."""
    dice = np.random.default_rng(round(at * 1000))
    return frame("camera", at, dice.integers(0, 255, (480, 640, 3), np.uint8))


def test_half_the_rate_begins_with_a_fragment_and_leaves_no_seam():
    """Another encoder takes over: one init segment, no hole, every picture decodes."""
    cut = Cut()
    recorder = camera(cut)
    recorder.limit(1.0)
    for at in beats(0, 24, 10):
        if at == 6.0:
            recorder.limit(0.5)
        if at == 14.0:
            recorder.limit(1.0)
        recorder.push(noisy(at))
    recorder.flush()
    init, *fragments = cut.segments
    assert [part.part for part in cut.segments].count("init") == 1
    assert cut.gaps == []
    for before, after in pairwise(fragments):
        assert after.independent
        assert before.start_ns + before.duration_ns == after.start_ns
    assert [part.frames for part in fragments] == [40] * 6
    sizes = [len(part.data) for part in fragments]
    # 0-4 and 4-8 at the full rate, 8-12 and 12-16 at half, then at the full one again.
    assert max(sizes[2:4]) < 0.75 * min(sizes[1], *sizes[4:])
    assert len(decode(cut.file())) == 240
    assert init.data


LARGE_SCREEN = ScreenStream(fps=1, kbit_s=1_000)


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        (camera_settings(CAMERA, 4.0), (160, 120)),
        (screen_settings(LARGE_SCREEN, 4.0), (1920, 1080)),
    ],
    ids=["camera", "screen"],
)
@pytest.mark.parametrize("shares", [(1.0, 0.5, 1.0), (0.5, 1.0, 0.5)])
def test_another_rate_is_of_the_same_level(
    settings: VideoSettings, size: tuple[int, int], shares: tuple[float, ...]
):
    """Half the rate of these needs a lower level, by which x264 would say another init."""
    cut = Cut()
    recorder = VideoRecorder(settings, 4.0, TIMELINE, cut)
    for n, share in enumerate(shares):
        recorder.limit(share)
        for at in beats(8 * n, 8 * n + 8, settings.kept_fps):
            recorder.push(frame(settings.stream, at, picture(*size, mark=int(at * 20))))
    recorder.flush()
    init, *fragments = cut.segments
    assert [part.part for part in cut.segments] == ["init"] + ["fragment"] * 6
    full = VideoEncoder(settings, *size).track
    assert init.codecs == full.codecs
    assert [one.sync for read in cut.described for one in read.rows[:1]][::2] == [True] * 3
    for before, after in pairwise(fragments):
        assert before.start_ns + before.duration_ns == after.start_ns
    assert cut.gaps == []
    assert len(decode(cut.file())) == 24 * settings.kept_fps


def test_a_limit_before_the_first_picture_holds_from_the_first():
    cut = Cut()
    recorder = camera(cut)
    recorder.limit(0.5)
    for at in beats(0, 8, 10):
        recorder.push(noisy(at))
    recorder.flush()
    assert [part.frames for part in cut.segments] == [0, 40, 40]
