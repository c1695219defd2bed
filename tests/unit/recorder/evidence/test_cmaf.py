"""Init segments and fragments, read back by a reader that shares no code with the writer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.boxes import Row, box, describe, every_box, number, timescale

from recorder.evidence.cmaf import (
    AacTrack,
    OpusTrack,
    Sample,
    VideoTrack,
    fragment,
    init_segment,
)

AVCC = bytes.fromhex("01640016ffe1000467640016010004 68ef172c")
VIDEO = VideoTrack(640, 480, AVCC)
OPUS = OpusTrack(312)
AAC = AacTrack(48_000, bytes.fromhex("118856e500"))


@pytest.mark.parametrize(
    ("track", "codecs", "ticks"),
    [(VIDEO, "avc1.640016", 90_000), (OPUS, "opus", 48_000), (AAC, "mp4a.40.2", 48_000)],
)
def test_names_its_codec_and_counts_in_its_ticks(track, codecs, ticks):
    assert track.codecs == codecs
    assert timescale(init_segment(track)) == track.timescale == ticks


def test_an_init_segment_is_a_cmaf_header_without_samples():
    data = init_segment(VIDEO)
    brands = box(data, "ftyp")
    assert brands[:4] == b"iso6"
    assert b"cmfc" in brands[8:]
    table = "moov/trak/mdia/minf/stbl"
    for kind in ("stts", "stsc", "stco"):
        assert number(box(data, f"{table}/{kind}")) == 0
    assert box(data, f"{table}/stsz") == bytes(12)
    assert number(box(data, "moov/mvex/trex")[4:8]) == 1


def test_a_video_track_says_size_decoder_record_and_colours():
    data = init_segment(VIDEO)
    entry = "moov/trak/mdia/minf/stbl/stsd/avc1"
    assert box(data, f"{entry}/avcC") == AVCC
    assert box(data, f"{entry}/colr") == b"nclx" + bytes((0, 1, 0, 13, 0, 6, 0))
    header = box(data, "moov/trak/tkhd")
    assert (number(header[-8:-6]), number(header[-4:-2])) == (640, 480)
    assert box(data, "moov/trak/mdia/hdlr")[8:12] == b"vide"
    assert box(data, entry)[24:28] == bytes((2, 128, 1, 224))


def test_a_sound_track_says_channel_rate_and_configuration():
    entry = box(init_segment(OPUS), "moov/trak/mdia/minf/stbl/stsd/Opus")
    assert number(entry[16:18]) == 1
    assert number(entry[24:26]) == 48_000
    options = box(init_segment(OPUS), "moov/trak/mdia/minf/stbl/stsd/Opus/dOps")
    assert options == bytes((0, 1, 1, 56, 0, 0, 187, 128, 0, 0, 0))
    stream = box(init_segment(AAC), "moov/trak/mdia/minf/stbl/stsd/mp4a/esds")
    assert AAC.config in stream
    assert stream[4] == 3
    assert stream[5] == len(stream) - 6
    assert box(init_segment(AAC), "moov/trak/mdia/hdlr")[8:12] == b"soun"


samples = st.builds(
    Sample,
    data=st.binary(min_size=1, max_size=9),
    pts=st.just(0),
    duration=st.integers(1, 400_000),
    sync=st.just(False),
)


@settings(deadline=None)
@given(
    sequence=st.integers(1, 2**32 - 1),
    begins=st.integers(0, 2**40),
    first_sync=st.booleans(),
    rest=st.lists(samples, max_size=6),
    even=st.booleans(),
)
def test_a_fragment_says_when_it_begins_how_long_each_sample_lasts_and_what_is_sync(
    sequence, begins, first_sync, rest, even
):
    first = Sample(b"first", begins, 9000, first_sync)
    given_samples = [first]
    for one in rest:
        duration = 9000 if even else one.duration
        given_samples.append(Sample(one.data, given_samples[-1].end, duration, sync=False))
    read = describe(fragment(sequence, given_samples))
    assert (read.sequence, read.begins) == (sequence, begins)
    assert read.rows == tuple(Row(one.duration, one.sync, one.data) for one in given_samples)
    assert read.ends == given_samples[-1].end


def test_durations_that_are_alike_are_said_once():
    alike = [Sample(b"x", n * 960, 960, sync=True) for n in range(200)]
    uneven = [*alike[:-1], Sample(b"x", 199 * 960, 961, sync=True)]
    assert len(fragment(1, uneven)) - len(fragment(1, alike)) == 200 * 4 - 4


def test_the_reader_refuses_boxes_that_do_not_add_up():
    with pytest.raises(AssertionError, match="bytes"):
        every_box(init_segment(VIDEO)[:-1])
