"""Flags that are remembered are those that would be made anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.incidents import SECOND, sessions
from support.policies import default_policy

from server.review.correlation import Incident
from server.review.flag_memory import patched
from server.review.flag_reading import Added, flags_of
from server.review.flags import Assigned, Flag, Flags, Note, tally
from server.review.life import Decision, Verdict
from shared.flags import Kind, Severity
from shared.policy import Policy, Review

OF = "session"
VERDICTS = st.sampled_from(list(Verdict))


def policy_of(burst_s: int) -> Policy:
    return default_policy(review=Review(burst_s=burst_s))


def clipboard(number: int) -> Incident:
    """One a second."""
    at = number * SECOND
    return Incident(
        f"{number:032x}", Kind.CLIPBOARD, Severity.LOW, at, at, confidence=0.9, seq=number
    )


def decided(flag: Flag, verdict: Verdict, *, all_of_it: bool = True) -> Decision:
    covers = flag.covers if all_of_it else flag.covers[:1]
    return Decision(flag.version + 1, verdict, "", "a", "Ada", 1, covers)


def more(added: Added, flag: Flag, one: Decision | Note | Assigned | None) -> Added:
    of = (OF, flag.id)
    match one:
        case Decision():
            history = (*added.decisions.get(of, ()), one)
            return Added({**added.decisions, of: history}, added.notes, added.assigned)
        case Note():
            notes = (*added.notes.get(of, ()), one)
            return Added(added.decisions, {**added.notes, of: notes}, added.assigned)
        case _:
            return Added(added.decisions, added.notes, {**added.assigned, of: one})


@settings(max_examples=60)
@given(sessions(), st.sampled_from([0, 5, 60]), st.data())
def test_what_people_add_is_put_into_flags_as_if_all_were_made_anew(
    incidents: list[Incident], burst_s: int, data: st.DataObject
) -> None:
    policy = policy_of(burst_s)
    added = Added()
    flags = flags_of(OF, incidents, policy, added)
    if not flags:
        return
    for _ in range(data.draw(st.integers(1, 6))):
        flag = data.draw(st.sampled_from(flags))
        one = data.draw(
            VERDICTS.map(lambda verdict, flag=flag: decided(flag, verdict))
            | st.just(Note(len(flag.notes) + 1, "so", "a", "Ada", 1))
            | st.just(Assigned("b", "Bob", "a", "Ada", 1))
            | st.none()
        )
        after = more(added, flag, one)
        known = patched(OF, flags, added, after)
        flags.lately(tally)
        flags, added = flags_of(OF, incidents, policy, after), after
        assert known == flags
        if known is not None:
            assert known.lately(tally) == tally(flags)


def test_a_decision_about_less_than_its_flag_has_it_made_anew() -> None:
    incidents = [clipboard(1), clipboard(2)]
    flags = flags_of(OF, incidents, policy_of(60), Added())
    assert len(flags) == 1
    after = more(Added(), flags[0], decided(flags[0], Verdict.DISMISSED, all_of_it=False))
    assert patched(OF, flags, Added(), after) is None


def test_flags_that_nothing_was_added_to_stay_the_very_same() -> None:
    incidents = [clipboard(1), clipboard(2)]
    flags = flags_of(OF, incidents, policy_of(0), Added())
    after = more(Added(), flags[0], decided(flags[0], Verdict.DISMISSED))
    found = patched(OF, flags, Added(), after)
    assert found is not None
    assert found[0].verdict is Verdict.DISMISSED
    assert found[1] is flags[1]


def test_what_is_made_of_all_flags_is_made_once_for_the_same_terms() -> None:
    flags = flags_of(OF, [clipboard(1), clipboard(200)], policy_of(60), Added())
    asked: list[int] = []

    def counted(all_of: Flags, of: int) -> int:
        asked.append(of)
        return len(all_of) + of

    assert [flags.lately(counted, of) for of in (1, 1, 2, 2, 1)] == [3, 3, 4, 4, 3]
    assert asked == [1, 2, 1]
