"""Records as rows: what pages ask questions of, and never more than a database holds."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import BOOT, SessionBuilder

from server.ingest.projection import MAX_DEPTH, plain, project
from shared.records import Gap, Heartbeat, Unobserved, decode_record


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
