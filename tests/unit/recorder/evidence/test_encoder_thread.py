"""The encoder's queue: what fits is encoded in order, what does not is said."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.encoding import Cut, at_ns, beats, block, frame, picture
from support.waiting import until

from recorder.evidence import encoder_thread
from recorder.evidence.encoder_thread import Backlog, Bound, Economy, EncoderThread, Offered
from recorder.evidence.holes import BACKLOG, ENCODER_FAILED
from recorder.sleeps import SLEPT

ROOMY = Bound(items=8, bytes=2**30)


class Scripted:
    """A recorder that notes what it is told, and stands still while its gate is closed."""

    def __init__(self, fails_at: float | None = None) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.told: list[tuple] = []
        self.divisors: list[int] = []
        self.due = True
        self.fails_at = fails_at

    def selects(self, item, /):
        return self.due

    def thin(self, divisor):
        self.divisors.append(divisor)

    def limit(self, share):
        self.told.append(("limit", share))

    def record(self, item, /):
        self.entered.set()
        assert self.gate.wait(10)
        if self.fails_at is not None and item.monotonic_ns >= at_ns(self.fails_at):
            raise ZeroDivisionError
        self.told.append(("record", item.monotonic_ns))

    def advance(self, now_ns):
        self.told.append(("advance", now_ns))

    def flush(self, end_ns=None):
        self.told.append(("flush", end_ns))

    def interrupt(self):
        self.told.append(("interrupt",))

    def missed(self, start_ns, end_ns, reason):
        self.told.append(("missed", start_ns, end_ns, reason))

    @property
    def recorded(self) -> list[int]:
        return [entry[1] for entry in self.told if entry[0] == "record"]


@contextmanager
def running(
    recorder: Scripted, cut: Cut, bound: Bound = ROOMY, asleep: tuple[float, float] = (0, 0)
) -> Iterator[EncoderThread]:
    def slept(start_ns: int, end_ns: int) -> bool:
        return start_ns < at_ns(asleep[1]) and end_ns > at_ns(asleep[0])

    thread = EncoderThread("camera", recorder, bound, cut, lambda: at_ns(100), slept)
    thread.start()
    try:
        yield thread
    finally:
        recorder.gate.set()
        thread.finish()


def offer_until_stuck(recorder: Scripted, thread: EncoderThread) -> None:
    """Close the gate with one item in it, so that the next ones stay in the queue."""
    recorder.gate.clear()
    recorder.entered.clear()
    thread.offer(frame("camera", 0))
    assert recorder.entered.wait(10)


def test_encodes_in_order_and_flushes_with_the_time_of_the_end():
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut) as thread:
        assert [thread.offer(frame("camera", at)) for at in (1, 2, 3)] == [Offered.TAKEN] * 3
    assert recorder.recorded == [at_ns(1), at_ns(2), at_ns(3)]
    assert recorder.told[-1] == ("flush", at_ns(100))
    assert cut.made == []
    assert thread.backlog is Backlog.NONE


def test_what_is_not_due_takes_no_room():
    recorder = Scripted()
    recorder.due = False
    with running(recorder, Cut()) as thread:
        assert thread.offer(frame("camera", 1)) is Offered.NOT_DUE
    assert recorder.recorded == []


def test_after_the_end_nothing_is_taken():
    recorder = Scripted()
    with running(recorder, Cut()) as thread:
        pass
    assert thread.offer(frame("camera", 1)) is Offered.NOT_DUE


def test_lowers_the_quality_first_then_refuses_and_says_from_when_to_when():
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut) as thread:
        offer_until_stuck(recorder, thread)
        outcomes = [thread.offer(frame("camera", at)) for at in beats(1, 11, 1)]
        assert outcomes == [Offered.TAKEN] * 8 + [Offered.REFUSED] * 2
        assert recorder.divisors == [2, 2]
        assert thread.backlog is Backlog.FULL
        assert thread.refused == 2
        recorder.gate.set()
        until(lambda: len(recorder.recorded) == 9)
        assert thread.backlog is Backlog.FULL
        assert thread.offer(frame("camera", 11)) is Offered.TAKEN
        assert thread.backlog is Backlog.NONE
    assert recorder.divisors == [2, 2, 1]
    at = recorder.told.index(("missed", at_ns(9), at_ns(11), BACKLOG))
    assert recorder.told[at + 1] == ("record", at_ns(11))
    assert cut.gaps == []


def test_makes_less_for_the_disks_sake_and_keeps_to_it_when_the_queue_is_empty():
    recorder = Scripted()
    with running(recorder, Cut()) as thread:
        thread.economise(Economy(divisor=5, share=0.5))
        offer_until_stuck(recorder, thread)
        for at in beats(1, 11, 1):
            thread.offer(frame("camera", at))
        recorder.gate.set()
        until(lambda: len(recorder.recorded) == 9)
        thread.offer(frame("camera", 11))
        thread.economise(Economy())
    # The queue's own divisor of 2 never has its way: fewer pictures are wanted already.
    assert recorder.divisors == [5, 5, 5, 5, 1]
    assert [entry for entry in recorder.told if entry[0] == "limit"] == [
        ("limit", 0.5),
        ("limit", 1.0),
    ]


def test_what_was_refused_until_the_end_is_a_gap():
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut) as thread:
        offer_until_stuck(recorder, thread)
        for at in beats(1, 11, 1):
            thread.offer(frame("camera", at))
    assert cut.gaps == [(9.0, 100.0, BACKLOG)]


def test_bytes_are_bounded_but_a_few_big_pictures_always_fit():
    recorder = Scripted()
    with running(recorder, Cut(), Bound(items=50, bytes=picture().nbytes * 3)) as thread:
        offer_until_stuck(recorder, thread)
        big = picture(640, 480)
        outcomes = [thread.offer(frame("camera", at, big)) for at in (1, 2, 3)]
        assert outcomes == [Offered.TAKEN, Offered.TAKEN, Offered.REFUSED]


def test_sound_is_counted_by_its_own_size():
    recorder = Scripted()
    with running(recorder, Cut(), Bound(items=50, bytes=960 * 2 * 3)) as thread:
        offer_until_stuck(recorder, thread)
        outcomes = [thread.offer(block(at)) for at in (1, 2, 3, 4)]
        assert outcomes == [Offered.TAKEN] * 3 + [Offered.REFUSED]


def test_says_the_time_while_nothing_comes(monkeypatch):
    monkeypatch.setattr(encoder_thread, "IDLE_S", 0.01)
    recorder = Scripted()
    with running(recorder, Cut()):
        until(lambda: ("advance", at_ns(99.5)) in recorder.told)


def test_a_lost_device_is_passed_on_in_its_place():
    recorder = Scripted()
    with running(recorder, Cut()) as thread:
        thread.offer(frame("camera", 1))
        thread.interrupt()
        thread.offer(frame("camera", 2))
    order = [entry for entry in recorder.told if entry[0] != "advance"]
    assert [entry[0] for entry in order] == ["record", "interrupt", "record", "flush"]


def test_a_bug_ends_this_stream_alone_and_leaves_a_gap():
    recorder, cut = Scripted(fails_at=2), Cut()
    with running(recorder, cut) as thread:
        thread.offer(frame("camera", 1))
        thread.offer(frame("camera", 2))
        until(lambda: thread.backlog is Backlog.BROKEN)
        assert thread.offer(frame("camera", 3)) is Offered.REFUSED
    until(lambda: ("interrupt",) in recorder.told)
    assert cut.gaps == [(2.0, 100.0, ENCODER_FAILED)]


def test_an_encoder_that_hangs_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr(encoder_thread, "FINISH_BOUND_S", 0.05)
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut) as thread:
        offer_until_stuck(recorder, thread)
        began = time.monotonic()
        thread.finish()
        assert time.monotonic() - began < 10
    assert cut.gaps[0] == (0.0, 100.0, BACKLOG)


@pytest.mark.parametrize("stream", ["camera", "screen", "microphone"])
def test_threads_are_named_after_their_stream(stream):
    thread = EncoderThread(stream, Scripted(), ROOMY, Cut(), clock=lambda: 0)
    thread.start()
    assert f"encode-{stream}" in {one.name for one in threading.enumerate()}
    thread.finish()


def test_a_sleep_between_two_items_is_one_gap_and_a_new_run():
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut, asleep=(3, 90)) as thread:
        for at in (1, 2, 91, 92):
            thread.offer(frame("camera", at))
    assert [entry[0] for entry in recorder.told if entry[0] != "advance"] == [
        *("record", "record", "interrupt", "record", "record", "flush")
    ]
    assert cut.gaps == [(2, 91, SLEPT)]


def test_a_sleep_is_noticed_while_nothing_comes_and_told_when_something_does(monkeypatch):
    monkeypatch.setattr(encoder_thread, "IDLE_S", 0.001)
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut, asleep=(3, 90)) as thread:
        thread.offer(frame("camera", 2))
        until(lambda: ("interrupt",) in recorder.told)
        assert cut.made == []
        thread.offer(frame("camera", 101))
        until(lambda: len(recorder.recorded) == 2)
    assert recorder.told.count(("interrupt",)) == 1
    assert cut.gaps == [(2, 101, SLEPT)]


def test_a_sleep_at_the_end_lasts_until_it():
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut, asleep=(3, 90)) as thread:
        thread.offer(frame("camera", 2))
    assert cut.gaps == [(2, 100, SLEPT)]


def test_what_a_loss_reports_is_not_reported_as_a_sleep_too(monkeypatch):
    monkeypatch.setattr(encoder_thread, "IDLE_S", 0.001)
    recorder, cut = Scripted(), Cut()
    with running(recorder, cut, asleep=(3, 90)) as thread:
        thread.offer(frame("camera", 2))
        until(lambda: ("interrupt",) in recorder.told)
        thread.interrupt()
        thread.offer(frame("camera", 91))
    assert cut.made == []
