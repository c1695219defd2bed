"""Where an exam stands, folded from its records."""

from __future__ import annotations

from recorder.phases import NS, PhaseName, Standing, end_ns, entered, extra, gone_through
from shared.records import Phase


def through(*steps: tuple[int, PhaseName] | tuple[int, PhaseName, str]) -> Standing:
    found = gone_through(
        (at * NS, Phase(name=name, by="recorder", reason=reason[0] if reason else ""))
        for at, name, *reason in steps
    )
    assert found is not None
    return found


def ends_s(standing: Standing, at_s: int, starts_s: int | None = None) -> float | None:
    starts_ns = None if starts_s is None else starts_s * NS
    found = end_ns(standing, 3600, starts_ns, at_s * NS)
    return None if found is None else found / NS


def test_time_runs_from_the_exams_own_beginning() -> None:
    assert ends_s(through((0, "preparing"), (10, "waiting")), 20) is None
    begun = through((0, "preparing"), (10, "waiting"), (100, "exam"))
    assert ends_s(begun, 200) == 3700


def test_where_it_begins_for_everybody_it_ends_for_everybody() -> None:
    begun = through((0, "preparing"), (100, "exam"))
    assert ends_s(begun, 200, starts_s=50) == 3650


def test_a_pause_is_given_back_and_a_break_is_not() -> None:
    paused = through((0, "exam"), (100, "paused"))
    assert ends_s(paused, 130) == 3630
    assert ends_s(entered(paused, Phase(name="exam", by="proctor"), 160 * NS), 500) == 3660
    assert ends_s(through((0, "exam"), (100, "break"), (400, "exam")), 500) == 3600


def test_given_time_adds_up_and_changes_no_phase() -> None:
    given = through(
        (0, "exam"), (100, "break"), (150, "break", extra(600)), (160, "break", extra(30.5))
    )
    assert ends_s(given, 200) == 4230.5
    assert (given.since_ns, given.breaks) == (100 * NS, 1)


def test_a_pause_within_a_break_goes_back_to_it_and_counts_no_other() -> None:
    paused = through((0, "exam"), (100, "break"), (110, "paused"))
    assert paused.before == "break"
    again = entered(paused, Phase(name="break", by="proctor"), 120 * NS)
    assert again.breaks == 1


def test_nothing_has_no_standing() -> None:
    assert gone_through([]) is None
