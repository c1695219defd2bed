"""The order of the board: who needs somebody first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live.ending import EndedBy
from server.live.need import (
    APART,
    CONNECTED_FOR,
    HALF_LIFE,
    LOOK_BACK,
    MINUTE,
    NEW_FOR,
    SILENT_AFTER,
    Facts,
    Need,
    Seen,
    is_new,
    ordered,
    place,
    weight,
)
from server.live.tiles import connected, queue, stage, tile, unobserved, volume, warnings
from shared.flags import Severity

NOW = 1_790_000_000_000_000
SECOND = 1_000_000
FINE = Facts(
    id="f",
    name="Fine",
    exam_id="e",
    exam="Algebra",
    phase="exam",
    light="good",
    created=NOW - 30 * MINUTE,
    heard=NOW - 2 * SECOND,
    delivered=NOW - 5 * SECOND,
)


def seen(severity: Severity = Severity.HIGH, ago: int = 0) -> Seen:
    return Seen("window_switch", severity, NOW - ago)


# One session for each need, as the board orders them.
IN_ORDER = [
    (Need.HELP, replace(FINE, id="help", help_since=NOW - MINUTE)),
    (Need.ADMISSION, replace(FINE, id="awaits", awaits="identity")),
    (Need.ENDING, replace(FINE, id="ending", paused=True, stops_at=NOW + MINUTE)),
    (Need.STOPPED, replace(FINE, id="paused", paused=True)),
    (Need.INCIDENT, replace(FINE, id="incident", fresh=(seen(),))),
    (Need.SILENT, replace(FINE, id="silent", heard=NOW - MINUTE, delivered=NOW - MINUTE)),
    (Need.UNOBSERVED, replace(FINE, id="unobserved", lately=LOOK_BACK // 2)),
    (Need.WAITING, replace(FINE, id="waiting", phase="waiting")),
    (Need.FINE, FINE),
]


@pytest.mark.parametrize(("need", "facts"), IN_ORDER, ids=lambda one: getattr(one, "id", ""))
def test_each_need_is_told(need: Need, facts: Facts) -> None:
    found = place(facts, NOW)
    assert found.need is need
    assert found.why


@given(st.permutations([facts for _, facts in IN_ORDER]))
def test_the_board_stands_in_order_of_need(shuffled: list[Facts]) -> None:
    placed = ordered(shuffled, NOW)
    assert [one.need for _, one in placed] == [need for need, _ in IN_ORDER]


@pytest.mark.parametrize(
    ("changes", "need", "why"),
    [
        ({"state": "terminated"}, Need.STOPPED, "ended by staff"),
        (
            {"state": "terminated", "ended_by": EndedBy.RULES, "stops_at": NOW},
            Need.STOPPED,
            "ended by the exam's rules",
        ),
        (
            {"state": "terminated", "ended_by": EndedBy.WARNINGS},
            Need.STOPPED,
            "ended by its last warning",
        ),
        ({"stops_at": NOW}, Need.ENDING, "at 14:13 UTC unless you let the exam go on"),
        ({"state": "closed"}, Need.STOPPED, "without handing in"),
        ({"state": "closed", "phase": "handed_in"}, Need.FINE, "handed in"),
        # What is over neither asks nor waits any more.
        ({"state": "closed", "help_since": NOW, "awaits": "identity"}, Need.STOPPED, "ended"),
        ({"phase": "paused"}, Need.STOPPED, "paused"),
        ({"light": "problem"}, Need.STOPPED, "problem"),
        ({"heard": None, "delivered": None}, Need.SILENT, "not connected yet"),
        ({"phase": "break"}, Need.WAITING, "break"),
        ({"phase": "handed_in"}, Need.FINE, "handed in"),
        # Before the exam a covered camera is nobody's matter.
        ({"phase": "preparing", "lately": LOOK_BACK}, Need.WAITING, "not begun"),
        # One of the two ways is enough.
        ({"heard": NOW - MINUTE}, Need.FINE, ""),
        ({"delivered": NOW - MINUTE}, Need.FINE, ""),
    ],
)
def test_what_a_session_needs_in_words(changes: dict, need: Need, why: str) -> None:
    found = place(replace(FINE, **changes), NOW)
    assert found.need is need
    assert why in found.why


def test_those_who_wait_longest_come_first() -> None:
    first = replace(FINE, id="a", name="Zoe", help_since=NOW - 5 * MINUTE)
    second = replace(FINE, id="b", name="Ada", help_since=NOW - MINUTE)
    assert [one.name for one, _ in ordered([second, first], NOW)] == ["Zoe", "Ada"]


def test_new_incidents_weigh_by_gravity_and_age() -> None:
    assert weight(()) == 0.0
    critical, high = seen(Severity.CRITICAL), seen(Severity.HIGH)
    assert weight([critical]) > weight([high])
    assert weight([high, high]) == pytest.approx(weight([critical]))
    # A critical one of a half-life ago is worth a high one of now.
    old = seen(Severity.CRITICAL, HALF_LIFE)
    assert weight([old]) == pytest.approx(weight([high]))
    assert weight([seen(Severity.LOW)]) == 0.0


ages = st.lists(st.integers(0, NEW_FOR), min_size=1, max_size=5)


@given(ages, ages, st.integers(0, NEW_FOR))
def test_time_alone_changes_no_order(first: list[int], second: list[int], later: int) -> None:
    a = replace(FINE, id="a", fresh=tuple(seen(ago=one) for one in first))
    b = replace(FINE, id="b", fresh=tuple(seen(ago=one) for one in second))
    then = NOW + later
    # Both are heard of then, too.
    moved = [replace(one, heard=then, delivered=then) for one in (a, b)]
    assert [f.id for f, _ in ordered([a, b], NOW)] == [f.id for f, _ in ordered(moved, then)]


@pytest.mark.parametrize(
    ("one", "seen_at", "new"),
    [
        (seen(), 0, True),
        (seen(Severity.MEDIUM), 0, False),
        (seen(ago=NEW_FOR), 0, False),
        (seen(ago=10), NOW - 10, False),
        (seen(ago=9), NOW - 10, True),
    ],
)
def test_an_incident_is_new_until_it_was_seen(one: Seen, seen_at: int, new: bool) -> None:
    assert is_new(one, NOW, seen_at) is new


@pytest.mark.parametrize(
    ("changes", "words", "since"),
    [
        ({}, "Connected", None),
        ({"heard": NOW - CONNECTED_FOR - 1}, "Delivers, but cannot be reached", None),
        (
            {"heard": NOW - MINUTE, "delivered": NOW - SILENT_AFTER - 1},
            "Not heard",
            NOW - SILENT_AFTER - 5 * SECOND,
        ),
        ({"heard": None, "delivered": None}, "Not connected yet", FINE.created),
        ({"state": "closed"}, "Ended", None),
    ],
)
def test_the_connection_in_words(changes: dict, words: str, since: int | None) -> None:
    told, _, silent_since = connected(replace(FINE, **changes), NOW)
    assert (told, silent_since) == (words, since)


def test_a_tile_changes_only_with_news() -> None:
    def revision(facts: Facts, now: int) -> str:
        return tile(facts, place(facts, now), now).revision

    first = revision(FINE, NOW)
    later = replace(FINE, heard=NOW + 3 * SECOND, delivered=NOW + 4 * SECOND)
    assert revision(later, NOW + 5 * SECOND) == first
    assert revision(replace(later, unobserved=9 * SECOND), NOW + 5 * SECOND) == first
    assert revision(replace(later, unread=1), NOW + 5 * SECOND) != first
    assert revision(FINE, NOW + MINUTE) != first


# Whatever calls for somebody for as long as it lasts.
LASTING = [
    {"awaits": "identity", "awaits_since": NOW - MINUTE},
    {"paused": True, "paused_since": NOW - MINUTE},
    {"phase": "paused", "paused_since": NOW - MINUTE},
    {"light": "problem", "problem_since": NOW - MINUTE},
    {"lately": LOOK_BACK, "unobserved_since": NOW - MINUTE},
    {"state": "terminated", "ended_at": NOW - MINUTE},
    {"state": "closed", "ended_at": NOW - MINUTE},
]


@pytest.mark.parametrize("changes", LASTING, ids=str)
def test_what_lasts_is_told_since_when_whatever_is_heard_meanwhile(changes: dict) -> None:
    every = [
        replace(FINE, heard=NOW + at, delivered=NOW + at, **changes)
        for at in range(0, MINUTE, 3 * SECOND)
    ]
    tiles = [tile(one, place(one, one.heard or 0), one.heard or 0) for one in every]
    assert {one.since for one in tiles} == {NOW - MINUTE - (NOW - MINUTE) % (5 * SECOND)}
    assert len({one.revision for one in tiles}) == 1
    # Whoever came later stands below, though nothing newer was heard of who came first.
    later = {name: at + SECOND if "_" in name else at for name, at in changes.items()}
    second = replace(FINE, id="b", name="Ada", **later)
    placed = ordered([second, replace(every[-1], name="Zoe")], NOW)
    assert [one.name for one, _ in placed] == ["Zoe", "Ada"]


@pytest.mark.parametrize("ahead", [SECOND, MINUTE])
def test_what_was_heard_before_the_clock_was_set_back_makes_nobody_present(ahead: int) -> None:
    facts = replace(FINE, heard=NOW + ahead, delivered=None)
    there = ahead <= APART
    assert (place(facts, NOW).need is Need.FINE) is there
    assert (connected(facts, NOW)[0] == "Connected") is there
    delivers = replace(FINE, heard=None, delivered=NOW + ahead)
    assert (place(delivers, NOW).need is Need.FINE) is there
    assert (connected(delivers, NOW)[0] == "Not heard") is not there


def test_amounts_in_words() -> None:
    assert queue(FINE) == ""
    assert queue(replace(FINE, queued_records=3)) == "records waiting"
    assert queue(replace(FINE, queued_bytes=1_234_567)) == "1.2 MB waiting"
    assert [volume(size) for size in (1, 4_400, 44_400, 999_999)] == [
        "1 kB",
        "4 kB",
        "40 kB",
        "1000 kB",
    ]
    assert unobserved(9 * SECOND) == ""
    assert unobserved(74 * SECOND) == "1 min 10 s"
    assert unobserved(11 * MINUTE + 30 * SECOND) == "11 min"
    assert [warnings(replace(FINE, warnings=n)) for n in (0, 1, 2)] == [
        "",
        "1 warning",
        "2 warnings",
    ]
    assert warnings(replace(FINE, warnings=1, limit=3)) == "1 of 3 warnings"
    assert stage(replace(FINE, phase="")) == "Recording"
    assert stage(replace(FINE, paused=True)) == "Paused"
    assert stage(replace(FINE, state="closed")) == "Ended"
