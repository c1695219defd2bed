"""Samples into segments on the epoch's grid."""

import pytest
from support.boxes import describe
from support.encoding import ORIGIN_NS, TIMELINE, Cut

from recorder.evidence.cmaf import OpusTrack, Sample, VideoTrack
from recorder.evidence.fragments import Fragmenter, Grid

TRACK = VideoTrack(64, 48, bytes.fromhex("01640016ffe10000"))
SECOND = 90_000


def fragmenter(cut: Cut, slack: int = 0) -> Fragmenter:
    grid = Grid.of(4.0, SECOND, slack)
    made = Fragmenter("camera", TIMELINE, grid, cut)
    made.begin(TRACK)
    return made


def add(made: Fragmenter, starts: list[float], end: float) -> None:
    ends = [*starts[1:], end]
    for start, stop in zip(starts, ends, strict=True):
        pts = round(start * SECOND)
        made.add(Sample(b"x", pts, round(stop * SECOND) - pts, sync=start == starts[0]))


def test_an_init_segment_carries_the_origin_the_codec_and_the_size():
    cut = Cut()
    fragmenter(cut)
    (init,) = cut.inits
    assert (init.start_ns, init.origin_ns, init.duration_ns) == (ORIGIN_NS, ORIGIN_NS, 0)
    assert (init.codecs, init.width, init.height) == ("avc1.640016", 64, 48)
    assert init.independent


def test_an_init_segment_is_made_once_for_the_same_coding():
    cut = Cut()
    made = fragmenter(cut)
    made.begin(VideoTrack(64, 48, TRACK.avcc))
    assert len(cut.inits) == 1
    made.begin(VideoTrack(64, 48, bytes.fromhex("01640028ffe10000")))
    assert [init.codecs for init in cut.inits] == ["avc1.640016", "avc1.640028"]


def test_sound_has_no_size():
    cut = Cut()
    Fragmenter("microphone", TIMELINE, Grid.of(4.0, 48_000), cut).begin(OpusTrack(312))
    assert (cut.inits[0].width, cut.inits[0].height) == (None, None)


def test_a_fragment_closes_where_the_cell_ends():
    cut = Cut()
    add(fragmenter(cut), [0, 1, 2, 3, 4, 5], 8)
    assert [(f.begins, f.ends) for f in cut.described] == [
        (0, 4 * SECOND),
        (4 * SECOND, 8 * SECOND),
    ]
    assert [f.sequence for f in cut.described] == [1, 2]


def test_segments_say_on_the_monotonic_clock_what_the_boxes_say_in_ticks():
    cut = Cut()
    add(fragmenter(cut), [0.5, 1], 4)
    (made,) = cut.fragments
    assert (made.start_ns, made.duration_ns) == (ORIGIN_NS + 500_000_000, 3_500_000_000)
    assert (made.frames, made.independent, made.codecs) == (2, True, None)


def test_a_sample_that_comes_a_little_early_opens_its_cell():
    cut = Cut()
    add(fragmenter(cut, slack=1500), [0.01, 3.99, 4.2], 8)
    assert [f.frames for f in cut.fragments] == [1, 2]


def test_a_long_sample_ends_its_fragment_wherever_it_ends():
    cut = Cut()
    add(fragmenter(cut), [0, 3.9, 13], 14)
    assert [f.ends / SECOND for f in cut.described] == [13]


def test_what_is_open_is_made_when_closed_and_only_then():
    cut = Cut()
    made = fragmenter(cut)
    made.close()
    add(made, [0, 1], 2)
    assert cut.fragments == []
    made.close()
    made.close()
    assert describe(cut.fragments[0].data).ends == 2 * SECOND


def test_a_fragment_without_a_sync_sample_is_not_independent():
    cut = Cut()
    made = fragmenter(cut)
    made.add(Sample(b"x", 0, 4 * SECOND, sync=False))
    assert [f.independent for f in cut.fragments] == [False]


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [(0, 4, []), (0, 5, [4]), (4, 9, [8]), (3, 13, [4, 8, 12]), (3.99, 4, []), (-1, 1, [0])],
)
def test_the_boundaries_between_two_times(after, before, expected):
    grid = Grid.of(4.0, SECOND)
    found = grid.boundaries(round(after * SECOND), round(before * SECOND))
    assert [at / SECOND for at in found] == expected
