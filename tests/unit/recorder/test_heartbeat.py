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

    def submit(beat: Heartbeat) -> None:
        beats.append(beat)
        beaten.set()

    pulse = Pulse(0.001, lambda: EMPTY, submit)
    pulse.start()
    assert beaten.wait(10)
    pulse.stop()
    counted = len(beats)

    assert set(map(id, beats)) == {id(EMPTY)}
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

    pulse = Pulse(0.001, look, lambda _: None)
    pulse.start()
    assert twice.wait(10)
    pulse.stop()


def test_stopping_what_never_began_is_allowed() -> None:
    Pulse(1, lambda: EMPTY, lambda _: None).stop()
