"""What of a stream plays, and what its playlist says: nothing left out, nothing twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.playlists import master_playlist, media_playlist
from server.review.tracks import JOIN, Hole, Init, Piece, Stretch, Track, cuts, runs

SECOND = 1_000_000
FOUR = 4 * SECOND
WALL = 1_790_000_000_000_000


def init(n: int = 0, origin: int = 0, **changes: object) -> Init:
    members = {"codecs": "avc1.42c01e", "there": True, "width": 640, "height": 480}
    return Init(n, origin, **(members | changes))  # pyright: ignore[reportArgumentType]


def piece(n: int, start: int, **changes: object) -> Piece:
    members = {"init": 0, "duration": FOUR, "independent": True, "there": True, "size": 1000}
    return Piece(n=n, start=start, **(members | changes))  # pyright: ignore[reportArgumentType]


def track(*pieces: Piece, live: bool = False, inits: tuple[Init, ...] = (init(),)) -> Track:
    return Track("camera", inits, pieces, live)


def steady(count: int, first: int = 0) -> list[Piece]:
    return [piece(n + 1, first + n * FOUR) for n in range(count)]


def test_pieces_follow_on_one_another() -> None:
    assert track(*steady(3)).entries() == [
        Stretch(1, 1, 0, 0, FOUR, 1000),
        Stretch(2, 2, 0, FOUR, 2 * FOUR, 1000),
        Stretch(3, 3, 0, 2 * FOUR, 3 * FOUR, 1000),
    ]


def test_a_stretch_goes_up_to_the_next_place_where_decoding_may_begin() -> None:
    pieces = steady(4)
    dependent = [p if p.n in {1, 4} else piece(p.n, p.start, independent=False) for p in pieces]
    first, second = track(*dependent).stretches()
    assert (first.first, first.last, first.size) == (1, 3, 3000)
    assert (second.first, second.last) == (4, 4)


def test_what_is_not_there_is_a_hole_and_takes_what_depends_on_it_along() -> None:
    pieces = [
        piece(1, 0),
        piece(2, FOUR, independent=False, there=False),
        piece(3, 2 * FOUR, independent=False),
        piece(4, 3 * FOUR),
    ]
    assert track(*pieces).entries() == [
        Stretch(1, 1, 0, 0, FOUR, 1000),
        Hole(FOUR, 3 * FOUR),
        Stretch(4, 4, 0, 3 * FOUR, 4 * FOUR, 1000),
    ]


def test_dependent_pieces_without_a_beginning_do_not_play() -> None:
    pieces = [piece(1, 0, independent=False), piece(2, FOUR)]
    assert [s.first for s in track(*pieces).stretches()] == [2]


def test_nothing_plays_without_its_init_segment() -> None:
    assert track(*steady(2), inits=(init(there=False),)).entries() == []


def test_a_piece_from_a_clock_that_went_back_is_not_on_the_timeline() -> None:
    pieces = [piece(1, FOUR), piece(2, 0), piece(3, 2 * FOUR)]
    assert [s.first for s in track(*pieces).stretches()] == [1, 3]


def test_a_live_stream_holds_its_last_group_back_while_it_may_grow() -> None:
    growing = [piece(1, 0), piece(2, FOUR, independent=False), piece(3, 2 * FOUR)]
    assert [s.first for s in track(*growing, live=True).stretches()] == [1]
    assert [s.first for s in track(*growing).stretches()] == [1, 3]
    assert len(track(*steady(3), live=True).stretches()) == 3


def test_runs_are_neighbours_joined() -> None:
    pieces = [*steady(2), piece(3, 3 * FOUR), piece(4, 4 * FOUR + JOIN // 2)]
    assert runs(track(*pieces)) == [(0, 2 * FOUR), (3 * FOUR, 5 * FOUR + JOIN // 2)]


def test_a_restart_is_one_cut_for_all_streams() -> None:
    camera = track(inits=(init(), init(9, 60 * SECOND)))
    sound = track(inits=(init(), init(9, 61 * SECOND), init(20, 90 * SECOND)))
    assert cuts([camera, sound]) == [60 * SECOND, 90 * SECOND]


@st.composite
def streams(draw: st.DrawFn) -> Track:
    pieces, start = [], draw(st.integers(-SECOND, 30 * SECOND))
    for n in range(draw(st.integers(0, 25))):
        duration = draw(st.integers(0, 8 * SECOND))
        chance = {
            "independent": draw(st.booleans()),
            "there": draw(st.sampled_from([True, True, True, False])),
            "duration": duration,
            "init": draw(st.sampled_from([0, 0, 0, 5])),
        }
        pieces.append(piece(n + 1, start, **chance))
        start += duration + draw(st.sampled_from([0, 0, JOIN // 2, 9 * SECOND, -2 * SECOND]))
    inits = (init(), init(5, 20 * SECOND, there=draw(st.booleans())))
    return Track("camera", inits, tuple(pieces), draw(st.booleans()))


@given(streams())
def test_entries_cover_the_time_from_zero_once_and_whole(stream: Track) -> None:
    entries = stream.entries()
    position = 0
    for entry in entries:
        assert entry.start == position
        assert entry.end > entry.start
        position = entry.end
    ready = {i.n for i in stream.inits if i.there}
    by_n = {p.n: p for p in stream.pieces}
    for stretch in (e for e in entries if isinstance(e, Stretch)):
        pieces = [by_n[n] for n in range(stretch.first, stretch.last + 1)]
        assert pieces[0].independent
        assert all(p.there and p.init == stretch.init for p in pieces)
        assert stretch.init in ready


@given(streams())
def test_a_position_in_the_playlist_is_session_time(stream: Track) -> None:
    text = media_playlist(stream, [stream], WALL)
    durations = [float(d) for d in re.findall(r"#EXTINF:([\d.]+),", text)]
    entries = stream.entries()
    assert len(durations) == len(entries)
    assert sum(durations) == pytest.approx(entries[-1].end / SECOND if entries else 0, abs=1e-4)
    target = int(re.search(r"TARGETDURATION:(\d+)", text)[1])  # pyright: ignore[reportOptionalSubscript]
    assert all(round(d) <= target for d in durations)
    assert text.count("#EXT-X-GAP") == sum(isinstance(e, Hole) for e in entries)
    assert text.endswith("#EXT-X-ENDLIST\n") != stream.live


def test_a_playlist_to_the_letter() -> None:
    stream = track(
        *steady(1, 500_000),
        piece(3, 10 * SECOND, init=2),
        inits=(init(), init(2, 10 * SECOND)),
    )
    assert media_playlist(stream, [stream], WALL).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:8",
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:20.000Z",
        "#EXT-X-GAP",
        "#EXTINF:0.500000,",
        "camera/gap.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:20.500Z",
        '#EXT-X-MAP:URI="camera/0/init.mp4"',
        "#EXTINF:4.000000,",
        "camera/1.m4s",
        "#EXT-X-GAP",
        "#EXTINF:5.500000,",
        "camera/gap.m4s",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:30.000Z",
        '#EXT-X-MAP:URI="camera/2/init.mp4"',
        "#EXTINF:4.000000,",
        "camera/3.m4s",
        "#EXT-X-ENDLIST",
    ]


def test_an_empty_live_playlist_is_a_playlist() -> None:
    text = media_playlist(track(live=True, inits=()), [], WALL)
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "#EXTINF" not in text


def test_the_master_names_camera_and_sound() -> None:
    sound = Track("microphone", (init(codecs="Opus", width=None, height=None),), (), False)
    text = master_playlist(track(*steady(2)), sound)
    assert 'URI="microphone.m3u8"' in text
    assert (
        '#EXT-X-STREAM-INF:BANDWIDTH=102000,CODECS="avc1.42c01e,opus",RESOLUTION=640x480,'
        'AUDIO="sound"\ncamera.m3u8' in text
    )


def test_the_master_makes_do_with_what_there_is() -> None:
    sound = Track("microphone", (init(codecs="mp4a.40.2", width=None),), (), False)
    assert master_playlist(None, sound).splitlines()[-1] == "microphone.m3u8"
    assert "AUDIO=" not in master_playlist(None, sound)
    assert master_playlist(track(*steady(1)), None).splitlines()[-1] == "camera.m3u8"
    assert "STREAM-INF" not in master_playlist(None, None)


@pytest.mark.parametrize("codecs", ['avc1"\n#EXT-X-KEY:METHOD=NONE', "", "avc1,", "a b"])
def test_a_record_cannot_write_into_a_playlist(codecs: str) -> None:
    text = master_playlist(track(*steady(1), inits=(init(codecs=codecs),)), None)
    assert "CODECS" not in text
    assert "EXT-X-KEY" not in text
