"""Correlation's laws, and which incidents are one flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.incidents import sessions

from server.review.correlation import MOST_MEMBERS, Group, Incident, correlate, lead
from shared.flags import Kind, Severity

SECOND = 1_000_000
BURST = 60 * SECOND
HOUR = 3_600 * SECOND


def ids(groups: Sequence[Group]) -> dict[str, set[str]]:
    return {group.id: {one.id for one in group.members} for group in groups}


# Each example is some hundred incidents put together several times.
few = settings(max_examples=40)
bursts = st.sampled_from([0, 5 * SECOND, BURST])


@few
@given(sessions(), bursts, st.randoms())
def test_the_order_of_arrival_is_nothing(found: list[Incident], burst: int, random) -> None:
    before = correlate(found, burst)
    random.shuffle(found)
    assert correlate(found, burst) == before


@few
@given(sessions(), bursts)
def test_every_incident_is_in_one_flag(found: list[Incident], burst: int) -> None:
    members = [one.id for group in correlate(found, burst) for one in group.members]
    assert sorted(members) == sorted(one.id for one in found)


@few
@given(sessions(), bursts, st.data())
def test_flags_only_grow(found: list[Incident], burst: int, data: st.DataObject) -> None:
    ordered = sorted(found, key=lambda one: (one.seq, one.id))
    some = ordered[: data.draw(st.integers(0, len(ordered)))]
    before, after = ids(correlate(some, burst)), ids(correlate(ordered, burst))
    assert all(members <= after[name] for name, members in before.items())


@few
@given(sessions(), bursts, st.data())
def test_what_was_decided_stays_what_it_was(
    found: list[Incident], burst: int, data: st.DataObject
) -> None:
    ordered = sorted(found, key=lambda one: (one.seq, one.id))
    some = ordered[: data.draw(st.integers(0, len(ordered)))]
    groups = ids(correlate(some, burst))
    chosen = data.draw(st.sets(st.sampled_from(sorted(groups)))) if groups else set[str]()
    decided = {name: groups[name] for name in chosen}
    # Later, another policy or program would have put them together in another way.
    for later in (0, burst, 2 * BURST):
        after = correlate(ordered, later, decided)
        assert all(ids(after)[name] == members for name, members in decided.items())
        assert sum(len(group.members) for group in after) == len(ordered)


@few
@given(sessions(), bursts, st.data())
def test_what_notes_name_stays_a_flag(
    found: list[Incident], burst: int, data: st.DataObject
) -> None:
    named = data.draw(st.sets(st.sampled_from([one.id for one in found]))) if found else set()
    assert named <= ids(correlate(found, burst, named=named)).keys()


@given(sessions())
def test_without_bursts_one_kind_alone_is_never_put_together(found: list[Incident]) -> None:
    alone = [replace(one, kind=Kind.VIRTUAL_MACHINE) for one in found]
    assert all(len(group.members) == 1 for group in correlate(alone, 0))


def incident(
    number: int, kind: Kind, start: float, end: float | None = None, **more: object
) -> Incident:
    return replace(
        Incident(
            id=f"{number:032x}",
            kind=kind,
            severity=Severity.LOW,
            start=int(start * SECOND),
            end=None if end is None else int(end * SECOND),
            confidence=0.9,
            seq=number,
        ),
        **more,
    )


def together(*incidents: Incident, burst: int = BURST) -> list[list[int]]:
    return [
        sorted(int(one.id, 16) for one in group.members)
        for group in correlate(incidents, burst)
    ]


def test_one_cause_is_one_flag() -> None:
    assert together(
        incident(1, Kind.GAZE_AWAY, 10, 16),
        incident(2, Kind.LOOKING_AWAY, 11, 15),
        incident(3, Kind.FACE_MISSING, 14, 20),
        incident(4, Kind.SPEECH, 12, 13),
        incident(5, Kind.SECOND_VOICE, 12.5, 14),
        incident(6, Kind.WINDOW_SWITCH, 12, 40),
        incident(7, Kind.CLIPBOARD, 15, 15),
    ) == [[1, 2, 3], [4, 5], [6, 7]]


def test_what_came_later_is_another_cause() -> None:
    assert together(
        incident(1, Kind.FACE_MISSING, 10, 16),
        incident(2, Kind.LOOKING_AWAY, 17, 18),
        incident(3, Kind.GAZE_AWAY, 18.9, 20),
    ) == [[1], [2, 3]]


def test_what_lasts_is_there_all_the_time() -> None:
    lasting = incident(1, Kind.WINDOW_SWITCH, 10)
    much_later = incident(2, Kind.CLIPBOARD, 9_000, 9_000)
    assert together(lasting, much_later) == [[1, 2]]
    assert together(much_later, replace(lasting, seq=3)) == [[1, 2]]
    days = replace(lasting, end=5 * 24 * HOUR)
    assert together(days, much_later) == [[1, 2]]


def test_a_burst_is_one_flag_until_its_time_is_over() -> None:
    looks = [incident(n, Kind.GAZE_AWAY, 20 * n, 20 * n + 3) for n in range(1, 8)]
    assert together(*looks) == [[1, 2, 3], [4, 5, 6], [7]]
    assert together(*looks, burst=0) == [[n] for n in range(1, 8)]


def test_objects_are_told_apart() -> None:
    phone, book = {"label": "cell phone"}, {"label": "book"}
    assert together(
        incident(1, Kind.OBJECT_SEEN, 1, 3, detail=phone),
        incident(2, Kind.OBJECT_SEEN, 2, 4, detail=book),
        incident(3, Kind.OBJECT_SEEN, 9, 12, detail=phone),
        incident(4, Kind.MULTIPLE_FACES, 1, 20),
        incident(5, Kind.OBJECT_SEEN, 5, 6, detail={"label": "person"}),
    ) == [[1, 3], [2], [4, 5]]


def test_a_decided_flag_takes_no_more_and_is_followed() -> None:
    first, second = incident(1, Kind.GAZE_AWAY, 1, 4), incident(2, Kind.GAZE_AWAY, 10, 12)
    third = incident(3, Kind.GAZE_AWAY, 14, 15)
    found = correlate([first, second, third], BURST, {first.id: {first.id}})
    assert [(g.id, g.follows, len(g.members)) for g in found] == [
        (first.id, None, 1),
        (second.id, first.id, 2),
    ]


def test_a_flag_has_so_many_members_and_no_more() -> None:
    many = [incident(n, Kind.GAZE_AWAY, n / 100, n / 100) for n in range(MOST_MEMBERS + 1)]
    found = correlate(many, BURST)
    assert [len(group.members) for group in found] == [MOST_MEMBERS, 1]
    assert found[1].follows == found[0].id


def test_a_flag_is_shown_as_its_gravest_and_most_telling_incident() -> None:
    gaze, head = incident(1, Kind.GAZE_AWAY, 1, 9), incident(2, Kind.LOOKING_AWAY, 2, 8)
    assert lead([gaze, head]) == head
    grave = replace(gaze, severity=Severity.MEDIUM)
    assert lead([grave, head]) == grave
