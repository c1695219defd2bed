"""The heartbeat carries unobserved time away, a bounded piece at a time."""

from __future__ import annotations

import threading

from recorder.detect.observations import Blindness, Unobserved
from recorder.heartbeat import MAX_INTERVALS, Pulse, UnobservedTime
from shared.records import Heartbeat

EMPTY = Heartbeat(streams={}, unobserved=(), queue={}, machine={})


def test_intervals_are_carried_away_once_and_in_order() -> None:
    time = UnobservedTime()
    for n in range(MAX_INTERVALS + 2):
        time.add(Unobserved("camera", n * 1000, (n + 1) * 1000, Blindness.COVERED))

    first, rest = time.take(), time.take()

    assert [i.start for i in first + rest] == list(range(MAX_INTERVALS + 2))
    assert len(first) == MAX_INTERVALS
    assert (rest[0].reason, rest[0].end - rest[0].start) == ("covered", 1)
    assert not time.waiting


def test_the_pulse_beats_until_it_is_stopped() -> None:
    beaten = threading.Event()
    beats: list[Heartbeat] = []

    def submit(beat: Heartbeat) -> bool:
        beats.append(beat)
        beaten.set()
        return True

    pulse = Pulse(0.001, lambda: EMPTY, submit, UnobservedTime())
    pulse.start()
    assert beaten.wait(10)
    pulse.stop()
    counted = len(beats)

    assert all(beat == EMPTY for beat in beats)
    assert len(beats) == counted


def test_a_failed_look_does_not_end_the_pulse(caplog) -> None:
    looks: list[int] = []
    twice = threading.Event()

    def look() -> Heartbeat:
        looks.append(1)
        if len(looks) == 1:
            raise OSError("no battery")
        twice.set()
        return EMPTY

    pulse = Pulse(0.001, look, lambda _: True, UnobservedTime())
    pulse.start()
    assert twice.wait(10)
    pulse.stop()


def test_stopping_what_never_began_is_allowed() -> None:
    Pulse(1, lambda: EMPTY, lambda _: True, UnobservedTime()).stop()


def test_what_was_unobserved_waits_where_a_heartbeat_is_missed_or_refused() -> None:
    time = UnobservedTime()
    time.add(Unobserved("camera", 1000, 2000, Blindness.COVERED))
    beats: list[Heartbeat] = []

    def failing() -> Heartbeat:
        raise OSError("no battery")

    def too_long(_beat: Heartbeat) -> bool:
        raise ValueError("too long")

    def take(beat: Heartbeat) -> bool:
        beats.append(beat)
        return len(beats) > 1

    assert not Pulse(1, failing, take, time).beat()
    assert not Pulse(1, lambda: EMPTY, too_long, time).beat()
    pulse = Pulse(1, lambda: EMPTY, take, time)
    assert not pulse.beat()  # the queue is full
    time.add(Unobserved("camera", 2000, 3000, Blindness.COVERED))
    assert pulse.beat()
    assert [one.start for one in beats[-1].unobserved] == [1, 2]
    assert not time.waiting
