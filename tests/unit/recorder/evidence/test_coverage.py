"""What the records account for, and what an interruption left out."""

from __future__ import annotations

from support.recording import BOOT

from recorder.evidence.clocks import Reading
from recorder.evidence.coverage import Coverage
from recorder.evidence.ledger import NO_HANDOVER
from shared.encoding import ZERO_HASH
from shared.records import Body, Gap, Heartbeat, Open, Record, Resume, Segment

WALL = 1_790_000_000_000_000
SECOND = 1_000_000
NOW = Reading(WALL + 60 * SECOND, 60 * SECOND)


def record(body: Body, at: int, boot: str = BOOT, offset: int = WALL) -> Record:
    return Record(
        session="5e55" * 8,
        epoch=0,
        seq=0,
        prev=ZERO_HASH,
        wall=offset + at,
        mono=at,
        boot=boot,
        anchor=None,
        body=body,
    )


def begun(*streams: str) -> Open:
    return Open(
        policy=ZERO_HASH,
        grant=ZERO_HASH,
        public_key="",
        kid=ZERO_HASH,
        build={},
        models=(),
        devices=dict.fromkeys(streams, "a device"),
        consent={},
    )


def piece(stream: str, start: int, duration: int) -> Segment:
    return Segment(
        stream=stream,
        stream_seq=0,
        part="fragment",
        start=start,
        duration=duration,
        frames=1,
        independent=True,
        sha256=ZERO_HASH,
        size=1,
    )


def gap(stream: str, start: int, end: int, since: int | None = None) -> Gap:
    return Gap(stream=stream, start=start, end=end, reason="why", since=since)


def coverage(*records: Record) -> Coverage:
    made = Coverage()
    for one in records:
        made.take(one)
    return made


def left(made: Coverage, end: int = 60 * SECOND) -> dict[str, tuple[int, int]]:
    return {one.stream: (one.start, one.end) for one in made.holes(BOOT, NOW, end, "why")}


def test_a_stream_is_expected_from_the_open_on() -> None:
    made = coverage(record(begun("camera", "screen"), 3 * SECOND))
    assert made.streams == ("camera", "screen")
    assert left(made) == {
        "camera": (3 * SECOND, 60 * SECOND),
        "screen": (3 * SECOND, 60 * SECOND),
    }


def test_a_hole_begins_where_the_last_segment_ends() -> None:
    made = coverage(
        record(begun("camera"), 1),
        record(piece("camera", 2 * SECOND, 4 * SECOND), 7 * SECOND),
        record(piece("microphone", 2 * SECOND, 5 * SECOND), 7 * SECOND),
        record(Heartbeat(streams={}, unobserved=(), queue={}, machine={}), 9 * SECOND),
    )
    assert left(made) == {
        "camera": (6 * SECOND, 60 * SECOND),
        "microphone": (7 * SECOND, 60 * SECOND),
    }
    assert made.last == 9 * SECOND


def test_a_gap_accounts_for_what_it_follows_on() -> None:
    made = coverage(
        record(begun("camera", "screen"), SECOND),
        record(gap("camera", SECOND, 5 * SECOND), 6 * SECOND),
        record(gap("screen", 3 * SECOND, 5 * SECOND), 6 * SECOND),
        record(gap("attachment", 0, 5 * SECOND), 6 * SECOND),
        record(gap("microphone", 0, 5 * SECOND), 6 * SECOND),
    )
    assert left(made) == {
        "camera": (5 * SECOND, 60 * SECOND),
        "screen": (SECOND, 60 * SECOND),
    }


def test_a_stream_that_lacks_nothing_has_no_hole() -> None:
    made = coverage(record(begun("camera"), 1), record(piece("camera", 0, 60 * SECOND), 2))
    assert left(made) == {}


def test_a_resume_may_bring_a_stream() -> None:
    again = Resume(reason="why", next=NO_HANDOVER, devices={"camera": "x", "screen": "y"})
    made = coverage(record(begun("camera"), 1), record(again, 9 * SECOND))
    assert left(made) == {
        "camera": (1, 60 * SECOND),
        "screen": (9 * SECOND, 60 * SECOND),
    }
    silent = coverage(
        record(begun("camera"), 1), record(Resume(reason="", next=NO_HANDOVER), 2)
    )
    assert silent.streams == ("camera",)


def test_across_boots_a_hole_is_placed_by_the_wall_clock() -> None:
    """The computer began again 20 s ago; the last segment ended 55 s before now."""
    made = coverage(record(begun("camera"), 1), record(piece("camera", 1, 5 * SECOND - 1), 9))
    now = Reading(NOW.wall, 20 * SECOND)
    [hole] = made.holes("boot-2", now, 20 * SECOND, "why")
    assert hole == gap("camera", 0, 20 * SECOND, since=WALL + 5 * SECOND)
    assert made.interrupted_s("boot-2", now, 20 * SECOND) == 60 - 9e-6


def test_across_boots_a_hole_may_begin_within_the_new_boot() -> None:
    made = coverage(record(begun("camera"), 50 * SECOND))
    now = Reading(NOW.wall, 20 * SECOND)
    [hole] = made.holes("boot-2", now, 20 * SECOND, "why")
    assert hole == gap("camera", 10 * SECOND, 20 * SECOND, since=WALL + 50 * SECOND)


def test_a_wall_clock_set_back_across_boots_hides_nothing() -> None:
    made = coverage(record(begun("camera"), 50 * SECOND))
    now = Reading(WALL, 20 * SECOND)
    [hole] = made.holes("boot-2", now, 20 * SECOND, "why")
    assert hole == gap("camera", 20 * SECOND, 20 * SECOND, since=WALL + 50 * SECOND)
    offset = now.wall - now.mono
    made.take(record(Resume(reason="", next=NO_HANDOVER), 20 * SECOND, "boot-2", offset))
    made.take(record(hole, 20 * SECOND, "boot-2", offset))
    later = Reading(now.wall + 30 * SECOND, 50 * SECOND)
    [second] = made.holes("boot-2", later, 50 * SECOND, "why")
    assert (second.start, second.end, second.since) == (20 * SECOND, 50 * SECOND, None)


def test_the_gap_of_another_boot_counts_in_the_new_one() -> None:
    made = coverage(record(begun("camera"), SECOND))
    now = Reading(NOW.wall, 20 * SECOND)
    [hole] = made.holes("boot-2", now, 20 * SECOND, "why")
    offset = now.wall - now.mono
    made.take(record(Resume(reason="", next=NO_HANDOVER), now.mono, "boot-2", offset))
    made.take(record(hole, now.mono, "boot-2", offset))
    later = Reading(now.wall + 30 * SECOND, 50 * SECOND)
    [second] = made.holes("boot-2", later, 50 * SECOND, "why")
    assert (second.start, second.end) == (20 * SECOND, 50 * SECOND)


def test_an_interruption_is_as_long_as_nothing_was_recorded() -> None:
    made = coverage(record(begun("camera"), 10 * SECOND))
    assert made.interrupted_s(BOOT, NOW, 60 * SECOND) == 50
    assert made.interrupted_s(BOOT, NOW, 5 * SECOND) == 0
