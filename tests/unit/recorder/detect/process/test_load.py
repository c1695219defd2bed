"""From answers and counts to the load that the pace is asked about."""

from __future__ import annotations

import pytest

from recorder.detect.process.load import Conditions, LoadWatch
from recorder.detect.process.offers import Counts
from recorder.detect.process.pace import LOOK_NS, LOOKS_DOWN

MS = 1_000_000


class Desk:
    """A load watch whose counts and conditions a test sets."""

    def __init__(self) -> None:
        self.counts = Counts(0, 0, 0)
        self.conditions = Conditions()
        self.watch = LoadWatch(lambda: self.counts, lambda: self.conditions)
        self.now = 0
        self.watch.look(0, 0)

    def stretch(self, seen: int, skipped: int, took_ms: int) -> None:
        """One look's time, in which so many pictures were seen and overtaken."""
        before = self.counts
        self.counts = Counts(before.seen + seen, before.skipped + skipped, before.left_out)
        for _ in range(seen):
            self.watch.answered(took_ms * MS, faces_only=True)
        self.now += LOOK_NS
        self.watch.look(self.now, self.now)


def test_shares_and_percentiles_are_those_of_the_last_stretch() -> None:
    desk = Desk()
    desk.stretch(10, 90, 100)
    desk.conditions = Conditions(machine=0.5, evidence_late=True)
    desk.stretch(60, 20, 5)
    load = desk.watch.newest
    assert load is not None
    assert load.busy == pytest.approx(60 * 5 * MS / LOOK_NS)
    assert load.skipped == pytest.approx(0.25)
    assert load.answer_ms == 5.0
    assert (load.machine, load.evidence_late) == (0.5, True)


def test_sampled_looks_count_as_work_but_not_as_slow_answers() -> None:
    desk = Desk()
    desk.watch.answered(500 * MS, faces_only=False)
    desk.stretch(60, 0, 4)
    load = desk.watch.newest
    assert load is not None
    assert load.answer_ms == 4.0
    assert load.busy == pytest.approx((500 + 240) * MS / LOOK_NS)


def test_changes_are_told_once() -> None:
    desk = Desk()
    for _ in range(LOOKS_DOWN):
        desk.stretch(20, 0, 99)
    (change,) = desk.watch.take_changes()
    assert change.level == desk.watch.pace.level == 1
    assert desk.watch.take_changes() == []


def test_a_stretch_in_which_the_detector_died_is_not_judged() -> None:
    desk = Desk()
    desk.stretch(20, 0, 99)
    desk.watch.restart()
    desk.now += 100 * LOOK_NS
    assert desk.watch.look(desk.now, desk.now) is None
    desk.stretch(0, 0, 0)
    load = desk.watch.newest
    assert load is not None
    assert load.busy == 0.0
    assert load.answer_ms == 0.0
