"""Each hole is reported once, with both its ends."""

from support.encoding import TIMELINE, Cut, at_ns

from recorder.capture.timeline import SOUND_TIME_BASE
from recorder.evidence.holes import Holes

S = 48_000


def holes(cut: Cut) -> Holes:
    return Holes("microphone", TIMELINE, SOUND_TIME_BASE, cut)


def test_a_hole_is_reported_when_it_ends():
    cut = Cut()
    made = holes(cut)
    made.begin(2 * S, "quiet")
    assert cut.gaps == []
    made.end(5 * S)
    assert cut.gaps == [(2.0, 5.0, "quiet")]
    made.end(9 * S)
    assert len(cut.gaps) == 1


def test_of_two_in_a_row_the_earlier_counts():
    cut = Cut()
    made = holes(cut)
    made.begin(3 * S, "first")
    made.begin(4 * S, "later")
    made.begin(2 * S, "earlier")
    made.end(5 * S)
    assert cut.gaps == [(2.0, 5.0, "earlier")]


def test_a_hole_that_ends_where_it_began_is_none():
    cut = Cut()
    made = holes(cut)
    made.begin(2 * S, "quiet")
    made.end(2 * S)
    assert cut.gaps == []


def test_what_somebody_else_reports_is_forgotten():
    cut = Cut()
    made = holes(cut)
    made.begin(2 * S, "quiet")
    made.forget()
    made.end(5 * S)
    assert cut.gaps == []


def test_what_was_missed_on_the_way_is_not_reported_again():
    cut = Cut()
    made = holes(cut)
    made.missed(at_ns(2), at_ns(5), "too slow")
    made.report(2 * S, 5 * S, "sound lost")
    made.report(4 * S, 7 * S, "sound lost")
    assert cut.gaps == [(2.0, 5.0, "too slow"), (5.0, 7.0, "sound lost")]
