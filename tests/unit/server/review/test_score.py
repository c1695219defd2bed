"""The score's laws, and what it says."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import Keys, make_policy

from server.review.flags import Flag, tally
from server.review.life import Decision, Verdict
from server.review.score import score, worth
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES

POLICY = make_policy(Keys())
SECOND = 1_000_000
NOW = 7_200 * SECOND


def decided(flag: Flag, verdict: Verdict) -> Flag:
    decision = Decision(flag.version + 1, verdict, "", "a", "A", 0)
    return replace(flag, history=(*flag.history, decision))


@st.composite
def flags(draw: st.DrawFn) -> Flag:
    start = draw(st.integers(0, NOW))
    length = draw(st.none() | st.integers(0, 600 * SECOND))
    flag = Flag(
        id=draw(st.text("0123456789abcdef", min_size=32, max_size=32)),
        kind=draw(st.sampled_from(sorted(DEFAULT_RULES))),
        severity=draw(st.sampled_from(list(Severity))),
        start=start,
        end=None if length is None else start + length,
        confidence=draw(st.floats(0, 1)),
    )
    verdict = draw(st.none() | st.sampled_from(list(Verdict)))
    return flag if verdict is None else decided(flag, verdict)


def flag(kind: Kind, severity: Severity, seconds: float = 5, confidence: float = 0.9) -> Flag:
    return Flag("0" * 32, kind, severity, 0, int(seconds * SECOND), confidence)


@given(st.lists(flags(), max_size=30))
def test_it_is_a_number_that_its_reasons_add_up_to(found: list[Flag]) -> None:
    result = score(found, POLICY, NOW)
    assert 0 <= result.value <= 100
    assert sum(c.points for c in result.contributions) == pytest.approx(result.value)
    assert all(c.points > 0 and c.words for c in result.contributions)
    assert [c.points for c in result.contributions] == sorted(
        (c.points for c in result.contributions), reverse=True
    )


@given(st.lists(flags(), max_size=20), st.randoms())
def test_the_order_of_flags_is_nothing_to_it(found: list[Flag], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue]
    assert score(shuffled, POLICY, NOW).value == pytest.approx(score(found, POLICY, NOW).value)


@given(st.lists(flags(), max_size=20), flags())
def test_another_flag_never_lowers_it(found: list[Flag], other: Flag) -> None:
    before, after = score(found, POLICY, NOW), score([*found, other], POLICY, NOW)
    assert after.value >= before.value - 1e-9


@given(st.lists(flags(), min_size=1, max_size=20))
def test_dismissing_never_raises_it_and_dismissing_all_empties_it(found: list[Flag]) -> None:
    before = score(found, POLICY, NOW).value
    first, *rest = found
    assert score([decided(first, Verdict.DISMISSED), *rest], POLICY, NOW).value <= before + 1e-9
    nothing = score([decided(one, Verdict.DISMISSED) for one in found], POLICY, NOW)
    assert (nothing.value, nothing.contributions, nothing.shown) == (0.0, (), 0)


@given(flags())
def test_accepting_counts_at_least_as_much_as_the_detectors_word(one: Flag) -> None:
    open_again = decided(one, Verdict.OPEN)
    assert worth(decided(one, Verdict.ACCEPTED), POLICY, NOW) >= worth(open_again, POLICY, NOW)


@given(flags(), st.integers(1, 30))
def test_repetition_has_diminishing_returns(one: Flag, times: int) -> None:
    alone = worth(one, POLICY, NOW)
    gains = [
        score([one] * (n + 1), POLICY, NOW).value - score([one] * n, POLICY, NOW).value
        for n in range(times)
    ]
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(gains))
    # Below this a number is no score any more but a rounding error.
    assert alone < 1e-9 or score([one], POLICY, NOW).value > 0


def test_one_critical_flag_outranks_many_low_ones() -> None:
    critical = [flag(Kind.MULTIPLE_FACES, Severity.CRITICAL)]
    low = [flag(Kind.GAZE_AWAY, Severity.LOW)] * 50
    assert score(critical, POLICY, NOW).value > score(low, POLICY, NOW).value


def test_a_weight_of_nothing_counts_nothing() -> None:
    assert score([flag(Kind.NETWORK_LOST, Severity.CRITICAL)], POLICY, NOW).value == 0


def test_a_kind_that_the_policy_does_not_name_still_has_the_usual_weight() -> None:
    assert score([flag(Kind.CLIPBOARD, Severity.MEDIUM)], POLICY, NOW).value > 0


def test_it_says_why() -> None:
    found = [
        flag(Kind.MULTIPLE_FACES, Severity.CRITICAL, 9),
        decided(flag(Kind.MULTIPLE_FACES, Severity.HIGH, 5), Verdict.ACCEPTED),
        decided(flag(Kind.MULTIPLE_FACES, Severity.CRITICAL, 99), Verdict.DISMISSED),
        flag(Kind.SPEECH, Severity.LOW, 0.4),
    ]
    result = score(found, POLICY, NOW)
    words = {c.kind: c.words for c in result.contributions}
    assert words[Kind.MULTIPLE_FACES] == "2 flags, 14 s in all, up to critical, 1 confirmed"
    assert words[Kind.SPEECH] == "1 flag, low"
    assert result.band == "much"


def test_what_is_above_nothing_is_never_shown_as_nothing() -> None:
    faint = score([flag(Kind.SPEECH, Severity.LOW, 0, 0.01)], POLICY, NOW)
    assert 0 < faint.value < 0.5
    assert (faint.shown, faint.band) == (1, "quiet")


def test_flags_are_counted_by_how_they_stand() -> None:
    one = flag(Kind.SPEECH, Severity.LOW)
    again = decided(decided(one, Verdict.ACCEPTED), Verdict.OPEN)
    counted = tally(
        [one, again, decided(one, Verdict.ACCEPTED), decided(one, Verdict.DISMISSED)]
    )
    assert (counted.open, counted.accepted, counted.dismissed) == (2, 1, 1)
    assert (counted.all, counted.decided) == (4, 2)
    assert again.version == 2
    assert again.decided is None
