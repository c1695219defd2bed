"""Records as rows: what pages ask questions of, and never more than a database holds."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import BOOT, WALL_ORIGIN, SessionBuilder

from server.ingest.projection import MAX_DEPTH, plain, project
from shared.records import Clock, Gap, Heartbeat, Unobserved, decode_record

BEAT = Heartbeat(streams={}, unobserved=(), queue={}, machine={})


def rows_of(session: SessionBuilder):
    return project(decode_record(signed.payload) for signed in session.records)


def test_an_honest_session_has_its_segments_and_its_incident() -> None:
    rows = rows_of(SessionBuilder().honest())
    assert [row["stream_seq"] for row in rows.segments if row["stream"] == "camera"] == [
        0,
        1,
        2,
        3,
        4,
    ]
    init, *_ = rows.segments
    assert (init["part"], init["codecs"], init["boot"]) == ("init", "avc1.42c01e", BOOT)
    (incident,) = rows.incidents.values()
    assert (incident["kind"], incident["severity"]) == ("gaze_away", "low")
    assert incident["begin_seq"] == incident["end_seq"]


def test_an_incident_keeps_its_beginning_and_takes_its_end() -> None:
    session = SessionBuilder()
    session.open()
    session.incident(7, end=None)
    session.incident(7)
    (row,) = rows_of(session).incidents.values()
    assert (row["begin_seq"], row["end_seq"]) == (1, 2)
    assert row["end"] is not None


def test_gaps_and_unobserved_time_have_their_reasons() -> None:
    session = SessionBuilder()
    session.open()
    session.record(Gap(stream="screen", start=5, end=9, reason="full"))
    dark = Unobserved(stream="camera", start=1, end=2, reason="dark")
    lost = Unobserved(stream="microphone", start=3, end=4, reason="lost")
    session.record(Heartbeat(streams={}, unobserved=(dark, lost), queue={}, machine={}))
    rows = rows_of(session)
    assert [(row["stream"], row["reason"]) for row in rows.gaps] == [("screen", "full")]
    assert [(r["place"], r["stream"], r["start"]) for r in rows.unobserved] == [
        (0, "camera", 1),
        (1, "microphone", 3),
    ]


def test_what_lasted_at_an_interruption_ended_with_the_last_record_before_it() -> None:
    session = SessionBuilder()
    session.open()
    session.incident(1, end=None)
    session.incident(2)
    session.record(Clock(jump=0, reason="the last one before"))
    last = decode_record(session.record(BEAT).payload).mono
    session.record(Clock(jump=0, reason="set while the recorder was down"))
    session.resume()
    session.incident(3, end=None)
    rows = rows_of(session)
    ends = {int(name, 16): row["end"] for (_, name), row in rows.incidents.items()}
    assert ends[1] == last
    assert ends[2] < last
    assert ends[3] is None
    assert rows.incidents[session.session, f"{1:032x}"]["end_seq"] == 6
    assert rows.interruptions == [(session.session, 6, last)]


def test_an_interruption_of_earlier_records_is_known_by_the_record_before() -> None:
    session = SessionBuilder()
    session.open()
    session.incident(1, end=None)
    session.resume()
    resumed = decode_record(session.records[2].payload)
    assert project([resumed], {session.session: 77}).interruptions == [(session.session, 2, 77)]
    assert project([resumed], {"another": 77}).interruptions == []


def test_an_incident_never_ends_before_it_begins() -> None:
    session = SessionBuilder()
    session.open()
    session.incident(1, start=2**50, end=None)
    session.resume()
    (row,) = rows_of(session).incidents.values()
    assert row["end"] == row["start"] == 2**50


def test_a_gap_that_began_in_an_earlier_boot_is_placed_by_the_wall_clock() -> None:
    session = SessionBuilder()
    session.open()
    since = WALL_ORIGIN - 30_000_000
    session.record(Gap(stream="camera", start=0, end=9, reason="restarted", since=since))
    session.record(Gap(stream="camera", start=0, end=9, reason="set back", since=2**52))
    assert [(row["start"], row["end"]) for row in rows_of(session).gaps] == [
        (-30_000_000, 9),
        (9, 9),
    ]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ({"k\0": 1}, {"k\N{REPLACEMENT CHARACTER}": 1}),
        (10**30, "(number too large to show)"),
        (True, True),
        ([1, [2]], [1, [2]]),
    ],
)
def test_what_a_database_cannot_hold_is_replaced_visibly(value: object, held: object) -> None:
    assert plain(value) == held


def test_nesting_ends_somewhere() -> None:
    deep: object = "bottom"
    for _ in range(200):
        deep = [deep]
    shown = plain(deep)
    for _ in range(MAX_DEPTH):
        assert isinstance(shown, list)
        (shown,) = shown
    assert shown == "(nested too deeply to show)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_what_is_left_is_json_without_zero_bytes(value: object) -> None:
    written = msgspec.json.encode(plain(value))
    assert b"\\u0000" not in written
